//! Mutations of offerings. What customers see of them follows their service.

use super::input::{ids, verb_input};
use super::offering::Offering;
use crate::{commands, domain};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use ciclo_api::{ApiResult, Json, MoneyInput, mutate, update};
use domain::facts::Money;
use domain::offering::{DraftOffering, FulfilmentStep, ReviseOffering};

/// A step of the fulfilment of a request.
#[derive(InputObject, Clone, Debug)]
pub struct FulfilmentStepInput {
    /// What is done, a line of at most 200 characters.
    pub name: String,
    /// The group that does it.
    pub group: String,
}

/// What drafts an offering.
#[derive(InputObject, Clone, Debug)]
pub struct DraftOfferingInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The service that it belongs to.
    pub service: ID,
    /// Its name, a line of at most 200 characters.
    pub name: String,
    /// What the customer gets, at most 20,000 characters; needed to publish it.
    pub description: Option<String>,
    /// What one request costs: zero or more minor units, in a currency of ISO 4217.
    pub price: MoneyInput,
    /// The customers that may ask for it, each once; everybody when left out or empty.
    pub eligible_customers: Option<Vec<ID>>,
    /// The steps of the fulfilment, in order; at least one is needed to publish it.
    pub fulfilment: Option<Vec<FulfilmentStepInput>>,
    /// The fields that a request fills in: a JSON Schema of type object, at most 64 KiB; none when left out.
    pub form: Option<Json>,
    /// Whether a request needs an approval before its fulfilment; it does not when left out.
    pub approval_needed: Option<bool>,
}

verb_input! {
    /// Which facts of an offering change; what is left out stays as it is.
    ReviseOfferingInput of "The offering." {
        /// Its name, a line of at most 200 characters.
        name: Option<String>,
        /// What the customer gets; null clears it.
        description: MaybeUndefined<String>,
        /// What one request costs: zero or more minor units, in a currency of ISO 4217.
        price: Option<MoneyInput>,
        /// The customers that may ask for it, as a whole; an empty list means everybody.
        eligible_customers: Option<Vec<ID>>,
        /// The steps of the fulfilment, as a whole, in order.
        fulfilment: Option<Vec<FulfilmentStepInput>>,
        /// The fields that a request fills in: a JSON Schema of type object, at most 64 KiB.
        form: Option<Json>,
        /// Whether a request needs an approval before its fulfilment.
        approval_needed: Option<bool>,
    }
}

verb_input! {
    /// Which offering is published.
    PublishOfferingInput of "The offering." {}
}

verb_input! {
    /// Which offering is withdrawn, and why.
    WithdrawOfferingInput of "The offering." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

fn money(input: MoneyInput) -> Money {
    Money { minor_units: input.minor_units.0, currency: input.currency }
}

fn steps(inputs: Vec<FulfilmentStepInput>) -> Vec<FulfilmentStep> {
    inputs.into_iter().map(|step| FulfilmentStep { name: step.name, group: step.group }).collect()
}

/// What can be done with offerings.
#[derive(Default)]
pub struct OfferingMutations;

#[Object]
impl OfferingMutations {
    /// Drafts an offering under a service. Errors: INVALID, NOT_FOUND (the service or a customer), RULE_VIOLATED (the service is retiring, retired or rejected; a customer is retired), LIMIT_EXCEEDED.
    async fn draft_offering(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to draft.")] input: DraftOfferingInput,
    ) -> ApiResult<Offering> {
        let service = mutate::id(&input.service)?;
        let draft = DraftOffering {
            name: input.name,
            description: input.description,
            price: money(input.price),
            eligible: ids(&input.eligible_customers.unwrap_or_default())?,
            fulfilment: steps(input.fulfilment.unwrap_or_default()),
            form: input.form.map(|form| form.0.to_string()),
            approval_needed: input.approval_needed.unwrap_or(false),
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::offering::draft(tx, service, draft))
        })
        .await
    }

    /// Changes facts of an offering that is not withdrawn; what a published one needs must stay. Errors: WRONG_STATE, INVALID, NOT_FOUND (also a customer), RULE_VIOLATED (a customer is retired), CRITERIA_UNMET, CONFLICT, LIMIT_EXCEEDED.
    async fn revise_offering(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: ReviseOfferingInput,
    ) -> ApiResult<Offering> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let revision = ReviseOffering {
            name: input.name,
            description: input.description.into(),
            price: input.price.map(money),
            eligible: input.eligible_customers.as_deref().map(ids).transpose()?,
            fulfilment: input.fulfilment.map(steps),
            form: input.form.map(|form| form.0.to_string()),
            approval_needed: input.approval_needed,
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::offering::revise(tx, id, expected, revision))
        })
        .await
    }

    /// Publishes a draft; needs a description and a fulfilment plan. Customers see it once its service is in operation. Errors: WRONG_STATE, CRITERIA_UNMET, CONFLICT, NOT_FOUND.
    async fn publish_offering(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offering.")] input: PublishOfferingInput,
    ) -> ApiResult<Offering> {
        let publish = |offering: domain::offering::Offering, by: &str, at| offering.publish(by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, publish).await
    }

    /// Withdraws a published offering for good. Errors: WRONG_STATE, INVALID, CONFLICT, NOT_FOUND.
    async fn withdraw_offering(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offering, and why.")] input: WithdrawOfferingInput,
    ) -> ApiResult<Offering> {
        let reason = input.reason;
        let withdraw =
            move |offering: domain::offering::Offering, by: &str, at| offering.withdraw(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, withdraw).await
    }
}
