//! What design does with its neighbours' events.

mod catalog;
mod improvement;

pub use catalog::FromCatalog;
pub use improvement::FromImprovement;

use ciclo_transport::Handler;
use std::sync::Arc;

/// One handler for each neighbour.
#[must_use]
pub fn handlers() -> Vec<Arc<dyn Handler>> {
    vec![Arc::new(FromCatalog), Arc::new(FromImprovement)]
}

/// The events that design acts on, as the contracts name them. Most of those of services and customers only
/// keep the copy of the record.
pub const CONSUMED: &[&str] = &[
    "ciclo.catalog.v1.ServiceProposed",
    "ciclo.catalog.v1.ServiceRevised",
    "ciclo.catalog.v1.ServiceAudienceSet",
    "ciclo.catalog.v1.ServiceSupportSet",
    "ciclo.catalog.v1.ServiceSupportRemoved",
    "ciclo.catalog.v1.ServiceNeedSet",
    "ciclo.catalog.v1.ServiceNeedRemoved",
    "ciclo.catalog.v1.ServiceDependencyAdded",
    "ciclo.catalog.v1.ServiceDependencyRemoved",
    "ciclo.catalog.v1.ServicePutOnHold",
    "ciclo.catalog.v1.ServiceTakenOffHold",
    "ciclo.catalog.v1.ServiceDefined",
    "ciclo.catalog.v1.ServiceAnalysed",
    "ciclo.catalog.v1.ServiceApproved",
    "ciclo.catalog.v1.ServiceChartered",
    "ciclo.catalog.v1.ServiceRejected",
    "ciclo.catalog.v1.ServiceEnteredDesign",
    "ciclo.catalog.v1.ServiceEnteredTransition",
    "ciclo.catalog.v1.ServiceWentOperational",
    "ciclo.catalog.v1.ServiceRetiring",
    "ciclo.catalog.v1.ServiceRetired",
    "ciclo.catalog.v1.CustomerDefined",
    "ciclo.catalog.v1.CustomerRevised",
    "ciclo.catalog.v1.CustomerRetired",
    "ciclo.improvement.v1.RecommendationAccepted",
];
