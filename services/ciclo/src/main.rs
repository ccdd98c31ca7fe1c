//! `ciclo`: the whole suite in one process, or one part of it.

use clap::Parser;

fn main() -> std::process::ExitCode {
    ciclo::cli::Cli::parse().run()
}
