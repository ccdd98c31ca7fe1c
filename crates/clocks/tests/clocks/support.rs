//! Calendars and instants that several tests use.

use ciclo_clocks::{Calendar, CalendarForm, Clock, Hours, Pause, Pauses, WeekForm};
use jiff::{SignedDuration, Timestamp};

/// An instant from RFC 3339.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// A duration, as `7h 30m`.
pub fn long(text: &str) -> SignedDuration {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// Monday to Friday, 09:00 to 17:00, in a zone.
pub fn office(zone: &str) -> CalendarForm {
    let weekly = WeekForm::weekdays(&[("09:00", "17:00")]);
    CalendarForm { zone: zone.to_owned(), weekly, ..CalendarForm::default() }
}

/// Calendar A of the vectors: the office in Paris, with two holidays.
pub fn paris() -> CalendarForm {
    let holidays = ["2026-05-01", "2026-12-25"].map(str::to_owned).to_vec();
    CalendarForm { holidays, ..office("Europe/Paris") }
}

/// Calendar B of the vectors: every night.
pub fn nights() -> CalendarForm {
    CalendarForm { weekly: WeekForm::daily(&[("22:00", "06:00")]), ..office("Europe/Paris") }
}

/// The hours of a calendar as it is written.
pub fn hours(form: CalendarForm) -> Hours {
    Hours::new(Calendar::try_from(form).unwrap_or_else(|why| panic!("{why}")))
}

/// A pause; open without an end.
pub fn pause(from: &str, to: Option<&str>) -> Pause {
    Pause { from: at(from), to: to.map(at), reason: "CALLER".to_owned() }
}

/// A clock with pauses.
pub fn clock(start: &str, target: &str, pauses: &[Pause]) -> Clock {
    Clock { pauses: Pauses::union(pauses.to_vec()), ..Clock::new(at(start), long(target)) }
}
