//! The table of silences, and which one keeps each alert quiet. Never edited once landed: a new column is a new
//! migration.

use ciclo_store::schema::Kind::{Int, OptionalInt, OptionalText, Text};
use ciclo_store::schema::{add_columns, create_record_table};
use sea_orm_migration::prelude::*;

pub struct Silences;

impl MigrationName for Silences {
    fn name(&self) -> &'static str {
        "m0008_silences"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Silences {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let silence = [
            ("state", Text),
            ("cause", Text),
            ("service_id", OptionalText),
            ("starts_at", Int),
            ("ends_at", OptionalInt),
        ];
        create_record_table(manager, "silence", &silence).await?;
        // Those that are quiet there were made so by somebody: they have none.
        add_columns(manager, "alert", &[("silence_id", OptionalText)]).await
    }
}
