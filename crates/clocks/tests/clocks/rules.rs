//! The rules one by one, on days that people can count.

use crate::support::{at, clock, hours, long, nights, office, paris, pause};
use ciclo_clocks::{
    Because, Breach, Calendar, CalendarForm, Clock, Edition, Editions, Hours, Never, OpeningForm, Retarget,
    SegmentKind, WeekForm,
};
use jiff::{SignedDuration, Timestamp};

/// Segments as texts, with local times.
fn told(clock: &Clock, hours: &Hours, until: &str) -> Vec<String> {
    let zone = hours.editions().all()[0].calendar.zone().clone();
    let local = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%a %H:%M").to_string();
    let segments = clock.segments(hours, at(until));
    segments.iter().map(|part| format!("{} {}: {}", local(part.from), local(part.to), part.because)).collect()
}

#[test]
fn a_clock_opened_outside_hours_starts_at_the_next_opening() {
    let office = hours(paris());
    let saturday = clock("2026-03-28T12:00+01:00", "1h", &[]);
    assert_eq!(saturday.opens_at(&office), Some(at("2026-03-30T09:00+02:00")));
    assert_eq!(saturday.used(&office, at("2026-03-30T09:00+02:00")), SignedDuration::ZERO);
    let closing = clock("2026-06-01T17:00+02:00", "1h", &[]);
    assert_eq!(closing.opens_at(&office), Some(at("2026-06-02T09:00+02:00")), "the end is not within");
    let working = clock("2026-06-01T10:00:00.5+02:00", "1h", &[]);
    assert_eq!(working.opens_at(&office), Some(working.start));
    // A zero target is due at the start, hours or not.
    assert_eq!(clock("2026-03-28T12:00+01:00", "0s", &[]).due(&office), Ok(saturday.start));
}

#[test]
fn pauses_are_a_union_and_change_nothing_outside_hours() {
    let office = hours(paris());
    let due = |pauses: &[_]| clock("2026-06-01T09:00+02:00", "8h", pauses).due(&office).unwrap();
    let night = pause("2026-06-01T18:00+02:00", Some("2026-06-02T08:00+02:00"));
    let noon = pause("2026-06-01T12:00+02:00", Some("2026-06-01T13:00+02:00"));
    let late_noon = pause("2026-06-01T12:30+02:00", Some("2026-06-01T14:00+02:00"));
    let before = pause("2026-05-29T12:00+02:00", Some("2026-06-01T09:30+02:00"));
    assert_eq!(due(std::slice::from_ref(&night)), at("2026-06-01T17:00+02:00"));
    assert_eq!(due(&[late_noon.clone(), night, noon.clone()]), at("2026-06-02T11:00+02:00"));
    assert_eq!(due(&[noon, late_noon]), at("2026-06-02T11:00+02:00"));
    assert_eq!(due(&[before]), at("2026-06-02T09:30+02:00"), "what lies before the start takes nothing");
    // A pause that begins when it is due moves nothing.
    assert_eq!(due(&[pause("2026-06-01T17:00+02:00", None)]), at("2026-06-01T17:00+02:00"));
}

#[test]
fn an_open_pause_holds_a_clock_back_and_undoes_no_breach() {
    let office = hours(paris());
    let held = clock("2026-06-01T09:00+02:00", "4h", &[pause("2026-06-01T11:00+02:00", None)]);
    assert_eq!(held.due(&office), Err(Never::Held { since: at("2026-06-01T11:00+02:00") }));
    let now = at("2026-06-03T10:00+02:00");
    assert_eq!(held.due_if_resumed(&office, now), Ok(at("2026-06-03T12:00+02:00")));
    assert_eq!(held.used(&office, now), long("2h"));
    assert_eq!(held.breach(&office, now), None);
    assert_eq!(held.threshold(&office, 50), Ok(at("2026-06-01T11:00+02:00")));
    assert!(held.threshold(&office, 51).is_err());
    let late = clock("2026-06-01T09:00+02:00", "1h", &[pause("2026-06-01T11:00+02:00", None)]);
    assert!(late.breach(&office, now).is_some_and(|breach| breach.due == at("2026-06-01T10:00+02:00")));
}

