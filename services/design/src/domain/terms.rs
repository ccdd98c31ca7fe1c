//! The terms of an agreement: from when, by which calendar, its targets, its
//! availability and what pauses its clocks; and which terms make sense.

use ciclo_clocks::ALWAYS;
use ciclo_kernel::ids::{CalendarId, RecordId};
use ciclo_kernel::{Refusal, SignedDuration, Timestamp};
use std::{collections::BTreeSet, fmt};

/// The longest target.
pub const LONGEST_TARGET: SignedDuration = SignedDuration::from_hours(366 * 24);

words! {
    /// What type of record a target is for.
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

words! {
    /// Why a ticket waits, when waiting pauses the clocks.
    PauseReason {
        /// The caller has to answer.
        Caller = "CALLER",
        /// A change has to be done.
        Change = "CHANGE",
        /// A problem has to be solved.
        Problem = "PROBLEM",
        /// A supplier has to deliver.
        Supplier = "SUPPLIER",
    }
}

/// The calendar whose hours count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AgreedCalendar {
    /// `24x7`: every hour counts.
    Always,
    /// A calendar of this service.
    Named(CalendarId),
}

impl AgreedCalendar {
    /// Reads `24x7` or the id of a calendar.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text == ALWAYS { Ok(Self::Always) } else { CalendarId::parse(text).map(Self::Named) }
    }

    /// The calendar's id; none when every hour counts.
    #[must_use]
    pub fn id(self) -> Option<CalendarId> {
        match self {
            Self::Always => None,
            Self::Named(id) => Some(id),
        }
    }
}

impl fmt::Display for AgreedCalendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str(ALWAYS),
            Self::Named(id) => id.fmt(f),
        }
    }
}

/// A target: how long something may take at a priority.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// What type of record it is for.
    pub ticket_type: TicketType,
    /// What it limits.
    pub kind: TargetKind,
    /// The priority of the tickets that it holds for: 1 (highest) to 5.
    pub priority: u8,
    /// How long it may take, more than nothing and at most 366 days.
    pub duration: SignedDuration,
    /// The percentages of the duration, 1 to 99 and ascending, at which to warn; empty for no warning.
    pub warning_percent: Vec<u8>,
}

/// What an agreement says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// The first instant that the terms hold for.
    pub valid_from: Timestamp,
    /// The first instant that the terms no longer hold for; none when they hold until further notice.
    pub valid_until: Option<Timestamp>,
    /// The calendar whose hours count.
    pub calendar: AgreedCalendar,
    /// The targets, at most one a ticket type, kind and priority, and ordered by these.
    pub targets: Vec<Target>,
    /// The promised availability in basis points (9950 is 99.5 %); none when none is promised.
    pub availability_basis_points: Option<u32>,
    /// The reasons for waiting that pause the clocks.
    pub pause_reasons: BTreeSet<PauseReason>,
}

impl Terms {
    /// Checks the terms and puts the targets in order.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        if self.valid_until.is_some_and(|until| until <= self.valid_from) {
            return Err(Refusal::invalid("validUntil", "the end lies after `validFrom`"));
        }
        if self.availability_basis_points.is_some_and(|points| !(1..=10_000).contains(&points)) {
            return Err(Refusal::invalid(
                "availabilityBasisPoints",
                "an availability is 1 to 10000 basis points (9950 is 99.5 %)",
            ));
        }
        for (place, target) in self.targets.iter().enumerate() {
            target.check(place)?;
        }
        let breaks = target_breaks(&self.targets);
        if !breaks.is_empty() {
            return Err(Refusal::invalid("targets", breaks.join("; ")).with("breaks", breaks));
        }
        self.targets.sort_by_key(|target| (target.ticket_type, target.kind, target.priority));
        Ok(self)
    }

    /// The target for a ticket type, of a kind and priority; none when none is promised.
    #[must_use]
    pub fn target(&self, ticket_type: TicketType, kind: TargetKind, priority: u8) -> Option<&Target> {
        let wanted = (ticket_type, kind, priority);
        self.targets.iter().find(|target| (target.ticket_type, target.kind, target.priority) == wanted)
    }

    /// Whether the terms hold at an instant: the start counts, the end does not.
    #[must_use]
    pub fn hold_at(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_until.is_none_or(|until| at < until)
    }
}

impl Target {
    fn check(&self, place: usize) -> Result<(), Refusal> {
        if !(1..=5).contains(&self.priority) {
            return Err(Refusal::invalid(
                &format!("targets.{place}.priority"),
                "a priority is 1 (highest) to 5",
            ));
        }
        if !self.duration.is_positive() || self.duration > LONGEST_TARGET {
            return Err(Refusal::invalid(
                &format!("targets.{place}.duration"),
                "a target is longer than nothing and at most 366 days",
            ));
        }
        let in_range = self.warning_percent.iter().all(|percent| (1..=99).contains(percent));
        if !in_range || !self.warning_percent.is_sorted_by(|earlier, later| earlier < later) {
            return Err(Refusal::invalid(
                &format!("targets.{place}.warningPercent"),
                "warnings are percentages of 1 to 99, each higher than the one before",
            ));
        }
        Ok(())
    }
}

/// Everything that the targets for one ticket type break between them: two of one kind and priority, a response
/// that may take longer than the resolution, a higher priority that may take longer than a lower one.
#[must_use]
pub fn target_breaks(targets: &[Target]) -> Vec<String> {
    let mut breaks = Vec::new();
    for (place, one) in targets.iter().enumerate() {
        for other in &targets[place + 1..] {
            breaks.extend(pair_break(one, other));
        }
    }
    breaks
}

fn pair_break(one: &Target, other: &Target) -> Option<String> {
    if one.ticket_type != other.ticket_type {
        return None;
    }
    let (first, second) =
        if (one.kind, one.priority) <= (other.kind, other.priority) { (one, other) } else { (other, one) };
    let same_kind = first.kind == second.kind;
    let same_priority = first.priority == second.priority;
    let longer = first.duration > second.duration;
    let (ticket_type, kind, priority) = (first.ticket_type.as_str(), first.kind.as_str(), first.priority);
    if same_kind && same_priority {
        Some(format!("there is more than one {kind} target of priority {priority} for {ticket_type}"))
    } else if same_kind && longer {
        Some(format!(
            "the {kind} target of priority {priority} for {ticket_type} ({}) is longer than that of priority {} ({})",
            first.duration, second.priority, second.duration
        ))
    } else if same_priority && longer {
        Some(format!(
            "the RESPONSE target of priority {priority} for {ticket_type} ({}) is longer than its RESOLUTION target ({})",
            first.duration, second.duration
        ))
    } else {
        None
    }
}
