//! What design does with its neighbours' events.

use ciclo_transport::Handler;
use std::sync::Arc;

/// One handler for each neighbour.
#[must_use]
pub fn handlers() -> Vec<Arc<dyn Handler>> {
    Vec::new()
}
