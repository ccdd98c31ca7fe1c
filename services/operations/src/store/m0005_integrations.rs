//! The table of integrations. Never edited once landed: a new column is a new migration.

use ciclo_store::schema::Kind::{OptionalText, Text};
use ciclo_store::schema::create_record_table;
use sea_orm_migration::prelude::*;

pub struct Integrations;

impl MigrationName for Integrations {
    fn name(&self) -> &'static str {
        "m0005_integrations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Integrations {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [("name", Text), ("state", Text), ("service_id", OptionalText), ("key_hash", Text)];
        create_record_table(manager, "integration", &columns).await?;
        // A key is looked up before its tenant is known, and leads to one integration.
        let by_key = Index::create()
            .name("integration_of_key")
            .table(Alias::new("integration"))
            .col(Alias::new("key_hash"))
            .unique()
            .to_owned();
        manager.create_index(by_key).await
    }
}
