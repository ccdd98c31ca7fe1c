//! Mutations that change a service's facts and leave it where it is.

use super::input::{ids, number, verb_input};
use super::service::{Service, ServiceView};
use crate::commands::service::{self as commands, AudienceIds, Seen};
use crate::domain;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use ciclo_api::{ApiResult, mutate, update};
use domain::service_facts::{ProposeService, ReviseService};

/// What proposes a service.
#[derive(InputObject, Clone, Debug)]
pub struct ProposeServiceInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Its name, a line of at most 200 characters.
    pub name: String,
    /// What it does for its customers, at most 20,000 characters; needed to define it.
    pub description: Option<String>,
    /// From which side it is seen; this does not change later.
    pub view: ServiceView,
    /// Who answers for it; needed to define it.
    pub owner: Option<String>,
    /// The family of services that it belongs to, by name; none when left out.
    pub family: Option<String>,
    /// How critical it is: 1 (most) to 4.
    pub criticality: i32,
    /// The market spaces that it is for, each once; none when left out.
    pub market_spaces: Option<Vec<ID>>,
    /// The customers that it is for, each once; none when left out.
    pub customers: Option<Vec<ID>>,
}

verb_input! {
    /// Which facts of a service change; what is left out stays as it is.
    ReviseServiceInput of "The service." {
        /// Its name, a line of at most 200 characters.
        name: Option<String>,
        /// What it does for its customers; null clears it.
        description: MaybeUndefined<String>,
        /// Who answers for it; null clears it.
        owner: MaybeUndefined<String>,
        /// The family of services that it belongs to, by name; null clears it.
        family: MaybeUndefined<String>,
        /// How critical it is: 1 (most) to 4.
        criticality: Option<i32>,
    }
}

verb_input! {
    /// Whom a service is for, as a whole: who is left out is taken out.
    SetServiceAudienceInput of "The service." {
        /// The market spaces, each once.
        market_spaces: Vec<ID>,
        /// The customers, each once.
        customers: Vec<ID>,
    }
}

verb_input! {
    /// How strongly a service supports an objective.
    SetServiceSupportInput of "The service." {
        /// The objective.
        objective: ID,
        /// How strong the support is, in percent: 0 to 100. At 0 the objective counts as unsupported.
        strength: i32,
    }
}

verb_input! {
    /// Which objective a service supports no longer.
    RemoveServiceSupportInput of "The service." {
        /// The objective.
        objective: ID,
    }
}

verb_input! {
    /// Which capability a service needs, and how mature.
    SetServiceNeedInput of "The service." {
        /// The capability.
        capability: ID,
        /// The lowest maturity that will do: 1 to 5.
        maturity: i32,
    }
}

verb_input! {
    /// Which capability a service needs no longer.
    RemoveServiceNeedInput of "The service." {
        /// The capability.
        capability: ID,
    }
}

verb_input! {
    /// On which service a service depends from now on.
    AddServiceDependencyInput of "The service." {
        /// The service that it depends on.
        on: ID,
    }
}

verb_input! {
    /// On which service a service depends no longer.
    RemoveServiceDependencyInput of "The service." {
        /// The service that it depended on.
        on: ID,
    }
}

fn seen(id: &ID, version: i32) -> ApiResult<Seen> {
    Ok(Seen { id: mutate::id(id)?, version: mutate::version(version)? })
}

/// What changes services and leaves them where they are.
#[derive(Default)]
pub struct ServiceFactMutations;

