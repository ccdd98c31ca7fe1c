//! Service requests in the API. What can be done with them is in
//! `service_request_verbs`.

use super::foreign::{Customer, Offering, Service};
use super::incident::HoldReason;
use super::queue::Due;
use super::service_level_clock::{ServiceLevelClock, clocks_of};
use crate::domain;
use crate::domain::fulfilment::FulfilmentTask as Task;
use crate::domain::service_request::{ServiceRequestStatus as Status, sees_all};
use async_graphql::{Context, Enum, SimpleObject};
use ciclo_api::filters::{IdFilter, InstantFilter, IntFilter, StringFilter};
use ciclo_api::scope::Scope;
use ciclo_api::{ApiResult, Instant, Json, Session, enum_filter, filter, record_api, record_object};
use ciclo_kernel::Principal;
use ciclo_store::{Filter, PageRequest};

/// How far a service request has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::service_request::ServiceRequestState")]
pub enum ServiceRequestState {
    /// Asked for.
    Submitted,
    /// Waits for somebody to approve or reject it.
    PendingApproval,
    /// May be fulfilled.
    Approved,
    /// Its tasks are being done.
    InFulfilment,
    /// Its fulfilment waits.
    OnHold,
    /// The requester has what was asked for.
    Fulfilled,
    /// Done with. Final.
    Closed,
    /// Not approved. Final.
    Rejected,
    /// Taken back by the requester. Final.
    Cancelled,
}

/// A task by which a service request is fulfilled.
#[derive(SimpleObject, Clone, Debug)]
pub struct FulfilmentTask {
    /// Its place in the list, counted from 0.
    pub index: usize,
    /// What is done.
    pub name: String,
    /// The group that does it.
    pub group: String,
    /// Whether the request cannot be fulfilled without it.
    pub mandatory: bool,
    /// The tasks that have to be done before it: their places in the list, counted from 0, ascending.
    pub depends_on: Vec<u32>,
    /// The person who does it; null while it is only the group's.
    pub assignee: Option<String>,
    /// Whether it can be done next: it is not done, and those that it depends on are.
    pub ready: bool,
    /// Who did it; null until then.
    pub done_by: Option<String>,
    /// When it was done; null until then.
    pub done_at: Option<Instant>,
}

impl FulfilmentTask {
    fn of(index: usize, task: &Task, ready: bool) -> Self {
        Self {
            index,
            name: task.name.clone(),
            group: task.group.clone(),
            mandatory: task.mandatory,
            depends_on: task.depends_on.clone(),
            assignee: task.assignee.clone(),
            ready,
            done_by: task.done.as_ref().map(|done| done.by.clone()),
            done_at: task.done.as_ref().map(|done| Instant(done.at)),
        }
    }
}

record_object! {
    /// A service request: somebody asks for what an offering offers. A requester sees only their own.
    ServiceRequest of domain::service_request::ServiceRequest {
        /// The offering.
        async fn offering(&self) -> Offering {
            Offering::named(self.record().offering)
        }
        /// The offering's name when the request was submitted.
        async fn offering_name(&self) -> &str {
            &self.record().offering_name
        }
        /// The service that the offering belongs to.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// The customer whose agreement binds; null when nobody said.
        async fn customer(&self) -> Option<Customer> {
            self.record().customer.map(Customer::named)
        }
        /// Who is to have what is asked for.
        async fn requester(&self) -> &str {
            &self.record().requester
        }
        /// The answers to the offering's form; null when they cannot be shown.
        async fn answers(&self) -> Option<Json> {
            serde_json::from_str(&self.record().answers).ok().map(Json)
        }
        /// How far it has come.
        async fn state(&self) -> ServiceRequestState {
            self.record().state().into()
        }
        /// How much it matters: 1 (highest) to 5.
        async fn priority(&self) -> u8 {
            self.record().priority
        }
        /// What it waits for, when that is something that an agreement may name; null unless it is on hold.
        async fn waits_for(&self) -> Option<HoldReason> {
            match &self.record().status {
                Status::OnHold { waits_for, .. } => waits_for.map(HoldReason::from),
                Status::Submitted
                | Status::PendingApproval { .. }
                | Status::Approved
                | Status::InFulfilment
                | Status::Fulfilled
                | Status::Closed { .. }
                | Status::Rejected { .. }
                | Status::Cancelled { .. } => None,
            }
        }
        /// What its clocks promise next; null when nothing is promised, or while all its clocks stand.
        async fn due(&self) -> Option<Due> {
            self.record().due.map(Due::from)
        }
        /// Its service level clocks, at most 100; empty when no agreement promises anything.
        async fn clocks(&self, ctx: &Context<'_>) -> ApiResult<Vec<ServiceLevelClock>> {
            clocks_of(Session::of(ctx), self.record().id).await
        }
        /// Whether it may be fulfilled only after somebody approved it.
        async fn approval_needed(&self) -> bool {
            self.record().approval_needed
        }
        /// How it is fulfilled, at most 100 tasks.
        async fn tasks(&self) -> Vec<FulfilmentTask> {
            let ready: Vec<u32> = self.record().ready_tasks().iter().map(|(place, _)| *place).collect();
            let ready = |index: usize| u32::try_from(index).is_ok_and(|index| ready.contains(&index));
            let tasks = self.record().tasks.iter().enumerate();
            tasks.map(|(index, task)| FulfilmentTask::of(index, task, ready(index))).collect()
        }
        /// Who submitted it.
        async fn submitted_by(&self) -> &str {
            &self.record().submitted.by
        }
        /// When it was submitted.
        async fn submitted_at(&self) -> Instant {
            Instant(self.record().submitted.at)
        }
        /// Who approved it; null until then.
        async fn approved_by(&self) -> Option<&str> {
            self.record().approved.as_ref().map(|mark| mark.by.as_str())
        }
        /// When it was approved; null until then.
        async fn approved_at(&self) -> Option<Instant> {
            self.record().approved.as_ref().map(|mark| Instant(mark.at))
        }
        /// Who started the fulfilment; null until then.
        async fn started_by(&self) -> Option<&str> {
            self.record().started.as_ref().map(|mark| mark.by.as_str())
        }
        /// When the fulfilment started; null until then.
        async fn started_at(&self) -> Option<Instant> {
            self.record().started.as_ref().map(|mark| Instant(mark.at))
        }
        /// Who found it fulfilled; null until then.
        async fn fulfilled_by(&self) -> Option<&str> {
            self.record().fulfilled.as_ref().map(|mark| mark.by.as_str())
        }
        /// When it was found fulfilled; null until then.
        async fn fulfilled_at(&self) -> Option<Instant> {
            self.record().fulfilled.as_ref().map(|mark| Instant(mark.at))
        }
        /// Why it is on hold, was rejected or was cancelled; null in every other state, or when nobody said.
        async fn reason(&self) -> Option<&str> {
            match &self.record().status {
                Status::OnHold { reason, .. } | Status::Rejected { reason, .. } => Some(reason),
                Status::Cancelled { reason, .. } => reason.as_deref(),
                Status::Submitted
                | Status::PendingApproval { .. }
                | Status::Approved
                | Status::InFulfilment
                | Status::Fulfilled
                | Status::Closed { .. } => None,
            }
        }
        /// Who put it on hold; null unless it is.
        async fn held_by(&self) -> Option<&str> {
            self.record().held().map(|mark| mark.by.as_str())
        }
        /// When it was put on hold; null unless it is.
        async fn held_at(&self) -> Option<Instant> {
            self.record().held().map(|mark| Instant(mark.at))
        }
        /// Who closed, rejected or cancelled it; null until then.
        async fn ended_by(&self) -> Option<&str> {
            self.record().ended().map(|mark| mark.by.as_str())
        }
        /// When it was closed, rejected or cancelled; null until then.
        async fn ended_at(&self) -> Option<Instant> {
            self.record().ended().map(|mark| Instant(mark.at))
        }
    }
}

