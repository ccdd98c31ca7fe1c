//! Problems as messages.

use super::facts::{due, due_message, id_text, id_texts, ids, mark, mark_message, small};
use crate::domain::problem::{
    Problem, ProblemClosure, ProblemHappened, ProblemState, ProblemStatus, Resolution,
};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, problem_closure::Why, problem_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a problem, with the problem as it is after.
#[must_use]
pub fn message(record: &Problem, what: Option<&ProblemHappened>) -> pb::ProblemEvent {
    pb::ProblemEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The problem as it was after an event.
pub fn record(message: pb::ProblemEvent) -> Result<Problem, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Problem", "no record"))?;
    let state = convert::state_from_proto::<pb::ProblemState, _>("state", after.state)?;
    let status = match state {
        ProblemState::New => ProblemStatus::New,
        ProblemState::Assess => ProblemStatus::Assess { assessed: mark("entered", after.entered)? },
        ProblemState::RootCauseAnalysis => {
            ProblemStatus::RootCauseAnalysis { started: mark("entered", after.entered)? }
        }
        ProblemState::FixInProgress => {
            ProblemStatus::FixInProgress { started: mark("entered", after.entered)? }
        }
        ProblemState::Resolved => ProblemStatus::Resolved {
            resolution: resolution(
                after.resolution.ok_or_else(|| Corrupt::new("resolution", "no resolution"))?,
            )?,
        },
        ProblemState::Closed => ProblemStatus::Closed {
            why: closure(after.closure.unwrap_or_default())?,
            closed: mark("entered", after.entered)?,
        },
    };
    Ok(Problem {
        id: convert::id("id", &after.id)?,
        title: after.title,
        description: after.description,
        priority: small("priority", after.priority)?,
        service: convert::id("service_id", &after.service_id)?,
        incidents: ids("incident_ids", &after.incident_ids)?,
        items: ids("item_ids", &after.item_ids)?,
        change: convert::optional_id("change_id", &after.change_id)?,
        root_cause: after.root_cause,
        workaround: after.workaround,
        reopened: after.reopened,
        opened: mark("opened", after.opened)?,
        group: after.group,
        person: after.person,
        due: due(after.due)?,
        status,
    })
}

fn snapshot(record: &Problem) -> pb::Problem {
    let mut message = pb::Problem {
        id: record.id.to_string(),
        title: record.title.clone(),
        description: record.description.clone(),
        priority: u32::from(record.priority),
        service_id: record.service.to_string(),
        incident_ids: id_texts(&record.incidents),
        item_ids: id_texts(&record.items),
        change_id: id_text(record.change),
        root_cause: record.root_cause.clone(),
        workaround: record.workaround.clone(),
        reopened: record.reopened,
        opened: Some(mark_message(&record.opened)),
        group: record.group.clone(),
        person: record.person.clone(),
        due: record.due.map(due_message),
        state: convert::state_to_proto::<pb::ProblemState, _>(record.state()),
        ..pb::Problem::default()
    };
    match &record.status {
        ProblemStatus::New => {}
        ProblemStatus::Assess { assessed: entered }
        | ProblemStatus::RootCauseAnalysis { started: entered }
        | ProblemStatus::FixInProgress { started: entered } => message.entered = Some(mark_message(entered)),
        ProblemStatus::Resolved { resolution } => {
            message.entered = Some(mark_message(&resolution.resolved));
            message.resolution = Some(resolution_message(resolution));
        }
        ProblemStatus::Closed { why, closed } => {
            message.entered = Some(mark_message(closed));
            message.closure = Some(closure_message(why));
        }
    }
    message
}

fn resolution_message(resolution: &Resolution) -> pb::ProblemResolution {
    pb::ProblemResolution {
        notes: resolution.notes.clone(),
        resolved: Some(mark_message(&resolution.resolved)),
    }
}

fn resolution(message: pb::ProblemResolution) -> Result<Resolution, Corrupt> {
    Ok(Resolution { notes: message.notes, resolved: mark("resolved", message.resolved)? })
}

fn closure_message(why: &ProblemClosure) -> pb::ProblemClosure {
    let why = match why {
        ProblemClosure::Fixed { resolution } => Why::Fixed(resolution_message(resolution)),
        ProblemClosure::Duplicate { of } => Why::Duplicate(pb::ProblemDuplicate { of_id: of.to_string() }),
        ProblemClosure::Cancelled { reason } => {
            Why::Cancelled(pb::ProblemCancellation { reason: reason.clone() })
        }
        ProblemClosure::RiskAccepted { reason, accepted_by, review_at } => {
            Why::RiskAccepted(pb::ProblemRiskAcceptance {
                reason: reason.clone(),
                accepted_by: accepted_by.clone(),
                review_at: Some(convert::timestamp(*review_at)),
            })
        }
    };
    pb::ProblemClosure { why: Some(why) }
}

