//! The table of calendars. Never edited once landed: a new column is a new migration.

use ciclo_store::schema::Kind::{Int, Text};
use ciclo_store::schema::create_record_table;
use sea_orm_migration::prelude::*;

pub struct Calendars;

impl MigrationName for Calendars {
    fn name(&self) -> &'static str {
        "m0003_calendars"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Calendars {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_record_table(manager, "calendar", &[("name", Text), ("state", Text), ("defined_at", Int)])
            .await
    }
}
