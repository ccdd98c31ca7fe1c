//! The tables of entitlements, separation rules and access grants. Never edited once landed: a new column is a new
//! migration.

use ciclo_store::schema::Kind::{Int, OptionalInt, Text};
use ciclo_store::schema::create_record_table;
use sea_orm_migration::prelude::*;

pub struct AccessGrants;

impl MigrationName for AccessGrants {
    fn name(&self) -> &'static str {
        "m0006_access"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for AccessGrants {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let entitlement = [("service_id", Text), ("name", Text), ("state", Text)];
        create_record_table(manager, "entitlement", &entitlement).await?;
        create_record_table(manager, "separation_rule", &[("name", Text), ("state", Text)]).await?;
        let access_grant = [
            ("state", Text),
            ("person", Text),
            ("requester", Text),
            ("entitlement_id", Text),
            ("service_id", Text),
            ("requested_at", Int),
            ("valid_until", OptionalInt),
        ];
        create_record_table(manager, "access_grant", &access_grant).await?;
        held(manager).await
    }
}

/// Adds from when until when each is held. No list is by one of these alone: an index on it would be taken for who has
/// what, though nearly all that ever began is over.
async fn held(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = || Alias::new("access_grant");
    for column in ["held_from", "held_until"] {
        let column = ColumnDef::new(Alias::new(column)).big_integer().to_owned();
        manager.alter_table(Table::alter().table(table()).add_column(column).to_owned()).await?;
    }
    for by in [None, Some("person"), Some("entitlement_id"), Some("service_id")] {
        let mut index = Index::create();
        index.name(format!("access_held_by_{}", by.unwrap_or("tenant"))).table(table());
        for column in [Some("tenant"), by, Some("held_until"), Some("held_from")].into_iter().flatten() {
            index.col(Alias::new(column));
        }
        manager.create_index(index).await?;
    }
    Ok(())
}
