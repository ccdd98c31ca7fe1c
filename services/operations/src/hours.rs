//! The hours of calendars, compiled once in a process: a version of a calendar
//! never changes, so what was made of it is good for as long as it is kept.

use crate::domain::clock_calendar::ClockCalendar;
use crate::domain::known::{KnownHours, hours_id};
use ciclo_clocks::Hours;
use ciclo_kernel::{Corrupt, ids::CalendarId};
use ciclo_store::Tx;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// How many versions of calendars are kept; when there are more, all are made anew.
const KEPT: usize = 64;

static ALWAYS: LazyLock<Arc<Hours>> = LazyLock::new(|| Arc::new(Hours::always()));
static VERSIONS: LazyLock<Mutex<Versions>> = LazyLock::new(Mutex::default);

/// Hours by calendar and version.
type Versions = HashMap<(CalendarId, u64), Arc<Hours>>;

/// The hours of a calendar for a command.
pub async fn of(tx: &Tx, calendar: ClockCalendar) -> ciclo_store::Result<Arc<Hours>> {
    match at_hand(calendar) {
        Ok(hours) => Ok(hours),
        Err((id, version)) => Ok(made(id, version, tx.copy(&hours_id(id, version)).await?)?),
    }
}

/// The hours of a calendar, or the version of it whose copy they have to be made of.
pub fn at_hand(calendar: ClockCalendar) -> Result<Arc<Hours>, (CalendarId, u64)> {
    let ClockCalendar::Version { id, version } = calendar else { return Ok(ALWAYS.clone()) };
    let versions = VERSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    versions.get(&(id, version)).cloned().ok_or((id, version))
}

/// The hours of a version of a calendar from its copy, which every clock's calendar has.
pub fn made(id: CalendarId, version: u64, known: Option<KnownHours>) -> Result<Arc<Hours>, Corrupt> {
    let known = known.ok_or_else(|| Corrupt::new("calendar", hours_id(id, version)))?;
    let hours = Arc::new(Hours::new(known.editions));
    let mut versions = VERSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    if versions.len() >= KEPT {
        versions.clear();
    }
    versions.insert((id, version), hours.clone());
    Ok(hours)
}
