//! The tables of operations' records. Never edited once landed: a new column is a new migration.

use ciclo_store::schema::Kind::{Int, OptionalText, Text};
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
            "incident",
            &[
                ("state", Text),
                ("priority", Int),
                ("impact", Int),
                ("urgency", Int),
                ("title", Text),
                ("caller", Text),
                ("service_id", Text),
                ("group_name", OptionalText),
                ("person", OptionalText),
                ("opened_at", Int),
                ("major", Text),
                ("alert_id", OptionalText),
                ("parent_id", OptionalText),
                ("problem_id", OptionalText),
                ("caused_by_change_id", OptionalText),
                ("known_error_id", OptionalText),
            ],
        )
        .await?;
        create_record_table(
            manager,
            "service_level_clock",
            &[
                ("subject_id", Text),
                ("kind", Text),
                ("state", Text),
                ("service_id", Text),
                ("agreement_id", Text),
                ("priority", Int),
                ("started_at", Int),
                ("breached", Int),
            ],
        )
        .await?;
        create_record_table(manager, "priority_matrix", &[]).await?;
        create_record_table(
            manager,
            "monitoring_event",
            &[
                ("source", Text),
                ("dedup_key", Text),
                ("severity", Text),
                ("service_id", OptionalText),
                ("received_at", Int),
            ],
        )
        .await?;
        create_record_table(
            manager,
            "alert",
            &[
                ("dedup_key", Text),
                ("state", Text),
                ("severity", Text),
                ("title", Text),
                ("service_id", OptionalText),
                ("incident_id", OptionalText),
                ("last_seen", Int),
            ],
        )
        .await?;
        create_record_table(manager, "alert_rule", &[("name", Text), ("state", Text)]).await?;
        problems(manager).await?;
        known_errors(manager).await?;
        service_requests(manager).await
    }
}

async fn problems(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        ("state", Text),
        ("priority", Int),
        ("title", Text),
        ("service_id", Text),
        ("change_id", OptionalText),
        ("opened_at", Int),
        ("duplicate_of_id", OptionalText),
    ];
    create_record_table(manager, "problem", &columns).await
}

async fn known_errors(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        ("state", Text),
        ("title", Text),
        ("service_id", Text),
        ("problem_id", Text),
        ("offered_service_id", OptionalText),
    ];
    create_record_table(manager, "known_error", &columns).await
}

async fn service_requests(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        ("state", Text),
        ("requester", Text),
        ("offering_id", Text),
        ("offering_name", Text),
        ("service_id", Text),
        ("submitted_at", Int),
    ];
    create_record_table(manager, "service_request", &columns).await
}
