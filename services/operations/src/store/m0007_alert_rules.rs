//! The group of alerts that each incident is for. Never edited once landed: a new column is a new migration.

use ciclo_store::schema::Kind::OptionalText;
use ciclo_store::schema::add_columns;
use sea_orm_migration::prelude::*;

pub struct AlertRules;

impl MigrationName for AlertRules {
    fn name(&self) -> &'static str {
        "m0007_alert_rules"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for AlertRules {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Those that are there were each opened by one alert: they have none.
        add_columns(manager, "incident", &[("alert_group", OptionalText)]).await
    }
}
