//! What improvement does with its neighbours' events.

mod catalog;
mod design;
mod operations;
mod transition;

pub use catalog::FromCatalog;
pub use design::FromDesign;
pub use operations::FromOperations;
pub use transition::FromTransition;

use ciclo_transport::Handler;
use std::sync::Arc;

/// One handler for each neighbour.
#[must_use]
pub fn handlers() -> Vec<Arc<dyn Handler>> {
    vec![Arc::new(FromCatalog), Arc::new(FromDesign), Arc::new(FromTransition), Arc::new(FromOperations)]
}

/// The events that improvement acts on, as the contracts name them. Those of services and agreements
/// only keep the copy of the record.
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
    "ciclo.design.v1.AgreementDrafted",
    "ciclo.design.v1.AgreementRevised",
    "ciclo.design.v1.AgreementNegotiationStarted",
    "ciclo.design.v1.AgreementAgreed",
    "ciclo.design.v1.AgreementActivated",
    "ciclo.design.v1.AgreementReviewStarted",
    "ciclo.design.v1.AgreementRenewed",
    "ciclo.design.v1.AgreementSuperseded",
    "ciclo.design.v1.AgreementExpired",
    "ciclo.design.v1.AgreementTerminated",
    "ciclo.design.v1.RequirementRaised",
    "ciclo.transition.v1.TransitionClosed",
    "ciclo.operations.v1.ServiceLevelClockStopped",
    "ciclo.operations.v1.ServiceLevelClockRetargeted",
    "ciclo.operations.v1.ServiceLevelClockBreached",
    "ciclo.operations.v1.ServiceLevelClockCancelled",
];
