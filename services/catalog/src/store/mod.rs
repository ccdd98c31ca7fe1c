//! Where catalog's records stand: their tables, and the columns that lists
//! filter and sort by.

mod business_objective;
mod capability;
mod customer;
mod m0002_records;
mod market_space;
mod offering;
mod service;

use ciclo_store::MigrationTrait;
use ciclo_store::schema::{Base, Links};

/// The package of catalog's contracts.
const PACKAGE: &str = "ciclo.catalog.v1";

/// Catalog's migrations, in order.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Base), Box::new(m0002_records::Records), Box::new(Links)]
}
