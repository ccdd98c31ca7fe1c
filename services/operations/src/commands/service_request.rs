//! Commands on service requests: a request is checked against its offering, and
//! a caller who works for nobody but themselves acts on their own requests only.

use crate::commands::clock;
use crate::commands::neighbours::customer_is_known;
use crate::domain::form;
use crate::domain::fulfilment::one_after_the_other;
use crate::domain::known::KnownOffering;
use crate::domain::measured::Measured;
use crate::domain::service_request::{
    DEFAULT_PRIORITY, ServiceRequest, ServiceRequestHappened, SubmitServiceRequest, works_on_requests,
};
use ciclo_kernel::ids::{CustomerId, OfferingId, RecordId, ServiceId, ServiceRequestId};
use ciclo_kernel::{Code, Corrupt, Decision, Refusal, Timestamp};
use ciclo_store::{Result, Tx, Versioned};
use serde_json::Value;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The offering.
    pub offering: OfferingId,
    /// The customer whose agreement binds; none when nobody said.
    pub customer: Option<CustomerId>,
    /// Who is to have it; none when it is the caller.
    pub requester: Option<String>,
    /// How much it matters: 1 (highest) to 5; none when the caller leaves that to those who work on it.
    pub priority: Option<u8>,
    /// The answers to the offering's form.
    pub answers: Value,
}

/// Submits a service request. It asks for its approval when the offering says so, and is approved
/// at once when it does not.
///
/// `NOT_FOUND` when there is no such offering or it cannot be asked for, `INVALID` when the answers
/// do not fit its form, `FORBIDDEN` to a caller who asks for another or says how much it matters without working on
/// requests.
pub async fn submit(tx: &mut Tx, input: Submission) -> Result<Versioned<ServiceRequest>> {
    let offering = visible_offering(tx, input.offering).await?;
    let for_another = input.requester.as_deref().is_some_and(|requester| requester.trim() != tx.by());
    if for_another && !works_on_requests(tx.principal()) {
        return Err(own_only("requester").into());
    }
    if input.priority.is_some() && !works_on_requests(tx.principal()) {
        let why = "the priority of a service request is for those who work on it to say";
        return Err(Refusal::new(Code::Forbidden, why).with("field", "priority").into());
    }
    customer_is_known(tx, input.customer).await?;
    form::check(&offering.form, &input.answers)?;
    let service = ServiceId::parse(&offering.service_id).map_err(|why| Corrupt::new("Offering", why))?;
    let request = SubmitServiceRequest {
        offering: input.offering,
        offering_name: offering.name,
        service,
        customer: input.customer,
        requester: input.requester,
        answers: input.answers.to_string(),
        priority: input.priority.unwrap_or(DEFAULT_PRIORITY),
        approval_needed: offering.approval_needed,
        tasks: one_after_the_other(&offering.plan),
    };
    let decided = ServiceRequest::submit(tx.fresh(), request, tx.by(), tx.now());
    let (submitted, what) = decided?;
    let next = if submitted.approval_needed { ServiceRequest::ask_approval } else { ServiceRequest::approve };
    let (mut request, then) = next(submitted.clone(), tx.by(), tx.now())?;
    request.due = clock::start(tx, &Measured::from(&request)).await?;
    let submitted = tx.create(Ok((submitted, what))).await?;
    tx.change_loaded(submitted, None, |_, _, _| Ok((request, then))).await
}

/// Applies a verb to a request that is the caller's own, or that they work on.
///
/// `NOT_FOUND` when there is none that the caller sees, `FORBIDDEN` when they see it but neither own
/// nor work on it.
pub async fn change_own(
    tx: &mut Tx,
    id: ServiceRequestId,
    expected: u64,
    decide: impl FnOnce(ServiceRequest, &str, Timestamp) -> Decision<ServiceRequest, ServiceRequestHappened>
    + Send,
) -> Result<Versioned<ServiceRequest>> {
    let before = tx.get::<ServiceRequest>(id).await?;
    if !before.record.seen_by(tx.principal()) {
        return Err(Refusal::not_found(ServiceRequestId::TYPE, id).into());
    }
    if before.record.requester != tx.by() && !works_on_requests(tx.principal()) {
        return Err(own_only("id").into());
    }
    clock::change_loaded(tx, before, Some(expected), decide).await
}

async fn visible_offering(tx: &Tx, id: OfferingId) -> Result<KnownOffering> {
    let known = tx.known::<KnownOffering>(id).await?;
    // What cannot be asked for looks to those who ask as if it were not there.
    if known.visible { Ok(known) } else { Err(Refusal::not_found(OfferingId::TYPE, id).into()) }
}

fn own_only(field: &str) -> Refusal {
    let why = "who does not work on service requests submits, closes and cancels only their own";
    Refusal::new(Code::Forbidden, why).with("field", field)
}
