//! The source's own id of each monitoring event. Never edited once landed: a new column is a new migration.

use ciclo_store::schema::Kind::OptionalText;
use ciclo_store::schema::add_columns;
use sea_orm_migration::prelude::*;

pub struct ExternalIds;

impl MigrationName for ExternalIds {
    fn name(&self) -> &'static str {
        "m0004_external_ids"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ExternalIds {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "monitoring_event", &[("external_id", OptionalText)]).await
    }
}
