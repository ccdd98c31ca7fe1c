//! The command line.

use crate::config::{Common, given};
use crate::token::TokenArgs;
use crate::{services, start};
use anyhow::{Context, Result};
use clap::{Args, CommandFactory, Parser, Subcommand};
use std::net::SocketAddr;
use std::process::ExitCode;

/// IT service management over the whole service lifecycle. Without a command it starts the whole suite.
#[derive(Parser, Debug)]
#[command(version, about, args_override_self = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    suite: SuiteArgs,
}

/// Options of the whole suite in one process.
#[derive(Args, Clone, Debug)]
pub struct SuiteArgs {
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// Where the gateway listens; the services take the five ports behind it. Port 0 takes any that are free.
    #[arg(long, env = "CICLO_LISTEN", default_value = "127.0.0.1:4000")]
    pub listen: SocketAddr,
    /// Fill an empty suite with a believable organisation before it starts.
    #[arg(long)]
    pub seed: bool,
    /// Answer introspection queries and show the explorer.
    #[arg(long, env = "CICLO_INTROSPECTION", default_value_t = true, action = clap::ArgAction::Set)]
    pub introspection: bool,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run one service, or the gateway, alone.
    Serve(Box<start::ServeArgs>),
    /// Bring the schema of one service's database up to date, and end.
    Migrate(start::MigrateArgs),
    /// Ask a readiness URL: ends well when it answers so.
    Healthy {
        /// The URL, as `http://127.0.0.1:4001/health/ready`.
        url: String,
    },
    /// Show the lifecycle once round, through the public API, and check every effect.
    Demo(crate::demo::DemoArgs),
    /// Print a token of the embedded suite.
    Token(TokenArgs),
    /// Have a stopped service read a neighbour's events again from the first, when it starts next.
    Replay(crate::replay::ReplayArgs),
    /// Tell when a target is due by a calendar, how much of it is used, and which hours counted.
    Clock(crate::clock::ClockArgs),
    /// Write the documents that are made from the code: error codes, roles, events.
    Docs {
        /// The folder.
        #[arg(long, default_value = "docs")]
        into: std::path::PathBuf,
    },
    /// Print a service's GraphQL schema, as it is composed into the supergraph.
    Schema {
        /// The service.
        service: String,
    },
}

impl Cli {
    /// Reads the command line, the environment and the file of settings; says every mistake and ends the process when there are some.
    #[must_use]
    pub fn read() -> Self {
        match given::command_line(&Self::command(), std::env::args_os().collect()) {
            Ok(line) => Self::parse_from(line),
            Err(mistakes) => {
                for mistake in mistakes {
                    eprintln!("ciclo: {mistake}");
                }
                std::process::exit(2);
            }
        }
    }

    /// Runs what the command line says.
    pub fn run(self) -> ExitCode {
        match self.dispatch() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("ciclo: {error:#}");
                ExitCode::FAILURE
            }
        }
    }

    fn dispatch(self) -> Result<()> {
        match self.command {
            None => start::suite(&self.suite),
            Some(Command::Serve(args)) => start::serve(&args),
            Some(Command::Migrate(args)) => start::migrate(&args),
            Some(Command::Healthy { url }) => start::healthy(&url),
            Some(Command::Demo(args)) => args.run(),
            Some(Command::Token(args)) => {
                println!("{}", args.issue()?);
                Ok(())
            }
            Some(Command::Replay(args)) => {
                println!("{}", args.run()?);
                Ok(())
            }
            Some(Command::Clock(args)) => {
                println!("{}", args.run()?);
                Ok(())
            }
            Some(Command::Docs { into }) => {
                for (name, text) in crate::docs::all() {
                    let path = into.join(name);
                    if let Some(folder) = path.parent() {
                        std::fs::create_dir_all(folder)?;
                    }
                    std::fs::write(path, text)?;
                }
                Ok(())
            }
            Some(Command::Schema { service }) => {
                print!("{}", services::sdl(&service).context("there is no such service")?);
                Ok(())
            }
        }
    }
}
