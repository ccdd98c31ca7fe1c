//! Service requests as messages.

use super::facts::{due, due_message, id_text, mark, mark_message, optional_mark, small, word};
use crate::domain::{
    fulfilment::FulfilmentTask,
    incident::HoldReason,
    service_request::{
        DEFAULT_PRIORITY, ServiceRequest, ServiceRequestHappened, ServiceRequestState, ServiceRequestStatus,
    },
};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, service_request_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a service request, with the service request as it is after.
#[must_use]
pub fn message(record: &ServiceRequest, what: Option<&ServiceRequestHappened>) -> pb::ServiceRequestEvent {
    pb::ServiceRequestEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The service request as it was after an event.
pub fn record(message: pb::ServiceRequestEvent) -> Result<ServiceRequest, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("ServiceRequest", "no record"))?;
    let (entered, reason) = (after.entered, after.reason);
    let needed = |reason: Option<String>| reason.ok_or_else(|| Corrupt::new("reason", "no reason"));
    let status = match convert::state_from_proto::<pb::ServiceRequestState, _>("state", after.state)? {
        ServiceRequestState::Submitted => ServiceRequestStatus::Submitted,
        ServiceRequestState::PendingApproval => {
            ServiceRequestStatus::PendingApproval { asked: mark("entered", entered)? }
        }
        ServiceRequestState::Approved => ServiceRequestStatus::Approved,
        ServiceRequestState::InFulfilment => ServiceRequestStatus::InFulfilment,
        ServiceRequestState::OnHold => {
            let waits_for = match pb::HoldReason::try_from(after.waits_for) {
                Ok(pb::HoldReason::Unspecified) => None,
                _ => Some(word::<pb::HoldReason, _>("waits_for", after.waits_for, HoldReason::parse)?),
            };
            ServiceRequestStatus::OnHold {
                reason: needed(reason)?,
                waits_for,
                held: mark("entered", entered)?,
            }
        }
        ServiceRequestState::Fulfilled => ServiceRequestStatus::Fulfilled,
        ServiceRequestState::Closed => ServiceRequestStatus::Closed { closed: mark("entered", entered)? },
        ServiceRequestState::Rejected => {
            ServiceRequestStatus::Rejected { reason: needed(reason)?, rejected: mark("entered", entered)? }
        }
        ServiceRequestState::Cancelled => {
            ServiceRequestStatus::Cancelled { reason, cancelled: mark("entered", entered)? }
        }
    };
    Ok(ServiceRequest {
        id: convert::id("id", &after.id)?,
        offering: convert::id("offering_id", &after.offering_id)?,
        offering_name: after.offering_name,
        service: convert::id("service_id", &after.service_id)?,
        customer: convert::optional_id("customer_id", &after.customer_id)?,
        requester: after.requester,
        answers: after.answers,
        priority: if after.priority == 0 { DEFAULT_PRIORITY } else { small("priority", after.priority)? },
        approval_needed: after.approval_needed,
        tasks: after.tasks.into_iter().map(task).collect::<Result<_, _>>()?,
        submitted: mark("submitted", after.submitted)?,
        approved: optional_mark("approved", after.approved)?,
        started: optional_mark("started", after.started)?,
        fulfilled: optional_mark("fulfilled", after.fulfilled)?,
        due: due(after.due)?,
        status,
    })
}

fn snapshot(record: &ServiceRequest) -> pb::ServiceRequest {
    let (entered, reason) = match &record.status {
        ServiceRequestStatus::Submitted
        | ServiceRequestStatus::Approved
        | ServiceRequestStatus::InFulfilment
        | ServiceRequestStatus::Fulfilled => (None, None),
        ServiceRequestStatus::PendingApproval { asked } => (Some(asked), None),
        ServiceRequestStatus::OnHold { reason, held, .. } => (Some(held), Some(reason.clone())),
        ServiceRequestStatus::Closed { closed } => (Some(closed), None),
        ServiceRequestStatus::Rejected { reason, rejected } => (Some(rejected), Some(reason.clone())),
        ServiceRequestStatus::Cancelled { reason, cancelled } => (Some(cancelled), reason.clone()),
    };
    let waits_for = match &record.status {
        ServiceRequestStatus::OnHold { waits_for, .. } => *waits_for,
        ServiceRequestStatus::Submitted
        | ServiceRequestStatus::PendingApproval { .. }
        | ServiceRequestStatus::Approved
        | ServiceRequestStatus::InFulfilment
        | ServiceRequestStatus::Fulfilled
        | ServiceRequestStatus::Closed { .. }
        | ServiceRequestStatus::Rejected { .. }
        | ServiceRequestStatus::Cancelled { .. } => None,
    };
    pb::ServiceRequest {
        id: record.id.to_string(),
        offering_id: record.offering.to_string(),
        offering_name: record.offering_name.clone(),
        service_id: record.service.to_string(),
        customer_id: id_text(record.customer),
        requester: record.requester.clone(),
        answers: record.answers.clone(),
        priority: record.priority.into(),
        waits_for: waits_for.map_or(0, |reason| convert::to_enum::<pb::HoldReason>(reason.as_str())),
        approval_needed: record.approval_needed,
        tasks: record.tasks.iter().map(task_message).collect(),
        state: convert::state_to_proto::<pb::ServiceRequestState, _>(record.state()),
        submitted: Some(mark_message(&record.submitted)),
        approved: record.approved.as_ref().map(mark_message),
        started: record.started.as_ref().map(mark_message),
        fulfilled: record.fulfilled.as_ref().map(mark_message),
        entered: entered.map(mark_message),
        reason,
        due: record.due.map(due_message),
    }
}

