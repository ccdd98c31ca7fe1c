//! Commands on deployments that need to look at their transition.

use super::transition::room_for;
use crate::domain::{Deployment, PlanDeployment, Transition};
use ciclo_kernel::ids::DeploymentId;
use ciclo_store::{Result, Tx, Versioned};

/// Plans the deployment of a package that its transition has built.
///
/// `NOT_FOUND` when there is no such transition.
pub async fn plan(tx: &mut Tx, input: PlanDeployment) -> Result<Versioned<Deployment>> {
    let id = input.transition_id;
    tx.get::<Transition>(id).await?.record.may_deploy(&input.package_name)?;
    room_for::<Deployment>(tx, "transition", id).await?;
    let decided = Deployment::plan(tx.fresh(), input);
    tx.create(decided).await
}

/// Starts a deployment; its transition still has to allow it.
pub async fn start(tx: &mut Tx, id: DeploymentId, expected: u64) -> Result<Versioned<Deployment>> {
    let planned = tx.get::<Deployment>(id).await?;
    let transition = tx.get::<Transition>(planned.record.transition_id).await?.record;
    let allowed = transition.may_deploy(&planned.record.package_name);
    let start = |deployment: Deployment, _: &str, at| {
        // The state of the deployment itself is told first.
        let started = deployment.start(at)?;
        allowed.map(|()| started)
    };
    tx.change_loaded(planned, Some(expected), start).await
}
