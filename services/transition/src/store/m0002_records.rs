//! The tables of transition's records. Never edited once landed: a new column is a new migration.

use ciclo_store::schema::Kind::{Int, OptionalInt, OptionalText, Text};
use ciclo_store::schema::create_record_table;
use sea_orm_migration::prelude::*;

pub struct Records;

impl MigrationName for Records {
    fn name(&self) -> &'static str {
        "m0002_records"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Records {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_record_table(
            manager,
            "transition",
            &[
                ("service_id", Text),
                ("service_name", Text),
                ("design_package_id", Text),
                ("state", Text),
                ("outcome", OptionalText),
            ],
        )
        .await?;
        create_record_table(
            manager,
            "change",
            &[
                ("title", Text),
                ("state", Text),
                ("requester", Text),
                ("drafted_by", Text),
                ("assignee", OptionalText),
                ("transition_id", OptionalText),
                ("window_start", OptionalInt),
                ("window_end", OptionalInt),
                ("outcome", OptionalText),
            ],
        )
        .await?;
        create_record_table(
            manager,
            "configuration_item",
            &[("name", Text), ("class", Text), ("state", Text), ("criticality", Int)],
        )
        .await?;
        create_record_table(
            manager,
            "item_relation",
            &[("source_id", Text), ("target_id", Text), ("kind", Text), ("state", Text)],
        )
        .await?;
        create_record_table(
            manager,
            "deployment",
            &[("transition_id", Text), ("package_name", Text), ("environment", Text), ("state", Text)],
        )
        .await
    }
}
