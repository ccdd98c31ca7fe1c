//! A record's history, read from its log rows: the difference of each version
//! to the one before, field by field, by the contract's own descriptors.

use crate::error::Result;
use crate::log::LogRow;
use crate::record::Record;
use ciclo_kernel::{Corrupt, Timestamp, ids::RecordId};
use prost_reflect::{DynamicMessage, SerializeOptions};
use serde_json::{Map, Value};

/// Most entries that a history shows, counted from the first.
pub const MOST: u64 = 10_000;

/// One event in a record's life.
#[derive(Clone, PartialEq, Debug)]
pub struct HistoryEntry {
    /// The record's version after it.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What happened: the contract's name of the event.
    pub event_type: String,
    /// The fields that changed.
    pub changes: Vec<FieldChange>,
}

/// One field of a record, before and after.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldChange {
    /// The field, as the contract names it in JSON.
    pub field: String,
    /// What it was; null when it was not there.
    pub from: Value,
    /// What it is; null when it is gone.
    pub to: Value,
}

/// The entries of a record's rows, which are given oldest first.
pub fn entries<R: Record>(rows: &[LogRow]) -> Result<Vec<HistoryEntry>> {
    let name = format!("{}.{}Event", R::PACKAGE, R::Id::TYPE);
    let mut before = Map::new();
    rows.iter()
        .map(|row| {
            let after = snapshot(&name, &row.payload)?;
            let changes = difference(&before, &after);
            before = after;
            Ok(HistoryEntry {
                version: row.record_version,
                at: row.at,
                actor: row.actor.clone(),
                event_type: row.event_type.clone(),
                changes,
            })
        })
        .collect()
}

fn snapshot(name: &str, payload: &[u8]) -> Result<Map<String, Value>> {
    let corrupt = |why: &dyn std::fmt::Display| Corrupt::new(name, why);
    let descriptor = ciclo_contracts::pool()
        .get_message_by_name(name)
        .ok_or_else(|| Corrupt::new(name, "not in the contracts"))?;
    let event = DynamicMessage::decode(descriptor, payload).map_err(|why| corrupt(&why))?;
    let after = event.get_field_by_name("after").ok_or_else(|| Corrupt::new(name, "no `after`"))?;
    let Some(after) = after.as_message() else {
        return Err(Corrupt::new(name, "`after` is no message").into());
    };
    let options = SerializeOptions::new().skip_default_fields(true);
    match after
        .serialize_with_options(serde_json::value::Serializer, &options)
        .map_err(|why| corrupt(&why))?
    {
        Value::Object(fields) => Ok(fields),
        other => Err(corrupt(&other).into()),
    }
}

fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<FieldChange> {
    let gone = before.keys().filter(|field| !after.contains_key(*field));
    let mut fields: Vec<&String> = after.keys().chain(gone).collect();
    fields.sort();
    fields
        .into_iter()
        .filter(|field| before.get(*field) != after.get(*field))
        .map(|field| FieldChange {
            field: field.clone(),
            from: before.get(field).cloned().unwrap_or_default(),
            to: after.get(field).cloned().unwrap_or_default(),
        })
        .collect()
}
