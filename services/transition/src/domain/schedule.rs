//! The six steps of a transition and their dates, planned and real: how late a
//! step is, when it is expected to end, and whether its planned end is at risk.

use super::transition::{Transition, TransitionPhase, TransitionState};
use super::window::Window;
use super::words::words;
use ciclo_kernel::{SignedDuration, Timestamp};

words! {
    /// One of the six steps of a transition, in their order.
    TransitionStep {
        /// Step 1: planning and preparation.
        Planning = "PLANNING",
        /// Step 2: construction and tests.
        BuildAndTest = "BUILD_AND_TEST",
        /// Step 3: pilots.
        Pilot = "PILOT",
        /// Step 4: planning and preparation of the deployment.
        DeploymentPlanning = "DEPLOYMENT_PLANNING",
        /// Step 5: deployment and transition into operation.
        Deployment = "DEPLOYMENT",
        /// Step 6: review and closure.
        Review = "REVIEW",
    }
}

impl TransitionStep {
    /// The step's place, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The step that a state stands in; `None` when the transition is over.
    #[must_use]
    pub fn of(state: TransitionState) -> Option<Self> {
        match state {
            TransitionState::Planning => Some(Self::Planning),
            TransitionState::BuildAndTest => Some(Self::BuildAndTest),
            TransitionState::Pilot => Some(Self::Pilot),
            TransitionState::DeploymentPlanning => Some(Self::DeploymentPlanning),
            TransitionState::Deployment => Some(Self::Deployment),
            TransitionState::Review => Some(Self::Review),
            TransitionState::Closed | TransitionState::Cancelled => None,
        }
    }
}

/// The dates of one step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StepDates {
    /// When the step is planned; `None` while it is not planned.
    pub planned: Option<Window>,
    /// When the step was entered for the first time; `None` while it never was.
    pub started: Option<Timestamp>,
    /// When the step was left for the next one; `None` while it is not over, or was entered again.
    pub ended: Option<Timestamp>,
    /// How many times the step failed.
    pub failures: u32,
}

impl Transition {
    /// The dates of a step.
    #[must_use]
    pub fn dates(&self, step: TransitionStep) -> StepDates {
        self.steps[step.index()]
    }

    /// Whether a step is under way or still to come: not when it is over, passed over by a back-out, or
    /// when the transition is over.
    #[must_use]
    pub fn to_do(&self, step: TransitionStep) -> bool {
        self.dates(step).ended.is_none() && TransitionStep::of(self.state()).is_some_and(|here| here <= step)
    }

    /// How late a step ended after its planned end, or is by now. `None` when it is not planned, is not
    /// late, or never took place and never will.
    #[must_use]
    pub fn delay(&self, step: TransitionStep, now: Timestamp) -> Option<SignedDuration> {
        let dates = self.dates(step);
        let end = match dates.ended {
            Some(ended) => ended,
            None if self.to_do(step) => now,
            None => return None,
        };
        let late = end.duration_since(dates.planned?.end);
        late.is_positive().then_some(late)
    }

    /// When a planned step that is under way or still to come is expected to end: its planned length after
    /// it started, or after it can start at the earliest, given the steps before it; never before now.
    /// `None` when it is not planned, or not to be done any more.
    #[must_use]
    pub fn expected_end(&self, step: TransitionStep, now: Timestamp) -> Option<Timestamp> {
        let mut free = now;
        for &before in TransitionStep::ALL.iter().filter(|before| **before <= step) {
            let dates = self.dates(before);
            let end = dates.planned.filter(|_| self.to_do(before)).map(|planned| {
                let begin = dates.started.unwrap_or(planned.start.max(free));
                // Past the end of representable time there is nothing left to expect: the planned end stands.
                begin.checked_add(planned.length()).unwrap_or(planned.end).max(now)
            });
            if before == step {
                return end;
            }
            free = end.map_or(free, |end| free.max(end));
        }
        None
    }

    /// Whether a planned step that is under way or still to come is expected to end after its planned end.
    #[must_use]
    pub fn at_risk(&self, step: TransitionStep, now: Timestamp) -> bool {
        self.expected_end(step, now)
            .zip(self.dates(step).planned)
            .is_some_and(|(expected, planned)| expected > planned.end)
    }

    /// The six empty rows of a new transition, with the first step started.
    pub(crate) fn fresh_steps(at: Timestamp) -> [StepDates; 6] {
        let mut steps = [StepDates::default(); 6];
        steps[TransitionStep::Planning.index()].started = Some(at);
        steps
    }

    /// The dates after leaving one step for a later one, at an instant.
    pub(crate) fn leave(&mut self, step: TransitionStep, next: Option<TransitionStep>, at: Timestamp) {
        self.steps[step.index()].ended = Some(at);
        if let Some(next) = next {
            self.steps[next.index()].started.get_or_insert(at);
        }
    }

    /// The dates after a step failed: it is not over, nor is the one before it any more.
    pub(crate) fn fall_back(&mut self, step: TransitionStep, previous: TransitionStep) {
        self.steps[step.index()].failures += 1;
        self.steps[previous.index()].ended = None;
    }

    /// The back-out, in review or after it.
    #[must_use]
    pub fn back_out_facts(&self) -> Option<&super::transition::BackOut> {
        match &self.phase {
            TransitionPhase::Review { backed_out } | TransitionPhase::Closed { backed_out, .. } => {
                backed_out.as_ref()
            }
            TransitionPhase::Planning
            | TransitionPhase::BuildAndTest
            | TransitionPhase::Pilot
            | TransitionPhase::DeploymentPlanning
            | TransitionPhase::Deployment
            | TransitionPhase::Cancelled { .. } => None,
        }
    }
}
