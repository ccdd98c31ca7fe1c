//! Calendars as messages.

use super::facts::{mark, mark_message};
use crate::domain::calendar::{Calendar, CalendarHappened, CalendarState, CalendarStatus};
use ciclo_contracts::{
    calendar, convert,
    design::v1::{self as pb, calendar_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a calendar, with the calendar as it is after.
#[must_use]
pub fn message(record: &Calendar, what: Option<&CalendarHappened>) -> pb::CalendarEvent {
    pb::CalendarEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The calendar as it was after an event.
pub fn record(message: pb::CalendarEvent) -> Result<Calendar, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Calendar", "no record"))?;
    Ok(Calendar {
        id: convert::id("id", &after.id)?,
        name: after.name,
        editions: calendar::editions(after.editions)?,
        defined: mark("defined", after.defined)?,
        status: match convert::state_from_proto::<pb::CalendarState, _>("state", after.state)? {
            CalendarState::Active => CalendarStatus::Active,
            CalendarState::Retired => CalendarStatus::Retired {
                reason: after.retirement_reason,
                retired: mark("retired", after.retired)?,
            },
        },
    })
}

fn snapshot(record: &Calendar) -> pb::Calendar {
    let (retired, reason) = match &record.status {
        CalendarStatus::Active => (None, ""),
        CalendarStatus::Retired { reason, retired } => (Some(retired), reason.as_str()),
    };
    pb::Calendar {
        id: record.id.to_string(),
        name: record.name.clone(),
        editions: calendar::editions_message(&record.editions),
        state: convert::state_to_proto::<pb::CalendarState, _>(record.state()),
        defined: Some(mark_message(&record.defined)),
        retired: retired.map(mark_message),
        retirement_reason: reason.to_owned(),
    }
}

fn happened(what: &CalendarHappened) -> What {
    match what {
        CalendarHappened::Defined => What::Defined(pb::CalendarDefined {}),
        CalendarHappened::Edited { valid_from } => {
            What::Edited(pb::CalendarEdited { valid_from: valid_from.map(convert::timestamp) })
        }
        CalendarHappened::Retired { reason } => What::Retired(pb::CalendarRetired { reason: reason.clone() }),
    }
}
