//! The arithmetic of a service level review: what was promised and what came of
//! it, target by target, over a period. Writes nothing and knows no review.

use super::{
    facts::{Period, Target, TargetKind, TicketType},
    target_result::{Subject, TargetResult},
};
use ciclo_kernel::{
    SignedDuration,
    ids::{ServiceLevelClockId, TargetResultId},
};
use std::collections::BTreeMap;

words! {
    /// How a target did against the review before.
    Trend {
        /// A larger share was met.
        Better = "BETTER",
        /// The same share was met.
        Same = "SAME",
        /// A smaller share was met.
        Worse = "WORSE",
        /// There is nothing to compare: no review before, or no results in one of the two.
        None = "NONE",
    }
}

/// A result that missed its target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MissedResult {
    /// The result.
    pub result_id: TargetResultId,
    /// The clock.
    pub clock_id: ServiceLevelClockId,
    /// The record that the clock ran on.
    pub subject: Subject,
}

/// What was promised for a ticket type, a kind and a priority, and what came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReviewLine {
    /// What type of record the target is for.
    pub ticket_type: TicketType,
    /// What the target limits.
    pub kind: TargetKind,
    /// The priority: 1 (highest) to 5.
    pub priority: u8,
    /// How long it may take; none when results count on the agreement that it has no target for.
    pub promised: Option<SignedDuration>,
    /// How many results count.
    pub count: u32,
    /// How many of them were met.
    pub met: u32,
    /// How many of them were missed.
    pub missed: u32,
    /// The share that was met in basis points, rounded down (10000 is all of them); none without results.
    pub met_share: Option<u32>,
    /// The longest time used; none without results.
    pub worst_used: Option<SignedDuration>,
    /// Every result that missed, in the order of the clocks.
    pub misses: Vec<MissedResult>,
    /// How the share that was met compares with the review before.
    pub trend: Trend,
}

/// What a line is for.
type Key = (TicketType, TargetKind, u8);

impl ReviewLine {
    fn empty((ticket_type, kind, priority): Key, promised: Option<SignedDuration>) -> Self {
        Self {
            ticket_type,
            kind,
            priority,
            promised,
            count: 0,
            met: 0,
            missed: 0,
            met_share: None,
            worst_used: None,
            misses: Vec::new(),
            trend: Trend::None,
        }
    }

    fn add(&mut self, result: &TargetResult) {
        self.count += 1;
        self.worst_used = self.worst_used.max(Some(result.clock.used));
        if result.breached() {
            self.missed += 1;
            let (result_id, clock_id, subject) = (result.id, result.clock.clock_id, result.clock.subject);
            self.misses.push(MissedResult { result_id, clock_id, subject });
        } else {
            self.met += 1;
        }
    }

    fn conclude(mut self, previous: &[Self]) -> Self {
        let share = u64::from(self.met) * 10_000;
        self.met_share = share.checked_div(u64::from(self.count)).and_then(|share| u32::try_from(share).ok());
        let key = |line: &Self| (line.ticket_type, line.kind, line.priority);
        let same = |before: &&Self| key(before) == key(&self);
        self.trend = trend(previous.iter().find(same).and_then(|before| before.met_share), self.met_share);
        self.misses.sort_by_key(|missed| (missed.clock_id, missed.result_id));
        self
    }
}

/// How a share compares with the one before.
#[must_use]
pub fn trend(before: Option<u32>, now: Option<u32>) -> Trend {
    match before.zip(now).map(|(before, now)| now.cmp(&before)) {
        Some(std::cmp::Ordering::Greater) => Trend::Better,
        Some(std::cmp::Ordering::Equal) => Trend::Same,
        Some(std::cmp::Ordering::Less) => Trend::Worse,
        None => Trend::None,
    }
}

/// Whether a result counts in a period: its clock stopped or its target was missed in it.
#[must_use]
pub fn counts_in(result: &TargetResult, period: Period) -> bool {
    let instants = [result.stopped_at(), result.breached_at()];
    instants.into_iter().flatten().any(|at| period.contains(at))
}

/// Measures a promise against the results that count in the period: a line for each target, and for each other
/// ticket type, kind and priority that has results, ordered by these. `previous` are the lines of the review before.
#[must_use]
pub fn measure(
    promise: &[Target],
    results: &[TargetResult],
    period: Period,
    previous: &[ReviewLine],
) -> Vec<ReviewLine> {
    let mut lines: BTreeMap<Key, ReviewLine> = promise
        .iter()
        .map(|target| {
            let key = (target.ticket_type, target.kind, target.priority);
            (key, ReviewLine::empty(key, Some(target.duration)))
        })
        .collect();
    for result in results.iter().filter(|result| counts_in(result, period)) {
        let key = (result.clock.subject.ticket_type(), result.clock.kind, result.clock.priority);
        lines.entry(key).or_insert_with(|| ReviewLine::empty(key, None)).add(result);
    }
    lines.into_values().map(|line| line.conclude(previous)).collect()
}
