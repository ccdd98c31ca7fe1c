//! Service requests in every state, and the guards of their verbs.

use super::*;
use crate::domain::pairs::{at, every_pair, nth};
use ciclo_kernel::{Code, Machine};

fn task(name: &str, mandatory: bool, depends_on: &[u32]) -> PlannedTask {
    PlannedTask {
        name: name.to_owned(),
        group: "Desk".to_owned(),
        mandatory,
        depends_on: depends_on.to_vec(),
    }
}

pub(crate) fn input() -> SubmitServiceRequest {
    SubmitServiceRequest {
        offering: nth(1),
        offering_name: "Почтовый ящик".to_owned(),
        service: nth(2),
        customer: Some(nth(6)),
        requester: Some("kim".to_owned()),
        answers: "{\"address\": \"kim@example.org\", \"size\": 1.50}".to_owned(),
        priority: 2,
        approval_needed: false,
        tasks: vec![task("Make", true, &[]), task("Show", false, &[0])],
    }
}

fn submitted(input: SubmitServiceRequest) -> ServiceRequest {
    ServiceRequest::submit(nth(9), input, "jo", at(0)).unwrap().0
}

/// A request in a state; from IN_FULFILMENT on with its mandatory task done.
pub(crate) fn request_in(state: ServiceRequestState) -> ServiceRequest {
    use ServiceRequestState as S;
    match state {
        S::Submitted => submitted(input()),
        S::PendingApproval => request_in(S::Submitted).ask_approval("jo", at(1)).unwrap().0,
        S::Approved => request_in(S::PendingApproval).approve("ann", at(2)).unwrap().0,
        S::InFulfilment => {
            let started = request_in(S::Approved).start_fulfilment("lee", at(3)).unwrap().0;
            started.complete_task(0, "lee", at(4)).unwrap().0
        }
        S::OnHold => {
            request_in(S::InFulfilment).hold(Some(HoldReason::Supplier), "no keys", "lee", at(5)).unwrap().0
        }
        S::Fulfilled => request_in(S::InFulfilment).fulfil("lee", at(6)).unwrap().0,
        S::Closed => request_in(S::Fulfilled).close("kim", at(7)).unwrap().0,
        S::Rejected => request_in(S::PendingApproval).reject("dear", "ann", at(2)).unwrap().0,
        S::Cancelled => request_in(S::Approved).cancel(Some("changed"), "kim", at(3)).unwrap().0,
    }
}

#[test]
fn the_table_is_that_of_the_rules() {
    insta::assert_snapshot!("service_request", ServiceRequestState::table());
    every_pair(request_in, ServiceRequest::state, |record, verb| {
        Ok(match verb {
            ServiceRequestVerb::AskApproval => record.ask_approval("jo", at(9))?.0,
            ServiceRequestVerb::Approve => record.approve("ann", at(9))?.0,
            ServiceRequestVerb::Reject => record.reject("no", "ann", at(9))?.0,
            ServiceRequestVerb::StartFulfilment => record.start_fulfilment("lee", at(9))?.0,
            ServiceRequestVerb::AssignTask => record.assign_task(1, Some("lee"))?.0,
            ServiceRequestVerb::CompleteTask => record.complete_task(1, "lee", at(9))?.0,
            ServiceRequestVerb::Hold => record.hold(None, "wait", "lee", at(9))?.0,
            ServiceRequestVerb::Resume => record.resume()?.0,
            ServiceRequestVerb::Fulfil => record.fulfil("lee", at(9))?.0,
            ServiceRequestVerb::Close => record.close("kim", at(9))?.0,
            ServiceRequestVerb::Cancel => record.cancel(None, "kim", at(9))?.0,
        })
    });
}

#[test]
fn the_approver_is_not_the_requester() {
    let pending = request_in(ServiceRequestState::PendingApproval);
    assert_eq!(pending.clone().approve("kim", at(2)).unwrap_err().code, Code::RuleViolated);
    assert_eq!(pending.clone().reject("no", "kim", at(2)).unwrap_err().code, Code::RuleViolated);
    assert!(pending.approve("jo", at(2)).is_ok(), "who submitted it for another can");
}

#[test]
fn an_approval_that_is_needed_is_asked_for() {
    let needed = submitted(SubmitServiceRequest { approval_needed: true, ..input() });
    assert_eq!(needed.clone().approve("ann", at(1)).unwrap_err().code, Code::CriteriaUnmet);
    let asked = needed.ask_approval("jo", at(1)).unwrap().0;
    assert_eq!(asked.approve("ann", at(2)).unwrap().0.approved, Some(Mark::new("ann", at(2))));
    let free = submitted(SubmitServiceRequest { requester: None, ..input() });
    assert_eq!(free.requester, "jo");
    assert!(free.approve("jo", at(1)).is_ok(), "where none is needed anybody moves it on");
}

#[test]
fn only_the_requester_cancels() {
    let refused = request_in(ServiceRequestState::Submitted).cancel(None, "jo", at(1)).unwrap_err();
    assert_eq!(refused.code, Code::RuleViolated);
}

#[test]
fn tasks_are_done_in_order_and_the_mandatory_ones_before_the_end() {
    let tasks = vec![task("Order", true, &[]), task("Pack", true, &[]), task("Send", true, &[0, 1])];
    let request = submitted(SubmitServiceRequest { tasks, ..input() });
    let request = request.approve("ann", at(1)).unwrap().0.start_fulfilment("lee", at(2)).unwrap().0;
    let ready = |request: &ServiceRequest| -> Vec<u32> {
        request.ready_tasks().iter().map(|(place, _)| *place).collect()
    };
    assert_eq!(ready(&request), [0, 1]);
    for refused in
        [request.clone().complete_task(2, "lee", at(3)), request.clone().complete_task(7, "lee", at(3))]
            .into_iter()
            .zip([Code::CriteriaUnmet, Code::Invalid])
    {
        assert_eq!(refused.0.unwrap_err().code, refused.1);
    }
    let refused = request.clone().fulfil("lee", at(3)).unwrap_err();
    assert_eq!(refused.facts["missing"].as_array().unwrap().len(), 3);

    let request = request.complete_task(0, "lee", at(3)).unwrap().0;
    assert_eq!(request.clone().complete_task(0, "lee", at(4)).unwrap_err().code, Code::RuleViolated);
    let request = request.complete_task(1, "lee", at(4)).unwrap().0;
    assert_eq!(ready(&request), [2]);
    let (request, happened) = request.complete_task(2, "lee", at(5)).unwrap();
    assert_eq!(happened, ServiceRequestHappened::TaskDone { task: 2, name: "Send".to_owned() });
    assert!(ready(&request).is_empty());
    assert_eq!(request.fulfil("lee", at(6)).unwrap().0.fulfilled, Some(Mark::new("lee", at(6))));
}

#[test]
fn answers_are_an_object() {
    let bad = SubmitServiceRequest { answers: "[]".to_owned(), ..input() };
    let refused = ServiceRequest::submit(nth(1), bad, "jo", at(0)).unwrap_err();
    assert_eq!(refused.facts["field"], "answers");
}
