//! What would have become of incidents under other terms: the rules of the clocks
//! over what the incidents themselves recorded. Decides nothing and writes nothing.

use super::incident::{Incident, Wait, WaitReason};
use super::service_level_clock::TargetKind;
use ciclo_clocks::{self as clocks, Hours, Pause, Pauses};
use ciclo_kernel::{SignedDuration, Timestamp, ids::IncidentId};
use std::collections::BTreeMap;

/// What is promised, for each kind and priority at most once.
pub type Promises = BTreeMap<(TargetKind, u8), SignedDuration>;

/// Terms to measure by.
pub struct Terms<'a> {
    /// The hours that count.
    pub hours: &'a Hours,
    /// How long it may take.
    pub promises: Promises,
    /// The reasons for waiting that pause the clocks.
    pub pause_reasons: Vec<WaitReason>,
}

/// What came of the targets for a kind and a priority.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WhatIfLine {
    /// How long it may take by the other terms; none when they promise nothing.
    pub promised: Option<SignedDuration>,
    /// How long it may take as it is agreed; none when nothing is.
    pub agreed: Option<SignedDuration>,
    /// The incidents that it is about.
    pub count: u64,
    /// How many of them miss the other terms.
    pub missed: u64,
    /// How many of them miss what is agreed, measured in the same way.
    pub missed_as_agreed: u64,
}

/// An incident that misses the other terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WhatIfMiss {
    /// The incident.
    pub incident: IncidentId,
    /// Which target it misses.
    pub kind: TargetKind,
    /// Its priority.
    pub priority: u8,
    /// When it would have been due.
    pub due_at: Timestamp,
    /// When it was answered, or resolved.
    pub stopped_at: Timestamp,
    /// How much of the target it used.
    pub used: SignedDuration,
}

/// What would have become of the incidents of a period.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WhatIf {
    /// By kind and priority.
    pub lines: BTreeMap<(TargetKind, u8), WhatIfLine>,
    /// Every miss, in the order in which the incidents were added.
    pub misses: Vec<WhatIfMiss>,
    /// The incidents that were measured.
    pub incidents: u64,
    /// Incidents from before their waits were kept: they are in no line.
    pub unmeasured: u64,
}

impl WhatIf {
    /// Nothing measured yet: a line for everything that either of the terms promises.
    #[must_use]
    pub fn of(other: &Terms<'_>, agreed: &Terms<'_>) -> Self {
        let mut lines: BTreeMap<(TargetKind, u8), WhatIfLine> = BTreeMap::new();
        for (key, duration) in &other.promises {
            lines.entry(*key).or_default().promised = Some(*duration);
        }
        for (key, duration) in &agreed.promises {
            lines.entry(*key).or_default().agreed = Some(*duration);
        }
        Self { lines, ..Self::default() }
    }

    /// Measures an incident, if it was resolved in the period `[from, to)`: by the priority that it has.
    pub fn add(
        &mut self,
        incident: &Incident,
        (from, to): (Timestamp, Timestamp),
        other: &Terms<'_>,
        agreed: &Terms<'_>,
    ) {
        let Some(resolved_at) = incident.resolution().map(|resolution| resolution.resolved.at) else {
            return;
        };
        if resolved_at < from || resolved_at >= to {
            return;
        }
        let Some(waits) = &incident.waits else {
            self.unmeasured += 1;
            return;
        };
        self.incidents += 1;
        let pauses = [pauses(waits, other), pauses(waits, agreed)];
        let start = incident.opened.at;
        for kind in TargetKind::ALL {
            let key = (*kind, incident.priority);
            let Some(line) = self.lines.get_mut(&key) else { continue };
            let stopped_at = match kind {
                TargetKind::Response => incident.first_response_at.unwrap_or(resolved_at),
                TargetKind::Resolution => resolved_at,
            };
            line.count += 1;
            let missed = |terms: &Terms<'_>, pauses: &Pauses| {
                let target = *terms.promises.get(&key)?;
                let due_at = clocks::reached(terms.hours, start, pauses, target).ok()?;
                (stopped_at > due_at).then_some(due_at)
            };
            line.missed_as_agreed += u64::from(missed(agreed, &pauses[1]).is_some());
            if let Some(due_at) = missed(other, &pauses[0]) {
                line.missed += 1;
                let used = clocks::used(other.hours, start, &pauses[0], stopped_at);
                let (incident, priority) = (incident.id, incident.priority);
                self.misses.push(WhatIfMiss { incident, kind: *kind, priority, due_at, stopped_at, used });
            }
        }
    }
}

