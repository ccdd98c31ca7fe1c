//! What a service level clock of operations came to: met or missed, by how much
//! and on which record. Operations measures; this keeps what reviews count.

use super::facts::{TargetKind, TicketType};
use ciclo_kernel::{
    Decision, Machine, Refusal, SignedDuration, Timestamp,
    ids::{
        AccessGrantId, AgreementId, AlertId, IncidentId, ProblemId, ServiceId, ServiceLevelClockId,
        ServiceRequestId, TargetResultId,
    },
    machine,
};

// A result starts in either state: late, when the breach is heard of first, or final. A clock that stopped in
// time and was reopened can still breach, so FINAL leads back to RUNNING_LATE, once: a breach is never undone.
machine! {
    machine "target result";
    /// How far a result has come.
    states TargetResultState {
        /// Missed, and the clock still runs.
        RunningLate = "RUNNING_LATE" { Conclude => Final, Cancel => Cancelled },
        /// The clock stopped. A clock that is reopened can stop, or breach, again.
        Final = "FINAL" { Breach => RunningLate, Conclude => Final },
        /// Missed, and the clock was cancelled after that. Final.
        Cancelled = "CANCELLED" {},
    }
    /// What can happen to a result.
    verbs TargetResultVerb {
        Breach = "breached",
        Conclude = "concluded",
        Cancel = "cancelled",
    }
}

/// The record that a clock runs on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// An incident.
    Incident(IncidentId),
    /// A service request.
    ServiceRequest(ServiceRequestId),
    /// A problem.
    Problem(ProblemId),
    /// An alert.
    Alert(AlertId),
    /// An access grant.
    AccessGrant(AccessGrantId),
}

impl Subject {
    /// The record's type.
    #[must_use]
    pub fn ticket_type(self) -> TicketType {
        match self {
            Self::Incident(_) => TicketType::Incident,
            Self::ServiceRequest(_) => TicketType::ServiceRequest,
            Self::Problem(_) => TicketType::Problem,
            Self::Alert(_) => TicketType::Alert,
            Self::AccessGrant(_) => TicketType::AccessGrant,
        }
    }

    /// The record's id as it is written.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Incident(id) => id.to_string(),
            Self::ServiceRequest(id) => id.to_string(),
            Self::Problem(id) => id.to_string(),
            Self::Alert(id) => id.to_string(),
            Self::AccessGrant(id) => id.to_string(),
        }
    }
}

/// A service level clock as operations last told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClockReading {
    /// The clock.
    pub clock_id: ServiceLevelClockId,
    /// The record that it runs on.
    pub subject: Subject,
    /// That record's title; none when it is not known.
    pub subject_title: Option<String>,
    /// The service that the record is about.
    pub service_id: ServiceId,
    /// The agreement that made the promise.
    pub agreement_id: AgreementId,
    /// What the target limits.
    pub kind: TargetKind,
    /// The record's priority: 1 (highest) to 5.
    pub priority: u8,
    /// How long it may take.
    pub promised: SignedDuration,
    /// How much of that was used, without pauses and closed hours.
    pub used: SignedDuration,
    /// By when it has to stop, stopping exactly then is in time; none when its calendar does not have so many hours.
    pub due_at: Option<Timestamp>,
}

impl ClockReading {
    /// The instant that a stop at another missed; none when it was in time.
    fn missed_by(&self, stopped_at: Timestamp) -> Option<Timestamp> {
        self.due_at.filter(|due_at| stopped_at > *due_at)
    }

    fn checked(self) -> Result<Self, Refusal> {
        if !(1..=5).contains(&self.priority) {
            return Err(Refusal::invalid("priority", "a priority is 1 to 5"));
        }
        if self.promised.is_negative() {
            return Err(Refusal::invalid("promised", "a promise is not less than nothing"));
        }
        if self.used.is_negative() {
            return Err(Refusal::invalid("used", "the time used is not less than nothing"));
        }
        Ok(self)
    }
}

/// Where a result stands, with the facts of its state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TargetResultStatus {
    /// Missed, and the clock still runs.
    RunningLate {
        /// When the target was missed.
        breached_at: Timestamp,
    },
    /// The clock stopped.
    Final {
        /// When it stopped; the latest time, when it was reopened.
        stopped_at: Timestamp,
        /// When the target was missed; none when it was met.
        breached_at: Option<Timestamp>,
    },
    /// Missed, and the clock was cancelled after that: the miss stays.
    Cancelled {
        /// When it was cancelled.
        cancelled_at: Timestamp,
        /// When the target was missed.
        breached_at: Timestamp,
    },
}

/// What a service level clock came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TargetResult {
    /// The result.
    pub id: TargetResultId,
    /// The clock as it was last read: its record, its promise, the time used.
    pub clock: ClockReading,
    /// Where it stands.
    pub status: TargetResultStatus,
}

/// What happened to a result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TargetResultHappened {
    /// The target was missed while the clock runs on.
    BreachRecorded {
        /// When it was missed.
        breached_at: Timestamp,
    },
    /// The clock stopped.
    Concluded {
        /// When it stopped.
        stopped_at: Timestamp,
        /// Whether the target was missed.
        breached: bool,
        /// Whether the clock had stopped before and was reopened.
        again: bool,
    },
    /// The clock was cancelled after its target was missed.
    Cancelled {
        /// When it was cancelled.
        cancelled_at: Timestamp,
    },
}

