//! The calendar of each clock. Never edited once landed: a new column is a new migration.

use ciclo_store::schema::Kind::{OptionalInt, OptionalText};
use ciclo_store::schema::add_columns;
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
        // Those that are there count every hour: they have neither.
        let columns = [("calendar_id", OptionalText), ("calendar_version", OptionalInt)];
        add_columns(manager, "service_level_clock", &columns).await
    }
}
