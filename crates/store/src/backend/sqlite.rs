//! A SQLite file: one process has it, so its one lane is the one writer.

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, DatabaseConnection, DbErr};
use std::path::Path;
use std::time::Duration;

/// Connections that read.
pub(crate) const READERS: u32 = 4;

/// SQLite would open a file that it may not write, and fail at the first command: this fails at once.
pub(crate) fn may_write(file: &Path) -> std::io::Result<()> {
    std::fs::File::options().append(true).create(true).open(file).map(|_| ())
}

/// Connects to a file with at most so many connections.
pub(crate) async fn connect(file: &Path, connections: u32) -> Result<DatabaseConnection, DbErr> {
    // The path is set below: in a URL, some of its characters would mean something else.
    let mut options = ConnectOptions::new("sqlite://file");
    let path = file.to_owned();
    options
        .min_connections(1)
        .max_connections(connections)
        .sqlx_logging(false)
        .acquire_timeout(Duration::from_secs(5))
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // Full: what is acknowledged is on the disk, power cut or not.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .statement_cache_capacity(256)
        });
    sea_orm::Database::connect(options).await
}
