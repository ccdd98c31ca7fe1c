//! What can be done with service requests.

use super::incident::HoldReason;
use super::service_level_clock::change;
use super::service_request::ServiceRequest;
use crate::commands;
use crate::commands::service_request::Submission;
use crate::domain::service_request::{ServiceRequest as Request, ServiceRequestHappened};
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, Json, mutate};
use ciclo_kernel::{Decision, Timestamp};
use serde_json::json;

/// What submits a service request.
#[derive(InputObject, Clone, Debug)]
pub struct SubmitServiceRequestInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The offering, one that can be asked for.
    pub offering: ID,
    /// Who is to have what is asked for; the caller when left out. Another than the caller is for agents to name.
    pub requester: Option<String>,
    /// The customer whose agreement binds; when left out, of several agreements the newest does.
    pub customer: Option<ID>,
    /// How much it matters, 1 (highest) to 5: for agents to say; 3 when left out.
    pub priority: Option<u8>,
    /// The answers to the offering's form: an object of at most 64 KiB; left out, it is empty.
    pub answers: Option<Json>,
}

/// What moves a service request that needs no more than to be named.
#[derive(InputObject, Clone, Debug)]
pub struct MoveServiceRequestInput {
    /// The service request.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What moves a service request for a reason.
#[derive(InputObject, Clone, Debug)]
pub struct ServiceRequestReasonInput {
    /// The service request.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why, at most 20,000 characters.
    pub reason: String,
}

/// What puts a service request on hold.
#[derive(InputObject, Clone, Debug)]
pub struct HoldServiceRequestInput {
    /// The service request.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why, at most 20,000 characters.
    pub reason: String,
    /// What it waits for, when that is something that an agreement may name: then the clocks pause whose agreement does.
    pub waits_for: Option<HoldReason>,
}

/// What says that a task of a service request is done.
#[derive(InputObject, Clone, Debug)]
pub struct CompleteTaskInput {
    /// The service request.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The task's place in the list, counted from 0.
    pub index: u32,
}

/// What gives a task of a service request to a person.
#[derive(InputObject, Clone, Debug)]
pub struct AssignTaskInput {
    /// The service request.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The task's place in the list, counted from 0.
    pub index: u32,
    /// The person who does it; left out, it is only the group's again.
    pub person: Option<String>,
}

/// What takes a service request back.
#[derive(InputObject, Clone, Debug)]
pub struct CancelServiceRequestInput {
    /// The service request.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why, at most 20,000 characters; may be left out.
    pub reason: Option<String>,
}

/// A verb on a request that the caller owns or works on.
async fn change_own(
    ctx: &Context<'_>,
    id: &ID,
    expected: i32,
    key: &str,
    decide: impl FnOnce(Request, &str, Timestamp) -> Decision<Request, ServiceRequestHappened>
    + Clone
    + Send
    + 'static,
) -> ApiResult<ServiceRequest> {
    let (id, expected) = (mutate::id(id)?, mutate::version(expected)?);
    mutate::mutate(ctx, key, move |tx| {
        Box::pin(commands::service_request::change_own(tx, id, expected, decide))
    })
    .await
}

/// What can be done with service requests.
#[derive(Default)]
pub struct ServiceRequestMutations;

#[Object]
impl ServiceRequestMutations {
    /// Asks for what an offering offers. It then waits for an approval if the offering needs one, and is approved at once if not. Errors: NOT_FOUND (the offering, or it cannot be asked for; the customer), INVALID (`fields` names each answer that does not fit the form), RULE_VIOLATED (the offering's form cannot be used), FORBIDDEN (for another or with a priority, by who is no agent), BAD_ID.
    async fn submit_service_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SubmitServiceRequestInput,
    ) -> ApiResult<ServiceRequest> {
        let submission = Submission {
            offering: mutate::id(&input.offering)?,
            customer: input.customer.as_ref().map(mutate::id).transpose()?,
            requester: input.requester,
            priority: input.priority,
            answers: input.answers.map_or_else(|| json!({}), |answers| answers.0),
        };
        mutate::mutate(ctx, &input.idempotency_key, |tx| {
            Box::pin(commands::service_request::submit(tx, submission))
        })
        .await
    }

