//! The facts of a service's state, each where it is known.

use crate::domain::facts::Mark;
use crate::domain::service::{PhaseOut, ServiceStatus};
use ciclo_kernel::ids::{DesignPackageId, TransitionId};

/// What a service's state tells beside its business case, charter and operation.
#[derive(Default)]
pub struct Facts<'s> {
    /// Who defined it; known while it is defined.
    pub defined: Option<&'s Mark>,
    /// Who approved it.
    pub approved: Option<&'s Mark>,
    /// The design package that design started with; known in design.
    pub package: Option<DesignPackageId>,
    /// The transition that it is in, or that brought it into operation.
    pub transition: Option<TransitionId>,
    /// Who reported that design or transition started; known there.
    pub entered: Option<&'s Mark>,
    /// How it leaves operation.
    pub phase_out: Option<&'s PhaseOut>,
    /// Who retired it.
    pub retired: Option<&'s Mark>,
    /// Why it was turned down.
    pub rejection: Option<&'s str>,
    /// Who turned it down.
    pub rejected: Option<&'s Mark>,
}

/// Reads the facts of a state.
pub fn facts(status: &ServiceStatus) -> Facts<'_> {
    let known = Facts {
        approved: status.charter().map(|charter| &charter.approved),
        transition: status.operation().map(|operation| operation.transition),
        ..Facts::default()
    };
    match status {
        ServiceStatus::Proposed
        | ServiceStatus::Analysed { .. }
        | ServiceStatus::Chartered { .. }
        | ServiceStatus::Operational { .. } => known,
        ServiceStatus::Defined { defined } => Facts { defined: Some(defined), ..known },
        ServiceStatus::Approved { approved, .. } => Facts { approved: Some(approved), ..known },
        ServiceStatus::InDesign { package, entered, .. } => {
            Facts { package: Some(*package), entered: Some(entered), ..known }
        }
        ServiceStatus::InTransition { transition, entered, .. } => {
            Facts { transition: Some(*transition), entered: Some(entered), ..known }
        }
        ServiceStatus::Retiring { phase_out, .. } => Facts { phase_out: Some(phase_out), ..known },
        ServiceStatus::Retired { phase_out, retired, .. } => {
            Facts { phase_out: Some(phase_out), retired: Some(retired), ..known }
        }
        ServiceStatus::Rejected { reason, rejected, .. } => {
            Facts { rejection: Some(reason), rejected: Some(rejected), ..known }
        }
    }
}
