//! Commands on transitions that need to look at other records.

use crate::domain::{
    Change, ChangeStanding, Deployment, DeploymentStanding, OpenTransition, Surroundings, Transition,
};
use ciclo_kernel::ids::TransitionId;
use ciclo_store::record::id_field;
use ciclo_store::{Filter, Record, Result, Tx, Versioned};

/// Opens the transition of an approved design package, unless the package has one.
pub async fn open(tx: &mut Tx, input: OpenTransition) -> Result<()> {
    let package = id_field(input.design_package_id);
    if tx.find_by::<Transition>("design_package_id", package).await?.is_none() {
        let decided = Transition::open(tx.fresh(), input, tx.now());
        tx.create(decided).await?;
    }
    Ok(())
}

/// Leaves the step for the next one, if its criteria are met by the transition, its changes and its deployments.
pub async fn complete_step(tx: &mut Tx, id: TransitionId, expected: u64) -> Result<Versioned<Transition>> {
    let around = surroundings(tx, id).await?;
    tx.change(id, Some(expected), |transition: Transition, _, at| transition.complete_step(&around, at)).await
}

/// All changes and deployments of a transition; there are at most [`Surroundings::MOST`] of each.
async fn surroundings(tx: &Tx, id: TransitionId) -> Result<Surroundings> {
    let (changes, deployments) = (of::<Change>(tx, id).await?, of::<Deployment>(tx, id).await?);
    Ok(Surroundings {
        changes: changes.iter().map(|one| ChangeStanding::from(&one.record)).collect(),
        deployments: deployments.iter().map(|one| DeploymentStanding::from(&one.record)).collect(),
    })
}

async fn of<R: Record>(tx: &Tx, id: TransitionId) -> Result<Vec<Versioned<R>>> {
    tx.list(Filter::is("transition_id", id_field(id)), Surroundings::MOST).await
}

/// Refuses one more change or deployment of a transition that has as many as it can have.
pub(crate) async fn room_for<R: Record>(tx: &Tx, field: &str, id: TransitionId) -> Result<()> {
    Ok(crate::domain::words::room(field, of::<R>(tx, id).await?.len(), Surroundings::MOST)?)
}