fn task_message(task: &FulfilmentTask) -> pb::FulfilmentTask {
    pb::FulfilmentTask {
        name: task.name.clone(),
        group: task.group.clone(),
        mandatory: task.mandatory,
        depends_on: task.depends_on.clone(),
        assignee: task.assignee.clone(),
        done: task.done.as_ref().map(mark_message),
    }
}

fn task(message: pb::FulfilmentTask) -> Result<FulfilmentTask, Corrupt> {
    Ok(FulfilmentTask {
        name: message.name,
        group: message.group,
        mandatory: message.mandatory,
        depends_on: message.depends_on,
        assignee: message.assignee,
        done: optional_mark("done", message.done)?,
    })
}

fn happened(what: &ServiceRequestHappened) -> What {
    match what {
        ServiceRequestHappened::Submitted => What::Submitted(pb::ServiceRequestSubmitted {}),
        ServiceRequestHappened::ApprovalAsked => What::ApprovalAsked(pb::ServiceRequestApprovalAsked {}),
        ServiceRequestHappened::Approved => What::Approved(pb::ServiceRequestApproved {}),
        ServiceRequestHappened::Rejected { reason } => {
            What::Rejected(pb::ServiceRequestRejected { reason: reason.clone() })
        }
        ServiceRequestHappened::FulfilmentStarted => {
            What::FulfilmentStarted(pb::ServiceRequestFulfilmentStarted {})
        }
        ServiceRequestHappened::TaskDone { task, name } => {
            What::TaskDone(pb::ServiceRequestTaskDone { task: *task, name: name.clone() })
        }
        ServiceRequestHappened::TaskAssigned { task, name } => {
            What::TaskAssigned(pb::ServiceRequestTaskAssigned { task: *task, name: name.clone() })
        }
        ServiceRequestHappened::DueChanged => What::DueChanged(pb::ServiceRequestDueChanged {}),
        ServiceRequestHappened::Held { reason } => {
            What::Held(pb::ServiceRequestHeld { reason: reason.clone() })
        }
        ServiceRequestHappened::Resumed => What::Resumed(pb::ServiceRequestResumed {}),
        ServiceRequestHappened::Fulfilled => What::Fulfilled(pb::ServiceRequestFulfilled {}),
        ServiceRequestHappened::Closed => What::Closed(pb::ServiceRequestClosed {}),
        ServiceRequestHappened::Cancelled { reason } => {
            What::Cancelled(pb::ServiceRequestCancelled { reason: reason.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        pairs::{at, named},
        service_request::tests::request_in,
    };
    use ciclo_kernel::Machine;
    use prost::Message;

    fn reads_back(before: &ServiceRequest) {
        let bytes = message(before, None).encode_to_vec();
        assert_eq!(record(pb::ServiceRequestEvent::decode(&*bytes).unwrap()).as_ref(), Ok(before));
    }

    #[test]
    fn service_requests_in_every_state_read_back() {
        for state in ServiceRequestState::STATES {
            reads_back(&request_in(*state));
        }
        reads_back(&ServiceRequest { customer: None, ..request_in(ServiceRequestState::Submitted) });
        reads_back(&request_in(ServiceRequestState::Submitted).cancel(None, "kim", at(1)).unwrap().0);
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        let reason = || "x".to_owned();
        for what in [
            ServiceRequestHappened::Submitted,
            ServiceRequestHappened::ApprovalAsked,
            ServiceRequestHappened::Approved,
            ServiceRequestHappened::Rejected { reason: reason() },
            ServiceRequestHappened::FulfilmentStarted,
            ServiceRequestHappened::TaskDone { task: 0, name: reason() },
            ServiceRequestHappened::Held { reason: reason() },
            ServiceRequestHappened::Resumed,
            ServiceRequestHappened::Fulfilled,
            ServiceRequestHappened::Closed,
            ServiceRequestHappened::Cancelled { reason: None },
            ServiceRequestHappened::TaskAssigned { task: 0, name: reason() },
            ServiceRequestHappened::DueChanged,
        ] {
            named("ServiceRequest", what.name());
        }
    }
}
