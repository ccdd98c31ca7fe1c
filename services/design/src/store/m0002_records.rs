//! The tables of design's records. Never edited once landed: a new column is a new migration.

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
            "requirement",
            &[
                ("service_id", Text),
                ("state", Text),
                ("kind", Text),
                ("priority", Text),
                ("title", Text),
                ("package_id", OptionalText),
                ("waits_for_service_id", OptionalText),
                ("recommendation_id", OptionalText),
                ("raised_at", Int),
            ],
        )
        .await?;
        create_record_table(
            manager,
            "design_package",
            &[
                ("service_id", Text),
                ("service_name", Text),
                ("number", Int),
                ("purpose", Text),
                ("state", Text),
                ("opened_at", Int),
                ("approved_at", OptionalInt),
            ],
        )
        .await?;
        create_record_table(
            manager,
            "agreement",
            &[
                ("service_id", Text),
                ("service_name", Text),
                ("standing_service_id", OptionalText),
                ("family_id", Text),
                ("number", Int),
                ("kind", Text),
                ("state", Text),
                ("customer_id", OptionalText),
                ("party_name", OptionalText),
                ("valid_from", Int),
                ("valid_until", OptionalInt),
                ("drafted_at", Int),
            ],
        )
        .await
    }
}
