//! Item relations as messages.

use super::{by_at, needed, some, stamp, text, word};
use crate::domain::{ItemRelation, ItemRelationHappened, ItemRelationState, RelationKind, Removal};
use ciclo_contracts::convert::{id, state_from_proto, state_to_proto, to_enum};
use ciclo_contracts::transition::v1 as pb;
use ciclo_kernel::Corrupt;
use pb::item_relation_event::What;

/// The event message of a relation; `what` is missing for a bare snapshot.
#[must_use]
pub fn message(record: &ItemRelation, what: Option<&ItemRelationHappened>) -> pb::ItemRelationEvent {
    let after = pb::ItemRelation {
        id: record.id.to_string(),
        source_id: record.source_id.to_string(),
        target_id: record.target_id.to_string(),
        kind: to_enum::<pb::ItemRelationKind>(record.kind.as_str()),
        state: state_to_proto::<pb::ItemRelationState, _>(record.state()),
        removal: record.removed.as_ref().map(|facts| pb::ItemRelationRemoval {
            reason: text(facts.reason.as_deref()),
            by: facts.by.clone(),
            at: stamp(facts.at),
        }),
    };
    pb::ItemRelationEvent { after: Some(after), what: what.map(happened) }
}

fn happened(what: &ItemRelationHappened) -> What {
    match what {
        ItemRelationHappened::Related => What::Related(pb::ItemRelationRelated {}),
        ItemRelationHappened::Removed { reason } => {
            What::Removed(pb::ItemRelationRemoved { reason: text(reason.as_deref()) })
        }
    }
}

/// The relation that an event message tells of, as it is after the event.
pub fn record(message: pb::ItemRelationEvent) -> Result<ItemRelation, Corrupt> {
    let after = needed("ItemRelation", message.after)?;
    let removed = match state_from_proto::<pb::ItemRelationState, _>("state", after.state)? {
        ItemRelationState::Active => None,
        ItemRelationState::Removed => {
            let facts = needed("removal", after.removal)?;
            let (by, at) = by_at("removal", facts.by, facts.at)?;
            Some(Removal { reason: some(facts.reason), by, at })
        }
    };
    Ok(ItemRelation {
        id: id("id", &after.id)?,
        source_id: id("source_id", &after.source_id)?,
        target_id: id("target_id", &after.target_id)?,
        kind: word::<pb::ItemRelationKind, _>("kind", after.kind, RelationKind::parse)?,
        removed,
    })
}
