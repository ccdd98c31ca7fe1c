//! What improvement knows of its neighbours' records.

use crate::domain::known::{KnownAgreement, KnownService};
use ciclo_kernel::Refusal;
use ciclo_kernel::ids::{AgreementId, RecordId, ServiceId};
use ciclo_store::{Result, Tx};

/// The copy of an agreement, or `NOT_FOUND`.
pub async fn agreement(tx: &Tx, id: AgreementId) -> Result<KnownAgreement> {
    let known = tx.copy::<KnownAgreement>(&id.to_string()).await?;
    Ok(known.ok_or_else(|| Refusal::not_found(AgreementId::TYPE, id))?)
}

/// `NOT_FOUND` for a service that is named and not known.
pub async fn named_service(tx: &Tx, id: Option<ServiceId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let known = tx.copy::<KnownService>(&id.to_string()).await?;
    known.ok_or_else(|| Refusal::not_found(ServiceId::TYPE, id))?;
    Ok(())
}

/// The name of a service, or its id while the catalog has not told of it.
pub async fn service_name(tx: &Tx, id: ServiceId) -> Result<String> {
    let known = tx.copy::<KnownService>(&id.to_string()).await?;
    Ok(known.map_or_else(|| id.to_string(), |known| known.name))
}
