//! Clocks in every state, the rules one by one, and any life of a clock against
//! a slow walk, second by second.

use super::*;
use crate::domain::measured::TicketType;
use crate::domain::pairs::{at, every_pair, nth};
use ciclo_clocks::SegmentKind;
use ciclo_kernel::Code;
use proptest::prelude::*;
use std::sync::LazyLock;

/// The hours of `24x7`.
pub(crate) fn always() -> &'static Hours {
    static ALWAYS: LazyLock<Hours> = LazyLock::new(Hours::always);
    &ALWAYS
}

pub(crate) fn promise(seconds: i64) -> ClockPromise {
    ClockPromise {
        agreement: nth(2),
        party: ClockParty::Customer,
        priority: 3,
        target: secs(seconds),
        warning_percents: vec![50, 75],
        pause_reasons: vec!["CALLER".to_owned(), "CHANGE".to_owned()],
        calendar: ClockCalendar::Always,
    }
}

pub(crate) fn clock(target: i64) -> ServiceLevelClock {
    let subject = ClockSubject {
        ticket_type: TicketType::Incident,
        id: "inc_00000000000000000000000000000009".to_owned(),
        title: "Mail does not arrive".to_owned(),
    };
    ServiceLevelClock::start(nth(1), subject, nth(3), TargetKind::Resolution, promise(target), at(0))
        .unwrap()
        .0
}

pub(crate) fn clock_in(state: ServiceLevelClockState) -> ServiceLevelClock {
    match state {
        ServiceLevelClockState::Running => clock(100),
        ServiceLevelClockState::Paused => clock(100).pause("CALLER", at(150)).unwrap().0,
        ServiceLevelClockState::Stopped => clock(100).stop(always(), at(90)).unwrap().0,
        ServiceLevelClockState::Cancelled => clock(100).cancel(always(), at(90)).unwrap().0,
    }
}

