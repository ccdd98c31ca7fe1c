//! The spans of what a database does, by the semantic conventions for database
//! clients: no SQL, and no values.

use crate::error::{Error, Result};
use ciclo_kernel::trace_target;
use sea_orm::{DbBackend, DbErr};
use tracing::field::Empty;
use tracing::{Span, info_span};

/// The conventions' name of a kind of database.
pub(crate) fn system(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "postgresql",
        _ => "sqlite",
    }
}

/// A statement that reads a table.
pub(crate) fn read(system: &'static str, service: &'static str, table: &'static str) -> Span {
    info_span!(
        target: trace_target!(),
        "SELECT",
        otel.name = format!("SELECT {table}"),
        otel.kind = "client",
        otel.status_code = Empty,
        error.type = Empty,
        db.system.name = system,
        db.namespace = service,
        db.operation.name = "SELECT",
        db.collection.name = table,
        ciclo.service = service,
    )
}

/// The transaction of one command, from the moment it is sent until it is on the disk.
pub(crate) fn command(system: &'static str, service: &'static str) -> Span {
    info_span!(
        target: trace_target!(),
        "TRANSACTION",
        otel.name = format!("TRANSACTION {service}"),
        otel.kind = "client",
        otel.status_code = Empty,
        error.type = Empty,
        db.system.name = system,
        db.namespace = service,
        db.operation.name = "TRANSACTION",
        db.operation.batch.size = Empty,
        ciclo.service = service,
    )
}

/// Notes how many commands shared the commit; by the conventions one alone is no batch.
pub(crate) fn together(span: &Span, commands: usize) {
    if commands > 1 {
        span.record("db.operation.batch.size", i64::try_from(commands).unwrap_or(i64::MAX));
    }
}

/// Notes a fault of the database.
pub(crate) fn failed(span: &Span, fault: &DbErr) {
    mark(
        span,
        match fault {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => "connection",
            DbErr::Exec(_) | DbErr::Query(_) => "statement",
            _ => "_OTHER",
        },
    );
}

/// Notes how a command ended. One that was refused did not fail.
pub(crate) fn ended<T>(span: &Span, outcome: &Result<T>) {
    match outcome {
        // One that waits for a neighbour's record is tried again.
        Ok(_) | Err(Error::Refused(_) | Error::NotArrived { .. }) => {}
        Err(Error::Database(fault)) => failed(span, fault),
        Err(Error::Commit(_)) => mark(span, "commit"),
        Err(Error::Corrupt(_)) => mark(span, "corrupt"),
        Err(_) => mark(span, "_OTHER"),
    }
}

fn mark(span: &Span, kind: &'static str) {
    span.record("error.type", kind);
    span.record("otel.status_code", "ERROR");
}
