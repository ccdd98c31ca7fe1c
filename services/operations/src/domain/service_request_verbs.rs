//! What can be done to a service request, with the guards.

use super::{
    facts::{Mark, json_object, priority},
    fulfilment,
    incident::HoldReason,
    service_request::{
        ServiceRequest, ServiceRequestHappened, ServiceRequestState, ServiceRequestStatus,
        ServiceRequestVerb, SubmitServiceRequest,
    },
};
use ciclo_kernel::{Decision, Machine, Refusal, Timestamp, ids::ServiceRequestId, text};

impl ServiceRequest {
    /// Submits a request.
    pub fn submit(
        id: ServiceRequestId,
        input: SubmitServiceRequest,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceRequestHappened> {
        let request = Self {
            id,
            offering: input.offering,
            offering_name: text::line("offeringName", &input.offering_name)?,
            service: input.service,
            customer: input.customer,
            requester: text::optional_line("requester", input.requester.as_deref())?
                .unwrap_or_else(|| by.to_owned()),
            answers: json_object("answers", &input.answers)?,
            priority: priority(input.priority)?,
            approval_needed: input.approval_needed,
            tasks: fulfilment::checked(input.tasks)?,
            submitted: Mark::new(by, at),
            approved: None,
            started: None,
            fulfilled: None,
            due: None,
            status: ServiceRequestStatus::Submitted,
        };
        Ok((request, ServiceRequestHappened::Submitted))
    }

    /// Asks for an approval; also when none is needed.
    pub fn ask_approval(mut self, by: &str, at: Timestamp) -> Decision<Self, ServiceRequestHappened> {
        self.state().go(ServiceRequestVerb::AskApproval)?;
        self.status = ServiceRequestStatus::PendingApproval { asked: Mark::new(by, at) };
        Ok((self, ServiceRequestHappened::ApprovalAsked))
    }

    /// Approves it. After an approval was asked for, the requester cannot; when none is needed,
    /// it is approved as it is submitted.
    pub fn approve(mut self, by: &str, at: Timestamp) -> Decision<Self, ServiceRequestHappened> {
        let state = self.state();
        state.go(ServiceRequestVerb::Approve)?;
        if state == ServiceRequestState::PendingApproval {
            self.must_not_be_requester(by)?;
        } else if self.approval_needed {
            return Err(Refusal::unmet("approve", &["the approval has not been asked for".to_owned()]));
        }
        self.approved = Some(Mark::new(by, at));
        self.status = ServiceRequestStatus::Approved;
        Ok((self, ServiceRequestHappened::Approved))
    }

    /// Does not approve it. The requester cannot; they can cancel.
    pub fn reject(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, ServiceRequestHappened> {
        self.state().go(ServiceRequestVerb::Reject)?;
        self.must_not_be_requester(by)?;
        let reason = text::body("reason", reason)?;
        self.status = ServiceRequestStatus::Rejected { reason: reason.clone(), rejected: Mark::new(by, at) };
        Ok((self, ServiceRequestHappened::Rejected { reason }))
    }

    /// Starts the fulfilment; from now on it cannot be cancelled.
    pub fn start_fulfilment(mut self, by: &str, at: Timestamp) -> Decision<Self, ServiceRequestHappened> {
        self.state().go(ServiceRequestVerb::StartFulfilment)?;
        self.started = Some(Mark::new(by, at));
        self.status = ServiceRequestStatus::InFulfilment;
        Ok((self, ServiceRequestHappened::FulfilmentStarted))
    }

    /// Gives a task that is not done to a person, or takes it back from the one who has it.
    pub fn assign_task(mut self, task: u32, person: Option<&str>) -> Decision<Self, ServiceRequestHappened> {
        self.state().go(ServiceRequestVerb::AssignTask)?;
        let place = self.undone(task)?;
        self.tasks[place].assignee = text::optional_line("person", person)?;
        let name = self.tasks[place].name.clone();
        Ok((self, ServiceRequestHappened::TaskAssigned { task, name }))
    }

    /// Where a task is in the list; refused when there is none, or when it is done.
    fn undone(&self, task: u32) -> Result<usize, Refusal> {
        let place = fulfilment::place_of(task);
        let count = self.tasks.len();
        let Some(current) = self.tasks.get(place) else {
            return Err(Refusal::invalid("task", format!("there is no task {task}: there are {count}")));
        };
        if current.done.is_some() {
            return Err(Refusal::rule(format!("the task {} is done already", current.name)));
        }
        Ok(place)
    }

    /// Notes that a task is done, by its place in the list, counted from 0. The tasks that it
    /// depends on have to be done.
    pub fn complete_task(
        mut self,
        task: u32,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceRequestHappened> {
        self.state().go(ServiceRequestVerb::CompleteTask)?;
        let place = self.undone(task)?;
        let current = &self.tasks[place];
        let missing: Vec<String> = fulfilment::awaited(&self.tasks, current)
            .iter()
            .map(|other| format!("the task {} is not done", other.name))
            .collect();
        if !missing.is_empty() {
            return Err(Refusal::unmet("completeTask", &missing));
        }
        let name = current.name.clone();
        self.tasks[place].done = Some(Mark::new(by, at));
        Ok((self, ServiceRequestHappened::TaskDone { task, name }))
    }

    /// Puts it on hold, for something that an agreement names or for something else.
    pub fn hold(
        mut self,
        waits_for: Option<HoldReason>,
        reason: &str,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceRequestHappened> {
        self.state().go(ServiceRequestVerb::Hold)?;
        let reason = text::body("reason", reason)?;
        self.status =
            ServiceRequestStatus::OnHold { reason: reason.clone(), waits_for, held: Mark::new(by, at) };
        Ok((self, ServiceRequestHappened::Held { reason }))
    }

    /// Goes on with the fulfilment.
    pub fn resume(mut self) -> Decision<Self, ServiceRequestHappened> {
        self.state().go(ServiceRequestVerb::Resume)?;
        self.status = ServiceRequestStatus::InFulfilment;
        Ok((self, ServiceRequestHappened::Resumed))
    }

    /// Finds it fulfilled: all mandatory tasks have to be done.
    pub fn fulfil(mut self, by: &str, at: Timestamp) -> Decision<Self, ServiceRequestHappened> {
        self.state().go(ServiceRequestVerb::Fulfil)?;
        let missing: Vec<String> = self
            .tasks
            .iter()
            .filter(|task| task.mandatory && task.done.is_none())
            .map(|task| format!("the task {} is not done", task.name))
            .collect();
        if !missing.is_empty() {
            return Err(Refusal::unmet("fulfil", &missing));
        }
        self.fulfilled = Some(Mark::new(by, at));
        self.status = ServiceRequestStatus::Fulfilled;
        Ok((self, ServiceRequestHappened::Fulfilled))
    }

    /// Closes it.
    pub fn close(mut self, by: &str, at: Timestamp) -> Decision<Self, ServiceRequestHappened> {
        self.state().go(ServiceRequestVerb::Close)?;
        self.status = ServiceRequestStatus::Closed { closed: Mark::new(by, at) };
        Ok((self, ServiceRequestHappened::Closed))
    }

    /// Takes it back: only the requester, and only until the fulfilment starts.
    pub fn cancel(
        mut self,
        reason: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceRequestHappened> {
        self.state().go(ServiceRequestVerb::Cancel)?;
        if by != self.requester {
            return Err(Refusal::rule("only the requester can cancel a service request")
                .with("requester", self.requester.as_str()));
        }
        let reason = text::optional_body("reason", reason)?;
        self.status =
            ServiceRequestStatus::Cancelled { reason: reason.clone(), cancelled: Mark::new(by, at) };
        Ok((self, ServiceRequestHappened::Cancelled { reason }))
    }

    fn must_not_be_requester(&self, by: &str) -> Result<(), Refusal> {
        if by != self.requester {
            return Ok(());
        }
        Err(Refusal::rule("the requester cannot decide on their own service request")
            .with("requester", self.requester.as_str()))
    }
}
