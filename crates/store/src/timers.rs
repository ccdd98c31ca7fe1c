//! Instants at which a record wants to be looked at again. The table is an
//! index over facts that the records hold: losing it loses nothing but time.

use crate::database::Database;
use crate::error::Result;
use crate::sql::{col, instant};
use crate::tx::Tx;
use ciclo_kernel::{Tenant, Timestamp};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query, Value};

/// A timer that is due.
#[derive(Clone, PartialEq, Debug)]
pub struct Timer {
    /// The record's tenant.
    pub tenant: Tenant,
    /// The record.
    pub record_id: String,
    /// What it is for; a record has at most one of a kind.
    pub kind: String,
    /// When it was due.
    pub due_at: Timestamp,
}

impl Tx {
    /// Sets, moves or (with `None`) clears a record's timer.
    pub async fn set_timer(&self, record_id: &str, kind: &'static str, due: Option<Timestamp>) -> Result<()> {
        let Some(due) = due else {
            let delete = Query::delete()
                .from_table(col("timer"))
                .and_where(Expr::col(col("tenant")).eq(self.tenant()))
                .and_where(Expr::col(col("record_id")).eq(record_id))
                .and_where(Expr::col(col("kind")).eq(kind))
                .take();
            self.db().execute(&delete).await?;
            return Ok(());
        };
        let values: [Value; 4] =
            [self.tenant().into(), record_id.into(), kind.into(), due.as_microsecond().into()];
        let insert = Query::insert()
            .into_table(col("timer"))
            .columns(["tenant", "record_id", "kind", "due_at"].map(col))
            .values_panic(values.map(Expr::val))
            .on_conflict(
                OnConflict::columns(["tenant", "record_id", "kind"].map(col))
                    .update_column(col("due_at"))
                    .to_owned(),
            )
            .take();
        self.db().execute(&insert).await?;
        Ok(())
    }
}

impl Database {
    /// The earliest timers of all tenants, at most `limit`, due or not.
    pub async fn next_timers(&self, limit: u64) -> Result<Vec<Timer>> {
        let select = Query::select()
            .columns(["tenant", "record_id", "kind", "due_at"].map(col))
            .from(col("timer"))
            .order_by(col("due_at"), Order::Asc)
            .limit(limit)
            .take();
        let rows = self.read_all("timer").await?.query_all(&select).await?;
        let timers: Result<Vec<Timer>> = rows
            .iter()
            .map(|row| {
                Ok(Timer {
                    tenant: Tenant::parse(&row.try_get::<String>("", "tenant")?)?,
                    record_id: row.try_get("", "record_id")?,
                    kind: row.try_get("", "kind")?,
                    due_at: instant(row.try_get("", "due_at")?)?,
                })
            })
            .collect();
        let timers = timers?;
        self.gauges().next_timer(timers.first().map(|timer| timer.due_at));
        Ok(timers)
    }
}
