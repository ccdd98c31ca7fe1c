//! Where improvement's records stand: their tables, and the columns that lists
//! filter and sort by.

mod copies;
mod initiative;
mod m0002_records;
mod recommendation;
mod service_level_review;
mod target_result;

use ciclo_store::MigrationTrait;
use ciclo_store::schema::{Base, Links};

pub use recommendation::EVIDENCE;

/// The package of improvement's contracts.
const PACKAGE: &str = "ciclo.improvement.v1";

/// Improvement's migrations, in order.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Base), Box::new(m0002_records::Records), Box::new(Links)]
}
