//! What can go wrong with a command or a read: refused, or a fault.

use ciclo_kernel::{Code, Corrupt, Refusal, Timestamp};
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
    /// A neighbour's record is not known here: there is none, or its event is still on its way.
    #[error("no {type_name} {id}")]
    NotArrived {
        /// The record's type.
        type_name: &'static str,
        /// The record's id.
        id: String,
        /// When the record was made, by its id.
        made: Option<Timestamp>,
    },
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
    /// The database orders text by a language's rules.
    #[error("the database's locale is `{0}`, and its order of text would differ: create it with LOCALE 'C'")]
    Locale(String),
    /// The schema is behind, and opening may not change it.
    #[error("the schema lacks {0}: run `ciclo migrate` first")]
    Behind(String),
    /// All connections were in use for too long.
    #[error("no connection to the database became free")]
    Busy,
    /// The database's lane of writes has ended: the process is stopping.
    #[error("the service is stopping")]
    Stopping,
    /// A transaction that others shared failed to commit; nothing of it was kept.
    #[error("the commit failed: {0}")]
    Commit(String),
}

/// SQLite's primary result codes that say "not now" rather than "wrong".
const PASSING: [u32; 6] = [5, 6, 8, 10, 13, 14];
/// PostgreSQL's classes of SQLSTATE that do: connection, transaction rolled back,
/// resources, not in the right state, operator intervention, system; and a
/// connection that was made again and has no wall yet.
const PASSING_CLASSES: [&str; 7] = ["08", "25", "40", "53", "55", "57", "58"];
const NO_WALL: &str = "42704";

/// Whether a database's own code says "not now": five characters are a SQLSTATE.
fn is_passing_code(code: &str) -> bool {
    match code.len() {
        5 => code == NO_WALL || PASSING_CLASSES.iter().any(|class| code.starts_with(class)),
        _ => code.parse::<u32>().is_ok_and(|code| PASSING.contains(&(code & 0xff))),
    }
}

impl Error {
    /// Whether the same request may succeed later: the database is away, busy, full or read-only.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Stopping | Self::Commit(_) | Self::Busy => true,
            Self::Refused(refusal) => refusal.code == Code::Unavailable,
            Self::NotArrived { .. }
            | Self::Corrupt(_)
            | Self::File { .. }
            | Self::Newer(_)
            | Self::Locale(_)
            | Self::Behind(_) => false,
            Self::Database(DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) => true,
            Self::Database(
                DbErr::Exec(RuntimeErr::SqlxError(fault)) | DbErr::Query(RuntimeErr::SqlxError(fault)),
            ) => match fault.as_ref() {
                sea_orm::sqlx::Error::Database(fault) => {
                    fault.code().is_some_and(|code| is_passing_code(&code))
                }
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