#[test]
fn thresholds_lie_within_hours() {
    let office = hours(paris());
    let two_days = clock("2026-06-05T15:00+02:00", "16h", &[]);
    let threshold = |percent| two_days.threshold(&office, percent).unwrap();
    assert_eq!(threshold(10), at("2026-06-05T16:36+02:00"));
    assert_eq!(threshold(50), at("2026-06-08T15:00+02:00"));
    assert_eq!(threshold(75), at("2026-06-09T11:00+02:00"));
    assert_eq!(Ok(threshold(100)), two_days.due(&office));
    let day = clock("2026-06-01T09:00+02:00", "16h", &[]);
    assert_eq!(day.threshold(&office, 50), Ok(at("2026-06-01T17:00+02:00")), "the end counts");
}

#[test]
fn a_new_target_keeps_the_start_and_the_pauses() {
    let office = hours(paris());
    let to = |target: &str, changed: &str| Clock {
        retargets: vec![Retarget { at: at(changed), target: long(target) }],
        ..clock(
            "2026-06-01T09:00+02:00",
            "8h",
            &[pause("2026-06-01T10:00+02:00", Some("2026-06-01T11:00+02:00"))],
        )
    };
    let end = at("2026-06-30T12:00+02:00");
    let in_time = to("4h", "2026-06-01T12:00+02:00");
    assert_eq!(in_time.due(&office), Ok(at("2026-06-01T14:00+02:00")));
    assert_eq!(in_time.target_at(at("2026-06-01T11:59+02:00")), long("8h"));
    assert_eq!(in_time.left(&office, at("2026-06-01T12:00+02:00")), long("2h"));
    let due = at("2026-06-01T14:00+02:00");
    assert_eq!(in_time.breach(&office, end), Some(Breach { due, since: due, retargeted: false }));
    // Past by the new target: broken at the change.
    let too_late = to("4h", "2026-06-01T15:00+02:00");
    let since = at("2026-06-01T15:00+02:00");
    assert_eq!(too_late.breach(&office, end), Some(Breach { due, since, retargeted: true }));
    assert_eq!(too_late.breach(&office, at("2026-06-01T14:59+02:00")), None);
    // Changed at the very instant: the end counts.
    let just = to("4h", "2026-06-01T14:00+02:00").breach(&office, end);
    assert_eq!(just, Some(Breach { due, since: due, retargeted: false }));
    assert_eq!(to("4h", "2026-06-01T14:00+02:00").breach(&office, due), None);
    // Broken before it was made longer: it stays broken.
    let first = at("2026-06-02T10:00+02:00");
    let longer = to("80h", "2026-06-02T11:00+02:00");
    assert_eq!(longer.breach(&office, end), Some(Breach { due: first, since: first, retargeted: false }));
    assert_eq!(to("80h", "2026-06-02T10:00+02:00").breach(&office, at("2026-06-10T10:00+02:00")), None);
}

#[test]
fn segments_say_what_the_clock_did_and_why() {
    let office = hours(paris());
    let clock = clock(
        "2026-04-29T15:00+02:00",
        "8h",
        &[pause("2026-04-30T11:00+02:00", Some("2026-05-04T10:00+02:00"))],
    );
    let open = "within the calendar's hours (Europe/Paris)";
    let closed = "outside the calendar's hours";
    assert_eq!(
        told(&clock, &office, "2026-05-04T10:30+02:00"),
        [
            format!("Wed 15:00 Wed 17:00: {open}"),
            format!("Wed 17:00 Thu 09:00: {closed}"),
            format!("Thu 09:00 Thu 11:00: {open}"),
            "Thu 11:00 Thu 17:00: paused: CALLER".to_owned(),
            format!("Thu 17:00 Mon 09:00: {closed}, holiday 2026-05-01"),
            "Mon 09:00 Mon 10:00: paused: CALLER".to_owned(),
            format!("Mon 10:00 Mon 10:30: {open}"),
        ]
    );
    assert!(clock.segments(&office, clock.start).is_empty());
    assert!(clock.segments(&office, at("2020-01-01T00:00Z")).is_empty());
    let always = clock.segments(&Hours::always(), at("2026-04-30T11:00+02:00"));
    assert_eq!(always.len(), 1, "however many midnights lie within: {always:?}");
    assert_eq!(always[0].because, Because::Always);
    // A night that touches a holiday: the one that begins on it is left out.
    let form = CalendarForm { holidays: vec!["2026-05-01".to_owned()], ..nights() };
    let night = Clock::new(at("2026-04-30T23:00+02:00"), long("8h"));
    assert_eq!(
        told(&night, &hours(form), "2026-05-02T23:00+02:00"),
        [
            format!("Thu 23:00 Fri 06:00: {open}"),
            format!("Fri 06:00 Sat 22:00: {closed}, holiday 2026-05-01"),
            format!("Sat 22:00 Sat 23:00: {open}"),
        ]
    );
}

