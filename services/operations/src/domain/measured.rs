//! What a service level clock sees of the record that it measures: the same
//! facts of an incident, a service request, a problem, an alert and an access grant.

use super::access_grant::{AccessGrant, AccessGrantStatus};
use super::alert::{Alert, AlertStatus};
use super::incident::{HoldReason, Incident, IncidentStatus};
use super::monitoring_event::Severity;
use super::problem::{Problem, ProblemClosure, ProblemState, ProblemStatus};
use super::service_level_clock::TargetKind;
use super::service_request::{ServiceRequest, ServiceRequestStatus};
use ciclo_kernel::ids::{CustomerId, ServiceId};

words! {
    /// What type of record a clock measures.
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

impl TicketType {
    /// The record type, as the log writes it.
    #[must_use]
    pub fn record_type(self) -> &'static str {
        match self {
            Self::Incident => "Incident",
            Self::ServiceRequest => "ServiceRequest",
            Self::Problem => "Problem",
            Self::Alert => "Alert",
            Self::AccessGrant => "AccessGrant",
        }
    }

    /// The ticket type of a record type; none when its records have no clocks.
    #[must_use]
    pub fn of(record_type: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|ticket_type| ticket_type.record_type() == record_type)
    }
}

/// The record that a clock measures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClockSubject {
    /// The record's type.
    pub ticket_type: TicketType,
    /// The record's id.
    pub id: String,
    /// The record's title when the clock started.
    pub title: String,
}

/// Where a record stands, as far as its clocks care.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Phase {
    /// It is to be worked on.
    Open,
    /// It waits, for something that an agreement may count or not.
    Waits {
        /// What it waits for.
        reason: HoldReason,
        /// The supplier that it waits for; none when nobody said, or when it waits for something else.
        supplier: Option<String>,
    },
    /// Nobody has to work on it, whatever is agreed: why.
    Rests(&'static str),
    /// What was to be done is done.
    Done,
    /// It ended without that.
    Gone,
}

/// What a clock sees of the record that it measures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measured {
    /// The record.
    pub subject: ClockSubject,
    /// The service that it is about; none when nobody said, then nothing is promised.
    pub service: Option<ServiceId>,
    /// The customer whose agreement binds; none when nobody said.
    pub customer: Option<CustomerId>,
    /// Its priority: 1 (highest) to 5.
    pub priority: u8,
    /// The group that works on it; none while it is nobody's.
    pub group: Option<String>,
    /// Whether a person has it.
    pub taken: bool,
    /// Whether somebody has answered, however long ago.
    pub answered: bool,
    /// Where it stands.
    pub phase: Phase,
}

impl Measured {
    /// Whether nothing changed that a clock cares about.
    #[must_use]
    pub fn stands_as(&self, before: &Self) -> bool {
        let facts = |of: &Self| (of.service, of.priority, of.taken, of.answered);
        facts(self) == facts(before) && self.group == before.group && self.phase == before.phase
    }

    /// Whether something may be promised now that was not before: to somebody else, or at another priority.
    #[must_use]
    pub fn may_have_other_promises_than(&self, before: &Self) -> bool {
        let waits_for_supplier = matches!(self.phase, Phase::Waits { reason: HoldReason::Supplier, .. });
        self.priority != before.priority
            || self.group != before.group
            || (waits_for_supplier && self.phase != before.phase)
    }
}

impl From<&Incident> for Measured {
    fn from(incident: &Incident) -> Self {
        let phase = match &incident.status {
            IncidentStatus::New | IncidentStatus::Assigned | IncidentStatus::InProgress => Phase::Open,
            IncidentStatus::OnHold { reason, supplier, .. } => {
                Phase::Waits { reason: *reason, supplier: supplier.clone() }
            }
            IncidentStatus::Resolved { .. } | IncidentStatus::Closed { .. } => Phase::Done,
            IncidentStatus::Cancelled { .. } => Phase::Gone,
        };
        Self {
            subject: subject(TicketType::Incident, incident.id, &incident.title),
            service: Some(incident.service),
            customer: incident.customer,
            priority: incident.priority,
            group: incident.group.clone(),
            taken: incident.person.is_some(),
            answered: incident.first_response_at.is_some(),
            phase,
        }
    }
}

impl From<&ServiceRequest> for Measured {
    fn from(request: &ServiceRequest) -> Self {
        let phase = match &request.status {
            ServiceRequestStatus::Submitted
            | ServiceRequestStatus::Approved
            | ServiceRequestStatus::InFulfilment => Phase::Open,
            // The provider can do nothing before somebody has decided.
            ServiceRequestStatus::PendingApproval { .. } => Phase::Rests("APPROVAL"),
            ServiceRequestStatus::OnHold { waits_for: Some(reason), .. } => {
                Phase::Waits { reason: *reason, supplier: None }
            }
            ServiceRequestStatus::OnHold { waits_for: None, .. } => Phase::Open,
            ServiceRequestStatus::Fulfilled | ServiceRequestStatus::Closed { .. } => Phase::Done,
            ServiceRequestStatus::Rejected { .. } | ServiceRequestStatus::Cancelled { .. } => Phase::Gone,
        };
        Self {
            subject: subject(TicketType::ServiceRequest, request.id, &request.offering_name),
            service: Some(request.service),
            customer: request.customer,
            priority: request.priority,
            group: request.ready_tasks().first().map(|(_, task)| task.group.clone()),
            taken: request.started.is_some(),
            answered: request.started.is_some(),
            phase,
        }
    }
}

