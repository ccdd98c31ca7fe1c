//! Facts at random, answered by both implementations.

use crate::slow::{Minute, Walk, minute, walk};
use ciclo_clocks::{
    Calendar, CalendarForm, Clock, Edition, Editions, Hours, OpeningForm, Pause, Pauses, Retarget,
    SegmentKind, WeekForm, share, zone_names,
};
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

/// Ten days.
const WINDOW: Minute = 10 * 24 * 60;

/// A fixed seed: each run tries the same cases.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(41),
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

/// A zone and an instant in it from 2020 to 2035: mostly some days before the clocks change.
fn places() -> impl Strategy<Value = (&'static str, Timestamp)> {
    let zones: Vec<&str> = zone_names().collect();
    (select(zones), 0i64..15 * 365 * 24 * 60, 0i64..8 * 24 * 60, 0..4).prop_map(|(name, any, before, odd)| {
        let at = "2020-01-01T00:00Z".parse::<Timestamp>().unwrap() + minute(any);
        let zone = CalendarForm { zone: name.to_owned(), ..all_week() };
        let zone = Calendar::try_from(zone).unwrap().zone().clone();
        let change = zone.following(at).next().map(|change| change.timestamp() - minute(before));
        let near = change.filter(|near| odd > 0 && near.as_second() < 2_082_758_400).unwrap_or(at);
        // Whole minutes, as the walk goes.
        (name, Timestamp::from_second(near.as_second() / 60 * 60).unwrap())
    })
}

fn all_week() -> CalendarForm {
    CalendarForm {
        weekly: WeekForm::daily(&[("09:00", "17:00")]),
        zone: "UTC".to_owned(),
        ..CalendarForm::default()
    }
}

fn interval() -> impl Strategy<Value = (String, String)> {
    let text = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    (0u16..1440, 0u16..=1440).prop_map(move |(start, end)| (text(start), text(end)))
}

/// A calendar with its exceptions about an instant.
fn calendars(zone: &'static str, from: Timestamp) -> impl Strategy<Value = CalendarForm> {
    let date = move |days: i64| -> Date {
        from.to_zoned(jiff::tz::TimeZone::UTC).date().saturating_add(Span::new().days(days))
    };
    let day = || vec(interval(), 0..3);
    let weekly = (day(), day(), day(), day(), day(), day(), vec(interval(), 1..3));
    let opening = (-2i64..12, vec(interval(), 1..3));
    (weekly, vec(-2i64..12, 0..4), vec(opening, 0..3)).prop_map(move |(week, holidays, openings)| {
        let (monday, tuesday, wednesday, thursday, friday, saturday, sunday) = week;
        CalendarForm {
            zone: zone.to_owned(),
            weekly: WeekForm { monday, tuesday, wednesday, thursday, friday, saturday, sunday },
            holidays: holidays.into_iter().map(|days| date(days).to_string()).collect(),
            openings: openings
                .into_iter()
                .map(|(days, hours)| OpeningForm { date: date(days).to_string(), hours })
                .collect(),
        }
    })
}

fn pauses(from: Timestamp) -> impl Strategy<Value = Vec<Pause>> {
    let pause = (-600i64..WINDOW, -10i64..4_000, select(vec!["CALLER", "SUPPLIER"]), 0..20);
    vec(pause, 0..6).prop_map(move |pauses| {
        let pause = |(begin, length, reason, open): (Minute, Minute, &str, i32)| Pause {
            from: from + minute(begin),
            to: (open > 0).then(|| from + minute(begin + length)),
            reason: reason.to_owned(),
        };
        pauses.into_iter().map(pause).collect()
    })
}

/// All facts of a case.
fn facts() -> impl Strategy<Value = (Timestamp, CalendarForm, CalendarForm, Minute, Vec<Pause>)> {
    places().prop_flat_map(|(zone, from)| {
        (Just(from), calendars(zone, from), calendars(zone, from), 0..3 * WINDOW, pauses(from))
    })
}

