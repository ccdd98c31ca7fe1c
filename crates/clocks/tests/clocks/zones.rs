//! Every zone about every change of its clocks from 2020 to 2035, and the zones
//! that do something unusual.

use crate::slow;
use crate::support::{at, hours, long, nights, office};
use ciclo_clocks::{Calendar, CalendarForm, Clock, WeekForm, zone_names};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// A change of a zone's clocks.
struct Change {
    at: Timestamp,
    before: Offset,
    after: Offset,
}

fn changes(zone: &TimeZone) -> Vec<Change> {
    let changes = zone.following(at("2020-01-01T00:00Z")).map(|change| {
        let before = zone.to_offset(change.timestamp() - SignedDuration::from_secs(1));
        Change { at: change.timestamp(), before, after: change.offset() }
    });
    let changes = changes.take_while(|change| change.at < at("2036-01-01T00:00Z"));
    changes.filter(|change| change.before != change.after).collect()
}

/// The time of day in the middle of what is left out or comes twice, and some hours before and after it.
fn about(change: &Change) -> [String; 3] {
    let (one, other) = (change.before.to_datetime(change.at), change.after.to_datetime(change.at));
    let middle = one.min(other) + one.duration_until(other).abs() / 2;
    let time = |local: DateTime| local.strftime("%H:%M").to_string();
    let some = SignedDuration::from_hours(3);
    [time(middle - some), time(middle), time(middle + some)]
}

/// Intervals merged the slow way: instant by instant.
fn merged(mut intervals: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    intervals.retain(|(from, to)| from < to);
    intervals.sort();
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, to) in intervals {
        if let Some(last) = merged.iter_mut().find(|last| last.0 <= from && from <= last.1) {
            last.1 = last.1.max(to);
        } else {
            merged.push((from, to));
        }
    }
    merged
}

#[test]
fn every_zone_about_every_change_of_its_clocks() {
    let day = SignedDuration::from_hours(24);
    let mut tried = 0;
    for name in zone_names() {
        let zone = Calendar::try_from(office(name)).unwrap().zone().clone();
        for change in changes(&zone) {
            let [before, within, after] = about(&change);
            for weekly in [
                WeekForm::daily(&[(&within, &after)]),
                WeekForm::daily(&[(&before, &within)]),
                WeekForm::daily(&[("22:00", "06:00")]),
            ] {
                let form = CalendarForm { weekly, ..office(name) };
                let (from, to) = (change.at - day, change.at + day);
                let slow = slow::intervals(&form, &zone, from, to).into_iter();
                let slow = slow.filter(|(begin, end)| *begin < to && *end > from);
                let slow = merged(slow.map(|(begin, end)| (begin.max(from), end.min(to))).collect());
                let quick = Calendar::try_from(form.clone()).unwrap().open(from, to);
                assert_eq!(quick, slow, "{name} {} {:?}", change.at, form.weekly.monday);
                tried += 1;
            }
        }
    }
    assert!(tried > 15_000, "{tried}");
}

#[test]
fn a_night_lasts_as_long_as_it_does() {
    let nights = hours(nights());
    let open = |from: &str, to: &str| nights.between(at(from), at(to));
    assert_eq!(open("2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00"), long("7h"));
    assert_eq!(open("2026-10-24T12:00+02:00", "2026-10-25T12:00+01:00"), long("9h"));
    assert_eq!(open("2026-06-01T12:00+02:00", "2026-06-02T12:00+02:00"), long("8h"));
    let howe = hours(CalendarForm { zone: "Australia/Lord_Howe".to_owned(), ..crate::support::nights() });
    let open = |from: &str, to: &str| howe.between(at(from), at(to));
    assert_eq!(open("2026-10-03T12:00+10:30", "2026-10-04T12:00+11:00"), long("7h 30m"));
    assert_eq!(open("2027-04-03T12:00+11:00", "2027-04-04T12:00+10:30"), long("8h 30m"));
}

#[test]
fn zones_that_skip_a_date() {
    // Apia had no Friday, 30 December 2011; its hours move on to the Saturday, by the gap.
    let apia = hours(office("Pacific/Apia"));
    let clock = Clock::new(at("2011-12-29T15:00-10:00"), long("3h"));
    assert_eq!(clock.due(&apia), Ok(at("2011-12-31T10:00+14:00")));
    assert_eq!(apia.between(at("2011-12-29T00:00-10:00"), at("2012-01-02T00:00+14:00")), long("16h"));
    // The night that began on the Thursday lasts until the Saturday, wherever one looks into it.
    let night = CalendarForm { zone: "Pacific/Apia".to_owned(), ..nights() };
    let (from, to) = (at("2011-12-31T03:00+14:00"), at("2011-12-31T06:00+14:00"));
    assert_eq!(Calendar::try_from(night).unwrap().open(from, at("2011-12-31T12:00+14:00")), [(from, to)]);
    // As a holiday it has none that could move.
    let holidays = vec!["2011-12-30".to_owned()];
    let closed = hours(CalendarForm { holidays, ..office("Pacific/Apia") });
    assert_eq!(clock.due(&closed), Ok(at("2012-01-02T10:00+14:00")));
    // Kwajalein had no Saturday, 21 August 1993: every hour counts once.
    let daily =
        CalendarForm { weekly: WeekForm::daily(&[("00:00", "24:00")]), ..office("Pacific/Kwajalein") };
    let open = hours(daily).between(at("1993-08-20T00:00-12:00"), at("1993-08-22T00:00+12:00"));
    assert_eq!(open, long("24h"));
}