#[Object]
impl ServiceFactMutations {
    /// Proposes a service, in the state PROPOSED. Errors: INVALID, NOT_FOUND (a market space or customer), RULE_VIOLATED (one of them is retired), LIMIT_EXCEEDED.
    async fn propose_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to propose.")] input: ProposeServiceInput,
    ) -> ApiResult<Service> {
        let whom = AudienceIds {
            market_spaces: ids(&input.market_spaces.unwrap_or_default())?,
            customers: ids(&input.customers.unwrap_or_default())?,
        };
        let propose = ProposeService {
            name: input.name,
            description: input.description,
            view: input.view.into(),
            owner: input.owner,
            family: input.family,
            criticality: number("criticality", input.criticality)?,
            audience: domain::service::Audience::default(),
        };
        mutate::mutate(ctx, &input.idempotency_key, |tx| Box::pin(commands::propose(tx, propose, whom))).await
    }

    /// Changes facts of a service, in every state that is not final. Errors: INVALID, WRONG_STATE, CRITERIA_UNMET (what the charter needed is taken away), CONFLICT, NOT_FOUND.
    async fn revise_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: ReviseServiceInput,
    ) -> ApiResult<Service> {
        let revision = ReviseService {
            name: input.name,
            description: input.description.into(),
            owner: input.owner.into(),
            family: input.family.into(),
            criticality: input.criticality.map(|value| number("criticality", value)).transpose()?,
        };
        let revise = |service: domain::service::Service, _: &str, _| service.revise(revision);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, revise).await
    }

    /// Sets whom a service is for, as a whole. Errors: WRONG_STATE, NOT_FOUND, RULE_VIOLATED (a market space or customer is retired), INVALID (one is named twice), CRITERIA_UNMET (the charter needs somebody), CONFLICT, LIMIT_EXCEEDED.
    async fn set_service_audience(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom it is for.")] input: SetServiceAudienceInput,
    ) -> ApiResult<Service> {
        let seen = seen(&input.id, input.expected_version)?;
        let whom =
            AudienceIds { market_spaces: ids(&input.market_spaces)?, customers: ids(&input.customers)? };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::set_audience(tx, seen, whom))
        })
        .await
    }

    /// Sets how strongly a service supports an objective, in place of what was set before. Errors: WRONG_STATE, NOT_FOUND, RULE_VIOLATED (the objective is retired), INVALID, CRITERIA_UNMET (the charter needs a support), CONFLICT.
    async fn set_service_support(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which objective, how strongly.")] input: SetServiceSupportInput,
    ) -> ApiResult<Service> {
        let seen = seen(&input.id, input.expected_version)?;
        let (objective, strength) = (mutate::id(&input.objective)?, number("strength", input.strength)?);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::set_support(tx, seen, objective, strength))
        })
        .await
    }

    /// Removes the support of an objective. Errors: WRONG_STATE, RULE_VIOLATED (it is not supported), CRITERIA_UNMET (the charter needs a support), CONFLICT, NOT_FOUND.
    async fn remove_service_support(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which objective.")] input: RemoveServiceSupportInput,
    ) -> ApiResult<Service> {
        let objective = mutate::id(&input.objective)?;
        let remove = move |service: domain::service::Service, _: &str, _| service.remove_support(objective);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, remove).await
    }

    /// Sets the maturity of a capability that a service needs, in place of what was set before. Errors: WRONG_STATE, NOT_FOUND, RULE_VIOLATED (the capability is retired), INVALID, CONFLICT.
    async fn set_service_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which capability, how mature.")] input: SetServiceNeedInput,
    ) -> ApiResult<Service> {
        let seen = seen(&input.id, input.expected_version)?;
        let (capability, maturity) = (mutate::id(&input.capability)?, number("maturity", input.maturity)?);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::set_need(tx, seen, capability, maturity))
        })
        .await
    }

    /// Removes the need of a capability. Errors: WRONG_STATE, RULE_VIOLATED (it is not needed), CONFLICT, NOT_FOUND.
    async fn remove_service_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which capability.")] input: RemoveServiceNeedInput,
    ) -> ApiResult<Service> {
        let capability = mutate::id(&input.capability)?;
        let remove = move |service: domain::service::Service, _: &str, _| service.remove_need(capability);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, remove).await
    }

    /// Adds a dependency on another service. Errors: WRONG_STATE, NOT_FOUND, RULE_VIOLATED (itself, there already, retired or rejected, or a circle, which `circle` names), CONFLICT.
    async fn add_service_dependency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which service.")] input: AddServiceDependencyInput,
    ) -> ApiResult<Service> {
        let (seen, on) = (seen(&input.id, input.expected_version)?, mutate::id(&input.on)?);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::add_dependency(tx, seen, on))
        })
        .await
    }

    /// Removes a dependency on another service. Errors: WRONG_STATE, RULE_VIOLATED (it does not depend on it), CONFLICT, NOT_FOUND.
    async fn remove_service_dependency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which service.")] input: RemoveServiceDependencyInput,
    ) -> ApiResult<Service> {
        let on = mutate::id(&input.on)?;
        let remove = move |service: domain::service::Service, _: &str, _| service.remove_dependency(on);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, remove).await
    }
}
