//! What a service has taken in of its neighbours' logs: its position in each,
//! the last version applied per record, and the events it had to park.

use crate::backend::Whose;
use crate::database::Database;
use crate::error::Result;
use crate::log::LogRow;
use crate::sql::{col, instant};
use crate::tx::Tx;
use ciclo_kernel::Timestamp;
use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, OnConflict, Order, Query, Value};
use sea_orm::{ConnectionTrait, QueryResult};

/// An event that could not be applied, with its reason. It holds back the
/// later events of its own record only.
#[derive(Clone, PartialEq, Debug)]
pub struct Parked {
    /// The neighbour whose event it is.
    pub source: String,
    /// The record it is about.
    pub record_id: String,
    /// The record's version after it.
    pub record_version: u64,
    /// The tenant.
    pub tenant: String,
    /// The event's id.
    pub event_id: String,
    /// The contract's name of the event.
    pub event_type: String,
    /// Why it was parked.
    pub reason: String,
    /// How often it was tried.
    pub tries: u32,
    /// Since when it is parked.
    pub parked_at: Timestamp,
    /// The event as it came.
    pub envelope: Vec<u8>,
}

/// How an event's version stands to what was applied of its record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrival {
    /// The next version: apply it.
    Next,
    /// Applied before: drop it.
    Duplicate,
    /// A version is missing between: `applied` was the last.
    Gap {
        /// The last version applied; 0 for none.
        applied: u64,
    },
    /// An earlier event of this record is parked.
    Behind,
}

impl Tx {
    /// How an event of a neighbour arrives.
    pub async fn arrival(&self, source: &str, row: &LogRow) -> Result<Arrival> {
        let select = Query::select()
            .column(col("record_version"))
            .from(col("inbox"))
            .and_where(Expr::col(col("source")).eq(source))
            .and_where(Expr::col(col("record_id")).eq(row.record_id.as_str()))
            .take();
        let applied = match self.db().query_one(&select).await? {
            Some(found) => found.try_get::<i64>("", "record_version")?.unsigned_abs(),
            None => 0,
        };
        Ok(if row.record_version <= applied {
            Arrival::Duplicate
        } else if row.record_version == applied + 1 {
            Arrival::Next
        } else if self.has_parked(source, &row.record_id).await? {
            Arrival::Behind
        } else {
            Arrival::Gap { applied }
        })
    }

    async fn has_parked(&self, source: &str, record_id: &str) -> Result<bool> {
        let select = Query::select()
            .column(col("record_version"))
            .from(col("parked"))
            .and_where(Expr::col(col("source")).eq(source))
            .and_where(Expr::col(col("record_id")).eq(record_id))
            .limit(1)
            .take();
        Ok(self.db().query_one(&select).await?.is_some())
    }

    /// Notes that a version of a neighbour's record is applied, in the transaction of the effect.
    pub async fn applied(&self, source: &str, row: &LogRow) -> Result<()> {
        let values: [Value; 3] =
            [source.into(), row.record_id.as_str().into(), row.record_version.cast_signed().into()];
        let insert = Query::insert()
            .into_table(col("inbox"))
            .columns(["source", "record_id", "record_version"].map(col))
            .values_panic(values.map(Expr::val))
            .on_conflict(
                OnConflict::columns(["source", "record_id"].map(col))
                    .update_column(col("record_version"))
                    .to_owned(),
            )
            .take();
        self.db().execute(&insert).await?;
        Ok(())
    }

    /// Parks an event, or notes another failed try of one that is parked.
    pub async fn park(
        &self,
        source: &str,
        row: &LogRow,
        reason: &str,
        tries: u32,
        envelope: Vec<u8>,
    ) -> Result<()> {
        let values: [Value; 10] = [
            source.into(),
            row.record_id.as_str().into(),
            row.record_version.cast_signed().into(),
            row.tenant.as_str().into(),
            row.event_id.as_str().into(),
            row.event_type.as_str().into(),
            reason.into(),
            i64::from(tries).into(),
            self.now().as_microsecond().into(),
            envelope.into(),
        ];
        let insert = Query::insert()
            .into_table(col("parked"))
            .columns(PARKED.map(col))
            .values_panic(values.map(Expr::val))
            .on_conflict(
                OnConflict::columns(["source", "record_id", "record_version"].map(col))
                    .update_columns(["reason", "tries"].map(col))
                    .to_owned(),
            )
            .take();
        // Of the event's tenant, who may not be the one that is acted for.
        self.see(Whose::All).await?;
        self.db().execute(&insert).await?;
        self.see(Whose::Tenant(self.tenant())).await
    }

