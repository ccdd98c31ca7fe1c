//! Where a record stands says what its clocks do: this derives the next move of
//! a clock, and the whole life of one that starts late, from what it measures.

use super::measured::{ClockParty, Measured, Phase};
use super::service_level_clock::{
    ServiceLevelClock, ServiceLevelClockHappened, ServiceLevelClockState, TargetKind,
};
use ciclo_clocks::Hours;
use ciclo_kernel::{Decision, Refusal, Timestamp};

/// What brings a clock to where its record wants it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClockMove {
    /// It stands, for a reason.
    Pause(&'static str),
    /// It goes on.
    Resume,
    /// It has its result.
    Stop,
    /// It goes on after its result.
    Restart,
    /// It ends without a result.
    Cancel,
}

/// What a clock should do now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Running,
    Paused(&'static str),
    Stopped,
    Cancelled,
}

fn wanted(clock: &ServiceLevelClock, measured: &Measured) -> Wanted {
    let party = &clock.promise.party;
    let turn = party.has_turn(measured);
    if clock.kind == TargetKind::Response && answered(party, turn, measured) {
        return Wanted::Stopped;
    }
    match &measured.phase {
        Phase::Done => Wanted::Stopped,
        Phase::Gone => Wanted::Cancelled,
        Phase::Open | Phase::Waits { .. } | Phase::Rests(_) if !turn => Wanted::Paused(party.elsewhere()),
        Phase::Rests(why) => Wanted::Paused(why),
        Phase::Waits { reason, .. } => match party {
            ClockParty::Customer | ClockParty::Group(_) if clock.pauses_for(reason.as_str()) => {
                Wanted::Paused(reason.as_str())
            }
            // What it waits for is the supplier itself.
            ClockParty::Customer | ClockParty::Group(_) | ClockParty::Supplier(_) => Wanted::Running,
        },
        Phase::Open => Wanted::Running,
    }
}

/// Whether a party has answered: the customer has by anybody, a group by one of its own.
fn answered(party: &ClockParty, turn: bool, measured: &Measured) -> bool {
    match party {
        ClockParty::Customer => measured.answered,
        ClockParty::Group(_) => turn && measured.taken,
        ClockParty::Supplier(_) => false,
    }
}

impl ServiceLevelClock {
    /// The next move to where the record wants it; none when it is there, or has come to its end.
    #[must_use]
    pub fn next_move(&self, measured: &Measured) -> Option<ClockMove> {
        use ServiceLevelClockState::{Cancelled, Paused, Running, Stopped};
        match (self.state, wanted(self, measured)) {
            (Running, Wanted::Running)
            | (Paused, Wanted::Paused(_))
            | (Stopped, Wanted::Stopped | Wanted::Cancelled)
            | (Cancelled, Wanted::Running | Wanted::Paused(_) | Wanted::Stopped | Wanted::Cancelled) => None,
            (Running, Wanted::Paused(reason)) => Some(ClockMove::Pause(reason)),
            (Paused, Wanted::Running) => Some(ClockMove::Resume),
            (Running | Paused, Wanted::Stopped) => Some(ClockMove::Stop),
            (Running | Paused, Wanted::Cancelled) => Some(ClockMove::Cancel),
            // A response is given once; only a resolution is taken back.
            (Stopped, Wanted::Running | Wanted::Paused(_)) => match self.kind {
                TargetKind::Response => None,
                TargetKind::Resolution => Some(ClockMove::Restart),
            },
        }
    }

    /// Makes a move.
    pub fn make(
        self,
        next: ClockMove,
        hours: &Hours,
        at: Timestamp,
    ) -> Decision<Self, ServiceLevelClockHappened> {
        match next {
            ClockMove::Pause(reason) => self.pause(reason, at),
            ClockMove::Resume => self.resume(at),
            ClockMove::Stop => self.stop(hours, at),
            ClockMove::Restart => self.restart(at),
            ClockMove::Cancel => self.cancel(hours, at),
        }
    }

