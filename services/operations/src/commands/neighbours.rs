//! What commands ask of the copies of neighbours' records.

use crate::domain::known::{KnownChange, KnownCustomer, KnownItem, KnownService};
use crate::domain::problem_verbs::MOST_LINKS;
use ciclo_kernel::Refusal;
use ciclo_kernel::ids::{ChangeId, ConfigurationItemId, CustomerId, ServiceId};
use ciclo_store::{Result, Tx};

/// `NOT_FOUND` when operations knows no such service.
pub async fn service_is_known(tx: &Tx, id: ServiceId) -> Result<()> {
    tx.known::<KnownService>(id).await.map(drop)
}

/// `NOT_FOUND` when operations does not know one of these items.
pub async fn items_are_known(tx: &Tx, ids: &[ConfigurationItemId]) -> Result<()> {
    bounded("itemIds", ids.len())?;
    for id in ids {
        tx.known::<KnownItem>(*id).await?;
    }
    Ok(())
}

/// `NOT_FOUND` when operations knows no such change.
pub async fn change_is_known(tx: &Tx, id: Option<ChangeId>) -> Result<()> {
    match id {
        Some(id) => tx.known::<KnownChange>(id).await.map(drop),
        None => Ok(()),
    }
}

/// Refuses more records than one record links to, before each of them is looked up.
pub fn bounded(field: &str, count: usize) -> Result<(), Refusal> {
    if count <= MOST_LINKS {
        return Ok(());
    }
    let why = format!("{count} records; at most {MOST_LINKS} are allowed");
    Err(Refusal::invalid(field, why).with("limit", MOST_LINKS))
}

/// Refuses a customer that is not known here.
pub async fn customer_is_known(tx: &Tx, customer: Option<CustomerId>) -> Result<()> {
    match customer {
        Some(customer) => tx.known::<KnownCustomer>(customer).await.map(drop),
        None => Ok(()),
    }
}
