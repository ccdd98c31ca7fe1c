//! Commands on requirements that need to look at other records.

use crate::domain::requirement::{RaiseRequirement, Requirement};
use ciclo_store::{Result, Tx, Versioned};

/// Raises a requirement on a service that design knows.
///
/// `NOT_FOUND` when there is no such service.
pub async fn raise(tx: &mut Tx, input: RaiseRequirement) -> Result<Versioned<Requirement>> {
    let decided = Requirement::raise(tx.fresh(), input, tx.by(), tx.now());
    tx.create(decided).await
}
