//! Commands that touch more than one record, one transaction each. They serve
//! mutations and consumed events alike.

pub mod customer;
pub mod lifecycle;
pub mod offering;
pub mod service;

use ciclo_store::{Record, Result, Tx};

/// The records of these ids, in their order; `NOT_FOUND` when one is missing.
async fn all<R: Record>(tx: &Tx, ids: &[R::Id]) -> Result<Vec<R>> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.push(tx.get::<R>(*id).await?.record);
    }
    Ok(found)
}