/// The waits that do not count by some terms; the time in which it was resolved never does.
fn pauses(waits: &[Wait], terms: &Terms<'_>) -> Pauses {
    let pauses =
        |wait: &&Wait| wait.reason == WaitReason::Resolved || terms.pause_reasons.contains(&wait.reason);
    let pause =
        |wait: &Wait| Pause { from: wait.from, to: Some(wait.to), reason: wait.reason.as_str().to_owned() };
    waits.iter().filter(pauses).map(pause).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::incident::{HoldReason, IncidentState, ResolutionCode};
    use crate::domain::incident_verbs::tests::incident_in;
    use crate::domain::pairs::at;
    use crate::domain::service_level_clock::tests::always;

    /// Opened at 0, answered at 1, on hold for the supplier from 10 to 40, resolved at 100.
    fn incident() -> Incident {
        let held = incident_in(IncidentState::InProgress).hold(HoldReason::Supplier, None, None, at(10));
        let resumed = held.unwrap().0.resume("jo", at(40)).unwrap().0;
        resumed.resolve(ResolutionCode::Fixed, "done", "jo", at(100)).unwrap().0
    }

    fn terms(resolution: i64, pause_reasons: &[WaitReason]) -> Terms<'static> {
        let promises =
            [((TargetKind::Resolution, incident().priority), SignedDuration::from_secs(resolution))];
        Terms { hours: always(), promises: promises.into(), pause_reasons: pause_reasons.to_vec() }
    }

    fn asked(incident: &Incident, other: &Terms<'_>, agreed: &Terms<'_>) -> WhatIf {
        let mut what_if = WhatIf::of(other, agreed);
        what_if.add(incident, (at(0), at(1_000)), other, agreed);
        what_if
    }

    #[test]
    fn another_target_and_another_pause_reason_change_who_misses() {
        let line = |what_if: &WhatIf| what_if.lines.values().next().unwrap().clone();
        let by_supplier = [WaitReason::Supplier];
        let strict = asked(&incident(), &terms(69, &by_supplier), &terms(70, &by_supplier));
        assert_eq!((line(&strict).count, line(&strict).missed, line(&strict).missed_as_agreed), (1, 1, 0));
        let miss = strict.misses[0];
        assert_eq!((miss.due_at, miss.stopped_at), (at(99), at(100)));
        assert_eq!(miss.used, SignedDuration::from_secs(70));
        let counted = asked(&incident(), &terms(70, &[]), &terms(70, &by_supplier));
        assert_eq!((line(&counted).missed, line(&counted).missed_as_agreed), (1, 0));
        assert_eq!(counted.misses[0].used, SignedDuration::from_secs(100));
    }

    #[test]
    fn the_time_in_which_it_was_resolved_never_counts() {
        let again = incident().reopen("again", SignedDuration::from_secs(60), at(150)).unwrap().0;
        let again = again.resolve(ResolutionCode::Fixed, "done", "jo", at(160)).unwrap().0;
        let used = asked(&again, &terms(1, &[]), &terms(1, &[])).misses[0].used;
        assert_eq!(used, SignedDuration::from_secs(110));
    }

    #[test]
    fn only_what_was_resolved_in_the_period_counts() {
        let terms = terms(1, &[]);
        let counted = |incident: &Incident, from, to| {
            let mut what_if = WhatIf::of(&terms, &terms);
            what_if.add(incident, (at(from), at(to)), &terms, &terms);
            (what_if.incidents, what_if.unmeasured)
        };
        assert_eq!(counted(&incident(), 100, 101), (1, 0));
        assert_eq!((counted(&incident(), 0, 100), counted(&incident(), 101, 200)), ((0, 0), (0, 0)));
        assert_eq!(counted(&incident_in(IncidentState::InProgress), 0, 1_000), (0, 0));
        assert_eq!(counted(&Incident { waits: None, ..incident() }, 0, 1_000), (0, 1), "it is not guessed");
    }

    #[test]
    fn a_line_says_what_is_promised_by_either() {
        let none = Terms { hours: always(), promises: Promises::new(), pause_reasons: vec![] };
        let what_if = asked(&incident(), &none, &terms(10, &[]));
        let line = what_if.lines.values().next().unwrap();
        assert_eq!((line.promised, line.agreed), (None, Some(SignedDuration::from_secs(10))));
        assert_eq!((line.count, line.missed, line.missed_as_agreed), (1, 0, 1));
        assert!(what_if.misses.is_empty());
    }

    proptest::proptest! {
        /// What the what-if says of an incident by the terms of its clock is what the clock came to.
        #[test]
        fn by_the_agreed_terms_it_is_what_the_clock_says(moves in proptest::collection::vec((1i64..20, 0usize..4), 0..6), target in 1i64..80) {
            use crate::domain::measured::Measured;
            use crate::domain::service_level_clock::tests::{clock, promise};
            use crate::domain::service_level_clock::ClockPromise;
            let mut incident = incident_in(IncidentState::InProgress);
            let mut life = vec![(Measured::from(&incident), at(0))];
            let mut now = 10;
            for (length, reason) in moves {
                incident = incident.hold(HoldReason::ALL[reason], None, None, at(now)).unwrap().0;
                life.push((Measured::from(&incident), at(now)));
                now += length;
                incident = incident.resume("jo", at(now)).unwrap().0;
                life.push((Measured::from(&incident), at(now)));
                now += length / 2;
            }
            incident = incident.resolve(ResolutionCode::Fixed, "done", "jo", at(now)).unwrap().0;
            let promise = ClockPromise { priority: incident.priority, ..promise(target) };
            let started = crate::domain::service_level_clock::ServiceLevelClock { promise, ..clock(target) };
            let stopped = started.relive(&life, always()).unwrap().stop(always(), at(now)).unwrap().0;
            let start = incident.opened.at;
            let stopped = crate::domain::service_level_clock::ServiceLevelClock { started_at: start, ..stopped };
            // The clock of these tests pauses for the caller and for changes.
            let other = terms(target, &[WaitReason::Caller, WaitReason::Change]);
            let what_if = asked(&incident, &other, &other);
            proptest::prop_assert_eq!(what_if.misses.is_empty(), stopped.met() == Some(true));
            if let Some(miss) = what_if.misses.first() {
                proptest::prop_assert_eq!(miss.used, stopped.used(always(), at(now)));
                proptest::prop_assert_eq!(Some(miss.due_at), stopped.due(always(), at(now)));
            }
        }
    }
}
