//! What operations does with its neighbours' events: it keeps copies of the
//! services, customers, offerings, agreements, calendars, items and changes that its records name.

mod catalog;
mod design;
mod transition;

use ciclo_transport::Handler;
use std::sync::Arc;

/// The neighbours' record types whose every event renews a copy here.
pub const CONSUMED: &[(&str, &str)] = &[
    ("catalog", "Service"),
    ("catalog", "Customer"),
    ("catalog", "Offering"),
    ("design", "Agreement"),
    ("design", "Calendar"),
    ("transition", "ConfigurationItem"),
    ("transition", "Change"),
];

/// One handler for each neighbour.
#[must_use]
pub fn handlers() -> Vec<Arc<dyn Handler>> {
    vec![Arc::new(catalog::FromCatalog), Arc::new(design::FromDesign), Arc::new(transition::FromTransition)]
}

/// The record that an event carries: every event of every contract has one.
fn carried<T>(name: &'static str, after: Option<T>) -> Result<T, ciclo_kernel::Corrupt> {
    after.ok_or_else(|| ciclo_kernel::Corrupt::new(name, "no record"))
}

/// Reads an event's message.
fn message<M: prost::Message + Default>(event: &ciclo_store::LogRow) -> Result<M, ciclo_kernel::Corrupt> {
    M::decode(event.payload.as_slice()).map_err(|why| ciclo_kernel::Corrupt::new(&event.event_type, why))
}
