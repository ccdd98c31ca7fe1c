//! What can be done with requirements.

use super::input::verb_input;
use super::requirement::{Requirement, RequirementKind, RequirementPriority};
use crate::{commands, domain};
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, mutate, update};
use domain::requirement::{RaiseRequirement, RequirementSource, RequirementWording, Tracing};

/// What raises a requirement.
#[derive(InputObject, Clone, Debug)]
pub struct RaiseRequirementInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The service that it is asked of.
    pub service: ID,
    /// What is asked, in a line of at most 200 characters.
    pub title: String,
    /// What is asked, in full, at most 20,000 characters; null when the title says it.
    pub description: Option<String>,
    /// What it is about.
    pub kind: RequirementKind,
    /// How much it matters.
    pub priority: RequirementPriority,
    /// How one sees that it is met; needed to agree.
    pub acceptance_criterion: Option<String>,
}

verb_input! {
    /// The new wording of a requirement, as a whole: what is left out is cleared.
    ReviseRequirementInput of "The requirement." {
        /// What is asked, in a line of at most 200 characters.
        title: String,
        /// What is asked, in full, at most 20,000 characters; null when the title says it.
        description: Option<String>,
        /// What it is about.
        kind: RequirementKind,
        /// How much it matters.
        priority: RequirementPriority,
        /// How one sees that it is met; needed to agree.
        acceptance_criterion: Option<String>,
    }
}

verb_input! {
    /// What agrees a requirement.
    AgreeRequirementInput of "The requirement." {}
}

verb_input! {
    /// Where a requirement is met and shown, as a whole: what is left out is cleared.
    TraceRequirementInput of "The requirement." {
        /// The element of the solution that meets it, at most 200 characters.
        solution_element: Option<String>,
        /// The version of the service's design package that it belongs to.
        package: Option<ID>,
        /// The test that shows it, by the tester's own reference of at most 200 characters.
        test: Option<String>,
        /// The target that watches it, by a reference of at most 200 characters.
        target: Option<String>,
    }
}

verb_input! {
    /// What finds a requirement met.
    SatisfyRequirementInput of "The requirement." {
        /// What shows that it is met, at most 20,000 characters.
        evidence: String,
    }
}

verb_input! {
    /// What gives up a requirement.
    DropRequirementInput of "The requirement." {
        /// Why it is given up, at most 20,000 characters.
        reason: String,
    }
}

/// What can be done with requirements.
#[derive(Default)]
pub struct RequirementMutations;

/// What can be done with requirements.
#[Object]
impl RequirementMutations {
    /// Raises a requirement on a service, as a draft. Errors: INVALID, BAD_ID, NOT_FOUND (the service), RULE_VIOLATED (the service is retiring, retired or rejected).
    async fn raise_requirement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to raise.")] input: RaiseRequirementInput,
    ) -> ApiResult<Requirement> {
        let raise = RaiseRequirement {
            service: mutate::id(&input.service)?,
            wording: RequirementWording {
                title: input.title,
                description: input.description,
                kind: input.kind.into(),
                priority: input.priority.into(),
                acceptance_criterion: input.acceptance_criterion,
            },
            source: RequirementSource::ByHand,
        };
        mutate::mutate(ctx, &input.idempotency_key, |tx| Box::pin(commands::requirement::raise(tx, raise)))
            .await
    }

    /// Replaces the wording of a draft. Errors: INVALID, BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn revise_requirement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requirement, and its new wording.")] input: ReviseRequirementInput,
    ) -> ApiResult<Requirement> {
        let wording = RequirementWording {
            title: input.title,
            description: input.description,
            kind: input.kind.into(),
            priority: input.priority.into(),
            acceptance_criterion: input.acceptance_criterion,
        };
        let revise = |requirement: domain::requirement::Requirement, _: &str, _| requirement.revise(wording);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, revise).await
    }

    /// Agrees a requirement: its wording stands from then on. Errors: BAD_ID, NOT_FOUND, WRONG_STATE, CRITERIA_UNMET (no acceptance criterion), CONFLICT.
    async fn agree_requirement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requirement.")] input: AgreeRequirementInput,
    ) -> ApiResult<Requirement> {
        let agree = |requirement: domain::requirement::Requirement, by: &str, at| requirement.agree(by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, agree).await
    }

    /// Sets where a requirement is met and shown. Errors: INVALID, BAD_ID, NOT_FOUND (the requirement or the design package), WRONG_STATE, RULE_VIOLATED (the package is of another service, or approved), LIMIT_EXCEEDED (a package has at most 1,000 requirements), CONFLICT.
    async fn trace_requirement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requirement, and where it is met and shown.")] input: TraceRequirementInput,
    ) -> ApiResult<Requirement> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let tracing = Tracing {
            solution_element: input.solution_element,
            package: input.package.as_ref().map(mutate::id).transpose()?,
            test: input.test,
            target: input.target,
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::requirement::trace(tx, id, expected, tracing))
        })
        .await
    }

    /// Finds an agreed requirement met, with what shows it. Errors: INVALID, BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn satisfy_requirement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requirement, and what shows that it is met.")] input: SatisfyRequirementInput,
    ) -> ApiResult<Requirement> {
        let evidence = input.evidence;
        let satisfy = move |requirement: domain::requirement::Requirement, by: &str, at| {
            requirement.satisfy(&evidence, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, satisfy).await
    }

    /// Gives up a requirement, with a reason. Errors: INVALID, BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn drop_requirement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requirement, and why it is given up.")] input: DropRequirementInput,
    ) -> ApiResult<Requirement> {
        let reason = input.reason;
        let drop = move |requirement: domain::requirement::Requirement, by: &str, at| {
            requirement.drop(&reason, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, drop).await
    }
}
