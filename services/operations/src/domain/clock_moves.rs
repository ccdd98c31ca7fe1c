//! Where an incident stands says what its clocks do: this derives the next move
//! of a clock, and the whole life of one that starts late, from the incident.

use super::incident::{Incident, IncidentStatus};
use super::service_level_clock::{
    ServiceLevelClock, ServiceLevelClockHappened, ServiceLevelClockState, TargetKind,
};
use ciclo_clocks::Hours;
use ciclo_kernel::{Decision, Refusal, Timestamp};

/// What brings a clock to where its incident wants it.
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

fn wanted(clock: &ServiceLevelClock, incident: &Incident) -> Wanted {
    let answered = match clock.kind {
        TargetKind::Response => incident.first_response_at.is_some(),
        TargetKind::Resolution => false,
    };
    match &incident.status {
        _ if answered => Wanted::Stopped,
        IncidentStatus::Resolved { .. } | IncidentStatus::Closed { .. } => Wanted::Stopped,
        IncidentStatus::OnHold { reason, .. } if clock.pauses_for(reason.as_str()) => {
            Wanted::Paused(reason.as_str())
        }
        IncidentStatus::New
        | IncidentStatus::Assigned
        | IncidentStatus::InProgress
        | IncidentStatus::OnHold { .. } => Wanted::Running,
        IncidentStatus::Cancelled { .. } => Wanted::Cancelled,
    }
}

impl ServiceLevelClock {
    /// The move to where the incident wants it; none when it is there, or has come to its end.
    #[must_use]
    pub fn next_move(&self, incident: &Incident) -> Option<ClockMove> {
        use ServiceLevelClockState::{Cancelled, Paused, Running, Stopped};
        match (self.state, wanted(self, incident)) {
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

    /// The clock after a life that nobody measured: what the incident was, oldest first, and from when. The times
    /// that it waited do not count, as if the clock had been there. Whether it is late is not judged.
    pub fn relive(mut self, life: &[(Incident, Timestamp)], hours: &Hours) -> Result<Self, Refusal> {
        for (incident, at) in life {
            if let Some(next) = self.next_move(incident) {
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
    use crate::domain::incident::{HoldReason, IncidentState, ResolutionCode};
    use crate::domain::incident_verbs::tests::{incident, incident_in};
    use crate::domain::pairs::at;
    use crate::domain::service_level_clock::tests::{always, clock};
    use ciclo_kernel::SignedDuration;

    fn held(reason: HoldReason, second: i64) -> Incident {
        incident_in(IncidentState::InProgress).hold(reason, None, at(second)).unwrap().0
    }

    #[test]
    fn a_clock_goes_where_its_incident_wants_it() {
        let moved = |state| clock(100).next_move(&incident_in(state));
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
            clock(100).next_move(&held(HoldReason::Supplier, 3)),
            None,
            "the agreement does not say so"
        );
        let response = ServiceLevelClock { kind: TargetKind::Response, ..clock(100) };
        assert_eq!(response.next_move(&incident()), None);
        assert_eq!(response.next_move(&incident_in(IncidentState::Assigned)), Some(ClockMove::Stop));
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
