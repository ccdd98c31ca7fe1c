//! Commands on customers that need to look at their market space.

use crate::domain::customer::{Customer, DefineCustomer, ReviseCustomer};
use crate::domain::market_space::MarketSpace;
use ciclo_kernel::ids::{CustomerId, MarketSpaceId};
use ciclo_store::{Result, Tx, Versioned};

/// Defines a customer in a market space that is active.
///
/// `NOT_FOUND` when there is no such market space.
pub async fn define(
    tx: &mut Tx,
    mut input: DefineCustomer,
    market_space: Option<MarketSpaceId>,
) -> Result<Versioned<Customer>> {
    input.market_space = space(tx, market_space).await?;
    let decided = Customer::define(tx.fresh(), input, tx.by(), tx.now());
    tx.create(decided).await
}

/// Changes a customer's facts; `market_space` is left alone when none, cleared by `Some(None)`.
///
/// `NOT_FOUND` when there is no such customer or market space.
pub async fn revise(
    tx: &mut Tx,
    id: CustomerId,
    expected: u64,
    mut revision: ReviseCustomer,
    market_space: Option<Option<MarketSpaceId>>,
) -> Result<Versioned<Customer>> {
    if let Some(market_space) = market_space {
        revision.market_space = Some(space(tx, market_space).await?);
    }
    tx.change(id, Some(expected), |customer: Customer, _, _| customer.revise(revision)).await
}

async fn space(tx: &Tx, id: Option<MarketSpaceId>) -> Result<Option<MarketSpace>> {
    match id {
        None => Ok(None),
        Some(id) => Ok(Some(tx.get::<MarketSpace>(id).await?.record)),
    }
}
