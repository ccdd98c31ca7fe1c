//! The tables that every service has, and the shape that every record's table has.

use crate::backend::{Place, Whose, Writer, postgres};
use sea_orm_migration::MigratorTraitSelf;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// The columns of a record's table that its own migration adds to the common ones.
pub enum Kind {
    /// Text; never missing.
    Text,
    /// Text that may be missing.
    OptionalText,
    /// A 64-bit number; never missing.
    Int,
    /// A 64-bit number that may be missing.
    OptionalInt,
}

fn name(text: &str) -> Alias {
    Alias::new(text)
}

/// Creates a record's table: tenant, id, version, changed_at, message, the
/// given columns, and an index on each column.
pub async fn create_record_table(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &[(&str, Kind)],
) -> Result<(), DbErr> {
    let mut create = Table::create();
    create
        .table(name(table))
        .col(ColumnDef::new(name("tenant")).string().not_null())
        .col(ColumnDef::new(name("id")).string().not_null())
        .col(ColumnDef::new(name("version")).big_integer().not_null())
        .col(ColumnDef::new(name("changed_at")).big_integer().not_null())
        .col(ColumnDef::new(name("message")).binary().not_null());
    for (column, kind) in columns {
        create.col(definition(column, kind));
    }
    create.primary_key(Index::create().col(name("tenant")).col(name("id")));
    manager.create_table(create.to_owned()).await?;
    wall(manager, table).await?;
    for (column, _) in columns {
        index_for_lists(manager, table, column).await?;
    }
    Ok(())
}

/// Adds columns to a record's table, with an index on each. Rows that are there have nothing in them, and a
/// process of the version before writes none: so they may be missing.
pub async fn add_columns(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &[(&str, Kind)],
) -> Result<(), DbErr> {
    for (column, kind) in columns {
        let mut alter = Table::alter();
        manager.alter_table(alter.table(name(table)).add_column(definition(column, kind)).to_owned()).await?;
        index_for_lists(manager, table, column).await?;
    }
    Ok(())
}

/// Adds columns to a record's table that have no index of their own, because lists sort by them together with
/// another column: see [`index_where_present`].
pub async fn add_plain_columns(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &[(&str, Kind)],
) -> Result<(), DbErr> {
    for (column, kind) in columns {
        let mut alter = Table::alter();
        manager.alter_table(alter.table(name(table)).add_column(definition(column, kind)).to_owned()).await?;
    }
    Ok(())
}

/// The index of a list that shows those rows only in which a column has a value: those with the same value in
/// `by`, or all of them, sorted by that column. It stays as small as the list.
pub async fn index_where_present(
    manager: &SchemaManager<'_>,
    table: &str,
    by: Option<&str>,
    column: &str,
) -> Result<(), DbErr> {
    let (of, leading) =
        by.map_or((String::new(), String::new()), |by| (format!("{by}_"), format!("\"{by}\", ")));
    let create = format!(
        "CREATE INDEX \"{table}_by_{of}{column}\" ON \"{table}\" (\"tenant\", {leading}\"{column}\", \"id\") \
         WHERE \"{column}\" IS NOT NULL"
    );
    manager.get_connection().execute_unprepared(&create).await.map(|_| ())
}

fn definition(column: &str, kind: &Kind) -> ColumnDef {
    let mut definition = ColumnDef::new(name(column));
    match kind {
        Kind::Text => definition.text().not_null(),
        Kind::OptionalText => definition.text(),
        Kind::Int => definition.big_integer().not_null(),
        Kind::OptionalInt => definition.big_integer(),
    };
    definition
}

/// The index of a list by a column. Missing values come first in it, as lists
/// have them: SQLite does that by itself, PostgreSQL when it is told to.
async fn index_for_lists(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    let nulls = if manager.get_database_backend() == DbBackend::Postgres { " NULLS FIRST" } else { "" };
    let create = format!(
        "CREATE INDEX \"{table}_by_{column}\" ON \"{table}\" (\"tenant\", \"{column}\"{nulls}, \"id\")"
    );
    manager.get_connection().execute_unprepared(&create).await.map(|_| ())
}

/// The tables that every service has: log, links, idempotency, inbox, parked, positions, copies, timers.
pub struct Base;

