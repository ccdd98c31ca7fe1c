//! Results of targets as messages.

use super::facts::{kind, kind_message, priority, subject, subject_message};
use crate::domain::target_result::{
    ClockReading, TargetResult, TargetResultHappened, TargetResultState, TargetResultStatus,
};
use ciclo_contracts::{
    convert,
    improvement::v1::{self as pb, target_result_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a result, with the result as it is after.
#[must_use]
pub fn message(record: &TargetResult, what: Option<&TargetResultHappened>) -> pb::TargetResultEvent {
    pb::TargetResultEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The result as it was after an event.
pub fn record(message: pb::TargetResultEvent) -> Result<TargetResult, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("TargetResult", "no record"))?;
    let status = match convert::state_from_proto::<pb::TargetResultState, _>("state", after.state)? {
        TargetResultState::RunningLate => TargetResultStatus::RunningLate {
            breached_at: convert::instant("breached_at", after.breached_at)?,
        },
        TargetResultState::Final => TargetResultStatus::Final {
            stopped_at: convert::instant("stopped_at", after.stopped_at)?,
            breached_at: convert::optional_instant("breached_at", after.breached_at)?,
        },
        TargetResultState::Cancelled => TargetResultStatus::Cancelled {
            cancelled_at: convert::instant("cancelled_at", after.cancelled_at)?,
            breached_at: convert::instant("breached_at", after.breached_at)?,
        },
    };
    Ok(TargetResult {
        id: convert::id("id", &after.id)?,
        clock: ClockReading {
            clock_id: convert::id("clock_id", &after.clock_id)?,
            subject: subject(after.subject)?,
            subject_title: after.subject_title,
            service_id: convert::id("service_id", &after.service_id)?,
            agreement_id: convert::id("agreement_id", &after.agreement_id)?,
            kind: kind("kind", after.kind)?,
            priority: priority(after.priority)?,
            promised: convert::signed_duration("promised", after.promised)?,
            used: convert::signed_duration("used", after.used)?,
            due_at: convert::optional_instant("due_at", after.due_at)?,
        },
        status,
    })
}

fn snapshot(record: &TargetResult) -> pb::TargetResult {
    let clock = &record.clock;
    pb::TargetResult {
        id: record.id.to_string(),
        clock_id: clock.clock_id.to_string(),
        subject: Some(subject_message(clock.subject)),
        subject_title: clock.subject_title.clone(),
        service_id: clock.service_id.to_string(),
        agreement_id: clock.agreement_id.to_string(),
        kind: kind_message(clock.kind),
        priority: u32::from(clock.priority),
        promised: Some(convert::duration(clock.promised)),
        used: Some(convert::duration(clock.used)),
        due_at: clock.due_at.map(convert::timestamp),
        stopped_at: record.stopped_at().map(convert::timestamp),
        breached: record.breached(),
        breached_at: record.breached_at().map(convert::timestamp),
        state: convert::state_to_proto::<pb::TargetResultState, _>(record.state()),
        cancelled_at: record.cancelled_at().map(convert::timestamp),
    }
}

fn happened(what: &TargetResultHappened) -> What {
    match what {
        TargetResultHappened::BreachRecorded { breached_at } => {
            What::BreachRecorded(pb::TargetResultBreachRecorded {
                breached_at: Some(convert::timestamp(*breached_at)),
            })
        }
        TargetResultHappened::Concluded { stopped_at, breached, again } => {
            What::Concluded(pb::TargetResultConcluded {
                stopped_at: Some(convert::timestamp(*stopped_at)),
                breached: *breached,
                again: *again,
            })
        }
        TargetResultHappened::Cancelled { cancelled_at } => What::Cancelled(pb::TargetResultCancelled {
            cancelled_at: Some(convert::timestamp(*cancelled_at)),
        }),
    }
}