    /// The clock after a life that nobody measured: what the record was, oldest first, and from when. The times
    /// that it waited do not count, as if the clock had been there. Whether it is late is not judged.
    pub fn relive(mut self, life: &[(Measured, Timestamp)], hours: &Hours) -> Result<Self, Refusal> {
        for (measured, at) in life {
            while let Some(next) = self.next_move(measured) {
                self = self.make(next, hours, *at)?.0;
            }
        }
        self.breach = None;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::incident::{HoldReason, Incident, IncidentState, ResolutionCode};
    use crate::domain::incident_verbs::tests::{incident, incident_in};
    use crate::domain::pairs::at;
    use crate::domain::service_level_clock::ClockPromise;
    use crate::domain::service_level_clock::tests::{always, clock};
    use ciclo_kernel::SignedDuration;

    fn held(reason: HoldReason, second: i64) -> Incident {
        incident_in(IncidentState::InProgress).hold(reason, None, None, at(second)).unwrap().0
    }

    #[test]
    fn a_clock_goes_where_its_incident_wants_it() {
        let moved = |state| clock(100).next_move(&Measured::from(&incident_in(state)));
        for (state, next) in [
            (IncidentState::New, None),
            (IncidentState::Assigned, None),
            (IncidentState::InProgress, None),
            (IncidentState::OnHold, Some(ClockMove::Pause("CALLER"))),
            (IncidentState::Resolved, Some(ClockMove::Stop)),
            (IncidentState::Closed, Some(ClockMove::Stop)),
            (IncidentState::Cancelled, Some(ClockMove::Cancel)),
        ] {
            assert_eq!(moved(state), next, "{state:?}");
        }
        assert_eq!(
            clock(100).next_move(&Measured::from(&held(HoldReason::Supplier, 3))),
            None,
            "the agreement does not say so"
        );
        let response = ServiceLevelClock { kind: TargetKind::Response, ..clock(100) };
        let next = |incident: Incident| response.next_move(&Measured::from(&incident));
        assert_eq!(next(incident()), None);
        assert_eq!(next(incident_in(IncidentState::Assigned)), Some(ClockMove::Stop));
    }

    fn with(party: ClockParty, kind: TargetKind) -> ServiceLevelClock {
        let clock = clock(100);
        let promise = ClockPromise { party, ..clock.promise };
        ServiceLevelClock { kind, promise, ..clock }
    }

    #[test]
    fn the_clock_of_a_group_runs_while_the_incident_is_its_own() {
        let of = |kind| with(ClockParty::Group("Network".to_owned()), kind);
        let at_desk =
            incident_in(IncidentState::InProgress).assign(Some("Desk"), Some("lee"), at(1)).unwrap().0;
        let handed_over = at_desk.clone().assign(Some("Network"), None, at(2)).unwrap().0;
        let taken = handed_over.clone().assign(Some("Network"), Some("kim"), at(3)).unwrap().0;
        let held = taken.clone().hold(HoldReason::Caller, None, None, at(4)).unwrap().0;
        let next = |kind, incident: &Incident| of(kind).next_move(&Measured::from(incident));
        let (response, resolution) = (TargetKind::Response, TargetKind::Resolution);
        let elsewhere = Some(ClockMove::Pause("OTHER_GROUP"));
        assert_eq!((next(response, &at_desk), next(resolution, &at_desk)), (elsewhere, elsewhere));
        assert_eq!((next(response, &handed_over), next(resolution, &handed_over)), (None, None));
        assert_eq!((next(response, &taken), next(resolution, &taken)), (Some(ClockMove::Stop), None));
        assert_eq!(next(resolution, &held), Some(ClockMove::Pause("CALLER")));
    }

    #[test]
    fn the_clock_of_a_supplier_runs_while_it_is_waited_for() {
        let clock = with(ClockParty::Supplier("Kabel".to_owned()), TargetKind::Resolution);
        let next = |incident: &Incident| clock.next_move(&Measured::from(incident));
        let held = |reason, supplier| {
            incident_in(IncidentState::InProgress).hold(reason, supplier, None, at(3)).unwrap().0
        };
        assert_eq!(next(&held(HoldReason::Supplier, Some("Kabel"))), None);
        let elsewhere = Some(ClockMove::Pause("NOT_WITH_SUPPLIER"));
        assert_eq!(next(&held(HoldReason::Supplier, Some("Strom"))), elsewhere);
        assert_eq!(next(&held(HoldReason::Caller, None)), elsewhere);
        assert_eq!(next(&incident_in(IncidentState::InProgress)), elsewhere);
        assert_eq!(next(&incident_in(IncidentState::Resolved)), Some(ClockMove::Stop));
    }

    #[test]
    fn a_clock_that_starts_late_has_the_pauses_of_the_life_before() {
        let worked_on = incident_in(IncidentState::InProgress);
        let resolved = worked_on.clone().resolve(ResolutionCode::Fixed, "x", "jo", at(60)).unwrap().0;
        let life = [
            (incident(), at(0)),
            (worked_on.clone(), at(10)),
            (held(HoldReason::Caller, 20), at(20)),
            (worked_on.clone(), at(30)),
            (held(HoldReason::Supplier, 40), at(40)),
            (resolved, at(60)),
            (worked_on, at(90)),
        ];
        let life = life.map(|(incident, at)| (Measured::from(&incident), at));
        let late = clock(5).relive(&life, always()).unwrap();
        assert_eq!(
            (late.state, &late.breach, late.stopped_at),
            (ServiceLevelClockState::Running, &None, None)
        );
        let pauses: Vec<_> =
            late.pauses.iter().map(|pause| (pause.from, pause.to, pause.reason.as_str())).collect();
        assert_eq!(pauses, [(at(20), Some(at(30)), "CALLER"), (at(60), Some(at(90)), "RESOLVED")]);
        assert_eq!(late.used(always(), at(100)), SignedDuration::from_secs(60));
        assert_eq!(clock(5).relive(&life[..3], always()).unwrap().state, ServiceLevelClockState::Paused);
    }
}
