//! Where each ticket stands in a queue. Never edited once landed: a new column is a new migration.

use ciclo_store::schema::Kind::{OptionalInt, OptionalText};
use ciclo_store::schema::{add_columns, add_plain_columns, index_where_present};
use sea_orm_migration::prelude::*;

pub struct Queues;

impl MigrationName for Queues {
    fn name(&self) -> &'static str {
        "m0009_queues"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Queues {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "problem", &[("group_name", OptionalText), ("person", OptionalText)]).await?;
        add_columns(manager, "service_request", &[("priority", OptionalInt)]).await?;
        for (table, states, by) in [
            (
                "incident",
                "'NEW', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'",
                &[None, Some("group_name"), Some("person")][..],
            ),
            (
                "problem",
                "'NEW', 'ASSESS', 'ROOT_CAUSE_ANALYSIS', 'FIX_IN_PROGRESS'",
                &[None, Some("group_name"), Some("person")],
            ),
            ("service_request", "'APPROVED', 'IN_FULFILMENT', 'ON_HOLD'", &[None]),
        ] {
            let columns = [("queue_at", OptionalInt), ("due_kind", OptionalText)];
            add_plain_columns(manager, table, &columns).await?;
            // What is open is in a queue; what is due of it, it says from its next change on.
            let open =
                format!("UPDATE \"{table}\" SET \"queue_at\" = {} WHERE \"state\" IN ({states})", i64::MAX);
            manager.get_connection().execute_unprepared(&open).await?;
            for by in by {
                index_where_present(manager, table, *by, "queue_at").await?;
            }
        }
        Ok(())
    }
}
