//! Commands on initiatives that need to look at other records.

use super::known;
use crate::domain::initiative::{IdentifyInitiative, Initiative};
use ciclo_store::{Result, Tx, Versioned};

/// Puts an initiative into the register by hand.
///
/// `NOT_FOUND` when there is no such service.
pub async fn identify(tx: &mut Tx, input: IdentifyInitiative) -> Result<Versioned<Initiative>> {
    known::named_service(tx, input.service_id).await?;
    let decided = Initiative::identify(tx.fresh(), input, tx.by(), tx.now());
    tx.create(decided).await
}
