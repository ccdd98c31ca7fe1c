//! Commands on problems that need to look at other records.

use super::clock;
use super::neighbours::{bounded, change_is_known, items_are_known, service_is_known};
use crate::domain::incident::Incident;
use crate::domain::problem::{OpenProblem, Problem, ProblemFindings, ProblemLinks};
use ciclo_kernel::ids::{ChangeId, IncidentId, ProblemId};
use ciclo_kernel::{Refusal, Timestamp};
use ciclo_store::{Result, Tx, Versioned};

/// The timer of a problem whose risk was accepted.
pub const RISK_TIMER: &str = "risk";

/// A risk that somebody answers for.
#[derive(Clone, Debug)]
pub struct AcceptedRisk {
    /// Why the cause stays.
    pub reason: String,
    /// Who answers for it; none when it is who says so.
    pub accepted_by: Option<String>,
    /// When it is looked at again.
    pub review_at: Timestamp,
}

/// Opens a problem.
///
/// `NOT_FOUND` when there is no such service, incident or item.
pub async fn open(tx: &mut Tx, input: OpenProblem) -> Result<Versioned<Problem>> {
    service_is_known(tx, input.service).await?;
    incidents_exist(tx, &input.incidents).await?;
    items_are_known(tx, &input.items).await?;
    let decided = Problem::open(tx.fresh(), input, tx.by(), tx.now());
    clock::create(tx, decided).await
}

/// Starts to remove the cause, by a change if one is named.
///
/// `NOT_FOUND` when there is no such change.
pub async fn start_fix(
    tx: &mut Tx,
    id: ProblemId,
    expected: u64,
    findings: ProblemFindings,
    change: Option<ChangeId>,
) -> Result<Versioned<Problem>> {
    change_is_known(tx, change).await?;
    clock::change(tx, id, Some(expected), |problem: Problem, by, at| {
        problem.start_fix(findings, change, by, at)
    })
    .await
}

/// Closes a problem as another one seen twice.
///
/// `NOT_FOUND` when there is no such other problem; `RULE_VIOLATED` when that one is itself closed
/// as a duplicate.
pub async fn close_as_duplicate(
    tx: &mut Tx,
    id: ProblemId,
    expected: u64,
    of: ProblemId,
) -> Result<Versioned<Problem>> {
    if let Some(again) = tx.get::<Problem>(of).await?.record.duplicate_of() {
        return Err(Refusal::rule(format!("{of} is itself a duplicate of {again}"))
            .with("problem", again.to_string())
            .into());
    }
    let verb = |problem: Problem, by: &str, at| problem.close_as_duplicate(of, by, at);
    clock::change(tx, id, Some(expected), verb).await
}

/// Closes a problem with its cause left in place, until the risk is looked at again: then it comes back.
pub async fn accept_risk(
    tx: &mut Tx,
    id: ProblemId,
    expected: u64,
    accepted: AcceptedRisk,
) -> Result<Versioned<Problem>> {
    let AcceptedRisk { reason, accepted_by, review_at } = accepted;
    let closed = clock::change(tx, id, Some(expected), |problem: Problem, by, at| {
        problem.accept_risk(&reason, accepted_by.as_deref().unwrap_or(by), review_at, by, at)
    })
    .await?;
    tx.set_timer(&id.to_string(), RISK_TIMER, closed.record.risk_review_at()).await?;
    Ok(closed)
}

/// Brings a problem back whose accepted risk is to be looked at again by now; another is left alone.
pub async fn review_risk(tx: &mut Tx, id: ProblemId) -> Result<()> {
    let problem = tx.get::<Problem>(id).await?;
    let later = match problem.record.risk_review_at() {
        Some(at) if at <= tx.now() => {
            clock::change_loaded(tx, problem, None, Problem::review_risk).await?;
            None
        }
        later => later,
    };
    tx.set_timer(&id.to_string(), RISK_TIMER, later).await
}

/// Adds records to a problem.
///
/// `NOT_FOUND` when there is no such incident, item or change.
pub async fn link(
    tx: &mut Tx,
    id: ProblemId,
    expected: u64,
    links: ProblemLinks,
) -> Result<Versioned<Problem>> {
    incidents_exist(tx, &links.incidents).await?;
    items_are_known(tx, &links.items).await?;
    change_is_known(tx, links.change).await?;
    tx.change(id, Some(expected), |problem: Problem, _, _| problem.link(links)).await
}

async fn incidents_exist(tx: &Tx, ids: &[IncidentId]) -> Result<()> {
    bounded("incidentIds", ids.len())?;
    for id in ids {
        tx.get::<Incident>(*id).await?;
    }
    Ok(())
}
