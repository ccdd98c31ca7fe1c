//! Small facts that several records carry: who and when, targets and periods.

use ciclo_kernel::{Refusal, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The longest period that is looked at at once: 400 days.
pub const LONGEST_PERIOD: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Who made a move, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Who did it: a subject, or `service:` and the name of a service.
    pub by: String,
    /// When it was done.
    pub at: Timestamp,
}

impl Mark {
    /// A mark of `by` at an instant.
    #[must_use]
    pub fn new(by: &str, at: Timestamp) -> Self {
        Self { by: by.to_owned(), at }
    }
}

words! {
    /// What type of record a target is for, and its clocks run on.
    TicketType {
        /// An incident.
        Incident = "INCIDENT",
        /// A service request.
        ServiceRequest = "SERVICE_REQUEST",
        /// A problem.
        Problem = "PROBLEM",
        /// An alert.
        Alert = "ALERT",
        /// An access grant.
        AccessGrant = "ACCESS_GRANT",
    }
}

words! {
    /// What a target limits.
    TargetKind {
        /// The time to the first assignment to a person.
        Response = "RESPONSE",
        /// The time to the resolution.
        Resolution = "RESOLUTION",
    }
}

/// A target of an agreement: how long something may take at a priority.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Target {
    /// What type of record it is for; incidents in a copy from before there were others.
    #[serde(default = "incident")]
    pub ticket_type: TicketType,
    /// What it limits.
    pub kind: TargetKind,
    /// The priority of the tickets that it holds for: 1 (highest) to 5.
    pub priority: u8,
    /// How long it may take.
    pub duration: SignedDuration,
}

fn incident() -> TicketType {
    TicketType::Incident
}

/// A stretch of time, from its first instant up to, but without, its last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    /// The first instant that belongs to it.
    pub from: Timestamp,
    /// The first instant that no longer belongs to it.
    pub to: Timestamp,
}

impl Period {
    /// A period that is over at `at`: not empty, and 400 days at most.
    pub fn past(from: Timestamp, to: Timestamp, at: Timestamp) -> Result<Self, Refusal> {
        if from >= to {
            return Err(Refusal::invalid("from", "the period starts before it ends"));
        }
        if to > at {
            return Err(Refusal::invalid("to", format!("the period is over by now, {at}")));
        }
        if to.duration_since(from) > LONGEST_PERIOD {
            return Err(Refusal::invalid("to", "the period is 400 days at most").with("limit", 400));
        }
        Ok(Self { from, to })
    }

    /// Whether an instant belongs to the period.
    #[must_use]
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}
