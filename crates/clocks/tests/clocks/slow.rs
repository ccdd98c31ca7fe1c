//! A second, slow implementation: it asks a zone for nothing but the offset of
//! an instant, and walks a window minute by minute.

use ciclo_clocks::{Calendar, CalendarForm, Pause, SegmentKind};
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp};

/// Minutes after the start of a window.
pub type Minute = i64;

/// The minutes of a window: whether the calendar is open, minute by minute.
pub struct Walk {
    pub from: Timestamp,
    pub open: Vec<bool>,
}

/// A window of a calendar, `minutes` long.
pub fn walk(form: &CalendarForm, from: Timestamp, minutes: Minute) -> Walk {
    let zone = Calendar::try_from(form.clone()).unwrap().zone().clone();
    let intervals = intervals(form, &zone, from, from + minute(minutes));
    let open = (0..minutes).map(|n| {
        let now = from + minute(n);
        intervals.iter().any(|(begin, end)| *begin <= now && now < *end)
    });
    Walk { from, open: open.collect() }
}

pub fn minute(count: Minute) -> SignedDuration {
    SignedDuration::from_mins(count)
}

impl Walk {
    /// The minute of an instant.
    pub fn minute_of(&self, at: Timestamp) -> Minute {
        at.duration_since(self.from).as_mins()
    }

    /// What a clock that starts with the window does in a minute.
    pub fn kind(&self, pauses: &[Pause], n: Minute) -> SegmentKind {
        let now = self.from + minute(n);
        if !self.open[usize::try_from(n).unwrap()] {
            SegmentKind::OutOfHours
        } else if pauses.iter().any(|pause| pause.from <= now && pause.to.is_none_or(|to| now < to)) {
            SegmentKind::Paused
        } else {
            SegmentKind::Running
        }
    }

    /// The time used after so many minutes.
    pub fn used(&self, pauses: &[Pause], until: Minute) -> Minute {
        let ran = (0..until).filter(|n| self.kind(pauses, *n) == SegmentKind::Running);
        i64::try_from(ran.count()).unwrap()
    }

    /// The first minute before which so much was used; none within the window.
    pub fn due(&self, pauses: &[Pause], target: Minute) -> Option<Minute> {
        let mut used = 0;
        for n in 0..i64::try_from(self.open.len()).unwrap() {
            if used >= target {
                return Some(n);
            }
            used += i64::from(self.kind(pauses, n) == SegmentKind::Running);
        }
        (used >= target).then(|| i64::try_from(self.open.len()).unwrap())
    }
}

/// The intervals of a calendar about a period, as they come: unordered, overlapping.
pub fn intervals(
    form: &CalendarForm,
    zone: &TimeZone,
    from: Timestamp,
    to: Timestamp,
) -> Vec<(Timestamp, Timestamp)> {
    let local = |at: Timestamp| zone.to_offset(at).to_datetime(at).date();
    let offsets = offsets(zone, from, to);
    let mut intervals = Vec::new();
    let mut date = local(from) - Span::new().days(3);
    while date <= local(to) + Span::new().days(1) {
        for (start, end) in on(form, date) {
            let begin = instants(zone, &offsets, start)[0];
            let finish = *instants(zone, &offsets, end).last().unwrap();
            intervals.push((begin, finish));
        }
        date = date.tomorrow().unwrap();
    }
    intervals
}

/// The local intervals that begin on a date.
fn on(form: &CalendarForm, date: Date) -> Vec<(DateTime, DateTime)> {
    let week = &form.weekly;
    let days = [
        &week.monday,
        &week.tuesday,
        &week.wednesday,
        &week.thursday,
        &week.friday,
        &week.saturday,
        &week.sunday,
    ];
    let mut hours = Vec::new();
    if !form.holidays.contains(&date.to_string()) {
        hours.extend(days[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap()]);
    }
    for opening in form.openings.iter().filter(|opening| opening.date == date.to_string()) {
        hours.extend(&opening.hours);
    }
    let midnight = date.at(0, 0, 0, 0);
    let minutes = |text: &str| text[..2].parse::<i64>().unwrap() * 60 + text[3..].parse::<i64>().unwrap();
    let time = |count: i64| midnight + Span::new().minutes(count);
    let local = hours.into_iter().map(|(start, end)| match (minutes(start), minutes(end)) {
        (start, end) if end <= start => (time(start), time(end + 24 * 60)),
        (start, end) => (time(start), time(end)),
    });
    local.collect()
}

/// Every offset that a zone has about a period; none lasts for less than six hours.
fn offsets(zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Offset> {
    let mut found = Vec::new();
    let mut at = from - SignedDuration::from_hours(24 * 6);
    while at < to + SignedDuration::from_hours(24 * 4) {
        found.push(zone.to_offset(at));
        at += SignedDuration::from_hours(6);
    }
    found.sort();
    found.dedup();
    found
}

/// The instants at which the clocks on the wall show a local time, in order; when they never do, the one at
/// which they would have, had they not been put forward.
fn instants(zone: &TimeZone, offsets: &[Offset], local: DateTime) -> Vec<Timestamp> {
    let of = |offset: &Offset| offset.to_timestamp(local).unwrap();
    let mut shown: Vec<_> =
        offsets.iter().filter(|offset| zone.to_offset(of(offset)) == **offset).map(of).collect();
    shown.sort();
    if shown.is_empty() {
        // The latest instant at which the clocks show less, quarter of an hour by quarter.
        let mut at = offsets.iter().map(of).max().unwrap();
        while zone.to_offset(at).to_datetime(at) >= local {
            at -= SignedDuration::from_mins(15);
        }
        shown.push(of(&zone.to_offset(at)));
    }
    shown
}