/// The window under two editions, the second from a minute on, which may lie outside.
fn both(from: Timestamp, one: CalendarForm, other: CalendarForm, change: Minute) -> (Hours, Walk) {
    let mut walked = walk(&one, from, WINDOW);
    let later = walk(&other, from, WINDOW);
    let change_at = usize::try_from(change.min(WINDOW)).unwrap();
    walked.open[change_at..].copy_from_slice(&later.open[change_at..]);
    let edition = |valid_from, form| Edition { valid_from, calendar: Calendar::try_from(form).unwrap() };
    let editions = vec![edition(Timestamp::MIN, one), edition(from + minute(change), other)];
    (Hours::new(Editions::new(editions).unwrap()), walked)
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn a_walk_minute_by_minute_agrees(
        (from, one, other, change, pauses) in facts(),
        target in 0i64..4_000,
        now in 0i64..WINDOW,
    ) {
        let (hours, walked) = both(from, one, other, change);
        let clock = Clock { pauses: Pauses::union(pauses.clone()), ..Clock::new(from, minute(target)) };

        prop_assert_eq!(clock.used(&hours, from + minute(now)), minute(walked.used(&pauses, now)));

        let due = clock.due(&hours);
        match walked.due(&pauses, target) {
            Some(n) => prop_assert_eq!(due, Ok(from + minute(n))),
            None => prop_assert!(due.is_err() || due.is_ok_and(|due| due > from + minute(WINDOW))),
        }

        let opens = (0..WINDOW).zip(&walked.open).find(|(_, open)| **open).map(|(n, _)| from + minute(n));
        prop_assert!(opens.is_none() || clock.opens_at(&hours) == opens);

        let segments = clock.segments(&hours, from + minute(now));
        let mut here = from;
        for segment in &segments {
            prop_assert_eq!(segment.from, here);
            prop_assert!(segment.to > here);
            for n in walked.minute_of(segment.from)..walked.minute_of(segment.to) {
                prop_assert_eq!(segment.kind(), walked.kind(&pauses, n), "minute {}", n);
            }
            here = segment.to;
        }
        prop_assert_eq!(here, from + minute(now));
        for pair in segments.windows(2) {
            prop_assert!(pair[0].because != pair[1].because || pair[1].from == from + minute(change));
        }
    }

    #[test]
    fn breaches_come_when_a_watch_would_see_them(
        (from, one, other, change, pauses) in facts(),
        target in 0i64..3_000,
        mut changes in vec((0i64..WINDOW, 0i64..3_000), 0..4),
        until in 0i64..WINDOW,
    ) {
        changes.sort();
        changes.dedup_by_key(|change| change.0);
        let (hours, walked) = both(from, one, other, change);
        let retargets = changes.iter();
        let retargets = retargets.map(|(at, target)| Retarget { at: from + minute(*at), target: minute(*target) });
        let clock = Clock {
            pauses: Pauses::union(pauses.clone()),
            retargets: retargets.collect(),
            ..Clock::new(from, minute(target))
        };

        // Somebody looks each minute: whether the target of before is past, then whether a new one is.
        let dues = |target| walked.due(&pauses, target);
        let mut now = dues(target);
        let mut seen = None;
        for n in 0..=until {
            let late = |due: Option<Minute>| due.filter(|due| *due < n);
            seen = late(now).map(|due| (from + minute(due), false));
            if seen.is_none() && let Some((_, target)) = changes.iter().find(|(at, _)| *at == n) {
                now = dues(*target);
                seen = late(now).map(|due| (from + minute(due), true));
            }
            if seen.is_some() { break; }
        }
        let breach = clock.breach(&hours, from + minute(until));
        prop_assert_eq!(breach.map(|breach| (breach.due, breach.retargeted)), seen);
    }

    #[test]
    fn what_is_due_is_used_then_and_not_before(
        (from, one, other, change, pauses) in facts(),
        target in 1i64..400_000_000_000,
        start in 0i64..1_000_000,
        percent in 1u8..=100,
    ) {
        let (hours, _) = both(from, one, other, change);
        let start = from + SignedDuration::from_micros(start);
        let target = SignedDuration::from_micros(target);
        let clock = Clock { pauses: Pauses::union(pauses), ..Clock::new(start, target) };
        let tick = SignedDuration::from_micros(1);
        let dues = [(target, clock.due(&hours)), (share(target, percent), clock.threshold(&hours, percent))];
        for (part, due) in dues {
            let Ok(due) = due else { continue };
            prop_assert_eq!(clock.used(&hours, due), part);
            if part > SignedDuration::ZERO {
                prop_assert_eq!(clock.used(&hours, due - tick), part - tick, "it ran until it was due");
            }
        }
        if let Ok(due) = clock.due(&hours) {
            prop_assert_eq!(clock.breach(&hours, due), None);
            prop_assert!(clock.breach(&hours, due + tick).is_some());
            let whole: SignedDuration = (clock.segments(&hours, due).iter())
                .filter(|segment| segment.kind() == SegmentKind::Running)
                .map(|segment| segment.to.duration_since(segment.from))
                .sum();
            prop_assert_eq!(whole, clock.target);
        }
    }
}