    /// Takes an event out of the parked ones.
    pub async fn unpark(&self, source: &str, row: &LogRow) -> Result<()> {
        let delete = Query::delete()
            .from_table(col("parked"))
            .and_where(Expr::col(col("source")).eq(source))
            .and_where(Expr::col(col("record_id")).eq(row.record_id.as_str()))
            .and_where(Expr::col(col("record_version")).eq(row.record_version))
            .take();
        self.db().execute(&delete).await?;
        Ok(())
    }

    /// Moves the position in a neighbour's log forward.
    pub async fn set_position(&self, source: &str, sequence: u64) -> Result<()> {
        let values: [Value; 2] = [source.into(), sequence.cast_signed().into()];
        let insert = Query::insert()
            .into_table(col("position"))
            .columns(["source", "sequence"].map(col))
            .values_panic(values.map(Expr::val))
            .on_conflict(OnConflict::column(col("source")).update_column(col("sequence")).to_owned())
            .take();
        self.db().execute(&insert).await?;
        Ok(())
    }
}

const PARKED: [&str; 10] = [
    "source",
    "record_id",
    "record_version",
    "tenant",
    "event_id",
    "event_type",
    "reason",
    "tries",
    "parked_at",
    "envelope",
];

fn parked(row: &QueryResult) -> Result<Parked> {
    Ok(Parked {
        source: row.try_get("", "source")?,
        record_id: row.try_get("", "record_id")?,
        record_version: row.try_get::<i64>("", "record_version")?.unsigned_abs(),
        tenant: row.try_get("", "tenant")?,
        event_id: row.try_get("", "event_id")?,
        event_type: row.try_get("", "event_type")?,
        reason: row.try_get("", "reason")?,
        tries: u32::try_from(row.try_get::<i64>("", "tries")?).unwrap_or(u32::MAX),
        parked_at: instant(row.try_get("", "parked_at")?)?,
        envelope: row.try_get("", "envelope")?,
    })
}

impl Database {
    /// The position in a neighbour's log: the last sequence taken in.
    pub async fn position(&self, source: &str) -> Result<u64> {
        let select = Query::select()
            .column(col("sequence"))
            .from(col("position"))
            .and_where(Expr::col(col("source")).eq(source))
            .take();
        let row = self.read_all("position").await?.query_one(&select).await?;
        Ok(row.map_or(Ok(0), |row| row.try_get::<i64>("", "sequence"))?.unsigned_abs())
    }

    /// Parked events, of one tenant or of all, oldest versions first.
    pub async fn parked(&self, tenant: Option<&str>, limit: u64) -> Result<Vec<Parked>> {
        let mut select = Query::select()
            .columns(PARKED.map(col))
            .from(col("parked"))
            .order_by(col("parked_at"), Order::Asc)
            .order_by(col("record_version"), Order::Asc)
            .limit(limit)
            .take();
        if let Some(tenant) = tenant {
            select.and_where(Expr::col(col("tenant")).eq(tenant));
        }
        self.read_all("parked").await?.query_all(&select).await?.iter().map(parked).collect()
    }

    /// Counts the parked events for [`crate::Gauges`], with the instant since when the oldest is parked.
    pub async fn look_at_parked(&self) -> Result<()> {
        let select = Query::select()
            .expr_as(Expr::col(Asterisk).count(), col("n"))
            .expr_as(Expr::col(col("parked_at")).min(), col("oldest"))
            .from(col("parked"))
            .take();
        let row = self.read_all("parked").await?.query_one(&select).await?;
        let Some(row) = row else { return Ok(()) };
        let oldest: Option<i64> = row.try_get("", "oldest")?;
        let count: i64 = row.try_get("", "n")?;
        self.gauges().are_parked(count.unsigned_abs(), oldest.map(instant).transpose()?);
        Ok(())
    }

    /// The parked events of one record, oldest version first.
    pub async fn parked_of(&self, source: &str, record_id: &str) -> Result<Vec<Parked>> {
        let select = Query::select()
            .columns(PARKED.map(col))
            .from(col("parked"))
            .and_where(Expr::col(col("source")).eq(source))
            .and_where(Expr::col(col("record_id")).eq(record_id))
            .order_by(col("record_version"), Order::Asc)
            .take();
        self.read_all("parked").await?.query_all(&select).await?.iter().map(parked).collect()
    }
}
