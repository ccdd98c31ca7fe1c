//! The arithmetic of service level clocks: time used, the instant at which a
//! target is reached, the segments that explain both. Pure sums over half-open
//! intervals in UTC; every hour counts (`24x7`), which is the one calendar that
//! agreements can use yet.
//!
//! Source: rules 3, 5, 7 and 9 of the service level clocks in the field's rules.

use ciclo_kernel::{SignedDuration, Timestamp};

/// A time that does not count: `[from, to)`, open while `to` is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pause {
    /// When it began.
    pub from: Timestamp,
    /// When it ended; none while it lasts.
    pub to: Option<Timestamp>,
    /// Why, as the record says it: `CALLER`, `CHANGE`, `PROBLEM`, `SUPPLIER`, or `RESOLVED`.
    pub reason: String,
}

/// What a segment of a clock is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SegmentKind {
    /// The clock ran.
    Running,
    /// The clock stood.
    Paused,
}

/// A part of a clock's life, `[from, to)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Whether the clock ran.
    pub kind: SegmentKind,
    /// When the part began.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
    /// The rule or the fact behind it.
    pub because: String,
}

/// The segments of a clock from its start to an instant: they meet, and add up to the whole time.
#[must_use]
pub fn segments(start: Timestamp, pauses: &[Pause], at: Timestamp) -> Vec<Segment> {
    let mut parts = Vec::new();
    let mut here = start;
    let run_to = |here: Timestamp, to: Timestamp, parts: &mut Vec<Segment>| {
        if to > here {
            let because = "every hour counts (24x7)".to_owned();
            parts.push(Segment { kind: SegmentKind::Running, from: here, to, because });
        }
    };
    for pause in pauses {
        let from = pause.from.max(here).min(at);
        let to = pause.to.unwrap_or(at).max(from).min(at);
        run_to(here, from, &mut parts);
        if to > from {
            let because = format!("paused: {}", pause.reason);
            parts.push(Segment { kind: SegmentKind::Paused, from, to, because });
        }
        here = here.max(to);
    }
    run_to(here, at, &mut parts);
    parts
}

/// The time used at an instant: from the start, less what the pauses take.
#[must_use]
pub fn used(start: Timestamp, pauses: &[Pause], at: Timestamp) -> SignedDuration {
    segments(start, pauses, at)
        .iter()
        .filter(|part| part.kind == SegmentKind::Running)
        .map(|part| part.to.duration_since(part.from))
        .sum()
}

/// The earliest instant at which `target` is used. An open pause that begins before that
/// counts as ending at `open_until`.
#[must_use]
pub fn reached(
    start: Timestamp,
    pauses: &[Pause],
    target: SignedDuration,
    open_until: Timestamp,
) -> Timestamp {
    let mut left = target;
    let mut here = start;
    for pause in pauses {
        let from = pause.from.max(here);
        let run = from.duration_since(here);
        if run >= left {
            break;
        }
        left -= run;
        here = pause.to.unwrap_or(open_until).max(from);
    }
    later(here, left)
}

/// An instant some time later; the last instant there is when that lies beyond it.
#[must_use]
pub fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The part of a target at a percentage.
#[must_use]
pub fn share(target: SignedDuration, percent: u8) -> SignedDuration {
    let micros = target.as_micros() * i128::from(percent) / 100;
    SignedDuration::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_777_881_600 + second).unwrap()
    }

    /// Pauses in order, as verbs make them: each begins at or after the end of the one before.
    fn pauses() -> impl Strategy<Value = Vec<Pause>> {
        proptest::collection::vec((0i64..50, 0i64..50), 0..6).prop_map(|gaps| {
            let mut here = 0;
            gaps.into_iter()
                .map(|(wait, length)| {
                    let from = here + wait;
                    here = from + length;
                    Pause { from: at(from), to: Some(at(here)), reason: "CALLER".to_owned() }
                })
                .collect()
        })
    }

    /// Whether the clock runs in the second that begins at `second`.
    fn runs(pauses: &[Pause], second: i64) -> bool {
        !pauses.iter().any(|pause| pause.from <= at(second) && pause.to.is_none_or(|to| at(second) < to))
    }

    proptest! {
        #[test]
        fn used_and_reached_agree_with_a_walk_second_by_second(pauses in pauses(), target in 0i64..200, now in 0i64..400) {
            let walked = (0..now).filter(|second| runs(&pauses, *second)).count();
            prop_assert_eq!(used(at(0), &pauses, at(now)).as_secs(), i64::try_from(walked).unwrap());

            let mut left = target;
            let mut second = 0;
            while left > 0 {
                if runs(&pauses, second) { left -= 1; }
                second += 1;
            }
            prop_assert_eq!(reached(at(0), &pauses, SignedDuration::from_secs(target), at(9_999)), at(second));
        }

        #[test]
        fn segments_meet_and_add_up(pauses in pauses(), now in 0i64..400) {
            let parts = segments(at(0), &pauses, at(now));
            let whole: SignedDuration = parts.iter().map(|part| part.to.duration_since(part.from)).sum();
            prop_assert_eq!(whole, SignedDuration::from_secs(now));
            for pair in parts.windows(2) {
                prop_assert_eq!(pair[0].to, pair[1].from);
            }
        }
    }

    #[test]
    fn a_zero_target_is_due_at_the_start_and_a_pause_at_the_due_instant_moves_nothing() {
        let pause = Pause { from: at(10), to: Some(at(20)), reason: "CALLER".to_owned() };
        assert_eq!(reached(at(0), &[], SignedDuration::ZERO, at(0)), at(0));
        assert_eq!(
            reached(at(0), std::slice::from_ref(&pause), SignedDuration::from_secs(10), at(0)),
            at(10)
        );
        assert_eq!(reached(at(0), &[pause], SignedDuration::from_secs(11), at(0)), at(21));
        assert_eq!(share(SignedDuration::from_hours(4), 75), SignedDuration::from_hours(3));
        assert_eq!(reached(at(0), &[], SignedDuration::MAX, at(0)), Timestamp::MAX);
    }
}