impl MigrationName for Base {
    fn name(&self) -> &'static str {
        "m0001_base"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Base {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        log(manager).await?;
        for (table, keys, rest) in [
            ("link", &["tenant", "record_type", "record_id", "role", "to_id"][..], &[][..]),
            (
                "idempotency",
                &["tenant", "subject", "idempotency_key"],
                &[
                    ("arguments", Kind::Text),
                    ("record_id", Kind::Text),
                    ("record_version", Kind::Int),
                    ("at", Kind::Int),
                ],
            ),
            ("inbox", &["source", "record_id"], &[("record_version", Kind::Int)]),
            ("position", &["source"], &[("sequence", Kind::Int)]),
            ("copy", &["tenant", "kind", "id"], &[("parent", Kind::Text), ("value", Kind::Text)]),
            ("timer", &["tenant", "record_id", "kind"], &[("due_at", Kind::Int)]),
        ] {
            let mut create = Table::create();
            create.table(name(table));
            let mut key = Index::create();
            for column in keys {
                create.col(ColumnDef::new(name(column)).string().not_null());
                key.col(name(column));
            }
            for (column, kind) in rest {
                let mut def = ColumnDef::new(name(column));
                if matches!(kind, Kind::Int) {
                    def.big_integer()
                } else {
                    def.text()
                };
                create.col(def.not_null());
            }
            manager.create_table(create.primary_key(&mut key).to_owned()).await?;
            if keys.contains(&"tenant") {
                wall(manager, table).await?;
            }
        }
        parked(manager).await?;
        for (table, columns) in [
            ("link", &["tenant", "role", "to_id"][..]),
            ("copy", &["tenant", "kind", "parent"]),
            ("timer", &["due_at"]),
        ] {
            let mut index = Index::create();
            index.name(format!("{table}_back")).table(name(table));
            for column in columns {
                index.col(name(column));
            }
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }
}

async fn log(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let create = Table::create()
        .table(name("log"))
        .col(ColumnDef::new(name("sequence")).big_integer().not_null().auto_increment().primary_key())
        .col(ColumnDef::new(name("event_id")).string().not_null())
        .col(ColumnDef::new(name("tenant")).string().not_null())
        .col(ColumnDef::new(name("record_type")).string().not_null())
        .col(ColumnDef::new(name("record_id")).string().not_null())
        .col(ColumnDef::new(name("record_version")).big_integer().not_null())
        .col(ColumnDef::new(name("event_type")).string().not_null())
        .col(ColumnDef::new(name("at")).big_integer().not_null())
        .col(ColumnDef::new(name("actor")).text().not_null())
        .col(ColumnDef::new(name("traceparent")).string().not_null())
        .col(ColumnDef::new(name("payload")).binary().not_null())
        .to_owned();
    manager.create_table(create).await?;
    wall(manager, "log").await?;
    let index = Index::create()
        .name("log_by_record")
        .table(name("log"))
        .col(name("tenant"))
        .col(name("record_id"))
        .col(name("record_version"))
        .unique()
        .to_owned();
    manager.create_index(index).await
}

async fn parked(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let create = Table::create()
        .table(name("parked"))
        .col(ColumnDef::new(name("source")).string().not_null())
        .col(ColumnDef::new(name("record_id")).string().not_null())
        .col(ColumnDef::new(name("record_version")).big_integer().not_null())
        .col(ColumnDef::new(name("tenant")).string().not_null())
        .col(ColumnDef::new(name("event_id")).string().not_null())
        .col(ColumnDef::new(name("event_type")).string().not_null())
        .col(ColumnDef::new(name("reason")).text().not_null())
        .col(ColumnDef::new(name("tries")).big_integer().not_null())
        .col(ColumnDef::new(name("parked_at")).big_integer().not_null())
        .col(ColumnDef::new(name("envelope")).binary().not_null())
        .primary_key(Index::create().col(name("source")).col(name("record_id")).col(name("record_version")))
        .to_owned();
    manager.create_table(create).await?;
    wall(manager, "parked").await
}

/// The way back of links: by what they lead to, with all that is asked for in the index.
pub struct Links;

impl MigrationName for Links {
    fn name(&self) -> &'static str {
        "m0001_links"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Links {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name("link_by_target").table(name("link"));
        for column in ["tenant", "record_type", "role", "to_id", "record_id"] {
            index.col(name(column));
        }
        manager.create_index(index.to_owned()).await?;
        manager.drop_index(Index::drop().name("link_back").table(name("link")).to_owned()).await
    }
}

/// A service's migrations, in order, the base first.
pub type Migrations = fn() -> Vec<Box<dyn MigrationTrait>>;

struct Steps(Migrations);

impl MigratorTraitSelf for Steps {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        (self.0)()
    }
}

/// Brings a database up to date, all steps in one transaction, as its only
/// writer; where opening may not do that, refuses one that is behind.
///
/// Refuses a database that a newer version has migrated further.
pub(crate) async fn migrate(
    writer: &mut Writer,
    place: &Place,
    migrations: Migrations,
) -> crate::error::Result<()> {
    let steps = Steps(migrations);
    let transaction = writer.begin().await?;
    if writer.is_walled() {
        postgres::wall(&transaction, Whose::All).await?;
    }
    let applied = steps.get_migration_models(&transaction).await?;
    let known: Vec<String> = migrations().iter().map(|step| step.name().to_owned()).collect();
    if let Some(newer) = applied.iter().find(|step| !known.contains(&step.version)) {
        return Err(crate::error::Error::Newer(newer.version.clone()));
    }
    let missing: Vec<&str> = known
        .iter()
        .map(String::as_str)
        .filter(|step| !applied.iter().any(|applied| applied.version == *step))
        .collect();
    if matches!(place, Place::Postgres(postgres) if !postgres.migrate) && !missing.is_empty() {
        return Err(crate::error::Error::Behind(missing.join(", ")));
    }
    if !missing.is_empty() {
        steps.up(&transaction, None).await?;
    }
    Ok(transaction.commit().await?)
}

/// Puts a table's rows behind the wall of their tenant, where the database can.
async fn wall(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        for statement in postgres::walls(table) {
            manager.get_connection().execute_unprepared(&statement).await?;
        }
    }
    Ok(())
}
