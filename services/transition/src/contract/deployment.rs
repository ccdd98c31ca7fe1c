//! Deployments as messages.

use super::{by_at, needed, some, stamp, text};
use crate::domain::{Deployment, DeploymentHappened, Failure};
use ciclo_contracts::convert::{id, optional_instant, state_from_proto, state_to_proto, timestamp};
use ciclo_contracts::transition::v1 as pb;
use ciclo_kernel::Corrupt;
use pb::deployment_event::What;

fn failure(facts: &Failure) -> pb::DeploymentFailure {
    pb::DeploymentFailure { reason: facts.reason.clone(), by: facts.by.clone(), at: stamp(facts.at) }
}

fn read_failure(facts: pb::DeploymentFailure) -> Result<Failure, Corrupt> {
    let (by, at) = by_at("failure", facts.by, facts.at)?;
    Ok(Failure { reason: facts.reason, by, at })
}

/// The event message of a deployment; `what` is missing for a bare snapshot.
#[must_use]
pub fn message(record: &Deployment, what: Option<&DeploymentHappened>) -> pb::DeploymentEvent {
    let after = pb::Deployment {
        id: record.id.to_string(),
        transition_id: record.transition_id.to_string(),
        package_name: record.package_name.clone(),
        environment: record.environment.clone(),
        state: state_to_proto::<pb::DeploymentState, _>(record.state()),
        started_at: record.started_at.map(timestamp),
        deployed_at: record.deployed_at.map(timestamp),
        verified_at: record.verified_at.map(timestamp),
        result_notes: text(record.result_notes.as_deref()),
        baseline: text(record.baseline.as_deref()),
        failure: record.failure.as_ref().map(failure),
        rolled_back: record.rolled_back.as_ref().map(failure),
    };
    pb::DeploymentEvent { after: Some(after), what: what.map(happened) }
}

fn happened(what: &DeploymentHappened) -> What {
    match what {
        DeploymentHappened::Planned => What::Planned(pb::DeploymentPlanned {}),
        DeploymentHappened::Started => What::Started(pb::DeploymentStarted {}),
        DeploymentHappened::Succeeded { notes, baseline } => What::Succeeded(pb::DeploymentSucceeded {
            notes: text(notes.as_deref()),
            baseline: text(baseline.as_deref()),
        }),
        DeploymentHappened::Verified { notes, baseline } => What::Verified(pb::DeploymentVerified {
            notes: text(notes.as_deref()),
            baseline: text(baseline.as_deref()),
        }),
        DeploymentHappened::Failed { reason } => {
            What::Failed(pb::DeploymentFailed { reason: reason.clone() })
        }
        DeploymentHappened::RolledBack { reason } => {
            What::RolledBack(pb::DeploymentRolledBack { reason: reason.clone() })
        }
    }
}

/// The deployment that an event message tells of, as it is after the event.
pub fn record(message: pb::DeploymentEvent) -> Result<Deployment, Corrupt> {
    let after = needed("Deployment", message.after)?;
    Ok(Deployment {
        id: id("id", &after.id)?,
        transition_id: id("transition_id", &after.transition_id)?,
        package_name: after.package_name,
        environment: after.environment,
        state: state_from_proto::<pb::DeploymentState, _>("state", after.state)?,
        started_at: optional_instant("started_at", after.started_at)?,
        deployed_at: optional_instant("deployed_at", after.deployed_at)?,
        verified_at: optional_instant("verified_at", after.verified_at)?,
        result_notes: some(after.result_notes),
        baseline: some(after.baseline),
        failure: after.failure.map(read_failure).transpose()?,
        rolled_back: after.rolled_back.map(read_failure).transpose()?,
    })
}
