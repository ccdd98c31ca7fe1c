//! Results of clocks, and the reviews that count them.

use super::{
    facts::{LONGEST_PERIOD, TargetKind},
    known::KnownAgreement,
    review_lines::{ReviewLine, Trend, measure, trend},
    samples::{agreement, at, clock, id, nth, result, result_in, review},
    service_level_review::{ServiceLevelReview, previous},
    target_result::{ClockReading, TargetResult, TargetResultHappened, TargetResultState},
};
use ciclo_kernel::{Code, SignedDuration, ids::AgreementId};
use proptest::prelude::*;

#[test]
fn a_clock_that_stops_when_due_is_in_time_and_one_after_is_late() {
    assert!(!result(1, 1, 100).breached());
    let late = result(1, 1, 101);
    assert_eq!(late.breached_at(), Some(at(100)));
    let told = TargetResult::of_conclusion(id(), clock(), at(90), Some(at(80))).unwrap().0;
    assert_eq!(told.breached_at(), Some(at(80)));
    let running = result_in(TargetResultState::RunningLate);
    assert_eq!(running.stopped_at(), None);
    let (after, what) = running.conclude(clock(), at(99), None).unwrap();
    assert_eq!(after.breached_at(), Some(at(100)), "a breach stays");
    assert_eq!(what, TargetResultHappened::Concluded { stopped_at: at(99), breached: true, again: false });
}

#[test]
fn a_reopened_clock_concludes_again_and_breaches_once() {
    let raised = ClockReading { priority: 2, used: SignedDuration::from_secs(95), ..clock() };
    let (again, what) = result(1, 1, 90).conclude(raised.clone(), at(95), None).unwrap();
    assert_eq!((again.stopped_at(), again.clock.priority, again.breached()), (Some(at(95)), 2, false));
    assert_eq!(what, TargetResultHappened::Concluded { stopped_at: at(95), breached: false, again: true });
    let late = again.breach(raised.clone(), at(100)).unwrap().0;
    let ended = late.conclude(raised.clone(), at(120), None).unwrap().0;
    assert_eq!(ended.clone().breach(raised, at(130)).unwrap_err().code, Code::RuleViolated);
    let other = ClockReading { clock_id: nth(7), ..clock() };
    assert_eq!(ended.conclude(other, at(140), None).unwrap_err().code, Code::RuleViolated);
}

#[test]
fn a_reading_out_of_range_is_refused() {
    let minus = SignedDuration::from_secs(-1);
    for (field, bad) in [
        ("priority", ClockReading { priority: 0, ..clock() }),
        ("priority", ClockReading { priority: 6, ..clock() }),
        ("promised", ClockReading { promised: minus, ..clock() }),
        ("used", ClockReading { used: minus, ..clock() }),
    ] {
        assert_eq!(TargetResult::of_breach(id(), bad, at(1)).unwrap_err().facts["field"], field);
    }
}

fn line(review: &ServiceLevelReview, kind: TargetKind, priority: u8) -> &ReviewLine {
    review.lines.iter().find(|line| (line.kind, line.priority) == (kind, priority)).unwrap()
}

#[test]
fn a_review_has_a_line_for_each_target_and_names_every_miss() {
    let elsewhere = ClockReading { agreement_id: nth::<AgreementId>(2), ..clock() };
    let results = [
        result(5, 1, 300),
        result(4, 1, 120),
        result(3, 1, 90),
        result(2, 4, 130),
        TargetResult::of_breach(nth(6), ClockReading { clock_id: nth(6), ..clock() }, at(100)).unwrap().0,
        TargetResult::of_breach(nth(7), elsewhere, at(100)).unwrap().0,
        result(8, 1, 5_000),
    ];
    let first = review(&results[..6], (0, 1_000), None);
    let keys: Vec<(&str, u8)> = first.lines.iter().map(|line| (line.kind.as_str(), line.priority)).collect();
    assert_eq!(keys, [("RESPONSE", 1), ("RESOLUTION", 1), ("RESOLUTION", 2), ("RESOLUTION", 4)]);
    let empty = line(&first, TargetKind::Resolution, 2);
    assert_eq!((empty.count, empty.met_share, empty.worst_used, empty.trend), (0, None, None, Trend::None));
    assert_eq!(line(&first, TargetKind::Resolution, 4).promised, None);
    let top = line(&first, TargetKind::Resolution, 1);
    assert_eq!((top.count, top.met, top.missed, top.met_share), (4, 1, 3, Some(2_500)));
    assert_eq!(top.worst_used, Some(SignedDuration::from_secs(300)));
    let missed: Vec<_> = top.misses.iter().map(|missed| missed.clock_id).collect();
    assert_eq!(missed, [nth(4), nth(5), nth(6)]);

    let better = review(&[result(9, 1, 90)], (10, 1_000), None);
    assert_eq!(line(&better, TargetKind::Resolution, 1).met_share, Some(10_000));
    let met_later = ClockReading { due_at: Some(at(9_000)), ..clock() };
    let met = TargetResult::of_conclusion(nth(9), met_later, at(1_500), None).unwrap().0;
    let next = review(&[met], (1_000, 2_000), Some(&first));
    assert_eq!(next.previous_id, Some(first.id));
    assert_eq!(line(&next, TargetKind::Resolution, 1).trend, Trend::Better);
    assert_eq!(line(&next, TargetKind::Resolution, 2).trend, Trend::None);
    let last = review(&results, (4_000, 6_000), Some(&next));
    assert_eq!(line(&last, TargetKind::Resolution, 1).trend, Trend::Worse);
    assert_eq!(trend(Some(5), Some(5)), Trend::Same);
}

