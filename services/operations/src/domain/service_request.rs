//! A service request: somebody asks for what an offering offers. What it is and
//! carries is here, its verbs are in `service_request_verbs`, its tasks in `fulfilment`.

use super::{
    due::{Due, Timed},
    facts::Mark,
    fulfilment::{self, FulfilmentTask, PlannedTask},
    incident::HoldReason,
};
use ciclo_kernel::{
    Principal, Role,
    ids::{CustomerId, OfferingId, ServiceId, ServiceRequestId},
    machine,
};

/// The priority of a request that nobody gave another.
pub const DEFAULT_PRIORITY: u8 = 3;

machine! {
    machine "service request";
    /// How far a service request has come.
    states ServiceRequestState {
        /// Asked for.
        Submitted = "SUBMITTED" {
            AskApproval => PendingApproval, Approve => Approved, Cancel => Cancelled,
        },
        /// Waits for somebody to approve or reject it.
        PendingApproval = "PENDING_APPROVAL" {
            Approve => Approved, Reject => Rejected, Cancel => Cancelled,
        },
        /// May be fulfilled.
        Approved = "APPROVED" { StartFulfilment => InFulfilment, AssignTask => Approved, Cancel => Cancelled },
        /// Its tasks are being done.
        InFulfilment = "IN_FULFILMENT" {
            AssignTask => InFulfilment, CompleteTask => InFulfilment, Hold => OnHold, Fulfil => Fulfilled,
        },
        /// Its fulfilment waits.
        OnHold = "ON_HOLD" { Resume => InFulfilment, AssignTask => OnHold },
        /// The requester has what was asked for.
        Fulfilled = "FULFILLED" { Close => Closed },
        /// Done with. Final.
        Closed = "CLOSED" {},
        /// Not approved. Final.
        Rejected = "REJECTED" {},
        /// Taken back by the requester. Final.
        Cancelled = "CANCELLED" {},
    }
    /// What can be done to a service request.
    verbs ServiceRequestVerb {
        AskApproval = "askApproval",
        Approve = "approve",
        Reject = "reject",
        StartFulfilment = "startFulfilment",
        AssignTask = "assignTask",
        CompleteTask = "completeTask",
        Hold = "hold",
        Resume = "resume",
        Fulfil = "fulfil",
        Close = "close",
        Cancel = "cancel",
    }
}

/// Where a service request stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceRequestStatus {
    /// Asked for.
    Submitted,
    /// Waits for an approval.
    PendingApproval {
        /// Who asked for the approval, and when.
        asked: Mark,
    },
    /// May be fulfilled.
    Approved,
    /// Its tasks are being done.
    InFulfilment,
    /// Its fulfilment waits.
    OnHold {
        /// Why.
        reason: String,
        /// What it waits for; none when that is nothing that an agreement names.
        waits_for: Option<HoldReason>,
        /// Who put it on hold, and when.
        held: Mark,
    },
    /// The requester has what was asked for.
    Fulfilled,
    /// Done with.
    Closed {
        /// Who closed it, and when.
        closed: Mark,
    },
    /// Not approved.
    Rejected {
        /// Why.
        reason: String,
        /// Who rejected it, and when.
        rejected: Mark,
    },
    /// Taken back.
    Cancelled {
        /// Why; none when the requester did not say.
        reason: Option<String>,
        /// Who took it back, and when.
        cancelled: Mark,
    },
}

/// A request for what an offering offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceRequest {
    /// The service request.
    pub id: ServiceRequestId,
    /// The offering.
    pub offering: OfferingId,
    /// The offering's name when the request was submitted.
    pub offering_name: String,
    /// The service that the offering belongs to.
    pub service: ServiceId,
    /// The customer whose agreement binds; none when nobody said.
    pub customer: Option<CustomerId>,
    /// Who is to have what is asked for.
    pub requester: String,
    /// The answers to the offering's form: the text of a JSON object.
    pub answers: String,
    /// How much it matters: 1 (highest) to 5.
    pub priority: u8,
    /// Whether it may be fulfilled only after somebody approved it.
    pub approval_needed: bool,
    /// How it is fulfilled.
    pub tasks: Vec<FulfilmentTask>,
    /// Who submitted it, and when.
    pub submitted: Mark,
    /// Who approved it, and when; none until then.
    pub approved: Option<Mark>,
    /// Who started the fulfilment, and when; none until then.
    pub started: Option<Mark>,
    /// Who found it fulfilled, and when; none until then.
    pub fulfilled: Option<Mark>,
    /// What its clocks promise next; none while none of them runs.
    pub due: Option<Due>,
    /// Where it stands.
    pub status: ServiceRequestStatus,
}

/// What it takes to submit a service request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubmitServiceRequest {
    /// The offering.
    pub offering: OfferingId,
    /// The offering's name.
    pub offering_name: String,
    /// The service that the offering belongs to.
    pub service: ServiceId,
    /// The customer whose agreement binds; none when nobody said.
    pub customer: Option<CustomerId>,
    /// Who is to have what is asked for; none when it is who submits it.
    pub requester: Option<String>,
    /// The answers to the offering's form: the text of a JSON object of at most 64 KiB.
    pub answers: String,
    /// How much it matters: 1 (highest) to 5.
    pub priority: u8,
    /// Whether it may be fulfilled only after somebody approved it.
    pub approval_needed: bool,
    /// How it is fulfilled.
    pub tasks: Vec<PlannedTask>,
}

