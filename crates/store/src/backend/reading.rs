//! A connection for one statement: lent by the readers, seen as a span.

use super::{Readers, postgres};
use crate::gauges::Lent;
use crate::spans;
use async_trait::async_trait;
use ciclo_kernel::trace;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tracing::Span;

/// What reads, and what it reads from.
#[derive(Clone, Copy)]
pub(crate) struct Purpose {
    /// The service.
    pub service: &'static str,
    /// The table.
    pub table: &'static str,
}

/// A connection for one statement.
pub(crate) struct Reading<'a> {
    pub(super) connection: Connection<'a>,
    pub(super) purpose: Purpose,
    pub(super) _lent: Lent<'a>,
}

/// A connection as the readers lend it.
pub(super) enum Connection<'a> {
    File(&'a DatabaseConnection),
    Postgres(postgres::Lease<'a>),
}

impl Reading<'_> {
    /// The connection itself.
    pub(crate) fn connection(&self) -> &DatabaseConnection {
        match &self.connection {
            Connection::File(connection) => connection,
            Connection::Postgres(lease) => lease.connection(),
        }
    }

    /// Runs a statement as a span of the trace that it belongs to, if it belongs to one.
    async fn seen<T>(&self, statement: impl Future<Output = Result<T, DbErr>> + Send) -> Result<T, DbErr> {
        let Purpose { service, table } = self.purpose;
        let span = || spans::read(spans::system(self.get_database_backend()), service, table);
        trace::spanned_inside(span, async {
            let outcome = statement.await;
            if let Err(fault) = &outcome {
                spans::failed(&Span::current(), fault);
            }
            outcome
        })
        .await
    }
}

#[async_trait]
impl ConnectionTrait for Reading<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.connection().get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.seen(self.connection().execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.seen(self.connection().execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.seen(self.connection().query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.seen(self.connection().query_all_raw(statement)).await
    }
}

impl Readers {
    /// How many connections there are at most.
    pub(crate) fn most(&self) -> u64 {
        match self {
            Self::File(_) => u64::from(super::sqlite::READERS),
            Self::Postgres(readers) => readers.most(),
        }
    }
}
