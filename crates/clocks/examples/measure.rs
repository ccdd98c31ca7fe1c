//! What the sums cost on this machine:
//!
//!   cargo run --release -p ciclo-clocks --example measure

use ciclo_clocks::{Calendar, CalendarForm, Clock, Hours, OpeningForm, Pause, Pauses, WeekForm};
use jiff::civil::date;
use jiff::{SignedDuration, Span, Timestamp};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Office hours with lunch, and holidays in ten years: fourteen a year.
fn calendar() -> CalendarForm {
    let day = |n: i64| date(2020, 1, 1).saturating_add(Span::new().days(n)).to_string();
    let hours = vec![("09:00".to_owned(), "12:00".to_owned())];
    CalendarForm {
        zone: "Europe/Paris".to_owned(),
        weekly: WeekForm::weekdays(&[("09:00", "12:00"), ("13:00", "17:00")]),
        holidays: (0..140).map(|n| day(n * 26)).collect(),
        openings: (0..20).map(|n| OpeningForm { date: day(n * 180), hours: hours.clone() }).collect(),
    }
}

/// A closed incident: opened some time in ten years, with two pauses and a target of hours or days.
fn clock(n: i64) -> Clock {
    let start = Timestamp::constant(1_577_836_800, 0) + SignedDuration::from_secs(n * 3_137 % 300_000_000);
    let after = |hours: i64| start + SignedDuration::from_hours(hours);
    let pause = |from, to| Pause { from: after(from), to: Some(after(to)), reason: "CALLER".to_owned() };
    let pauses = Pauses::union(vec![pause(2, 7), pause(30, 60)]);
    Clock { pauses, ..Clock::new(start, SignedDuration::from_hours(4 + n % 80)) }
}

/// Tells how long something took, for each of so many.
fn told<T>(what: &str, count: u32, act: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let result = black_box(act());
    let took: Duration = begin.elapsed();
    println!("{what:<58} {took:>12.3?} {:>12.3?} each", took / count);
    result
}

fn main() {
    let calendar =
        told("a calendar read and checked", 1, || Calendar::try_from(calendar()).expect("is right"));
    let fresh = Hours::new(calendar.clone());
    told("the first due: two months of hours computed", 1, || clock(1).due(&fresh).is_ok());
    told("all hours until the horizon computed: a target never due", 1, || {
        Clock::new(Timestamp::UNIX_EPOCH, SignedDuration::MAX).due(&fresh).is_err()
    });
    let hours = Hours::new(calendar);
    let clocks: Vec<Clock> = (0..100_000).map(clock).collect();
    told("what if: due of 100000 clocks over ten years, from nothing", 100_000, || {
        clocks.iter().filter(|clock| clock.due(&hours).is_ok()).count()
    });
    told("due again", 100_000, || clocks.iter().filter(|clock| clock.due(&hours).is_ok()).count());
    told("used and breach at the end of a month", 100_000, || {
        let broken = |clock: &&Clock| {
            let end = clock.start + SignedDuration::from_hours(30 * 24);
            clock.used(&hours, end) > clock.target && clock.breach(&hours, end).is_some()
        };
        clocks.iter().filter(broken).count()
    });
    told("segments of a month", 100_000, || {
        let end = |clock: &Clock| clock.start + SignedDuration::from_hours(30 * 24);
        clocks.iter().map(|clock| clock.segments(&hours, end(clock)).len()).sum::<usize>()
    });
}
