//! The page's numbers, and what holds for any intervals.

use super::*;
use ciclo_kernel::Timestamp;
use proptest::prelude::*;

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + 60 * minute).unwrap()
}

fn span(from: i64, to: i64) -> Period {
    Period { from: minute(from), to: minute(to) }
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

const HOURS_720: i64 = 720 * 60;

fn page() -> Availability {
    Availability::measure(&[span(0, HOURS_720)], &[span(600, 690), span(6_000, 6_030)], &[])
}

#[test]
fn the_numbers_of_the_page() {
    let measured = page();
    assert_eq!(
        (measured.agreed, measured.downtime, measured.failures),
        (minutes(HOURS_720), minutes(120), 2)
    );
    assert_eq!(format!("{:.4} %", measured.ratio().unwrap() * 100.0), "99.7222 %");
    assert_eq!(measured.mtrs(), Some(minutes(60)));
    assert_eq!(measured.mtbf(), Some(minutes(359 * 60)));
    assert_eq!(measured.mtbsi(), Some(minutes(360 * 60)));
}

#[test]
fn overlapping_outages_are_one() {
    let measured = Availability::measure(&[span(0, 1_440)], &[span(600, 660), span(630, 690)], &[]);
    assert_eq!((measured.downtime, measured.failures), (minutes(90), 1));
    let touching = Availability::measure(&[span(0, 1_440)], &[span(660, 690), span(600, 660)], &[]);
    assert_eq!(touching, measured);
}

#[test]
fn without_a_failure_there_is_no_mean() {
    let measured = Availability::measure(&[span(0, 60)], &[], &[]);
    assert_eq!(measured.ratio(), Some(1.0));
    assert_eq!((measured.mtrs(), measured.mtbf(), measured.mtbsi()), (None, None, None));
    let nothing = Availability::measure(&[], &[span(0, 60)], &[]);
    assert_eq!((nothing.ratio(), nothing.failures), (None, 0));
}

#[test]
fn only_agreed_time_less_exclusions_counts() {
    let agreed = [span(0, 100), span(200, 300)];
    let outages = [span(90, 210), span(110, 120), span(250, 260), span(400, 500)];
    let measured = Availability::measure(&agreed, &outages, &[span(245, 270), span(95, 97)]);
    // 90–95, 97–100 and 200–210 of one outage; the one inside the exclusion and the one after hours are none.
    assert_eq!((measured.agreed, measured.downtime, measured.failures), (minutes(200), minutes(18), 1));
}

#[test]
fn in_a_row_and_side_by_side() {
    assert!((serial(&[0.99, 0.98]) - 0.9702).abs() < 1e-12);
    assert!((parallel(&[0.99, 0.98]) - 0.9998).abs() < 1e-12);
    assert_eq!((serial(&[]), parallel(&[])), (1.0, 0.0));
}

#[test]
fn a_budget_is_spent_by_downtime() {
    let budget = ErrorBudget::of(9_950, &page()).unwrap();
    assert_eq!((budget.budget, budget.left(), budget.exhausted()), (minutes(216), minutes(96), false));
    let tight = ErrorBudget::of(9_990, &page()).unwrap();
    assert_eq!(tight.left(), SignedDuration::from_secs(2_592) - minutes(120));
    assert!(tight.exhausted());
    let calm = Availability::measure(&[span(0, 60)], &[], &[]);
    assert!(!ErrorBudget::of(10_000, &calm).unwrap().exhausted());
    assert_eq!(ErrorBudget::of(10_001, &calm).unwrap_err().facts["field"], "target");
}

#[test]
fn an_alarm_rings_when_both_windows_burn() {
    let burning = Availability::measure(&[span(0, 1_000)], &[span(0, 144)], &[]);
    let rate = burn_rate(9_900, &burning).unwrap();
    assert!((rate.unwrap() - 14.4).abs() < 1e-9);
    assert_eq!(burn_rate(10_000, &burning).unwrap(), None);
    assert!(burn_rate(10_001, &burning).is_err());
    let [fast, slow] = BURN_ALARMS;
    assert!(fast.rings(Some(20.0), Some(14.4)));
    assert!(!fast.rings(Some(20.0), Some(1.0)));
    assert!(slow.rings(Some(6.0), Some(7.0)));
    assert!(!slow.rings(Some(6.0), None));
}

fn spans() -> impl Strategy<Value = Vec<Period>> {
    proptest::collection::vec(
        (0i64..500, 0i64..60).prop_map(|(from, length)| span(from, from + length)),
        0..12,
    )
}

proptest! {
    /// The same minutes, counted one by one.
    #[test]
    fn downtime_is_that_of_the_minutes(agreed in spans(), outages in spans(), exclusions in spans()) {
        let within = |spans: &[Period], at: Timestamp| spans.iter().any(|span| span.contains(at));
        let all = || (0..600).map(minute);
        let count = |n: usize| minutes(i64::try_from(n).unwrap());
        let promised = all().filter(|at| within(&agreed, *at)).count();
        let down = all()
            .filter(|at| within(&agreed, *at) && within(&outages, *at) && !within(&exclusions, *at))
            .count();
        let measured = Availability::measure(&agreed, &outages, &exclusions);
        prop_assert_eq!(measured.agreed, count(promised));
        prop_assert_eq!(measured.downtime, count(down));
        prop_assert_eq!(measured.failures == 0, down == 0);
        let (mut back, mut out) = (agreed.clone(), outages.clone());
        back.reverse();
        out.reverse();
        prop_assert_eq!(Availability::measure(&back, &out, &exclusions), measured);
    }
}
