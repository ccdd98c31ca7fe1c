//! Targets that are never reached: an answer, after bounded work.

use crate::support::{at, hours, long, paris};
use ciclo_clocks::{Because, CalendarForm, Clock, FIRST, HORIZON, Hours, Never, OpeningForm};
use jiff::{SignedDuration, Timestamp};

/// A calendar that is open on one morning only.
fn one_morning() -> CalendarForm {
    let opening =
        OpeningForm { date: "2026-05-02".to_owned(), hours: vec![("09:00".to_owned(), "12:00".to_owned())] };
    CalendarForm { zone: "Europe/Paris".to_owned(), openings: vec![opening], ..CalendarForm::default() }
}

#[test]
fn a_target_longer_than_all_hours_is_never_due() {
    let hours = hours(one_morning());
    let start = at("2026-04-01T00:00Z");
    assert_eq!(Clock::new(start, long("3h")).due(&hours), Ok(at("2026-05-02T12:00+02:00")));
    assert_eq!(Clock::new(start, long("4h")).due(&hours), Err(Never::TooFewHours { left: long("1h") }));
    let after = Clock::new(at("2026-05-02T12:00+02:00"), long("1s"));
    assert_eq!(after.due(&hours), Err(Never::TooFewHours { left: long("1s") }));
    assert_eq!(after.opens_at(&hours), None);
    assert_eq!(after.breach(&hours, Timestamp::MAX), None);
    assert_eq!(after.threshold(&hours, 50), Err(Never::TooFewHours { left: long("500ms") }));
    assert_eq!(hours.between(FIRST, HORIZON), long("3h"));
}

#[test]
fn hours_end_at_the_horizon() {
    let hours = Hours::always();
    let start = at("2199-12-31T00:00Z");
    assert_eq!(Clock::new(start, long("24h")).due(&hours), Ok(HORIZON));
    assert!(Clock::new(start, long("24h 1ms")).due(&hours).is_err());
    for start in [FIRST, HORIZON, Timestamp::MIN, Timestamp::MAX] {
        let endless = Clock::new(start, SignedDuration::MAX);
        assert!(matches!(endless.due(&hours), Err(Never::TooFewHours { .. })), "{start}");
        assert_eq!(Clock::new(start, SignedDuration::MIN).due(&hours), Ok(start));
        assert!(endless.left(&hours, Timestamp::MAX) > SignedDuration::ZERO);
    }
    let whole = HORIZON.duration_since(FIRST);
    assert_eq!(hours.between(Timestamp::MIN, Timestamp::MAX), whole);
    assert_eq!(hours.between(Timestamp::MAX, Timestamp::MIN), SignedDuration::ZERO);
    let segments = Clock::new(Timestamp::MIN, long("1h")).segments(&hours, Timestamp::MAX);
    let because: Vec<_> = segments.iter().map(|segment| &segment.because).collect();
    assert_eq!(because, [&Because::Unknown, &Because::Always, &Because::Unknown]);
}

#[test]
fn a_far_due_is_found() {
    let hours = hours(paris());
    let start = at("2026-06-01T09:00+02:00");
    // A thousand weeks of forty hours, but for the Friday of Christmas 2026: due on the Monday after them.
    let due = Clock::new(start, SignedDuration::from_hours(40_000)).due(&hours);
    assert_eq!(due, Ok(at("2045-07-31T17:00+02:00")));
}
