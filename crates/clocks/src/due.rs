//! The sums: how much of a time counted, and when so much has. Rules 3, 4, 5 and 7.

use crate::hours::{HORIZON, Hours};
use crate::pause::Pauses;
use jiff::{SignedDuration, Timestamp};

/// Why a target is never reached, by the facts there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Never {
    /// A pause that has not ended holds it back.
    #[error("held by a pause since {since}, which has not ended")]
    Held {
        /// When the pause began.
        since: Timestamp,
    },
    /// The calendar does not have so many hours.
    #[error("the calendar has too few hours before {HORIZON}: {left:#} of the target are left then")]
    TooFewHours {
        /// What is left of the target when they have all passed.
        left: SignedDuration,
    },
}

/// The time used at an instant: the hours from the start, less what the pauses take.
#[must_use]
pub fn used(hours: &Hours, start: Timestamp, pauses: &Pauses, at: Timestamp) -> SignedDuration {
    let whole = hours.between(start, at);
    let within = pauses.all().iter().take_while(|pause| pause.from < at);
    let paused = within.map(|pause| {
        let to = pause.to.map_or(at, |to| to.min(at));
        hours.between(pause.from.max(start), to)
    });
    whole - paused.sum::<SignedDuration>()
}

/// The earliest instant at which `target` is used: the start when nothing is wanted, the end of the hours
/// when they end with it.
pub fn reached(
    hours: &Hours,
    start: Timestamp,
    pauses: &Pauses,
    target: SignedDuration,
) -> Result<Timestamp, Never> {
    let (mut here, mut left) = (start, target);
    for pause in pauses.all() {
        let run = hours.between(here, pause.from);
        if run >= left {
            break;
        }
        left -= run;
        let Some(to) = pause.to else { return Err(Never::Held { since: pause.from }) };
        here = here.max(to);
    }
    hours.reach(here, left).ok_or_else(|| Never::TooFewHours { left: left - hours.between(here, HORIZON) })
}

/// An instant some time later; the last instant there is when that lies beyond it.
#[must_use]
pub fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The part of a target at a percentage, in whole microseconds.
#[must_use]
pub fn share(target: SignedDuration, percent: u8) -> SignedDuration {
    let micros = target.as_micros() * i128::from(percent) / 100;
    SignedDuration::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}