fn secs(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

#[test]
fn the_table_is_that_of_the_rules() {
    insta::assert_snapshot!("service_level_clock", ServiceLevelClockState::table());
    every_pair(
        clock_in,
        |clock| clock.state,
        |record, verb| {
            Ok(match verb {
                ServiceLevelClockVerb::Pause => record.pause("CALLER", at(200))?.0,
                ServiceLevelClockVerb::Resume => record.resume(at(200))?.0,
                ServiceLevelClockVerb::Stop => record.stop(always(), at(200))?.0,
                ServiceLevelClockVerb::Restart => record.restart(at(200))?.0,
                ServiceLevelClockVerb::Retarget => {
                    record.retarget(promise(400), (always(), always()), at(200))?.0
                }
                ServiceLevelClockVerb::Cancel => record.cancel(always(), at(200))?.0,
                ServiceLevelClockVerb::Warn => record.warn(50, always(), at(200))?.0,
                ServiceLevelClockVerb::Breach => record.breach(always(), at(200))?.0,
            })
        },
    );
}

#[test]
fn stopping_at_the_due_instant_keeps_the_promise_and_after_it_breaks_it() {
    let (met, happened) = clock(100).stop(always(), at(100)).unwrap();
    assert_eq!((met.met(), met.breach.clone()), (Some(true), None));
    assert_eq!(
        happened,
        ServiceLevelClockHappened::Stopped { met: true, used: secs(100), due_at: Some(at(100)) }
    );
    assert_eq!(met.next_timer(always()), None);

    let stop = at(100) + SignedDuration::from_micros(1);
    let (missed, happened) = clock(100).stop(always(), stop).unwrap();
    assert_eq!(missed.breach, Some(Breach { due_at: at(100), fired_at: stop, retargeted: false }));
    let used = secs(100) + SignedDuration::from_micros(1);
    assert_eq!(happened, ServiceLevelClockHappened::Stopped { met: false, used, due_at: Some(at(100)) });
}

#[test]
fn a_zero_target_is_due_at_the_start_and_a_negative_one_is_refused() {
    let clock = clock(0);
    assert_eq!(clock.due(always(), at(50)), Some(at(0)));
    assert_eq!(clock.clone().stop(always(), at(0)).unwrap().0.met(), Some(true));
    assert_eq!(clock.clone().stop(always(), at(1)).unwrap().0.met(), Some(false));
    assert_eq!(
        clock.retarget(promise(-1), (always(), always()), at(1)).unwrap_err().facts["field"],
        "target"
    );
}

#[test]
fn a_pause_moves_the_due_instant_and_after_a_breach_undoes_nothing() {
    let paused = clock(100).pause("CALLER", at(40)).unwrap().0;
    assert_eq!((paused.due(always(), at(40)), paused.due(always(), at(70))), (Some(at(100)), Some(at(130))));
    assert_eq!((paused.used(always(), at(70)), paused.left(always(), at(70))), (secs(40), secs(60)));
    assert_eq!(paused.next_timer(always()), None);
    let resumed = paused.resume(at(70)).unwrap().0;
    assert_eq!(resumed.due(always(), at(80)), Some(at(130)));
    assert_eq!(resumed.next_timer(always()), Some((at(80), TimerKind::Warning(50))));

    let broken = clock(100).breach(always(), at(101)).unwrap().0;
    let after = broken.pause("CALLER", at(110)).unwrap().0.resume(at(500)).unwrap().0;
    assert_eq!((after.due(always(), at(500)), after.met()), (Some(at(100)), Some(false)));
    assert_eq!(after.breach, Some(Breach { due_at: at(100), fired_at: at(101), retargeted: false }));
}

#[test]
fn what_was_due_before_a_pause_fires_while_it_stands() {
    let paused = clock(100).pause("CALLER", at(100)).unwrap().0;
    let (warned, warning) =
        (paused.next_timer(always()).unwrap(), paused.warn(50, always(), at(300)).unwrap().0);
    assert_eq!(warned, (at(50), TimerKind::Warning(50)));
    assert_eq!(warning.warnings, vec![Warning { percent: 50, due_at: at(50), fired_at: at(300) }]);
    // All is used when it is paused: it is due then, and every later instant is after it.
    let warning = warning.warn(75, always(), at(300)).unwrap().0;
    assert_eq!(
        warning.next_timer(always()),
        Some((at(100) + SignedDuration::from_micros(1), TimerKind::Breach))
    );
    assert_eq!(warning.breach(always(), at(300)).unwrap().0.breach.unwrap().due_at, at(100));
}

#[test]
fn a_warning_is_given_once_and_not_before_its_part_is_used() {
    let refused =
        |clock: ServiceLevelClock, percent, second| clock.warn(percent, always(), at(second)).unwrap_err();
    assert_eq!(refused(clock(100), 50, 49).code, Code::RuleViolated);
    assert_eq!(refused(clock(100), 60, 99).code, Code::RuleViolated);
    let (warned, happened) = clock(100).warn(50, always(), at(50)).unwrap();
    assert_eq!(happened, ServiceLevelClockHappened::Warned { percent: 50 });
    assert_eq!(refused(warned.clone(), 50, 60).code, Code::RuleViolated);
    assert_eq!(warned.next_timer(always()), Some((at(75), TimerKind::Warning(75))));
    let both = warned.warn(75, always(), at(80)).unwrap().0;
    assert_eq!(
        both.next_timer(always()),
        Some((at(100) + SignedDuration::from_micros(1), TimerKind::Breach))
    );
    let waiting = clock(100).pause("CALLER", at(40)).unwrap().0;
    assert_eq!(refused(waiting, 50, 500).code, Code::RuleViolated);
}

#[test]
fn a_breach_is_recorded_once_and_only_after_the_due_instant() {
    assert_eq!(clock(100).breach(always(), at(100)).unwrap_err().code, Code::RuleViolated);
    let broken = clock(100).breach(always(), at(104)).unwrap().0;
    assert_eq!(broken.breach, Some(Breach { due_at: at(100), fired_at: at(104), retargeted: false }));
    assert_eq!(broken.breach(always(), at(105)).unwrap_err().code, Code::RuleViolated);
}

#[test]
fn a_new_target_keeps_what_was_used_and_breaks_at_the_change_when_it_is_past() {
    let used = clock(100).pause("CALLER", at(10)).unwrap().0.resume(at(30)).unwrap().0;
    let (longer, happened) = used.clone().retarget(promise(200), (always(), always()), at(60)).unwrap();
    assert_eq!((longer.due(always(), at(60)), longer.used(always(), at(60))), (Some(at(220)), secs(40)));
    assert_eq!(
        happened,
        ServiceLevelClockHappened::Retargeted { breached: false, used: secs(40), due_at: Some(at(220)) }
    );

    let (at_due, _) = used.clone().retarget(promise(40), (always(), always()), at(60)).unwrap();
    assert_eq!((at_due.due(always(), at(60)), at_due.breach), (Some(at(60)), None));

    let (past, happened) = used.retarget(promise(20), (always(), always()), at(60)).unwrap();
    assert_eq!(past.breach, Some(Breach { due_at: at(40), fired_at: at(60), retargeted: true }));
    assert_eq!(
        happened,
        ServiceLevelClockHappened::Retargeted { breached: true, used: secs(40), due_at: Some(at(40)) }
    );
}

#[test]
fn a_late_timer_loses_no_breach() {
    let plain = Some(Breach { due_at: at(100), fired_at: at(120), retargeted: false });
    let (retargeted, happened) = clock(100).retarget(promise(400), (always(), always()), at(120)).unwrap();
    assert_eq!((&retargeted.breach, retargeted.met()), (&plain, Some(false)));
    assert_eq!(
        happened,
        ServiceLevelClockHappened::Retargeted { breached: true, used: secs(120), due_at: Some(at(400)) }
    );
    let (cancelled, happened) = clock(100).cancel(always(), at(120)).unwrap();
    assert_eq!(
        (cancelled.breach, happened),
        (plain, ServiceLevelClockHappened::Cancelled { used: secs(120) })
    );
    assert_eq!(clock(100).cancel(always(), at(100)).unwrap().0.met(), None);
}

#[test]
fn the_time_in_which_it_was_resolved_does_not_count() {
    let again = clock(100).stop(always(), at(60)).unwrap().0.restart(at(500)).unwrap().0;
    assert_eq!(
        (again.used(always(), at(510)), again.due(always(), at(510)), again.stopped_at),
        (secs(70), Some(at(540)), None)
    );
    let reasons: Vec<_> = again
        .explain(always(), at(510))
        .into_iter()
        .map(|part| (part.kind(), part.because.to_string()))
        .collect();
    assert_eq!(reasons[1], (SegmentKind::Paused, "paused: RESOLVED".to_owned()));
    assert_eq!(again.stop(always(), at(540)).unwrap().0.met(), Some(true));
}

#[test]
fn a_target_beyond_all_time_is_never_due() {
    let ages = ClockPromise { target: SignedDuration::MAX, ..promise(0) };
    let clock = clock(100).retarget(ages, (always(), always()), at(1)).unwrap().0;
    assert_eq!((clock.due(always(), at(1)), clock.next_timer(always())), (None, None));
    assert_eq!(clock.stop(always(), at(1_000)).unwrap().0.met(), Some(true));
}

/// One move in the life of a clock.
#[derive(Clone, Copy, Debug)]
enum Move {
    Pause,
    Resume,
    Stop,
    Restart,
    Retarget(i64),
    Cancel,
    Nothing,
}

fn moves() -> impl Strategy<Value = Vec<(i64, Move)>> {
    let one = prop_oneof![
        3 => Just(Move::Pause),
        3 => Just(Move::Resume),
        2 => Just(Move::Stop),
        2 => Just(Move::Restart),
        2 => (0i64..30).prop_map(|quarters| Move::Retarget(quarters * 4)),
        1 => Just(Move::Cancel),
        2 => Just(Move::Nothing),
    ];
    proptest::collection::vec((0i64..25, one), 1..14)
}

fn apply(clock: ServiceLevelClock, what: Move, at: Timestamp) -> Option<ServiceLevelClock> {
    let decided = match what {
        Move::Pause => clock.pause("CALLER", at),
        Move::Resume => clock.resume(at),
        Move::Stop => clock.stop(always(), at),
        Move::Restart => clock.restart(at),
        Move::Retarget(target) => clock.retarget(promise(target), (always(), always()), at),
        Move::Cancel => clock.cancel(always(), at),
        Move::Nothing => return None,
    };
    decided.ok().map(|(clock, _)| clock)
}

/// Fires what is due, as the timers do.
fn fire(mut clock: ServiceLevelClock, now: Timestamp) -> ServiceLevelClock {
    while let Some((_, what)) = clock.next_timer(always()).filter(|(due, _)| *due <= now) {
        clock = match what {
            TimerKind::Warning(percent) => clock.warn(percent, always(), now).unwrap().0,
            TimerKind::Breach => clock.breach(always(), now).unwrap().0,
        };
    }
    clock
}

/// The slow walk: for every second whether the clock ran in it.
struct Walk {
    ran: Vec<bool>,
    target: i64,
    /// The second that was promised, and whether a new target put it into the past.
    broken: Option<(i64, bool)>,
}

impl Walk {
    fn used(&self) -> i64 {
        self.ran.iter().map(|ran| i64::from(*ran)).sum()
    }

    /// The second at which so much is used; none while it is not.
    fn reached(&self, part: i64) -> Option<i64> {
        let (mut used, mut second) = (0, 0);
        let mut ran = self.ran.iter();
        while used < part {
            used += i64::from(*ran.next()?);
            second += 1;
        }
        Some(second)
    }

    fn judge(&mut self, now: i64, retargeted: bool) {
        if self.broken.is_none() {
            self.broken = self.reached(self.target).filter(|due| *due < now).map(|due| (due, retargeted));
        }
    }
}

proptest! {
    #[test]
    fn any_life_agrees_with_a_walk_second_by_second(quarters in 0i64..30, moves in moves()) {
        use ServiceLevelClockState::{Cancelled, Paused, Running, Stopped};
        let target = quarters * 4;
        // One whose timers fire in time, and one whose timers never do until the end.
        let (mut prompt, mut late) = (clock(target), clock(target));
        let mut walk = Walk { ran: Vec::new(), target, broken: None };
        let mut now = 0;
        for (wait, what) in moves.into_iter().chain([(1, Move::Nothing)]) {
            walk.ran.extend((0..wait).map(|_| prompt.state == Running));
            now += wait;
            let open = matches!(prompt.state, Running | Paused);
            if open {
                walk.judge(now, false);
            }
            prompt = fire(prompt, at(now));
            if let Some(after) = apply(prompt.clone(), what, at(now)) {
                prompt = after;
                late = apply(late, what, at(now)).unwrap();
                if let Move::Retarget(target) = what {
                    walk.target = target;
                    walk.judge(now, true);
                }
            }
            prop_assert_eq!(prompt.state, late.state);

            for clock in [&prompt, &late] {
                prop_assert_eq!(clock.used(always(), at(now)), secs(walk.used()));
                prop_assert_eq!(clock.left(always(), at(now)), secs(walk.target - walk.used()));
                if matches!(clock.state, Running | Paused) {
                    let due = walk.reached(walk.target).unwrap_or(now + walk.target - walk.used());
                    prop_assert_eq!(clock.due(always(), at(now)), Some(at(due)));
                }
                let parts = clock.explain(always(), at(now));
                let whole: SignedDuration = parts.iter().map(|part| part.to.duration_since(part.from)).sum();
                prop_assert_eq!(whole, clock.stopped_at.unwrap_or(at(now)).duration_since(at(0)));
            }
            let broken = prompt.breach.as_ref().map(|breach| (breach.due_at, breach.retargeted));
            prop_assert_eq!(broken, walk.broken.map(|(due, retargeted)| (at(due), retargeted)));
            match prompt.state {
                Running => prop_assert_eq!(prompt.next_timer(always()).is_none(), walk.broken.is_some() && prompt.warnings.len() == 2),
                Paused => {}
                Stopped | Cancelled => prop_assert_eq!(prompt.next_timer(always()), None),
            }
            for (place, warning) in prompt.warnings.iter().enumerate() {
                prop_assert!(warning.due_at <= warning.fired_at);
                prop_assert!(prompt.warnings[..place].iter().all(|given| given.percent != warning.percent));
            }
        }
        // However late its timer was, the same promise is broken at the same instant.
        late = fire(late, at(now));
        let facts = |clock: &ServiceLevelClock| clock.breach.as_ref().map(|breach| (breach.due_at, breach.retargeted));
        prop_assert_eq!(facts(&late), facts(&prompt));
        prop_assert_eq!(late.met(), prompt.met());
    }

    #[test]
    fn a_threshold_is_where_its_part_is_used(waits in proptest::collection::vec((0i64..20, 0i64..20), 0..5)) {
        let (mut clock, mut ran, mut now) = (clock(40), Vec::new(), 0);
        for (run, stand) in waits {
            ran.extend((0..run).map(|_| true).chain((0..stand).map(|_| false)));
            clock = clock.pause("CALLER", at(now + run)).unwrap().0;
            now += run + stand;
            clock = clock.resume(at(now)).unwrap().0;
        }
        ran.extend((0..100).map(|_| true));
        let walk = Walk { ran, target: 40, broken: None };
        let fired = fire(clock, at(now + 100));
        for (percent, part) in [(50, 20), (75, 30)] {
            let due_at = at(walk.reached(part).unwrap());
            let warning = Warning { percent, due_at, fired_at: at(now + 100) };
            prop_assert!(fired.warnings.contains(&warning));
        }
        prop_assert_eq!(fired.breach.unwrap().due_at, at(walk.reached(40).unwrap()));
    }
}
