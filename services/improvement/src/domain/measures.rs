//! The arithmetic of availability: downtime inside agreed time, the mean times
//! between and to restore, services in a row and side by side, error budgets.
//! Over plain intervals; where they come from is not known here.

use super::facts::Period;
use ciclo_kernel::{Refusal, SignedDuration};

/// How an agreed time was kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Availability {
    /// The agreed time.
    pub agreed: SignedDuration,
    /// The time down inside the agreed time, less the agreed exclusions.
    pub downtime: SignedDuration,
    /// How many failures made up the downtime. Outages that overlap or touch are one; one that lies
    /// outside the agreed time or inside exclusions altogether is none.
    pub failures: u32,
}

impl Availability {
    /// Measures outages against the agreed time. Each list may overlap and be in any order; what is
    /// excluded is no downtime, but stays agreed time.
    #[must_use]
    pub fn measure(agreed: &[Period], outages: &[Period], exclusions: &[Period]) -> Self {
        let agreed = union(agreed);
        let counted = without(&agreed, &union(exclusions));
        let down: Vec<SignedDuration> = union(outages)
            .into_iter()
            .map(|outage| total(&intersection(&[outage], &counted)))
            .filter(|down| !down.is_zero())
            .collect();
        Self {
            agreed: total(&agreed),
            downtime: down.iter().copied().sum(),
            failures: u32::try_from(down.len()).unwrap_or(u32::MAX),
        }
    }

    /// The share of the agreed time that was up, 0 to 1; none when no time was agreed.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        share(self.agreed.checked_sub(self.downtime)?, self.agreed)
    }

    /// The mean time to restore the service; none with no failure.
    #[must_use]
    pub fn mtrs(&self) -> Option<SignedDuration> {
        self.mean(self.downtime)
    }

    /// The mean time between failures, from the end of one to the start of the next; none with no failure.
    #[must_use]
    pub fn mtbf(&self) -> Option<SignedDuration> {
        self.mean(self.agreed.checked_sub(self.downtime)?)
    }

    /// The mean time between service incidents, from start to start; none with no failure.
    #[must_use]
    pub fn mtbsi(&self) -> Option<SignedDuration> {
        self.mean(self.agreed)
    }

    fn mean(&self, sum: SignedDuration) -> Option<SignedDuration> {
        sum.checked_div(i32::try_from(self.failures).ok()?)
    }
}

/// The availability of parts that are all needed: the product. 1 for no parts.
#[must_use]
pub fn serial(parts: &[f64]) -> f64 {
    parts.iter().product()
}

/// The availability of parts of which any one suffices: 1 less the product of what each lacks. 0 for no parts.
#[must_use]
pub fn parallel(parts: &[f64]) -> f64 {
    1.0 - parts.iter().map(|part| 1.0 - part).product::<f64>()
}

/// The downtime that a promised availability leaves, and how much of it is spent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErrorBudget {
    /// The downtime that the promise leaves: (1 − target) × agreed time, to the nanosecond, rounded down.
    pub budget: SignedDuration,
    /// The downtime so far.
    pub spent: SignedDuration,
}

impl ErrorBudget {
    /// The budget of a target in basis points (9990 is 99.9 %, at most 10000) over a measured time.
    pub fn of(target: u32, measured: &Availability) -> Result<Self, Refusal> {
        let lacking = i128::from(10_000 - checked_target(target)?);
        let budget = measured.agreed.as_nanos() * lacking / 10_000;
        Ok(Self { budget: nanoseconds(budget), spent: measured.downtime })
    }

    /// What is left; negative when more is spent than there was.
    #[must_use]
    pub fn left(&self) -> SignedDuration {
        self.budget.saturating_sub(self.spent)
    }

    /// Whether nothing is left of a budget: spent in full or overspent. A budget of nothing is not
    /// exhausted before the first downtime.
    #[must_use]
    pub fn exhausted(&self) -> bool {
        !self.spent.is_zero() && self.spent >= self.budget
    }
}

/// How fast a window spends the budget: 1 spends it exactly over the whole agreed time. None when the
/// target leaves no budget or the window has no agreed time.
pub fn burn_rate(target: u32, window: &Availability) -> Result<Option<f64>, Refusal> {
    let lacking = f64::from(10_000 - checked_target(target)?) / 10_000.0;
    let down = share(window.downtime, window.agreed);
    Ok(down.filter(|_| lacking > 0.0).map(|down| down / lacking))
}

/// A pair of windows that both have to burn at a rate before it is worth an alarm.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BurnAlarm {
    /// The long window.
    pub long: SignedDuration,
    /// The short window, which shows that it still burns.
    pub short: SignedDuration,
    /// The rate that both have to reach.
    pub rate: f64,
}

/// The alarms for a budget of 30 days.
pub const BURN_ALARMS: [BurnAlarm; 2] = [
    BurnAlarm { long: SignedDuration::from_hours(1), short: SignedDuration::from_mins(5), rate: 14.4 },
    BurnAlarm { long: SignedDuration::from_hours(6), short: SignedDuration::from_mins(30), rate: 6.0 },
];

impl BurnAlarm {
    /// Whether both windows burn at the rate or faster.
    #[must_use]
    pub fn rings(&self, long: Option<f64>, short: Option<f64>) -> bool {
        [long, short].into_iter().all(|rate| rate.is_some_and(|rate| rate >= self.rate))
    }
}

fn checked_target(target: u32) -> Result<u32, Refusal> {
    if target <= 10_000 {
        return Ok(target);
    }
    Err(Refusal::invalid("target", "an availability is 0 to 10000 basis points"))
}

fn share(part: SignedDuration, whole: SignedDuration) -> Option<f64> {
    (!whole.is_zero()).then(|| part.as_secs_f64() / whole.as_secs_f64())
}

fn nanoseconds(nanos: i128) -> SignedDuration {
    SignedDuration::from_nanos_i128(nanos)
}

/// Intervals without overlaps, in order; those that touch become one, empty ones go.
fn union(intervals: &[Period]) -> Vec<Period> {
    let mut sorted: Vec<Period> = intervals.iter().copied().filter(|one| one.from < one.to).collect();
    sorted.sort_by_key(|one| (one.from, one.to));
    let mut merged: Vec<Period> = Vec::with_capacity(sorted.len());
    for one in sorted {
        match merged.last_mut() {
            Some(last) if one.from <= last.to => last.to = last.to.max(one.to),
            Some(_) | None => merged.push(one),
        }
    }
    merged
}

/// What two lists of intervals share; both without overlaps and in order.
fn intersection(one: &[Period], other: &[Period]) -> Vec<Period> {
    one.iter()
        .flat_map(|a| other.iter().map(|b| Period { from: a.from.max(b.from), to: a.to.min(b.to) }))
        .filter(|shared| shared.from < shared.to)
        .collect()
}

/// The first list less the second; both without overlaps and in order.
fn without(kept: &[Period], taken: &[Period]) -> Vec<Period> {
    let mut left = Vec::with_capacity(kept.len());
    for one in kept {
        let mut from = one.from;
        for cut in taken.iter().filter(|cut| cut.from < one.to && one.from < cut.to) {
            if from < cut.from {
                left.push(Period { from, to: cut.from });
            }
            from = cut.to;
        }
        if from < one.to {
            left.push(Period { from, to: one.to });
        }
    }
    left
}

fn total(intervals: &[Period]) -> SignedDuration {
    intervals.iter().map(|one| one.to.duration_since(one.from)).sum()
}

#[cfg(test)]
#[path = "measures_tests.rs"]
mod tests;
