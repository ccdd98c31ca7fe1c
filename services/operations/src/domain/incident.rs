//! An incident: something does not work as agreed. What it is and where it
//! stands; what can be done to it is in `incident_verbs`.

use super::due::{Due, Timed};
use super::facts::Mark;
use super::labels::Labels;
use ciclo_kernel::{
    Timestamp,
    ids::{
        AlertId, AlertRuleId, ChangeId, ConfigurationItemId, CustomerId, IncidentId, KnownErrorId, ProblemId,
        ServiceId,
    },
    machine,
};
use sha2::{Digest, Sha256};

machine! {
    machine "incident";
    /// How far an incident has come.
    states IncidentState {
        /// Reported, and nobody's yet.
        New = "NEW" { Assign => Assigned, Start => InProgress, Hold => OnHold, Cancel => Cancelled },
        /// Somebody's.
        Assigned = "ASSIGNED" {
            Assign => Assigned, Start => InProgress, Hold => OnHold, Resolve => Resolved, Cancel => Cancelled,
        },
        /// Worked on.
        InProgress = "IN_PROGRESS" { Assign => Assigned, Hold => OnHold, Resolve => Resolved, Cancel => Cancelled },
        /// Waiting for somebody else.
        OnHold = "ON_HOLD" { Assign => Assigned, Resume => InProgress, Resolve => Resolved, Cancel => Cancelled },
        /// It works again; the caller has not confirmed yet.
        Resolved = "RESOLVED" { Reopen => InProgress, Close => Closed },
        /// Done. Final.
        Closed = "CLOSED" {},
        /// Given up, with a reason. Final.
        Cancelled = "CANCELLED" {},
    }
    /// What can be done to an incident.
    verbs IncidentVerb {
        Assign = "assign",
        Start = "start",
        Hold = "hold",
        Resume = "resume",
        Resolve = "resolve",
        Reopen = "reopen",
        Close = "close",
        Cancel = "cancel",
    }
}

words! {
    /// What an incident waits for.
    HoldReason {
        /// The caller's answer.
        Caller = "CALLER",
        /// A change.
        Change = "CHANGE",
        /// The solution of a problem.
        Problem = "PROBLEM",
        /// A supplier.
        Supplier = "SUPPLIER",
    }
}

words! {
    /// Why time passed without work.
    WaitReason {
        /// On hold for the caller's answer.
        Caller = "CALLER",
        /// On hold for a change.
        Change = "CHANGE",
        /// On hold for the solution of a problem.
        Problem = "PROBLEM",
        /// On hold for a supplier.
        Supplier = "SUPPLIER",
        /// Resolved, as it seemed, until it was reopened.
        Resolved = "RESOLVED",
    }
}

impl From<HoldReason> for WaitReason {
    fn from(reason: HoldReason) -> Self {
        match reason {
            HoldReason::Caller => Self::Caller,
            HoldReason::Change => Self::Change,
            HoldReason::Problem => Self::Problem,
            HoldReason::Supplier => Self::Supplier,
        }
    }
}

words! {
    /// How an incident was resolved.
    ResolutionCode {
        /// The cause is gone.
        Fixed = "FIXED",
        /// The cause remains; there is a way around it.
        Workaround = "WORKAROUND",
        /// Nothing was found.
        NoFaultFound = "NO_FAULT_FOUND",
        /// It is the same as another incident.
        Duplicate = "DUPLICATE",
        /// A change resolved it.
        ByChange = "BY_CHANGE",
        /// Monitoring saw it end.
        AlertCleared = "ALERT_CLEARED",
    }
}

words! {
    /// How an incident was closed.
    Closing {
        /// The caller confirmed that it works.
        Confirmed = "CONFIRMED",
        /// Nobody said otherwise in time.
        Automatic = "AUTOMATIC",
    }
}

words! {
    /// Whether an incident is a major one.
    MajorState {
        /// It is not.
        None = "NONE",
        /// Somebody thinks that it is.
        Proposed = "PROPOSED",
        /// It is handled as one.
        Accepted = "ACCEPTED",
        /// It was found not to be one.
        Rejected = "REJECTED",
        /// It was, and what happened was reviewed.
        Reviewed = "REVIEWED",
    }
}

