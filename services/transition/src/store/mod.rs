//! Where transition's records stand: their tables, and the columns that lists
//! filter and sort by; the copies of its neighbours' records.

mod change;
mod configuration_item;
mod copies;
mod deployment;
pub mod graphs;
mod item_relation;
mod m0002_records;
mod transition;

use ciclo_store::MigrationTrait;
use ciclo_store::schema::{Base, Links};

/// The package of transition's contracts.
const PACKAGE: &str = "ciclo.transition.v1";

/// Transition's migrations, in order.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Base), Box::new(m0002_records::Records), Box::new(Links)]
}