#[test]
fn a_result_counts_where_it_stopped_and_where_it_was_missed() {
    let late = [result(1, 1, 1_500)];
    for (period, counts) in [((0, 100), 0), ((100, 101), 1), ((101, 1_500), 0), ((1_500, 1_501), 1)] {
        let review = review(&late, period, None);
        assert_eq!(line(&review, TargetKind::Resolution, 1).count, counts, "{period:?}");
    }
}

#[test]
fn a_cancelled_clock_counts_where_it_was_missed_and_not_where_it_was_cancelled() {
    let cancelled = [result_in(TargetResultState::Cancelled)];
    for (period, missed) in [((0, 100), 0), ((100, 101), 1), ((101, 1_000), 0)] {
        let review = review(&cancelled, period, None);
        let line = line(&review, TargetKind::Resolution, 1);
        assert_eq!((line.count, line.missed), (missed, missed), "{period:?}");
    }
}

#[test]
fn a_period_is_over_not_empty_and_not_too_long() {
    let conduct = |from, to, now| {
        ServiceLevelReview::conduct(id(), &agreement(), (from, to), &[], None, "eva", now).map(|_| ())
    };
    assert_eq!(conduct(at(0), at(10), at(10)), Ok(()));
    assert_eq!(conduct(at(0), at(0) + LONGEST_PERIOD, at(100_000_000)), Ok(()));
    assert_eq!(conduct(at(5), at(5), at(10)).unwrap_err().facts["field"], "from");
    assert_eq!(conduct(at(6), at(5), at(10)).unwrap_err().facts["field"], "from");
    assert_eq!(conduct(at(0), at(11), at(10)).unwrap_err().facts["field"], "to");
    let long = conduct(at(0), at(1) + LONGEST_PERIOD, at(100_000_000)).unwrap_err();
    assert_eq!(long.facts["limit"], 400);
}

#[test]
fn only_an_agreement_that_came_into_force_is_reviewed() {
    for (state, fits) in
        [("DRAFT", false), ("NEGOTIATION", false), ("AGREED", false), ("ACTIVE", true), ("EXPIRED", true)]
    {
        let agreement = KnownAgreement { state: state.to_owned(), ..agreement() };
        let conducted =
            ServiceLevelReview::conduct(id(), &agreement, (at(0), at(1)), &[], None, "eva", at(1));
        assert_eq!(conducted.is_ok(), fits, "{state}");
    }
}

#[test]
fn the_previous_review_is_the_latest_of_the_agreement_before() {
    let reviews = [review(&[], (0, 10), None), review(&[], (10, 20), None), review(&[], (15, 30), None)];
    let before = |from: i64, number| previous(&reviews, nth(number), at(from)).map(|review| review.id);
    assert_eq!(before(9, 1), None);
    assert_eq!(before(10, 1), Some(reviews[0].id));
    assert_eq!(before(29, 1), Some(reviews[1].id));
    assert_eq!(before(99, 1), Some(reviews[2].id));
    assert_eq!(before(99, 2), None);
    let overlapping = Some(&reviews[2]);
    let conducted =
        ServiceLevelReview::conduct(id(), &agreement(), (at(20), at(40)), &[], overlapping, "eva", at(40));
    assert_eq!(conducted.unwrap_err().code, Code::RuleViolated);
}

proptest! {
    /// Whatever the results: the counts add up, the share fits them, and their order does not matter.
    #[test]
    fn lines_add_up(stops in proptest::collection::vec((1u8..=5, 1i64..400), 0..40)) {
        let results: Vec<TargetResult> = (1u32..)
            .zip(&stops)
            .map(|(number, (priority, stopped))| result(number, *priority, *stopped))
            .collect();
        let reviewed = review(&results, (0, 500), None);
        let counted: u32 = reviewed.lines.iter().map(|line| line.count).sum();
        prop_assert_eq!(counted as usize, results.len());
        for line in &reviewed.lines {
            prop_assert_eq!(line.met + line.missed, line.count);
            prop_assert_eq!(line.misses.len(), line.missed as usize);
            prop_assert_eq!(line.met_share.is_none(), line.count == 0);
            prop_assert_eq!(line.met_share == Some(10_000), line.count > 0 && line.missed == 0);
        }
        let backwards: Vec<TargetResult> = results.iter().rev().cloned().collect();
        prop_assert_eq!(measure(&reviewed.promise, &backwards, reviewed.period, &[]), reviewed.lines);
    }
}