impl TargetResultHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::BreachRecorded { .. } => "BreachRecorded",
            Self::Concluded { .. } => "Concluded",
            Self::Cancelled { .. } => "Cancelled",
        }
    }
}

impl TargetResult {
    /// The result of a clock whose first news is its breach.
    pub fn of_breach(
        id: TargetResultId,
        clock: ClockReading,
        breached_at: Timestamp,
    ) -> Decision<Self, TargetResultHappened> {
        let status = TargetResultStatus::RunningLate { breached_at };
        let result = Self { id, clock: clock.checked()?, status };
        Ok((result, TargetResultHappened::BreachRecorded { breached_at }))
    }

    /// The result of a clock whose first news is its stop. `breached_at` is when operations recorded
    /// a breach; without one, a stop after the due instant was missed at that instant.
    pub fn of_conclusion(
        id: TargetResultId,
        clock: ClockReading,
        stopped_at: Timestamp,
        breached_at: Option<Timestamp>,
    ) -> Decision<Self, TargetResultHappened> {
        let clock = clock.checked()?;
        let breached_at = breached_at.or_else(|| clock.missed_by(stopped_at));
        let result = Self { id, clock, status: TargetResultStatus::Final { stopped_at, breached_at } };
        let breached = breached_at.is_some();
        Ok((result, TargetResultHappened::Concluded { stopped_at, breached, again: false }))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> TargetResultState {
        match self.status {
            TargetResultStatus::RunningLate { .. } => TargetResultState::RunningLate,
            TargetResultStatus::Final { .. } => TargetResultState::Final,
            TargetResultStatus::Cancelled { .. } => TargetResultState::Cancelled,
        }
    }

    /// When the target was missed; none when it was met.
    #[must_use]
    pub fn breached_at(&self) -> Option<Timestamp> {
        match self.status {
            TargetResultStatus::RunningLate { breached_at }
            | TargetResultStatus::Cancelled { breached_at, .. } => Some(breached_at),
            TargetResultStatus::Final { breached_at, .. } => breached_at,
        }
    }

    /// When the clock stopped; none while it runs and when it was cancelled.
    #[must_use]
    pub fn stopped_at(&self) -> Option<Timestamp> {
        match self.status {
            TargetResultStatus::RunningLate { .. } | TargetResultStatus::Cancelled { .. } => None,
            TargetResultStatus::Final { stopped_at, .. } => Some(stopped_at),
        }
    }

    /// When the clock was cancelled; none unless it was.
    #[must_use]
    pub fn cancelled_at(&self) -> Option<Timestamp> {
        match self.status {
            TargetResultStatus::RunningLate { .. } | TargetResultStatus::Final { .. } => None,
            TargetResultStatus::Cancelled { cancelled_at, .. } => Some(cancelled_at),
        }
    }

    /// Whether the target was missed.
    #[must_use]
    pub fn breached(&self) -> bool {
        self.breached_at().is_some()
    }

    /// The reopened clock missed its target, after it had stopped in time.
    pub fn breach(
        mut self,
        clock: ClockReading,
        breached_at: Timestamp,
    ) -> Decision<Self, TargetResultHappened> {
        self.state().go(TargetResultVerb::Breach)?;
        if let Some(before) = self.breached_at() {
            let message = format!("the clock {} was breached before, at {before}", self.clock.clock_id);
            return Err(Refusal::rule(message).with("breachedAt", before.to_string()));
        }
        self.clock = self.same_clock(clock)?;
        self.status = TargetResultStatus::RunningLate { breached_at };
        Ok((self, TargetResultHappened::BreachRecorded { breached_at }))
    }

    /// The clock stopped, for the first time or again. A breach that was recorded stays: no later
    /// target, pause or reopening undoes it.
    pub fn conclude(
        mut self,
        clock: ClockReading,
        stopped_at: Timestamp,
        breached_at: Option<Timestamp>,
    ) -> Decision<Self, TargetResultHappened> {
        let again = self.stopped_at().is_some();
        self.state().go(TargetResultVerb::Conclude)?;
        self.clock = self.same_clock(clock)?;
        let late = self.clock.missed_by(stopped_at);
        let breached_at = self.breached_at().or(breached_at).or(late);
        self.status = TargetResultStatus::Final { stopped_at, breached_at };
        let breached = breached_at.is_some();
        Ok((self, TargetResultHappened::Concluded { stopped_at, breached, again }))
    }

    /// The clock was cancelled after its target was missed: nothing more comes of it, and the miss stays.
    pub fn cancel(
        mut self,
        clock: ClockReading,
        cancelled_at: Timestamp,
    ) -> Decision<Self, TargetResultHappened> {
        let state = self.state();
        let next = state.go(TargetResultVerb::Cancel);
        let TargetResultStatus::RunningLate { breached_at } = self.status else {
            return Err(next.err().unwrap_or_else(|| Refusal::rule("the clock does not run late")));
        };
        self.clock = self.same_clock(clock)?;
        self.status = TargetResultStatus::Cancelled { cancelled_at, breached_at };
        Ok((self, TargetResultHappened::Cancelled { cancelled_at }))
    }

    fn same_clock(&self, clock: ClockReading) -> Result<ClockReading, Refusal> {
        if clock.clock_id != self.clock.clock_id || clock.kind != self.clock.kind {
            let message = format!("the result {} is that of the clock {}", self.id, self.clock.clock_id);
            return Err(Refusal::rule(message).with("clock", clock.clock_id.to_string()));
        }
        clock.checked()
    }
}
