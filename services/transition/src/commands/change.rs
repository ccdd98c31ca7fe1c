//! Commands on changes that need to look at other records.

use super::transition::room_for;
use crate::domain::{Change, ConfigurationItem, DraftChange, ReviseChange, Transition};
use ciclo_kernel::ids::{ChangeId, ConfigurationItemId};
use ciclo_store::{Result, Tx, Versioned};

/// Drafts a change of items that there are, for a transition that is open.
///
/// `NOT_FOUND` when there is no such item or transition.
pub async fn draft(tx: &mut Tx, input: DraftChange) -> Result<Versioned<Change>> {
    known(tx, &input.item_ids).await?;
    if let Some(id) = input.transition_id {
        tx.get::<Transition>(id).await?.record.must_be_open()?;
        room_for::<Change>(tx, "transition", id).await?;
    }
    let decided = Change::draft(tx.fresh(), input, tx.by());
    tx.create(decided).await
}

/// Edits a change; its new items have to be there.
pub async fn revise(
    tx: &mut Tx,
    id: ChangeId,
    expected: u64,
    edit: ReviseChange,
) -> Result<Versioned<Change>> {
    known(tx, edit.item_ids.as_deref().unwrap_or_default()).await?;
    tx.change(id, Some(expected), |change: Change, by, at| change.revise(edit, by, at)).await
}

async fn known(tx: &Tx, items: &[ConfigurationItemId]) -> Result<()> {
    for &item in items {
        tx.get::<ConfigurationItem>(item).await?;
    }
    Ok(())
}
