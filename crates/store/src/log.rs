//! The append-only event log of a service. One table is the outbox, the audit
//! trail, the past, the feed of subscriptions and the source of a replay.

use crate::error::Result;
use crate::sql::{col, instant};
use ciclo_kernel::{Code, Refusal, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, QueryResult};

/// A row of the log: an event and the record as it is after.
#[derive(Clone, PartialEq, Debug)]
pub struct LogRow {
    /// Its place; grows, with holes.
    pub sequence: u64,
    /// The event's id.
    pub event_id: String,
    /// The tenant that owns the record.
    pub tenant: String,
    /// The record's type: `Incident`.
    pub record_type: String,
    /// The record's id.
    pub record_id: String,
    /// The record's version after the event.
    pub record_version: u64,
    /// The contract's name of the event.
    pub event_type: String,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// The W3C trace context; empty when there was none.
    pub traceparent: String,
    /// The contract's message.
    pub payload: Vec<u8>,
}

/// A place in one service's log, as subscribers hold it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position(pub u64);

impl Position {
    /// The cursor that a client gets.
    #[must_use]
    pub fn cursor(self, service: &str) -> String {
        format!("{service}.{}", self.0)
    }

    /// Reads a cursor that this service gave.
    pub fn parse(service: &str, text: &str) -> Result<Self, Refusal> {
        text.strip_prefix(service)
            .and_then(|rest| rest.strip_prefix('.'))
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse::<i64>().ok())
            .map(|sequence| Self(sequence.unsigned_abs()))
            .ok_or_else(|| {
                Refusal::new(Code::BadCursor, "`after` is not a cursor of this subscription")
                    .with("field", "after")
            })
    }
}

fn rows() -> SelectStatement {
    let columns = [
        "sequence",
        "event_id",
        "tenant",
        "record_type",
        "record_id",
        "record_version",
        "event_type",
        "at",
        "actor",
        "traceparent",
        "payload",
    ];
    Query::select().columns(columns.map(col)).from(col("log")).take()
}

fn row(found: &QueryResult) -> Result<LogRow> {
    Ok(LogRow {
        sequence: found.try_get::<i64>("", "sequence")?.unsigned_abs(),
        event_id: found.try_get("", "event_id")?,
        tenant: found.try_get("", "tenant")?,
        record_type: found.try_get("", "record_type")?,
        record_id: found.try_get("", "record_id")?,
        record_version: found.try_get::<i64>("", "record_version")?.unsigned_abs(),
        event_type: found.try_get("", "event_type")?,
        at: instant(found.try_get("", "at")?)?,
        actor: found.try_get("", "actor")?,
        traceparent: found.try_get("", "traceparent")?,
        payload: found.try_get("", "payload")?,
    })
}

/// A sequence as the database counts them; one beyond its numbers is beyond every row.
fn place(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

/// Rows after a sequence, in order, of all tenants: for the relay and for replay.
pub async fn after(db: &impl ConnectionTrait, sequence: u64, limit: u64) -> Result<Vec<LogRow>> {
    let select = rows()
        .and_where(Expr::col(col("sequence")).gt(place(sequence)))
        .order_by(col("sequence"), Order::Asc)
        .limit(limit)
        .take();
    db.query_all(&select).await?.iter().map(row).collect()
}

/// Rows after a sequence of one tenant's records of one type, and of one record if given.
pub async fn of_types_after(
    db: &impl ConnectionTrait,
    tenant: &str,
    record_types: &[&str],
    record_id: Option<&str>,
    sequence: u64,
    limit: u64,
) -> Result<Vec<LogRow>> {
    let mut select = rows();
    select
        .and_where(Expr::col(col("tenant")).eq(tenant))
        .and_where(Expr::col(col("record_type")).is_in(record_types.iter().copied()))
        .and_where(Expr::col(col("sequence")).gt(place(sequence)))
        .order_by(col("sequence"), Order::Asc)
        .limit(limit);
    if let Some(id) = record_id {
        select.and_where(Expr::col(col("record_id")).eq(id));
    }
    db.query_all(&select).await?.iter().map(row).collect()
}

/// All rows of a record up to a version, oldest first.
pub async fn of_record(db: &impl ConnectionTrait, tenant: &str, id: &str, limit: u64) -> Result<Vec<LogRow>> {
    let select = rows()
        .and_where(Expr::col(col("tenant")).eq(tenant))
        .and_where(Expr::col(col("record_id")).eq(id))
        .order_by(col("record_version"), Order::Asc)
        .limit(limit)
        .take();
    db.query_all(&select).await?.iter().map(row).collect()
}

/// The row of a record at a version.
pub async fn at_version(
    db: &impl ConnectionTrait,
    tenant: &str,
    id: &str,
    version: u64,
) -> Result<Option<LogRow>> {
    let select = rows()
        .and_where(Expr::col(col("tenant")).eq(tenant))
        .and_where(Expr::col(col("record_id")).eq(id))
        .and_where(Expr::col(col("record_version")).eq(version))
        .take();
    db.query_one(&select).await?.as_ref().map(row).transpose()
}

/// The newest row of a record at or before an instant.
pub async fn as_of(
    db: &impl ConnectionTrait,
    tenant: &str,
    id: &str,
    at: Timestamp,
) -> Result<Option<LogRow>> {
    let select = rows()
        .and_where(Expr::col(col("tenant")).eq(tenant))
        .and_where(Expr::col(col("record_id")).eq(id))
        .and_where(Expr::col(col("at")).lte(at.as_microsecond()))
        .order_by(col("record_version"), Order::Desc)
        .limit(1)
        .take();
    db.query_one(&select).await?.as_ref().map(row).transpose()
}

/// The newest sequence; 0 for an empty log.
pub async fn last_sequence(db: &impl ConnectionTrait) -> Result<u64> {
    let select =
        Query::select().expr_as(Expr::col(col("sequence")).max(), col("last")).from(col("log")).take();
    let last: Option<i64> = match db.query_one(&select).await? {
        Some(row) => row.try_get("", "last")?,
        None => None,
    };
    Ok(last.unwrap_or(0).unsigned_abs())
}
