//! The hours of a calendar as instants: rule 2 for all its intervals.

use crate::calendar::Calendar;
use jiff::civil::Date;
use jiff::{Span, Timestamp};

/// How long before a period an interval of it can begin, in days: a night lasts into the next day, and a zone
/// may skip a whole date.
const BEFORE: i64 = 3;

impl Calendar {
    /// When it is open from one instant to another: intervals `[from, to)` that lie within, in order, and
    /// neither overlap nor touch.
    #[must_use]
    pub fn open(&self, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let local = |at: Timestamp| self.zone().to_datetime(at).date();
        let mut date = local(from).saturating_sub(Span::new().days(BEFORE));
        let last = local(to).saturating_add(Span::new().days(1));
        let mut found = Vec::new();
        while date <= last {
            for hours in self.on(date) {
                if let Some((start, end)) = hours.on(date, self.zone())
                    && start < to
                    && end > from
                {
                    found.push((start.max(from), end.min(to)));
                }
            }
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        merged(found)
    }

    /// The holidays of which a part lies between two instants, and that take weekly hours away.
    pub(crate) fn holidays_within(&self, from: Timestamp, to: Timestamp) -> Vec<Date> {
        let local = |at: Timestamp| self.zone().to_datetime(at);
        let last = local(to);
        // The end does not belong to the period: at midnight it is the end of the day before.
        let midnight = last.time() == jiff::civil::Time::midnight();
        let last = if midnight { last.date().yesterday().unwrap_or(last.date()) } else { last.date() };
        self.holidays_between(local(from).date(), last).collect()
    }
}

/// Intervals in order, those that overlap or touch made one.
fn merged(mut intervals: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    intervals.sort_unstable();
    let mut merged: Vec<(Timestamp, Timestamp)> = Vec::with_capacity(intervals.len());
    for (from, to) in intervals {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => merged.push((from, to)),
        }
    }
    merged
}