#[test]
fn openings_open_closed_days_and_add_to_open_ones() {
    let opening = |date: &str, from: &str, to: &str| OpeningForm {
        date: date.to_owned(),
        hours: vec![(from.to_owned(), to.to_owned())],
    };
    let openings = vec![
        opening("2026-05-01", "10:00", "12:00"),
        opening("2026-05-02", "22:00", "02:00"),
        opening("2026-05-04", "16:00", "19:00"),
    ];
    let hours = hours(CalendarForm { openings, ..paris() });
    let open = |from: &str, to: &str| hours.between(at(from), at(to));
    assert_eq!(open("2026-05-01T00:00+02:00", "2026-05-02T00:00+02:00"), long("2h"));
    assert_eq!(open("2026-05-02T00:00+02:00", "2026-05-03T00:00+02:00"), long("2h"));
    assert_eq!(open("2026-05-03T00:00+02:00", "2026-05-04T00:00+02:00"), long("2h"));
    assert_eq!(open("2026-05-04T00:00+02:00", "2026-05-05T00:00+02:00"), long("10h"));
}

#[test]
fn intervals_that_overlap_or_meet_are_one() {
    let day =
        [("13:00", "17:00"), ("09:00", "12:00"), ("12:00", "13:00"), ("16:00", "17:30"), ("10:00", "11:00")];
    let form = CalendarForm { weekly: WeekForm::weekdays(&day), ..office("Europe/Paris") };
    let open = Calendar::try_from(form).unwrap().open(at("2026-06-01T00:00Z"), at("2026-06-02T00:00Z"));
    assert_eq!(open, [(at("2026-06-01T09:00+02:00"), at("2026-06-01T17:30+02:00"))]);
}

#[test]
fn a_holiday_that_begins_when_a_part_ends_is_not_behind_it() {
    let opening =
        OpeningForm { date: "2026-05-01".to_owned(), hours: vec![("00:00".to_owned(), "02:00".to_owned())] };
    let hours = hours(CalendarForm { openings: vec![opening], ..paris() });
    let clock = Clock::new(at("2026-04-30T17:00+02:00"), long("1h"));
    let segments = clock.segments(&hours, at("2026-05-01T03:00+02:00"));
    let because: Vec<String> = segments.iter().map(|segment| segment.because.to_string()).collect();
    assert_eq!(
        because,
        [
            "outside the calendar's hours",
            "within the calendar's hours (Europe/Paris)",
            "outside the calendar's hours, holiday 2026-05-01",
        ]
    );
}

#[test]
fn each_edition_counts_from_its_instant() {
    let edition = |from: &str, form: CalendarForm| Edition {
        valid_from: at(from),
        calendar: Calendar::try_from(form).unwrap(),
    };
    let longer = CalendarForm { weekly: WeekForm::weekdays(&[("08:00", "20:00")]), ..office("Europe/Paris") };
    let editions = vec![
        edition("2026-01-01T00:00+01:00", office("Europe/Paris")),
        edition("2026-06-02T12:00+02:00", longer),
    ];
    let hours = Hours::new(Editions::new(editions).unwrap());
    let clock = clock("2026-06-01T09:00+02:00", "24h", &[]);
    // 8 h on Monday, 3 + 8 on Tuesday, 5 on Wednesday.
    assert_eq!(clock.due(&hours), Ok(at("2026-06-03T13:00+02:00")));
    let segments = clock.segments(&hours, at("2026-06-02T13:00+02:00"));
    let last = segments.last().unwrap();
    assert_eq!(last.from, at("2026-06-02T12:00+02:00"), "another edition is another fact");
    assert_eq!(hours.opening(at("2025-06-01T00:00Z")), Some(at("2026-01-01T09:00+01:00")));
    let early =
        Clock::new(at("2025-12-31T10:00+01:00"), long("1h")).segments(&hours, at("2026-01-01T10:00+01:00"));
    assert_eq!(early[0].because, Because::NoCalendar);
    assert_eq!(early[1].because, Because::Closed { holidays: vec![] });
    assert_eq!(
        early.iter().map(|part| part.kind()).collect::<Vec<_>>(),
        [SegmentKind::OutOfHours, SegmentKind::OutOfHours, SegmentKind::Running]
    );
}
