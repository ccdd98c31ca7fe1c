//! Changes as messages.

use super::{by_at, ends, needed, optional_window, some, stamp, text, word};
use crate::domain::{
    ApprovalPolicy, ApprovalStep, Cancellation, Change, ChangeHappened, ChangeKind, ChangeOutcome,
    ChangePhase, ChangePlans, ChangeState, Delegate, Implementation, ReturnToDraft, Vote, VoteDecision,
};
use ciclo_contracts::convert::{id, instant, optional_id, state_from_proto, state_to_proto, to_enum};
use ciclo_contracts::transition::v1 as pb;
use ciclo_kernel::Corrupt;
use pb::change_event::What;

fn outcome(outcome: ChangeOutcome) -> i32 {
    to_enum::<pb::ChangeOutcome>(outcome.as_str())
}

/// The event message of a change; `what` is missing for a bare snapshot.
#[must_use]
pub fn message(record: &Change, what: Option<&ChangeHappened>) -> pb::ChangeEvent {
    pb::ChangeEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The facts of the phase, written to the fields that they have in the snapshot.
fn write_phase(phase: &ChangePhase, to: &mut pb::Change) {
    match phase {
        ChangePhase::Draft { returned } => {
            to.returned = returned.as_ref().map(|facts| pb::ChangeReturn {
                reason: facts.reason.clone(),
                by: facts.by.clone(),
                at: stamp(facts.at),
            });
        }
        ChangePhase::Assess | ChangePhase::Authorize | ChangePhase::Scheduled => {}
        ChangePhase::Implement { started_at } => to.started_at = stamp(*started_at),
        ChangePhase::Review(done) => write_implementation(done, to),
        ChangePhase::Closed { implementation, review } => {
            write_implementation(implementation, to);
            to.review = text(review.as_deref());
        }
        ChangePhase::Cancelled(facts) => {
            to.cancellation = Some(pb::ChangeCancellation {
                reason: facts.reason.clone(),
                by: facts.by.clone(),
                at: stamp(facts.at),
            });
        }
    }
}

fn write_implementation(done: &Implementation, to: &mut pb::Change) {
    to.started_at = stamp(done.started_at);
    to.implementation = Some(pb::ChangeImplementation {
        ended_at: stamp(done.ended_at),
        outcome: outcome(done.outcome),
        notes: text(done.notes.as_deref()),
    });
}

fn snapshot(record: &Change) -> pb::Change {
    let (window_start, window_end) = ends(record.window);
    let mut written = pb::Change {
        id: record.id.to_string(),
        kind: to_enum::<pb::ChangeKind>(record.kind.as_str()),
        title: record.title.clone(),
        description: text(record.description.as_deref()),
        requester: record.requester.clone(),
        drafted_by: record.drafted_by.clone(),
        assignee: text(record.assignee.as_deref()),
        transition_id: record.transition_id.map(|id| id.to_string()).unwrap_or_default(),
        item_ids: record.item_ids.iter().map(ToString::to_string).collect(),
        window_start,
        window_end,
        implementation_plan: text(record.plans.implementation.as_deref()),
        test_plan: text(record.plans.test.as_deref()),
        back_out_plan: text(record.plans.back_out.as_deref()),
        approval_steps: record.approval_steps.iter().map(approval_step).collect(),
        votes: record.votes.iter().map(vote).collect(),
        state: state_to_proto::<pb::ChangeState, _>(record.state()),
        ..pb::Change::default()
    };
    write_phase(&record.phase, &mut written);
    written
}

fn approval_step(step: &ApprovalStep) -> pb::ChangeApprovalStep {
    let (policy, needed) = match step.policy {
        ApprovalPolicy::All => (pb::ChangeApprovalPolicy::All, 0),
        ApprovalPolicy::Any => (pb::ChangeApprovalPolicy::Any, 0),
        ApprovalPolicy::NOf(n) => (pb::ChangeApprovalPolicy::NOf, n),
    };
    let delegate = |one: &Delegate| pb::ChangeDelegate {
        approver: one.approver.clone(),
        delegate: one.delegate.clone(),
    };
    pb::ChangeApprovalStep {
        name: step.name.clone(),
        policy: policy.into(),
        needed,
        approvers: step.approvers.clone(),
        delegates: step.delegates.iter().map(delegate).collect(),
    }
}

fn vote(vote: &Vote) -> pb::ChangeVote {
    pb::ChangeVote {
        step: vote.step,
        approver: vote.approver.clone(),
        on_behalf_of: text(vote.on_behalf_of.as_deref()),
        decision: to_enum::<pb::ChangeVoteDecision>(vote.decision.as_str()),
        comment: text(vote.comment.as_deref()),
        at: stamp(vote.at),
    }
}

fn happened(what: &ChangeHappened) -> What {
    match what {
        ChangeHappened::Drafted => What::Drafted(pb::ChangeDrafted {}),
        ChangeHappened::Revised { approvals_voided } => {
            What::Revised(pb::ChangeRevised { approvals_voided: *approvals_voided })
        }
        ChangeHappened::SubmittedForAssessment => {
            What::SubmittedForAssessment(pb::ChangeSubmittedForAssessment {})
        }
        ChangeHappened::ReturnedToDraft { reason } => {
            What::ReturnedToDraft(pb::ChangeReturnedToDraft { reason: reason.clone() })
        }
        ChangeHappened::SubmittedForApproval => What::SubmittedForApproval(pb::ChangeSubmittedForApproval {}),
        ChangeHappened::Voted { vote: cast } => What::Voted(pb::ChangeVoted { vote: Some(vote(cast)) }),
        ChangeHappened::Approved { vote: cast } => {
            What::Approved(pb::ChangeApproved { vote: Some(vote(cast)) })
        }
        ChangeHappened::Rejected { vote: cast } => {
            What::Rejected(pb::ChangeRejected { vote: Some(vote(cast)) })
        }
        ChangeHappened::ImplementationStarted => {
            What::ImplementationStarted(pb::ChangeImplementationStarted {})
        }
        ChangeHappened::Implemented { outcome: ended } => {
            What::Implemented(pb::ChangeImplemented { outcome: outcome(*ended) })
        }
        ChangeHappened::Closed { outcome: ended, review } => {
            What::Closed(pb::ChangeClosed { outcome: outcome(*ended), review: text(review.as_deref()) })
        }
        ChangeHappened::Cancelled { reason } => {
            What::Cancelled(pb::ChangeCancelled { reason: reason.clone() })
        }
    }
}

/// The change that an event message tells of, as it is after the event.
pub fn record(message: pb::ChangeEvent) -> Result<Change, Corrupt> {
    let after = needed("Change", message.after)?;
    let phase = read_phase(&after)?;
    Ok(Change {
        id: id("id", &after.id)?,
        kind: word::<pb::ChangeKind, _>("kind", after.kind, ChangeKind::parse)?,
        title: after.title,
        description: some(after.description),
        requester: after.requester,
        drafted_by: after.drafted_by,
        assignee: some(after.assignee),
        transition_id: optional_id("transition_id", &after.transition_id)?,
        item_ids: after.item_ids.iter().map(|one| id("item_ids", one)).collect::<Result<_, _>>()?,
        window: optional_window("window", after.window_start, after.window_end)?,
        plans: ChangePlans {
            implementation: some(after.implementation_plan),
            test: some(after.test_plan),
            back_out: some(after.back_out_plan),
        },
        approval_steps: after.approval_steps.into_iter().map(read_step).collect::<Result<_, _>>()?,
        votes: after.votes.into_iter().map(read_vote).collect::<Result<_, _>>()?,
        phase,
    })
}

fn read_phase(after: &pb::Change) -> Result<ChangePhase, Corrupt> {
    let state: ChangeState = state_from_proto::<pb::ChangeState, _>("state", after.state)?;
    Ok(match state {
        ChangeState::Draft => {
            let returned = after.returned.clone().map(|facts| {
                let (by, at) = by_at("returned", facts.by, facts.at)?;
                Ok::<_, Corrupt>(ReturnToDraft { reason: facts.reason, by, at })
            });
            ChangePhase::Draft { returned: returned.transpose()? }
        }
        ChangeState::Assess => ChangePhase::Assess,
        ChangeState::Authorize => ChangePhase::Authorize,
        ChangeState::Scheduled => ChangePhase::Scheduled,
        ChangeState::Implement => {
            ChangePhase::Implement { started_at: instant("started_at", after.started_at)? }
        }
        ChangeState::Review => ChangePhase::Review(read_implementation(after)?),
        ChangeState::Closed => ChangePhase::Closed {
            implementation: read_implementation(after)?,
            review: some(after.review.clone()),
        },
        ChangeState::Cancelled => {
            let facts = needed("cancellation", after.cancellation.clone())?;
            let (by, at) = by_at("cancellation", facts.by, facts.at)?;
            ChangePhase::Cancelled(Cancellation { reason: facts.reason, by, at })
        }
    })
}

fn read_implementation(after: &pb::Change) -> Result<Implementation, Corrupt> {
    let done = needed("implementation", after.implementation.clone())?;
    Ok(Implementation {
        started_at: instant("started_at", after.started_at)?,
        ended_at: instant("ended_at", done.ended_at)?,
        outcome: word::<pb::ChangeOutcome, _>("outcome", done.outcome, ChangeOutcome::parse)?,
        notes: some(done.notes),
    })
}

fn read_step(step: pb::ChangeApprovalStep) -> Result<ApprovalStep, Corrupt> {
    let policy = match step.policy() {
        pb::ChangeApprovalPolicy::All => ApprovalPolicy::All,
        pb::ChangeApprovalPolicy::Any => ApprovalPolicy::Any,
        pb::ChangeApprovalPolicy::NOf => ApprovalPolicy::NOf(step.needed),
        pb::ChangeApprovalPolicy::Unspecified => return Err(Corrupt::new("policy", "no policy")),
    };
    let delegate = |one: pb::ChangeDelegate| Delegate { approver: one.approver, delegate: one.delegate };
    let delegates = step.delegates.into_iter().map(delegate).collect();
    Ok(ApprovalStep { name: step.name, policy, approvers: step.approvers, delegates })
}

fn read_vote(vote: pb::ChangeVote) -> Result<Vote, Corrupt> {
    Ok(Vote {
        step: vote.step,
        approver: vote.approver,
        on_behalf_of: some(vote.on_behalf_of),
        decision: word::<pb::ChangeVoteDecision, _>("decision", vote.decision, VoteDecision::parse)?,
        comment: some(vote.comment),
        at: instant("at", vote.at)?,
    })
}
