//! `ciclo`: the whole suite in one process, or one part of it.

fn main() -> std::process::ExitCode {
    ciclo::cli::Cli::read().run()
}