/// What happened to a service request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceRequestHappened {
    /// It was submitted.
    Submitted,
    /// Its approval was asked for.
    ApprovalAsked,
    /// It was approved.
    Approved,
    /// It was not approved.
    Rejected {
        /// Why.
        reason: String,
    },
    /// Its fulfilment began.
    FulfilmentStarted,
    /// A task was given to a person.
    TaskAssigned {
        /// The task's place in the list, counted from 0.
        task: u32,
        /// The task's name.
        name: String,
    },
    /// Its clocks promise something else, though nobody touched it.
    DueChanged,
    /// A task was done.
    TaskDone {
        /// The task's place in the list, counted from 0.
        task: u32,
        /// The task's name.
        name: String,
    },
    /// It was put on hold.
    Held {
        /// Why.
        reason: String,
    },
    /// Its fulfilment goes on.
    Resumed,
    /// It was fulfilled.
    Fulfilled,
    /// It was closed.
    Closed,
    /// The requester took it back.
    Cancelled {
        /// Why; none when the requester did not say.
        reason: Option<String>,
    },
}

impl ServiceRequestHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Submitted => "Submitted",
            Self::ApprovalAsked => "ApprovalAsked",
            Self::Approved => "Approved",
            Self::Rejected { .. } => "Rejected",
            Self::FulfilmentStarted => "FulfilmentStarted",
            Self::TaskAssigned { .. } => "TaskAssigned",
            Self::DueChanged => "DueChanged",
            Self::TaskDone { .. } => "TaskDone",
            Self::Held { .. } => "Held",
            Self::Resumed => "Resumed",
            Self::Fulfilled => "Fulfilled",
            Self::Closed => "Closed",
            Self::Cancelled { .. } => "Cancelled",
        }
    }
}

impl Timed for ServiceRequest {
    fn due_mut(&mut self) -> Option<&mut Option<Due>> {
        Some(&mut self.due)
    }
}

impl ServiceRequest {
    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> ServiceRequestState {
        match self.status {
            ServiceRequestStatus::Submitted => ServiceRequestState::Submitted,
            ServiceRequestStatus::PendingApproval { .. } => ServiceRequestState::PendingApproval,
            ServiceRequestStatus::Approved => ServiceRequestState::Approved,
            ServiceRequestStatus::InFulfilment => ServiceRequestState::InFulfilment,
            ServiceRequestStatus::OnHold { .. } => ServiceRequestState::OnHold,
            ServiceRequestStatus::Fulfilled => ServiceRequestState::Fulfilled,
            ServiceRequestStatus::Closed { .. } => ServiceRequestState::Closed,
            ServiceRequestStatus::Rejected { .. } => ServiceRequestState::Rejected,
            ServiceRequestStatus::Cancelled { .. } => ServiceRequestState::Cancelled,
        }
    }

    /// Who put it on hold, and when; none unless it is.
    #[must_use]
    pub fn held(&self) -> Option<&Mark> {
        match &self.status {
            ServiceRequestStatus::OnHold { held, .. } => Some(held),
            ServiceRequestStatus::Submitted
            | ServiceRequestStatus::PendingApproval { .. }
            | ServiceRequestStatus::Approved
            | ServiceRequestStatus::InFulfilment
            | ServiceRequestStatus::Fulfilled
            | ServiceRequestStatus::Closed { .. }
            | ServiceRequestStatus::Rejected { .. }
            | ServiceRequestStatus::Cancelled { .. } => None,
        }
    }

    /// Who closed, rejected or cancelled it, and when; none until then.
    #[must_use]
    pub fn ended(&self) -> Option<&Mark> {
        match &self.status {
            ServiceRequestStatus::Closed { closed: ended }
            | ServiceRequestStatus::Rejected { rejected: ended, .. }
            | ServiceRequestStatus::Cancelled { cancelled: ended, .. } => Some(ended),
            ServiceRequestStatus::Submitted
            | ServiceRequestStatus::PendingApproval { .. }
            | ServiceRequestStatus::Approved
            | ServiceRequestStatus::InFulfilment
            | ServiceRequestStatus::OnHold { .. }
            | ServiceRequestStatus::Fulfilled => None,
        }
    }

    /// Whether a caller sees it: staff see all service requests, everybody else only their own.
    #[must_use]
    pub fn seen_by(&self, principal: &Principal) -> bool {
        sees_all(principal) || self.requester == principal.subject
    }

    /// The tasks that can be done next, with their places in the list: they are not done, and
    /// those that they depend on are.
    #[must_use]
    pub fn ready_tasks(&self) -> Vec<(u32, &FulfilmentTask)> {
        (0u32..)
            .zip(&self.tasks)
            .filter(|(_, task)| task.done.is_none() && fulfilment::awaited(&self.tasks, task).is_empty())
            .collect()
    }
}

/// Whether a caller sees the service requests of others.
#[must_use]
pub fn sees_all(principal: &Principal) -> bool {
    principal.roles.iter().any(|role| match role {
        Role::Admin
        | Role::PortfolioManager
        | Role::Designer
        | Role::ChangeManager
        | Role::Approver
        | Role::Agent
        | Role::ImprovementManager
        | Role::Viewer => true,
        Role::Requester | Role::Integration | Role::Subgraph => false,
    })
}

/// Whether a caller works on the service requests of others.
#[must_use]
pub fn works_on_requests(principal: &Principal) -> bool {
    principal.has_any(&[Role::Agent, Role::Admin])
}

#[cfg(test)]
#[path = "service_request_tests.rs"]
pub(crate) mod tests;