    /// Approves a service request that waits for it. Errors: NOT_FOUND, WRONG_STATE, RULE_VIOLATED (by the requester themselves), CONFLICT.
    async fn approve_service_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service request.")] input: MoveServiceRequestInput,
    ) -> ApiResult<ServiceRequest> {
        let verb = |request: Request, by: &str, at| request.approve(by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Rejects a service request that waits for an approval, for good. Errors: NOT_FOUND, WRONG_STATE, RULE_VIOLATED (by the requester themselves), INVALID, CONFLICT.
    async fn reject_service_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service request, and why.")] input: ServiceRequestReasonInput,
    ) -> ApiResult<ServiceRequest> {
        let reason = input.reason;
        let verb = move |request: Request, by: &str, at| request.reject(&reason, by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Starts the fulfilment of a service request; from then on it cannot be cancelled. Errors: NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn start_fulfilment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service request.")] input: MoveServiceRequestInput,
    ) -> ApiResult<ServiceRequest> {
        let verb = |request: Request, by: &str, at| request.start_fulfilment(by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Gives a task of a service request to a person, or back to its group. Errors: NOT_FOUND, WRONG_STATE, INVALID (no such task), RULE_VIOLATED (it is done already), CONFLICT.
    async fn assign_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service request, which task, and to whom.")] input: AssignTaskInput,
    ) -> ApiResult<ServiceRequest> {
        let (index, person) = (input.index, input.person);
        let verb = move |request: Request, _: &str, _| request.assign_task(index, person.as_deref());
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Says that a task of a service request is done. Errors: NOT_FOUND, WRONG_STATE, INVALID (no such task), CRITERIA_UNMET (tasks before it are not done), RULE_VIOLATED (it is done already), CONFLICT.
    async fn complete_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service request, and which task.")] input: CompleteTaskInput,
    ) -> ApiResult<ServiceRequest> {
        let index = input.index;
        let verb = move |request: Request, by: &str, at| request.complete_task(index, by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Puts the fulfilment of a service request on hold. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn hold_service_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service request, and why.")] input: HoldServiceRequestInput,
    ) -> ApiResult<ServiceRequest> {
        let (reason, waits_for) = (input.reason, input.waits_for.map(Into::into));
        let verb = move |request: Request, by: &str, at| request.hold(waits_for, &reason, by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Goes on with the fulfilment of a service request on hold. Errors: NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn resume_service_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service request.")] input: MoveServiceRequestInput,
    ) -> ApiResult<ServiceRequest> {
        let verb = |request: Request, _: &str, _| request.resume();
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Finds a service request fulfilled: its mandatory tasks are done. Errors: NOT_FOUND, WRONG_STATE, CRITERIA_UNMET (`missing` names the tasks), CONFLICT.
    async fn fulfil_service_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service request.")] input: MoveServiceRequestInput,
    ) -> ApiResult<ServiceRequest> {
        let verb = |request: Request, by: &str, at| request.fulfil(by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Closes a fulfilled service request; a requester closes only their own. Errors: NOT_FOUND, WRONG_STATE, FORBIDDEN, CONFLICT.
    async fn close_service_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service request.")] input: MoveServiceRequestInput,
    ) -> ApiResult<ServiceRequest> {
        let verb = |request: Request, by: &str, at| request.close(by, at);
        change_own(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Takes a service request back, before its fulfilment starts: only the requester can. Errors: NOT_FOUND, WRONG_STATE, RULE_VIOLATED (by an agent who is not the requester), FORBIDDEN, INVALID, CONFLICT.
    async fn cancel_service_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service request, and why.")] input: CancelServiceRequestInput,
    ) -> ApiResult<ServiceRequest> {
        let reason = input.reason;
        let verb = move |request: Request, by: &str, at| request.cancel(reason.as_deref(), by, at);
        change_own(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }
}