enum_filter!(ServiceRequestStateFilter of ServiceRequestState);

filter! {
    /// Which service requests.
    ServiceRequestFilter {
        /// By state.
        state: ServiceRequestStateFilter => "state",
        /// By priority: 1 (highest) to 5.
        priority: IntFilter => "priority",
        /// By who is to have what is asked for.
        requester: StringFilter => "requester",
        /// By offering.
        offering: IdFilter => "offering_id",
        /// By the offering's name when they were submitted.
        offering_name: StringFilter => "offering_name",
        /// By service.
        service: IdFilter => "service_id",
        /// By when they were submitted.
        submitted_at: InstantFilter => "submitted_at",
    }
}

/// Requesters see their own service requests, everybody else sees all.
pub struct OwnRequests;

impl Scope<domain::service_request::ServiceRequest> for OwnRequests {
    fn filter(principal: &Principal) -> Option<Filter> {
        (!sees_all(principal)).then(|| Filter::is("requester", principal.subject.as_str()))
    }

    fn sees(principal: &Principal, request: &domain::service_request::ServiceRequest) -> bool {
        request.seen_by(principal)
    }
}

record_api! {
    ServiceRequest of domain::service_request::ServiceRequest, "service request", "service requests";
    one service_request, many service_requests, changed service_request_changed;
    filter ServiceRequestFilter;
    scope OwnRequests;
    order {
        /// When it was submitted.
        SubmittedAt = "submitted_at",
        /// The offering's name.
        OfferingName = "offering_name",
        /// Who is to have what is asked for.
        Requester = "requester",
    }
}

/// Most own requests that an edge looks through for a requester.
const OWN_MOST: usize = 1_000;

/// What a service request is found by from another type.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    /// Its offering.
    Offering,
    /// The offering's service.
    Service,
}

/// The newest service requests of an offering or a service that the caller sees: for edges of
/// those types. Goes through the loaders.
pub async fn requests_of(
    session: &Session,
    of: Of,
    id: String,
    first: Option<i32>,
) -> ApiResult<Vec<ServiceRequest>> {
    type Request = domain::service_request::ServiceRequest;
    let loaders = session.loads::<Request>()?;
    if sees_all(session.principal()) {
        let column = match of {
            Of::Offering => "offering_id",
            Of::Service => "service_id",
        };
        let found = loaders.by_column::<Request>(column, id, first).await?;
        return Ok(found.into_iter().map(ServiceRequest::from).collect());
    }
    // A caller's own are read once for all edges of a query, newest first, and picked from.
    let most = PageRequest::size(first)?;
    let own = loaders.up_to::<Request>("requester", session.principal().subject.clone(), OWN_MOST).await?;
    let found = own.into_iter().filter(|request| match of {
        Of::Offering => request.record.offering.to_string() == id,
        Of::Service => request.record.service.to_string() == id,
    });
    Ok(found.take(most).map(ServiceRequest::from).collect())
}
