//! Mutations that move a service on. IN_DESIGN, IN_TRANSITION and OPERATIONAL are
//! reached by the events of the other services, not by hand.

use super::input::verb_input;
use super::service::Service;
use crate::commands::service::{self as commands, Seen};
use crate::domain::service::Service as Record;
use async_graphql::{Context, Object};
use ciclo_api::{ApiResult, mutate, update};

verb_input! {
    /// Which service is defined.
    DefineServiceInput of "The service." {}
}

verb_input! {
    /// The analysis of a service.
    AnalyseServiceInput of "The service." {
        /// The business case, in words, at most 20,000 characters.
        business_case: String,
    }
}

verb_input! {
    /// Which service is approved.
    ApproveServiceInput of "The service." {}
}

verb_input! {
    /// Which service is chartered.
    CharterServiceInput of "The service." {}
}

verb_input! {
    /// Which service is turned down, and why.
    RejectServiceInput of "The service." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

verb_input! {
    /// Which service is put on hold, and why.
    PutServiceOnHoldInput of "The service." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

verb_input! {
    /// Which service is taken off hold.
    TakeServiceOffHoldInput of "The service." {}
}

verb_input! {
    /// Which service is phased out, and why.
    BeginServiceRetirementInput of "The service." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

verb_input! {
    /// Which service is retired.
    RetireServiceInput of "The service." {}
}

/// What moves services.
#[derive(Default)]
pub struct ServiceMoveMutations;

#[Object]
impl ServiceMoveMutations {
    /// Defines a proposed service; needs a description and an owner. Errors: WRONG_STATE, CRITERIA_UNMET (also on hold), CONFLICT, NOT_FOUND.
    async fn define_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service.")] input: DefineServiceInput,
    ) -> ApiResult<Service> {
        let define = |service: Record, by: &str, at| service.define(by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, define).await
    }

    /// Analyses a defined service; needs a customer or a market space, and the business case. Errors: WRONG_STATE, CRITERIA_UNMET (also on hold), INVALID, CONFLICT, NOT_FOUND.
    async fn analyse_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service, with which business case.")] input: AnalyseServiceInput,
    ) -> ApiResult<Service> {
        let case = input.business_case;
        let analyse = move |service: Record, by: &str, at| service.analyse(&case, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, analyse).await
    }

    /// Approves an analysed service; needs an objective that it supports. Errors: WRONG_STATE, CRITERIA_UNMET (also on hold), CONFLICT, NOT_FOUND.
    async fn approve_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service.")] input: ApproveServiceInput,
    ) -> ApiResult<Service> {
        let approve = |service: Record, by: &str, at| service.approve(by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, approve).await
    }

    /// Charters an approved service: design opens its first design package, by event. Everything that the moves before needed must still be there. Errors: WRONG_STATE, CRITERIA_UNMET (also on hold), CONFLICT, NOT_FOUND.
    async fn charter_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service.")] input: CharterServiceInput,
    ) -> ApiResult<Service> {
        let charter = |service: Record, by: &str, at| service.charter(by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, charter).await
    }

    /// Turns a proposed, defined or analysed service down, also while it is on hold. Errors: WRONG_STATE, INVALID, CONFLICT, NOT_FOUND.
    async fn reject_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service, and why.")] input: RejectServiceInput,
    ) -> ApiResult<Service> {
        let reason = input.reason;
        let reject = move |service: Record, by: &str, at| service.reject(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, reject).await
    }

    /// Puts a service on hold: no move by hand but a rejection until it is taken off. What the other services report still counts. Errors: WRONG_STATE, RULE_VIOLATED (it is on hold already), INVALID, CONFLICT, NOT_FOUND.
    async fn put_service_on_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service, and why.")] input: PutServiceOnHoldInput,
    ) -> ApiResult<Service> {
        let reason = input.reason;
        let hold = move |service: Record, by: &str, at| service.put_on_hold(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, hold).await
    }

    /// Takes a service off hold. Errors: WRONG_STATE, RULE_VIOLATED (it is not on hold), CONFLICT, NOT_FOUND.
    async fn take_service_off_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service.")] input: TakeServiceOffHoldInput,
    ) -> ApiResult<Service> {
        let take = |service: Record, _: &str, _| service.take_off_hold();
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, take).await
    }

    /// Begins to phase a service in operation out: it takes no new agreements, and customers no longer see its offerings. Errors: WRONG_STATE, CRITERIA_UNMET (on hold), INVALID, CONFLICT, NOT_FOUND.
    async fn begin_service_retirement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service, and why.")] input: BeginServiceRetirementInput,
    ) -> ApiResult<Service> {
        let seen = Seen { id: mutate::id(&input.id)?, version: mutate::version(input.expected_version)? };
        let reason = input.reason;
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(async move { commands::begin_retirement(tx, seen, &reason).await })
        })
        .await
    }

    /// Retires a service that is being phased out, when no service in use depends on it. Errors: WRONG_STATE, CRITERIA_UNMET (`missing` names the services in the way; also on hold), CONFLICT, NOT_FOUND.
    async fn retire_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service.")] input: RetireServiceInput,
    ) -> ApiResult<Service> {
        let seen = Seen { id: mutate::id(&input.id)?, version: mutate::version(input.expected_version)? };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| Box::pin(commands::retire(tx, seen))).await
    }
}
