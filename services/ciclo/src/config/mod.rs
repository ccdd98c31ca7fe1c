//! What differs between one installation and another, by the command line, the
//! environment and a file. Checked at the start, with every mistake reported at
//! once; docs/configuration.md has the table.

mod database;
pub mod given;
mod kafka;

pub use database::DatabaseArgs;
pub use kafka::KafkaArgs;

use anyhow::{Result, bail};
use ciclo_host::telemetry::{self, LogFormat};
use ciclo_identity::{AUDIENCE, EMBEDDED_ISSUER, Jwks};
use clap::Args;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Options of every command that runs something.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// The data directory: SQLite files and keys. Made when it is not there.
    #[arg(long, env = "CICLO_DATA", default_value = "./ciclo-data")]
    pub data: PathBuf,
    /// The form of the log, on standard error.
    #[arg(long, env = "CICLO_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
    /// What is logged: a level, or targets with levels, as `info,ciclo_transport=debug`.
    #[arg(long, env = "CICLO_LOG", default_value = "warn,ciclo=info")]
    pub log: String,
    /// Who takes traces, metrics and logs by OTLP over gRPC, as `http://collector:4317`; nothing is exported when left out.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_parser = collector)]
    pub otlp_endpoint: Option<String>,
    /// The OpenID provider that issues tokens; the suite's own key when left out.
    #[arg(long, env = "CICLO_ISSUER")]
    pub issuer: Option<String>,
    /// Where the provider's key set is.
    #[arg(long, env = "CICLO_JWKS_URL")]
    pub jwks_url: Option<String>,
    /// The audience that tokens must name.
    #[arg(long, env = "CICLO_AUDIENCE", default_value = AUDIENCE)]
    pub audience: String,
    /// Use the suite's own key though it listens on other addresses than loopback: for demonstrations.
    #[arg(long, env = "CICLO_DEMO_IDENTITY", default_value_t = false, action = clap::ArgAction::Set)]
    pub demo_identity: bool,
    /// How many seconds a stop waits for requests at work.
    #[arg(long, env = "CICLO_GRACE", default_value_t = 5)]
    pub grace: u64,
}

/// The URL of a collector; an empty one stands for none.
fn collector(given: &str) -> Result<String, String> {
    let known = given.is_empty() || given.starts_with("http://") || given.starts_with("https://");
    if known { Ok(given.to_owned()) } else { Err("it begins with http:// or https://".to_owned()) }
}

/// Who issues tokens, and how they are checked.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The issuer that tokens must name.
    pub issuer: String,
    /// The audience that tokens must name.
    pub audience: String,
    /// Where the keys are.
    pub jwks: Jwks,
    /// Whether it is the suite's own key.
    pub embedded: bool,
}

impl Common {
    /// The embedded suite in a directory, quiet.
    #[must_use]
    pub fn embedded(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            log_format: LogFormat::Text,
            log: "warn".to_owned(),
            otlp_endpoint: None,
            issuer: None,
            jwks_url: None,
            audience: AUDIENCE.to_owned(),
            demo_identity: false,
            grace: 5,
        }
    }

    /// What a process under this name says of itself, and where.
    #[must_use]
    pub fn telemetry<'s>(&'s self, service: &'s str) -> telemetry::Settings<'s> {
        let endpoint = self.otlp_endpoint.as_deref().filter(|endpoint| !endpoint.is_empty());
        telemetry::Settings { service, format: self.log_format, filter: &self.log, endpoint }
    }

    /// How long a stop waits for requests at work.
    #[must_use]
    pub fn grace(&self) -> Duration {
        Duration::from_secs(self.grace)
    }

    /// The identity of this installation on an address; every mistake at once.
    pub fn identity(&self, listen: SocketAddr, embedded_keys: &Path) -> Result<Identity> {
        let mut mistakes = Vec::new();
        if self.issuer.is_some() != self.jwks_url.is_some() {
            mistakes.push("CICLO_ISSUER and CICLO_JWKS_URL go together: set both, or neither".to_owned());
        }
        if self.issuer.is_none() && self.audience != AUDIENCE {
            mistakes.push(
                "CICLO_AUDIENCE is the provider's: the suite's own tokens always name ciclo".to_owned(),
            );
        }
        if self.issuer.is_none() && !listen.ip().is_loopback() && !self.demo_identity {
            mistakes.push(format!(
                "{listen} is not a loopback address: the suite's own key is for this machine only, set CICLO_ISSUER and CICLO_JWKS_URL (or, for a demonstration, CICLO_DEMO_IDENTITY=true)"
            ));
        }
        if !mistakes.is_empty() {
            bail!(mistakes.join("\n"));
        }
        Ok(match (&self.issuer, &self.jwks_url) {
            (Some(issuer), Some(url)) => Identity {
                issuer: issuer.clone(),
                audience: self.audience.clone(),
                jwks: Jwks::Url(url.clone()),
                embedded: false,
            },
            _ => Identity {
                issuer: EMBEDDED_ISSUER.to_owned(),
                audience: self.audience.clone(),
                jwks: Jwks::File(embedded_keys.to_owned()),
                embedded: true,
            },
        })
    }
}
