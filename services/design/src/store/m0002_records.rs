//! The tables of design's records. Never edited once landed: a new column is a new migration.

use ciclo_store::schema::Kind::{OptionalText, Text};
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
            "requirement",
            &[
                ("service_id", Text),
                ("state", Text),
                ("kind", Text),
                ("priority", Text),
                ("title", Text),
                ("package_id", OptionalText),
                ("recommendation_id", OptionalText),
            ],
        )
        .await
    }
}
