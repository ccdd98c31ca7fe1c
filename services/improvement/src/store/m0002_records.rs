//! The tables of improvement's records. Never edited once landed: a new column is a new migration.

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
        let target_result = [
            ("clock_id", Text),
            ("subject_id", Text),
            ("service_id", Text),
            ("agreement_id", Text),
            ("kind", Text),
            ("priority", Int),
            ("state", Text),
            ("breached", Int),
            ("due_at", Int),
            ("stopped_at", OptionalInt),
            ("breached_at", OptionalInt),
        ];
        create_record_table(manager, "target_result", &target_result).await?;
        let service_level_review = [
            ("agreement_id", Text),
            ("service_id", Text),
            ("state", Text),
            ("period_from", Int),
            ("period_to", Int),
            ("conducted_at", Int),
        ];
        create_record_table(manager, "service_level_review", &service_level_review).await?;
        let recommendation = [
            ("stage", Text),
            ("state", Text),
            ("origin", Text),
            ("title", Text),
            ("service_id", OptionalText),
            ("agreement_id", OptionalText),
            ("target_kind", OptionalText),
            ("accepted_as", OptionalText),
            ("requirement_id", OptionalText),
            ("initiative_id", OptionalText),
        ];
        create_record_table(manager, "recommendation", &recommendation).await?;
        let initiative = [
            ("title", Text),
            ("owner", Text),
            ("state", Text),
            ("phase", OptionalText),
            ("service_id", OptionalText),
            ("recommendation_id", OptionalText),
            ("planned_end", OptionalInt),
            ("deferred_until", OptionalInt),
        ];
        create_record_table(manager, "initiative", &initiative).await
    }
}