fn closure(message: pb::ProblemClosure) -> Result<ProblemClosure, Corrupt> {
    Ok(match message.why.ok_or_else(|| Corrupt::new("closure", "no reason"))? {
        Why::Fixed(fixed) => ProblemClosure::Fixed { resolution: resolution(fixed)? },
        Why::Duplicate(duplicate) => {
            ProblemClosure::Duplicate { of: convert::id("of_id", &duplicate.of_id)? }
        }
        Why::Cancelled(cancelled) => ProblemClosure::Cancelled { reason: cancelled.reason },
        Why::RiskAccepted(risk) => ProblemClosure::RiskAccepted {
            reason: risk.reason,
            accepted_by: risk.accepted_by,
            review_at: convert::instant("review_at", risk.review_at)?,
        },
    })
}

fn happened(what: &ProblemHappened) -> What {
    match what {
        ProblemHappened::Opened => What::Opened(pb::ProblemOpened {}),
        ProblemHappened::Assessed { priority } => {
            What::Assessed(pb::ProblemAssessed { priority: u32::from(*priority) })
        }
        ProblemHappened::AnalysisStarted => What::AnalysisStarted(pb::ProblemAnalysisStarted {}),
        ProblemHappened::Noted { findings } => What::Noted(pb::ProblemNoted {
            root_cause: findings.root_cause.clone(),
            workaround: findings.workaround.clone(),
        }),
        ProblemHappened::FixStarted { root_cause, change } => What::FixStarted(pb::ProblemFixStarted {
            root_cause: root_cause.clone(),
            change_id: id_text(*change),
        }),
        ProblemHappened::Resolved { notes } => What::Resolved(pb::ProblemResolved { notes: notes.clone() }),
        ProblemHappened::Closed { why } => {
            What::Closed(pb::ProblemClosed { closure: Some(closure_message(why)) })
        }
        ProblemHappened::Reopened { reason } => {
            What::Reopened(pb::ProblemReopened { reason: reason.clone() })
        }
        ProblemHappened::RiskReviewDue { accepted_by, due_at } => {
            What::RiskReviewDue(pb::ProblemRiskReviewDue {
                accepted_by: accepted_by.clone(),
                due_at: Some(convert::timestamp(*due_at)),
            })
        }
        ProblemHappened::Assigned => What::Assigned(pb::ProblemAssigned {}),
        ProblemHappened::DueChanged => What::DueChanged(pb::ProblemDueChanged {}),
        ProblemHappened::Linked { links } => What::Linked(pb::ProblemLinked {
            incident_ids: id_texts(&links.incidents),
            item_ids: id_texts(&links.items),
            change_id: id_text(links.change),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        pairs::{at, named, nth},
        problem::{ProblemFindings, ProblemLinks, tests::problem_in},
    };
    use ciclo_kernel::Machine;
    use prost::Message;

    fn reads_back(before: &Problem) {
        let bytes = message(before, None).encode_to_vec();
        assert_eq!(record(pb::ProblemEvent::decode(&*bytes).unwrap()).as_ref(), Ok(before));
    }

    #[test]
    fn problems_in_every_state_read_back() {
        for state in ProblemState::STATES {
            reads_back(&problem_in(*state));
            reads_back(&Problem { description: None, incidents: vec![], ..problem_in(*state) });
        }
        let (new, analysed) = (problem_in(ProblemState::New), problem_in(ProblemState::RootCauseAnalysis));
        reads_back(&new.clone().close_as_duplicate(nth(1), "jo", at(1)).unwrap().0);
        reads_back(&new.cancel("none", "jo", at(1)).unwrap().0);
        reads_back(&analysed.accept_risk("dear", "ann", at(9), "jo", at(1)).unwrap().0);
        reads_back(&problem_in(ProblemState::Resolved).reopen("again", "jo", at(9)).unwrap().0);
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        let text = || "x".to_owned();
        for what in [
            ProblemHappened::Opened,
            ProblemHappened::Assessed { priority: 1 },
            ProblemHappened::AnalysisStarted,
            ProblemHappened::Noted { findings: ProblemFindings::default() },
            ProblemHappened::FixStarted { root_cause: text(), change: None },
            ProblemHappened::Resolved { notes: text() },
            ProblemHappened::Closed { why: ProblemClosure::Cancelled { reason: text() } },
            ProblemHappened::Reopened { reason: text() },
            ProblemHappened::Linked { links: ProblemLinks::default() },
            ProblemHappened::RiskReviewDue { accepted_by: text(), due_at: at(1) },
            ProblemHappened::Assigned,
            ProblemHappened::DueChanged,
        ] {
            named("Problem", what.name());
        }
    }
}
