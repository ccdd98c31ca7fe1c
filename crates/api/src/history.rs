//! A record's history as the API shows it.

use crate::error::ApiResult;
use crate::scalars::{Instant, Json};
use crate::session::Session;
use async_graphql::SimpleObject;
use ciclo_store::Record;

/// One event in a record's life.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(shareable)]
pub struct HistoryEntry {
    /// The record's version after it.
    pub version: i32,
    /// When it happened.
    pub at: Instant,
    /// Who did it: a subject, or `service:` and a service's name.
    pub actor: String,
    /// What happened, as the event contract names it.
    pub event_type: String,
    /// The fields that changed.
    pub changes: Vec<FieldChange>,
}

/// One field of a record, before and after an event.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(shareable)]
pub struct FieldChange {
    /// The field, as the event contract names it.
    pub field: String,
    /// What it was; null when it was not there.
    pub from: Option<Json>,
    /// What it became; null when it is gone.
    pub to: Option<Json>,
}

/// A GraphQL version number; versions beyond 2³¹ do not occur.
#[must_use]
pub fn version(version: u64) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

/// Reads a record's history for its resolver.
pub async fn of<R: Record>(session: &Session, id: R::Id) -> ApiResult<Vec<HistoryEntry>> {
    let entries = session.reads::<R>()?.history::<R>(id).await?;
    let json = |value: serde_json::Value| (!value.is_null()).then_some(Json(value));
    Ok(entries
        .into_iter()
        .map(|entry| HistoryEntry {
            version: version(entry.version),
            at: Instant(entry.at),
            actor: entry.actor,
            event_type: entry.event_type,
            changes: entry
                .changes
                .into_iter()
                .map(|change| FieldChange {
                    field: change.field,
                    from: json(change.from),
                    to: json(change.to),
                })
                .collect(),
        })
        .collect())
}
