//! What catalog does with its neighbours' events: services enter design and
//! transition, and go into operation. It keeps no copies.

mod design;
mod transition;

pub use design::FromDesign;
pub use transition::FromTransition;

use ciclo_transport::Handler;
use std::sync::Arc;

/// One handler for each neighbour.
#[must_use]
pub fn handlers() -> Vec<Arc<dyn Handler>> {
    vec![Arc::new(FromDesign), Arc::new(FromTransition)]
}

/// The events that catalog acts on, as the contracts name them.
pub const CONSUMED: &[&str] = &[
    "ciclo.design.v1.DesignPackageOpened",
    "ciclo.transition.v1.TransitionOpened",
    "ciclo.transition.v1.TransitionClosed",
];
