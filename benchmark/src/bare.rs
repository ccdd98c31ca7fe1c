//! What SQLite itself does with the same rows: a transaction that inserts an
//! incident and its event, copied from the suite's own tables, one after the other.

use crate::effort::Effort;
use anyhow::{Context, Result};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow, SqliteSynchronous,
};
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, Executor, Row};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long it is measured.
const MEASURED: Duration = Duration::from_secs(4);

/// Transactions a second in a file of its own in a directory, with the suite's rows and, when
/// asked for, its indexes.
pub async fn rate(operations: &Path, directory: &Path, indexes: bool, effort: Effort) -> Result<f64> {
    let mut from = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(operations)).await?;
    let file = directory.join(if indexes { "indexed.sqlite" } else { "plain.sqlite" });
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut to = SqliteConnection::connect_with(&options).await?;
    let incident = Table::copied(&mut from, &mut to, "incident", indexes).await?;
    let log = Table::copied(&mut from, &mut to, "log", indexes).await?;
    let (begun, mut done) = (Instant::now(), 0u32);
    while begun.elapsed() < effort.time(MEASURED) {
        done += 1;
        let mut both = to.begin().await?;
        incident.insert(&mut both, done).await?;
        log.insert(&mut both, done).await?;
        both.commit().await?;
    }
    Ok(f64::from(done) / begun.elapsed().as_secs_f64())
}

/// A table of the suite, and one of its rows.
struct Table {
    insert: String,
    row: SqliteRow,
    columns: Vec<(String, String)>,
}

impl Table {
    /// Makes the same table, and takes its newest row.
    async fn copied(
        from: &mut SqliteConnection,
        to: &mut SqliteConnection,
        name: &str,
        indexes: bool,
    ) -> Result<Self> {
        let made =
            "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC";
        for made in sqlx::query(made).bind(name).fetch_all(&mut *from).await? {
            if indexes || made.get::<String, _>("type") == "table" {
                to.execute(AssertSqlSafe(made.get::<String, _>("sql"))).await?;
            }
        }
        let columns: Vec<(String, String)> = sqlx::query("SELECT name, type FROM pragma_table_info(?)")
            .bind(name)
            .fetch_all(&mut *from)
            .await?
            .iter()
            .map(|column| (column.get("name"), column.get::<String, _>("type").to_lowercase()))
            .filter(|(column, _): &(String, String)| column != "sequence")
            .collect();
        let whose = if name == "log" { "WHERE record_type = 'Incident'" } else { "" };
        let newest = format!("SELECT * FROM {name} {whose} ORDER BY rowid DESC LIMIT 1");
        let row = from.fetch_optional(AssertSqlSafe(newest)).await?.context("a row")?;
        let names: Vec<_> = columns.iter().map(|(column, _)| format!("\"{column}\"")).collect();
        let marks = vec!["?"; columns.len()].join(", ");
        let insert = format!("INSERT INTO {name} ({}) VALUES ({marks})", names.join(", "));
        Ok(Self { insert, row, columns })
    }

    /// Inserts the row once more, under another id of the same size.
    async fn insert(&self, to: &mut SqliteConnection, number: u32) -> Result<()> {
        let mut insert = sqlx::query(AssertSqlSafe(self.insert.as_str()));
        for (column, kind) in &self.columns {
            let column = column.as_str();
            insert = if kind.contains("blob") {
                insert.bind(self.row.get::<Vec<u8>, _>(column))
            } else if kind.contains("int") {
                insert.bind(self.row.get::<Option<i64>, _>(column))
            } else {
                let mut text = self.row.get::<Option<String>, _>(column);
                if let Some(text) =
                    text.as_mut().filter(|_| ["id", "record_id", "event_id"].contains(&column))
                {
                    text.truncate(text.len().saturating_sub(10));
                    text.push_str(&format!("{number:010}"));
                }
                insert.bind(text)
            };
        }
        insert.execute(to).await?;
        Ok(())
    }
}
