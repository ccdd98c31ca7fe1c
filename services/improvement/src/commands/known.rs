//! What improvement knows of its neighbours' records.

use crate::domain::known::KnownService;
use ciclo_kernel::ids::ServiceId;
use ciclo_store::{Result, Tx};

/// `NOT_FOUND` for a service that is named and not known.
pub async fn named_service(tx: &Tx, id: Option<ServiceId>) -> Result<()> {
    match id {
        Some(id) => tx.known::<KnownService>(id).await.map(drop),
        None => Ok(()),
    }
}

/// The name of a service, or its id while the catalog has not told of it.
pub async fn service_name(tx: &Tx, id: ServiceId) -> Result<String> {
    let known = tx.copy::<KnownService>(&id.to_string()).await?;
    Ok(known.map_or_else(|| id.to_string(), |known| known.name))
}
