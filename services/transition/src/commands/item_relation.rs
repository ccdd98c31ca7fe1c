//! Commands on item relations that need to look at other records.

use crate::domain::{ConfigurationItem, ItemRelation, ItemRelationState, Relate, refuse_duplicate};
use ciclo_kernel::Machine;
use ciclo_kernel::ids::ConfigurationItemId;
use ciclo_store::record::id_field;
use ciclo_store::{Filter, Result, Tx, Versioned};

/// Most relations that can hold between two items, with room to spare: two directions of each kind.
const BETWEEN_TWO: usize = 20;

/// Relates two items that there are, unless they are related so already.
///
/// `NOT_FOUND` when there is no such item.
pub async fn relate(tx: &mut Tx, input: Relate) -> Result<Versioned<ItemRelation>> {
    for item in [input.source_id, input.target_id] {
        tx.get::<ConfigurationItem>(item).await?;
    }
    let directed = |from: ConfigurationItemId, to: ConfigurationItemId| {
        Filter::All(vec![Filter::is("source_id", id_field(from)), Filter::is("target_id", id_field(to))])
    };
    let either = vec![directed(input.source_id, input.target_id), directed(input.target_id, input.source_id)];
    let holds = Filter::is("state", ItemRelationState::Active.as_str());
    let between = Filter::All(vec![Filter::Any(either), holds]);
    let existing = tx.list::<ItemRelation>(between, BETWEEN_TWO).await?;
    refuse_duplicate(&input, existing.iter().map(|one| &one.record))?;
    let decided = ItemRelation::relate(tx.fresh(), input);
    tx.create(decided).await
}