/// How an incident was resolved, by whom and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolution {
    /// How.
    pub code: ResolutionCode,
    /// What was done.
    pub notes: String,
    /// Who, and when.
    pub resolved: Mark,
}

/// Where an incident stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IncidentStatus {
    /// Reported.
    New,
    /// Somebody's.
    Assigned,
    /// Worked on.
    InProgress,
    /// Waiting.
    OnHold {
        /// For what.
        reason: HoldReason,
        /// The supplier that it waits for; none when nobody said, or when it waits for something else.
        supplier: Option<String>,
        /// In words; none when the reason says it.
        note: Option<String>,
        /// Since when.
        since: Timestamp,
    },
    /// It works again.
    Resolved {
        /// How.
        resolution: Resolution,
    },
    /// Done.
    Closed {
        /// How it was resolved.
        resolution: Resolution,
        /// How it was closed.
        closing: Closing,
        /// Who closed it, and when.
        closed: Mark,
    },
    /// Given up.
    Cancelled {
        /// Why.
        reason: String,
        /// Who, and when.
        cancelled: Mark,
    },
}

/// A comment on an incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comment {
    /// Who said it, and when.
    pub said: Mark,
    /// What was said.
    pub text: String,
    /// Whether it is for those who work on it only.
    pub internal: bool,
}

/// A priority that somebody set against the matrix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PriorityOverride {
    /// Why.
    pub reason: String,
    /// Who, and when.
    pub set: Mark,
}

/// What an incident is linked to; each at most once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct IncidentLinks {
    /// The change that caused it.
    pub caused_by_change: Option<ChangeId>,
    /// The problem behind it.
    pub problem: Option<ProblemId>,
    /// The known error that it shows.
    pub known_error: Option<KnownErrorId>,
    /// The incident that it is a part of.
    pub parent: Option<IncidentId>,
}

/// An incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Incident {
    /// The incident.
    pub id: IncidentId,
    /// What is wrong, in a line.
    pub title: String,
    /// What is wrong, in full; none when the title says it.
    pub description: Option<String>,
    /// Who reported it.
    pub caller: String,
    /// The service that it is about.
    pub service: ServiceId,
    /// The customer whose agreement binds; none when nobody said.
    pub customer: Option<CustomerId>,
    /// The configuration items that it is about.
    pub items: Vec<ConfigurationItemId>,
    /// How much is hit: 1 (highest) to 3.
    pub impact: u8,
    /// How fast it must end: 1 (highest) to 3.
    pub urgency: u8,
    /// Its priority: 1 (highest) to 5.
    pub priority: u8,
    /// Why the priority is not what the matrix says; none when it is.
    pub priority_override: Option<PriorityOverride>,
    /// The group that works on it; none while it is nobody's.
    pub group: Option<String>,
    /// The person who works on it; none while there is none.
    pub person: Option<String>,
    /// The alert that opened it; none when somebody did.
    pub alert: Option<AlertId>,
    /// The alert rule that opened it; none when somebody did.
    pub rule: Option<OpenedByRule>,
    /// The closed incident that it follows up; none for most.
    pub follow_up_of: Option<IncidentId>,
    /// What it is linked to.
    pub links: IncidentLinks,
    /// Whether it is a major incident.
    pub major: MajorState,
    /// What was said about it, oldest first.
    pub comments: Vec<Comment>,
    /// When it was opened.
    pub opened: Mark,
    /// When it was first given to a person; none while it was not.
    pub first_response_at: Option<Timestamp>,
    /// How often it was given to somebody else.
    pub reassignments: u32,
    /// How often it was reopened.
    pub reopened: u32,
    /// The times that it waited and that are over, in order, whatever an agreement says of them; none in a record from
    /// before they were kept.
    pub waits: Option<Vec<Wait>>,
    /// What its clocks promise next; none while none of them runs.
    pub due: Option<Due>,
    /// Where it stands.
    pub status: IncidentStatus,
}

