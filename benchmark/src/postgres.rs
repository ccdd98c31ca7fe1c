//! What PostgreSQL itself does with the same rows: clients with a connection
//! each, whose transactions insert an incident and its event, one after the other.

use crate::effort::Effort;
use anyhow::{Context, Result};
use ciclo_store::Postgres;
use futures::future::try_join_all;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, Executor, Row};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long it is measured.
const MEASURED: Duration = Duration::from_secs(6);

/// A connection as the service's role, that sees everybody's rows.
pub async fn connect(place: &Postgres) -> Result<PgConnection> {
    let mut options: PgConnectOptions = place.url.parse()?;
    if let Some(password) = &place.password {
        options = options.password(password);
    }
    let mut connection = PgConnection::connect_with(&options).await?;
    connection.execute("SELECT set_config('ciclo.tenant', '*', false)").await?;
    Ok(connection)
}

/// Transactions a second of so many clients, in copies of the service's tables with their indexes.
pub async fn rate(place: &Postgres, clients: usize, effort: Effort) -> Result<f64> {
    let mut first = connect(place).await?;
    let incident = Arc::new(Table::copied(&mut first, "incident").await?);
    let log = Arc::new(Table::copied(&mut first, "log").await?);
    let number = Arc::new(AtomicU64::new(0));
    let connections = try_join_all((0..clients).map(|_| connect(place))).await?;
    let begun = Instant::now();
    let until = begun + effort.time(MEASURED);
    let workers = connections.into_iter().map(|mut connection| {
        let (incident, log, number) = (incident.clone(), log.clone(), number.clone());
        tokio::spawn(async move {
            let mut done = 0u32;
            while Instant::now() < until {
                let number = number.fetch_add(1, Ordering::Relaxed);
                let mut both = connection.begin().await?;
                incident.insert(&mut both, number).await?;
                log.insert(&mut both, number).await?;
                both.commit().await?;
                done += 1;
            }
            anyhow::Ok(done)
        })
    });
    let workers: Vec<_> = workers.collect();
    let mut done = 0.0;
    for worker in workers {
        done += f64::from(worker.await??);
    }
    Ok(done / begun.elapsed().as_secs_f64())
}

/// A table of the service, and one of its rows.
struct Table {
    insert: String,
    row: PgRow,
    columns: Vec<(String, String)>,
}

impl Table {
    /// Makes the same table beside it, and takes its newest row.
    async fn copied(connection: &mut PgConnection, name: &str) -> Result<Self> {
        let make = format!("CREATE TABLE bare_{name} (LIKE {name} INCLUDING ALL)");
        connection.execute(AssertSqlSafe(make)).await?;
        let asked = "SELECT column_name, data_type FROM information_schema.columns \
                     WHERE table_name = $1 AND column_name <> 'sequence' ORDER BY ordinal_position";
        let columns: Vec<(String, String)> = sqlx::query(asked)
            .bind(name)
            .fetch_all(&mut *connection)
            .await?
            .iter()
            .map(|column| (column.get(0), column.get(1)))
            .collect();
        let (whose, order) =
            if name == "log" { ("WHERE record_type = 'Incident'", "sequence") } else { ("", "id") };
        let newest = format!("SELECT * FROM {name} {whose} ORDER BY {order} DESC LIMIT 1");
        let row = connection.fetch_optional(AssertSqlSafe(newest)).await?.context("a row")?;
        let names: Vec<_> = columns.iter().map(|(column, _)| format!("\"{column}\"")).collect();
        let marks: Vec<_> = (1..=columns.len()).map(|place| format!("${place}")).collect();
        let insert = format!("INSERT INTO bare_{name} ({}) VALUES ({})", names.join(", "), marks.join(", "));
        Ok(Self { insert, row, columns })
    }

    /// Inserts the row once more, under another id of the same size.
    async fn insert(&self, to: &mut PgConnection, number: u64) -> Result<()> {
        let mut insert = sqlx::query(AssertSqlSafe(self.insert.as_str()));
        for (column, kind) in &self.columns {
            let column = column.as_str();
            insert = match kind.as_str() {
                "bytea" => insert.bind(self.row.get::<Vec<u8>, _>(column)),
                "bigint" => insert.bind(self.row.get::<Option<i64>, _>(column)),
                _ => {
                    let mut text = self.row.get::<Option<String>, _>(column);
                    if let Some(text) =
                        text.as_mut().filter(|_| ["id", "record_id", "event_id"].contains(&column))
                    {
                        text.truncate(text.len().saturating_sub(10));
                        text.push_str(&format!("{number:010}"));
                    }
                    insert.bind(text)
                }
            };
        }
        insert.execute(to).await?;
        Ok(())
    }
}
