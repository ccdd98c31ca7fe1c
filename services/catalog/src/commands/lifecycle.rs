//! Where the other services take a service: into design, into transition, into
//! operation. An event implies those before it, so a service passes through the
//! states whose event has not come yet; one that is already further, or not
//! chartered at all, stays where it is.

use super::offering;
use crate::domain::service::{Service, ServiceHappened, ServiceState, ServiceVerb};
use ciclo_kernel::ids::{DesignPackageId, ServiceId, TransitionId};
use ciclo_kernel::{Decision, Machine, Timestamp};
use ciclo_store::{Result, Tx, Versioned};

/// Who reports that design started.
const DESIGN: &str = "service:design";
/// Who reports that a transition started or brought a service into operation.
const TRANSITION: &str = "service:transition";

/// A transition as transition's events tell of it.
#[derive(Clone, Copy, Debug)]
pub struct KnownTransition {
    /// The transition.
    pub id: TransitionId,
    /// The service that it brings into operation.
    pub service: ServiceId,
    /// The design package that it brings into operation.
    pub package: DesignPackageId,
}

/// A design package was opened: a chartered service enters design.
///
/// `NOT_FOUND` when there is no such service.
pub async fn design_opened(tx: &mut Tx, service: ServiceId, package: DesignPackageId) -> Result<()> {
    let service = tx.get(service).await?;
    enter_design(tx, service, package).await?;
    Ok(())
}

/// A transition was opened: a service in design, or chartered, enters transition.
///
/// `NOT_FOUND` when there is no such service.
pub async fn transition_opened(tx: &mut Tx, transition: KnownTransition) -> Result<()> {
    let service = tx.get(transition.service).await?;
    enter_transition(tx, service, transition).await?;
    Ok(())
}

/// A transition ended well: its service goes into operation, and its offerings with it.
///
/// `NOT_FOUND` when there is no such service.
pub async fn transition_succeeded(tx: &mut Tx, transition: KnownTransition) -> Result<()> {
    let service = tx.get(transition.service).await?;
    let service = enter_transition(tx, service, transition).await?;
    let go = |service: Service, at| service.go_operational(transition.id, TRANSITION, at);
    let before = service.version;
    let after = step(tx, service, ServiceVerb::GoOperational, go).await?;
    if after.version > before {
        offering::service_went_operational(tx, transition.service).await?;
    }
    Ok(())
}

async fn enter_design(
    tx: &mut Tx,
    service: Versioned<Service>,
    package: DesignPackageId,
) -> Result<Versioned<Service>> {
    let enter = |service: Service, at| service.enter_design(package, DESIGN, at);
    step(tx, service, ServiceVerb::EnterDesign, enter).await
}

async fn enter_transition(
    tx: &mut Tx,
    service: Versioned<Service>,
    transition: KnownTransition,
) -> Result<Versioned<Service>> {
    let service = enter_design(tx, service, transition.package).await?;
    let enter = |service: Service, at| service.enter_transition(transition.id, TRANSITION, at);
    step(tx, service, ServiceVerb::EnterTransition, enter).await
}

/// Applies a verb where the service's state has it, and leaves the service alone where it has not.
async fn step(
    tx: &mut Tx,
    service: Versioned<Service>,
    verb: ServiceVerb,
    decide: impl FnOnce(Service, Timestamp) -> Decision<Service, ServiceHappened> + Send,
) -> Result<Versioned<Service>> {
    let state: ServiceState = service.record.state();
    match state.next(verb) {
        None => Ok(service),
        Some(_) => tx.change_loaded(service, None, |service, _, at| decide(service, at)).await,
    }
}
