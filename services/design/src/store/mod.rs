//! Where design's records stand: their tables, and the columns that lists
//! filter and sort by.

pub mod agreement;
mod calendar;
mod copies;
mod design_package;
mod m0002_records;
mod m0003_calendars;
pub mod requirement;

use ciclo_store::MigrationTrait;
use ciclo_store::schema::{Base, Links};

/// The package of design's contracts.
const PACKAGE: &str = "ciclo.design.v1";

/// Design's migrations, in order.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(Base),
        Box::new(m0002_records::Records),
        Box::new(m0003_calendars::Calendars),
        Box::new(Links),
    ]
}