impl From<&Problem> for Measured {
    fn from(problem: &Problem) -> Self {
        let phase = match &problem.status {
            ProblemStatus::New
            | ProblemStatus::Assess { .. }
            | ProblemStatus::RootCauseAnalysis { .. }
            | ProblemStatus::FixInProgress { .. } => Phase::Open,
            ProblemStatus::Resolved { .. } => Phase::Done,
            ProblemStatus::Closed { why, .. } => match why {
                ProblemClosure::Fixed { .. } | ProblemClosure::RiskAccepted { .. } => Phase::Done,
                ProblemClosure::Duplicate { .. } | ProblemClosure::Cancelled { .. } => Phase::Gone,
            },
        };
        let answered = problem.state() != ProblemState::New;
        Self {
            subject: subject(TicketType::Problem, problem.id, &problem.title),
            service: Some(problem.service),
            customer: None,
            priority: problem.priority,
            group: problem.group.clone(),
            taken: answered || problem.person.is_some(),
            answered,
            phase,
        }
    }
}

impl From<&Alert> for Measured {
    fn from(alert: &Alert) -> Self {
        let (answered, phase) = match &alert.status {
            AlertStatus::Open => (false, Phase::Open),
            AlertStatus::Acknowledged { .. } => (true, Phase::Open),
            AlertStatus::Suppressed { .. } => (false, Phase::Rests("SUPPRESSED")),
            AlertStatus::Resolved { acknowledged, .. } => (acknowledged.is_some(), Phase::Done),
        };
        Self {
            subject: subject(TicketType::Alert, alert.id, &alert.title),
            service: alert.service,
            customer: None,
            priority: priority_of(alert.severity),
            group: None,
            taken: answered,
            answered,
            phase,
        }
    }
}

impl From<&AccessGrant> for Measured {
    fn from(grant: &AccessGrant) -> Self {
        let phase = match &grant.status {
            AccessGrantStatus::Requested | AccessGrantStatus::Approved => Phase::Open,
            // The provider can do nothing before somebody has decided.
            AccessGrantStatus::Verified => Phase::Rests("APPROVAL"),
            AccessGrantStatus::Granted
            | AccessGrantStatus::Expired { .. }
            | AccessGrantStatus::Revoked { .. }
            | AccessGrantStatus::Rejected { .. } => Phase::Done,
            AccessGrantStatus::Withdrawn { .. } => Phase::Gone,
        };
        let answered = grant.verified.is_some();
        Self {
            subject: subject(TicketType::AccessGrant, grant.id, &grant.entitlement_name),
            service: Some(grant.service),
            customer: None,
            priority: grant.priority,
            group: None,
            taken: answered,
            answered,
            phase,
        }
    }
}

/// The priority at which an alert is promised something.
fn priority_of(severity: Severity) -> u8 {
    match severity {
        Severity::Exception => 1,
        Severity::Warning => 3,
        Severity::Informational => 5,
    }
}

fn subject(ticket_type: TicketType, id: impl ToString, title: &str) -> ClockSubject {
    ClockSubject { ticket_type, id: id.to_string(), title: title.to_owned() }
}

/// With whom a clock's promise was made, and so when it is their turn.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ClockParty {
    /// A customer, by an SLA: its clock counts all the time.
    Customer,
    /// A group, by an OLA: its clock counts while the record is the group's.
    Group(String),
    /// A supplier, by a contract: its clock counts while the record waits for the supplier.
    Supplier(String),
}

impl ClockParty {
    /// The kind of agreement, as design writes it.
    #[must_use]
    pub fn agreement_kind(&self) -> &'static str {
        match self {
            Self::Customer => "SLA",
            Self::Group(_) => "OLA",
            Self::Supplier(_) => "CONTRACT",
        }
    }

    /// Whether an agreement with it may promise such a time: when a supplier answered, nobody records.
    #[must_use]
    pub fn promises(&self, kind: TargetKind) -> bool {
        match (self, kind) {
            (Self::Supplier(_), TargetKind::Response) => false,
            (Self::Customer | Self::Group(_), TargetKind::Response) | (_, TargetKind::Resolution) => true,
        }
    }

    /// Whether it is the party's turn: whether time counts for it.
    #[must_use]
    pub fn has_turn(&self, measured: &Measured) -> bool {
        match (self, &measured.phase) {
            (Self::Customer, _) => true,
            (Self::Group(group), _) => measured.group.as_ref() == Some(group),
            (Self::Supplier(name), Phase::Waits { reason: HoldReason::Supplier, supplier }) => {
                supplier.as_ref().is_none_or(|waited| waited == name)
            }
            (Self::Supplier(_), _) => false,
        }
    }

    /// Why its clock stands while it is somebody else's turn.
    #[must_use]
    pub fn elsewhere(&self) -> &'static str {
        match self {
            Self::Customer | Self::Group(_) => "OTHER_GROUP",
            Self::Supplier(_) => "NOT_WITH_SUPPLIER",
        }
    }
}

#[cfg(test)]
#[path = "measured_tests.rs"]
mod tests;
