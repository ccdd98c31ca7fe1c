//! What can go wrong with a command or a read: refused, or a fault.

use ciclo_kernel::{Code, Corrupt, Refusal};
use sea_orm::{DbErr, RuntimeErr};
use std::path::PathBuf;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Refusals are the client's to mend, faults are ours.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The client asked for what cannot be done; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something stored or received cannot be read.
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// The database's file cannot be opened for writing.
    #[error("the database file {file} cannot be opened for writing: {why}")]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The database was migrated further by a newer version of this program.
    #[error(
        "the data was written by a newer version of Ciclo (its schema has `{0}`, which this version does not know)"
    )]
    Newer(String),
    /// The database's lane of writes has ended: the process is stopping.
    #[error("the service is stopping")]
    Stopping,
    /// A transaction that others shared failed to commit; nothing of it was kept.
    #[error("the commit failed: {0}")]
    Commit(String),
}

/// SQLite's primary result codes that say "not now" rather than "wrong".
const PASSING: [&str; 6] = ["5", "6", "8", "10", "13", "14"];

impl Error {
    /// Whether the same request may succeed later: the database is away, busy, full or read-only.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Stopping | Self::Commit(_) => true,
            Self::Refused(refusal) => refusal.code == Code::Unavailable,
            Self::Corrupt(_) | Self::File { .. } | Self::Newer(_) => false,
            Self::Database(DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) => true,
            Self::Database(
                DbErr::Exec(RuntimeErr::SqlxError(fault)) | DbErr::Query(RuntimeErr::SqlxError(fault)),
            ) => match fault.as_ref() {
                sea_orm::sqlx::Error::Database(fault) => fault
                    .code()
                    .and_then(|code| code.parse::<u32>().ok())
                    .is_some_and(|code| PASSING.contains(&(code & 0xff).to_string().as_str())),
                sea_orm::sqlx::Error::Io(_)
                | sea_orm::sqlx::Error::PoolTimedOut
                | sea_orm::sqlx::Error::PoolClosed
                | sea_orm::sqlx::Error::WorkerCrashed => true,
                _ => false,
            },
            Self::Database(_) => false,
        }
    }
}
