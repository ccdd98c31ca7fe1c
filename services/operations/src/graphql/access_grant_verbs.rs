//! What can be done with access grants.

use super::access_grant::AccessGrant;
use crate::commands::access;
use crate::domain::access_grant::{AccessGrant as Grant, AccessGrantHappened, Grounds, RequestAccess};
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, Instant, mutate};
use ciclo_kernel::{Decision, Timestamp};

/// What asks for access.
#[derive(InputObject, Clone, Debug)]
pub struct RequestAccessInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What is asked for.
    pub entitlement: ID,
    /// Who gets it; the caller when left out. Another than the caller is for agents to name.
    pub person: Option<String>,
    /// Why they need it, at most 20,000 characters.
    pub reason: String,
    /// Until when, that instant not included; needed when the entitlement has a longest time. Left out, it is theirs until it is revoked.
    pub valid_until: Option<Instant>,
    /// How much it matters, 1 (highest) to 5: for agents to say; 3 when left out.
    pub priority: Option<u8>,
}

/// What moves an access grant that needs no more than to be named.
#[derive(InputObject, Clone, Debug)]
pub struct MoveAccessInput {
    /// The access grant.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What ends an access grant for a reason.
#[derive(InputObject, Clone, Debug)]
pub struct EndAccessInput {
    /// The access grant.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why, at most 20,000 characters.
    pub reason: String,
}

/// What takes a request for access back.
#[derive(InputObject, Clone, Debug)]
pub struct WithdrawAccessInput {
    /// The access grant.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why, at most 20,000 characters; may be left out.
    pub reason: Option<String>,
}

/// What gives access for longer.
#[derive(InputObject, Clone, Debug)]
pub struct ExtendAccessInput {
    /// The access grant.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Until when from now on, that instant not included: later than before, and no further than the entitlement's longest time from now.
    pub valid_until: Instant,
    /// Why, at most 20,000 characters.
    pub reason: String,
}

/// A verb on an access grant that the caller sees.
async fn change(
    ctx: &Context<'_>,
    id: &ID,
    expected: i32,
    key: &str,
    verb: impl FnOnce(Grant, &str, Timestamp) -> Decision<Grant, AccessGrantHappened> + Clone + Send + 'static,
) -> ApiResult<AccessGrant> {
    let (id, expected) = (mutate::id(id)?, mutate::version(expected)?);
    mutate::mutate(ctx, key, move |tx| Box::pin(access::change(tx, id, expected, verb))).await
}

/// A verb that decides whether a person may hold something.
async fn decide(
    ctx: &Context<'_>,
    id: &ID,
    expected: i32,
    key: &str,
    verb: impl FnOnce(Grant, &Grounds, &str, Timestamp) -> Decision<Grant, AccessGrantHappened>
    + Clone
    + Send
    + 'static,
) -> ApiResult<AccessGrant> {
    let (id, expected) = (mutate::id(id)?, mutate::version(expected)?);
    mutate::mutate(ctx, key, move |tx| Box::pin(access::decide(tx, id, expected, verb))).await
}

/// What can be done with access grants.
#[derive(Default)]
pub struct AccessGrantMutations;

#[Object]
impl AccessGrantMutations {
    /// Asks for access. Errors: NOT_FOUND (the entitlement), INVALID, RULE_VIOLATED (it is retired), FORBIDDEN (for another or with a priority, by who is no agent), BAD_ID.
    async fn request_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for, for whom, and why.")] input: RequestAccessInput,
    ) -> ApiResult<AccessGrant> {
        let entitlement = mutate::id(&input.entitlement)?;
        let asked = RequestAccess {
            person: input.person,
            reason: input.reason,
            valid_until: input.valid_until.map(|until| until.0),
            priority: input.priority,
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(access::request(tx, entitlement, asked))
        })
        .await
    }

    /// Says that it is sure who asks for access, and that they may. Errors: NOT_FOUND, WRONG_STATE, RULE_VIOLATED (by who asked for it or gets it), CONFLICT.
    async fn verify_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which access grant.")] input: MoveAccessInput,
    ) -> ApiResult<AccessGrant> {
        let verb = |grant: Grant, by: &str, at| grant.verify(by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Approves access that is verified. Errors: NOT_FOUND, WRONG_STATE, INVALID (its end), RULE_VIOLATED (by who asked for it, gets it or verified it; the person holds it already, in `grant`; or what rules separate from it, in `conflicts` with `rule`, `ruleName`, `entitlement` and `grant` each; the entitlement is retired), CONFLICT.
    async fn approve_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which access grant.")] input: MoveAccessInput,
    ) -> ApiResult<AccessGrant> {
        let verb = |grant: Grant, grounds: &Grounds, by: &str, at| grant.approve(grounds, by, at);
        decide(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Does not give access that is asked for or verified, for good. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn reject_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which access grant, and why.")] input: EndAccessInput,
    ) -> ApiResult<AccessGrant> {
        let reason = input.reason;
        let verb = move |grant: Grant, by: &str, at| grant.reject(&reason, by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Takes a request for access back, before it is granted: only who asked for it can. Errors: NOT_FOUND, WRONG_STATE, RULE_VIOLATED (by another), INVALID, CONFLICT.
    async fn withdraw_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which access grant, and why.")] input: WithdrawAccessInput,
    ) -> ApiResult<AccessGrant> {
        let reason = input.reason;
        let verb = move |grant: Grant, by: &str, at| grant.withdraw(reason.as_deref(), by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Gives access that is approved: from now on the person holds it. Errors: as `approveAccess`, but who approved it may not grant it, and who verified it may.
    async fn grant_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which access grant.")] input: MoveAccessInput,
    ) -> ApiResult<AccessGrant> {
        let verb = |grant: Grant, grounds: &Grounds, by: &str, at| grant.grant(grounds, by, at);
        decide(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Gives access for longer, by the rules of a grant from now on. Errors: as `approveAccess`, and RULE_VIOLATED (by who granted it; it has no end).
    async fn extend_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which access grant, until when, and why.")] input: ExtendAccessInput,
    ) -> ApiResult<AccessGrant> {
        let (until, reason) = (input.valid_until.0, input.reason);
        let verb = move |grant: Grant, grounds: &Grounds, by: &str, at| {
            grant.extend(until, &reason, grounds, by, at)
        };
        decide(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Takes access away. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn revoke_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which access grant, and why.")] input: EndAccessInput,
    ) -> ApiResult<AccessGrant> {
        let reason = input.reason;
        let verb = move |grant: Grant, by: &str, at| grant.revoke(&reason, by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }
}