/// The alert rule that opened an incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenedByRule {
    /// The rule.
    pub rule: AlertRuleId,
    /// The version of its record.
    pub version: u64,
    /// The group of alerts that the incident is for; none when the rule does not group.
    pub group: Option<Labels>,
}

impl OpenedByRule {
    /// By what the open incident of the group is found: the same for the same rule, labels and values, whatever the
    /// version. None when the rule does not group.
    #[must_use]
    pub fn group_key(&self) -> Option<String> {
        let mut text = Sha256::new_with_prefix(self.rule.to_string());
        for part in self.group.as_ref()?.iter().flat_map(|(label, value)| [label, value]) {
            // Its length first: no other parts make the same text.
            text.update(part.len().to_be_bytes());
            text.update(part);
        }
        Some(text.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// A time that an incident waited.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wait {
    /// What for.
    pub reason: WaitReason,
    /// When it began.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
}

/// What happened to an incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IncidentHappened {
    /// It was opened.
    Opened,
    /// It was given to a group or a person.
    Assigned {
        /// Whether a person had it for the first time.
        first_response: bool,
    },
    /// Work began.
    Started {
        /// Whether a person had it for the first time.
        first_response: bool,
    },
    /// It waits.
    Held {
        /// For what.
        reason: HoldReason,
    },
    /// It waits no longer.
    Resumed,
    /// It works again.
    Resolved {
        /// How.
        code: ResolutionCode,
    },
    /// It does not work after all.
    Reopened {
        /// Why.
        reason: String,
    },
    /// It is done.
    Closed {
        /// How it was closed.
        closing: Closing,
    },
    /// It was given up.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// Impact, urgency or priority changed.
    Reprioritised {
        /// The priority before.
        from: u8,
    },
    /// It was linked to something.
    Linked,
    /// Something was said about it.
    Commented,
    /// It became, or is no longer, a major incident.
    MajorChanged {
        /// What it was before.
        from: MajorState,
    },
    /// Its clocks promise something else, though nobody touched it.
    DueChanged,
}

impl IncidentHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened => "Opened",
            Self::Assigned { .. } => "Assigned",
            Self::Started { .. } => "Started",
            Self::Held { .. } => "Held",
            Self::Resumed => "Resumed",
            Self::Resolved { .. } => "Resolved",
            Self::Reopened { .. } => "Reopened",
            Self::Closed { .. } => "Closed",
            Self::Cancelled { .. } => "Cancelled",
            Self::Reprioritised { .. } => "Reprioritised",
            Self::Linked => "Linked",
            Self::Commented => "Commented",
            Self::MajorChanged { .. } => "MajorChanged",
            Self::DueChanged => "DueChanged",
        }
    }
}

impl Timed for Incident {
    fn due_mut(&mut self) -> Option<&mut Option<Due>> {
        Some(&mut self.due)
    }
}

impl Incident {
    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> IncidentState {
        match self.status {
            IncidentStatus::New => IncidentState::New,
            IncidentStatus::Assigned => IncidentState::Assigned,
            IncidentStatus::InProgress => IncidentState::InProgress,
            IncidentStatus::OnHold { .. } => IncidentState::OnHold,
            IncidentStatus::Resolved { .. } => IncidentState::Resolved,
            IncidentStatus::Closed { .. } => IncidentState::Closed,
            IncidentStatus::Cancelled { .. } => IncidentState::Cancelled,
        }
    }

    /// How it was resolved; none while it is not.
    #[must_use]
    pub fn resolution(&self) -> Option<&Resolution> {
        match &self.status {
            IncidentStatus::Resolved { resolution } | IncidentStatus::Closed { resolution, .. } => {
                Some(resolution)
            }
            IncidentStatus::New
            | IncidentStatus::Assigned
            | IncidentStatus::InProgress
            | IncidentStatus::OnHold { .. }
            | IncidentStatus::Cancelled { .. } => None,
        }
    }
}
