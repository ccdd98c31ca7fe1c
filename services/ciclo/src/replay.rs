//! `ciclo replay`: a stopped service is offered a neighbour's events again.

use crate::services;
use crate::start::runtime;
use crate::suite::open_one;
use anyhow::{Result, bail};
use ciclo_host::DataDirectory;
use ciclo_kernel::Clock;
use ciclo_transport::embedded;
use clap::Args;
use std::path::PathBuf;

/// Who reads whose events again.
#[derive(Args, Clone, Debug)]
pub struct ReplayArgs {
    /// The service that shall read again: catalog, design, transition, operations or improvement. It must be stopped.
    pub service: String,
    /// The neighbour whose events it shall be offered.
    #[arg(long)]
    pub from: String,
    /// The data directory.
    #[arg(long, env = "CICLO_DATA", default_value = "./ciclo-data")]
    pub data: PathBuf,
}

impl ReplayArgs {
    /// Sets the service back to the beginning of its neighbour's log; what was done, for a person.
    pub fn run(&self) -> Result<String> {
        runtime()?.block_on(self.rewind())
    }

    async fn rewind(&self) -> Result<String> {
        let (service, from) = (known(&self.service)?, known(&self.from)?);
        let data = DataDirectory::open(&self.data)?;
        if !data.file(service).exists() {
            bail!("there is no {service} in {}: choose its directory with --data", self.data.display());
        }
        let (part, _held) = open_one(&data, service, &Clock::System).await?;
        let neighbours: Vec<_> = part.handlers.iter().map(|handler| handler.topics().source).collect();
        if !neighbours.contains(&from) {
            bail!("{service} takes in nothing of {from}; it does of {}", neighbours.join(", "));
        }
        let before = embedded::rewind(&part.database, from).await?;
        Ok(format!(
            "{service} had read {from}'s log up to {before}. When it starts next it reads it from the beginning: \
             what it took in before is dropped, what it missed takes effect."
        ))
    }
}

fn known(name: &str) -> Result<&'static str> {
    match services::NAMES.iter().find(|known| **known == name) {
        Some(known) => Ok(known),
        None => bail!("there is no service {name}; there are {}", services::NAMES.join(", ")),
    }
}
