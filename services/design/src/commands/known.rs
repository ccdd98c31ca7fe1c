//! What design knows of its neighbours' records, or `NOT_FOUND`.

use crate::domain::known_customer::KnownCustomer;
use crate::domain::known_service::KnownService;
use ciclo_kernel::Refusal;
use ciclo_kernel::ids::{CustomerId, RecordId, ServiceId};
use ciclo_store::{Result, Tx};

/// The copy of a service.
pub async fn service(tx: &Tx, id: ServiceId) -> Result<KnownService> {
    let known = tx.copy::<KnownService>(&id.to_string()).await?;
    Ok(known.ok_or_else(|| Refusal::not_found(ServiceId::TYPE, id))?)
}

/// The copy of a customer.
pub async fn customer(tx: &Tx, id: CustomerId) -> Result<KnownCustomer> {
    let known = tx.copy::<KnownCustomer>(&id.to_string()).await?;
    Ok(known.ok_or_else(|| Refusal::not_found(CustomerId::TYPE, id))?)
}
