//! The tables of catalog's records. Never edited once landed: a new column is a new migration.

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
        let columns = [
            ("state", Text),
            ("part", OptionalText),
            ("view", Text),
            ("name", Text),
            ("owner", OptionalText),
            ("family", OptionalText),
            ("criticality", Int),
            ("on_hold", Int),
            ("operational_since", OptionalInt),
        ];
        create_record_table(manager, "service", &columns).await?;
        let columns = [
            ("service_id", Text),
            ("state", Text),
            ("name", Text),
            ("visible", Int),
            ("visible_service_id", OptionalText),
            ("service_operational", Int),
            ("approval_needed", Int),
        ];
        create_record_table(manager, "offering", &columns).await?;
        let columns =
            [("name", Text), ("state", Text), ("market_space_id", OptionalText), ("segment", OptionalText)];
        create_record_table(manager, "customer", &columns).await?;
        create_record_table(manager, "market_space", &[("name", Text), ("state", Text)]).await?;
        let columns = [("name", Text), ("state", Text), ("weight", Int)];
        create_record_table(manager, "business_objective", &columns).await?;
        let columns = [("name", Text), ("state", Text), ("maturity", Int)];
        create_record_table(manager, "capability", &columns).await
    }
}
