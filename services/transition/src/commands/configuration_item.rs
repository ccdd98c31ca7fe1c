//! Commands on configuration items that need to look at other records.

use crate::domain::{ConfigurationItem, KnownService, RegisterConfigurationItem, ReviseConfigurationItem};
use ciclo_kernel::ids::{ConfigurationItemId, ServiceId};
use ciclo_store::{Result, Tx, Versioned};

/// Registers an item that carries services that there are.
///
/// `NOT_FOUND` when there is no such service.
pub async fn register(tx: &mut Tx, input: RegisterConfigurationItem) -> Result<Versioned<ConfigurationItem>> {
    known(tx, &input.service_ids).await?;
    let decided = ConfigurationItem::register(tx.fresh(), input);
    tx.create(decided).await
}

/// Edits an item; its new services have to be there.
pub async fn revise(
    tx: &mut Tx,
    id: ConfigurationItemId,
    expected: u64,
    edit: ReviseConfigurationItem,
) -> Result<Versioned<ConfigurationItem>> {
    known(tx, edit.service_ids.as_deref().unwrap_or_default()).await?;
    tx.change(id, Some(expected), |item: ConfigurationItem, _, _| item.revise(edit)).await
}

async fn known(tx: &Tx, services: &[ServiceId]) -> Result<()> {
    for service in services {
        tx.known::<KnownService>(*service).await?;
    }
    Ok(())
}
