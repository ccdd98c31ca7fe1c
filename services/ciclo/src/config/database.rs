//! Where one service's data is, when it is not in the data directory.

use anyhow::{Context, Result};
use ciclo_store::Postgres;
use clap::Args;
use std::fs;
use std::path::PathBuf;

/// A PostgreSQL database of the service's own.
#[derive(Args, Clone, Debug)]
pub struct DatabaseArgs {
    /// The service's PostgreSQL database, as `postgres://role@host:5432/database`; a SQLite file in the data directory when left out.
    #[arg(long, env = "CICLO_DATABASE_URL", hide_env_values = true)]
    database_url: Option<SecretUrl>,
    /// A file with the role's password.
    #[arg(long, env = "CICLO_DATABASE_PASSWORD_FILE")]
    database_password_file: Option<PathBuf>,
    /// Connections that read, at most; one more writes and one listens.
    #[arg(long, env = "CICLO_DATABASE_CONNECTIONS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=200))]
    database_connections: u32,
    /// Bring the schema up to date at the start; otherwise one that is behind is refused, until `ciclo migrate` has run.
    #[arg(long, env = "CICLO_MIGRATE", default_value_t = true, action = clap::ArgAction::Set)]
    migrate: bool,
}

/// A URL that may hold a password, and so is never shown.
#[derive(Clone)]
struct SecretUrl(String);

impl std::fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

impl From<String> for SecretUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl DatabaseArgs {
    /// The database, if there is one; what is wrong with it.
    pub fn place(&self) -> Result<Option<Postgres>> {
        let Some(SecretUrl(url)) = &self.database_url else {
            if self.database_password_file.is_some() {
                anyhow::bail!("CICLO_DATABASE_PASSWORD_FILE is of use with CICLO_DATABASE_URL only");
            }
            return Ok(None);
        };
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            anyhow::bail!("CICLO_DATABASE_URL: it begins with postgres://");
        }
        let file = self.database_password_file.as_ref();
        let password = file.map(|file| secret("CICLO_DATABASE_PASSWORD_FILE", file)).transpose()?;
        let connections = self.database_connections;
        Ok(Some(Postgres { url: url.clone(), password, connections, migrate: self.migrate }))
    }
}

/// A secret from a file, without the line's end that editors put there.
pub fn secret(name: &str, file: &PathBuf) -> Result<String> {
    let text = fs::read_to_string(file).with_context(|| format!("{name}={}", file.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
