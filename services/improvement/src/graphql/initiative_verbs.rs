//! What can be done with initiatives.

use super::initiative::{ImprovementStep, Initiative};
use super::input::{optional_id, verb_input};
use crate::{commands, domain};
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, Instant, mutate, update};
use ciclo_kernel::Timestamp;
use domain::initiative::IdentifyInitiative;

type Own = domain::initiative::Initiative;

/// What puts an initiative into the register.
#[derive(InputObject, Clone, Debug)]
pub struct IdentifyInitiativeInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What is to be better, in a line of at most 200 characters.
    pub title: String,
    /// What is to be better, in full, at most 20,000 characters; null when the title says it.
    pub description: Option<String>,
    /// Who answers for it: a subject.
    pub owner: String,
    /// The service that it is about; null when it is about none in particular.
    pub service: Option<ID>,
}

verb_input! {
    /// What assesses an initiative.
    AssessInitiativeInput of "The initiative." {
        /// The effort, the benefit and the risk, in words, at most 20,000 characters.
        assessment: String,
    }
}

verb_input! {
    /// What approves an initiative.
    ApproveInitiativeInput of "The initiative." {}
}

verb_input! {
    /// What plans an initiative.
    PlanInitiativeInput of "The initiative." {
        /// When the work is to start.
        start: Instant,
        /// When it is to be in effect; after the start.
        end: Instant,
    }
}

verb_input! {
    /// What starts the work on an initiative.
    StartInitiativeInput of "The initiative." {}
}

verb_input! {
    /// What records a step of the seven.
    RecordInitiativeStepInput of "The initiative." {
        /// The step: the one after those that are recorded.
        step: ImprovementStep,
        /// What shows that it was taken, at most 20,000 characters.
        evidence: String,
    }
}

verb_input! {
    /// What says that an initiative is in effect.
    ImplementInitiativeInput of "The initiative." {}
}

verb_input! {
    /// What starts the review of an initiative's benefits.
    ReviewInitiativeBenefitsInput of "The initiative." {}
}

verb_input! {
    /// What closes an initiative.
    CloseInitiativeInput of "The initiative." {
        /// What it brought, at most 20,000 characters; without it the initiative is not closed.
        benefit: Option<String>,
    }
}

verb_input! {
    /// What rejects an initiative.
    RejectInitiativeInput of "The initiative." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

verb_input! {
    /// What puts an initiative off.
    DeferInitiativeInput of "The initiative." {
        /// To when; ahead of now.
        until: Instant,
        /// Why, at most 20,000 characters; null when nobody says.
        reason: Option<String>,
    }
}

verb_input! {
    /// What takes a deferred initiative up again.
    ResumeInitiativeInput of "The initiative." {}
}

/// What can be done with initiatives.
#[derive(Default)]
pub struct InitiativeMutations;

#[Object]
impl InitiativeMutations {
    /// Puts an initiative into the register by hand; one that answers a recommendation comes with its acceptance. Errors: INVALID, NOT_FOUND (the service), BAD_ID.
    async fn identify_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be better.")] input: IdentifyInitiativeInput,
    ) -> ApiResult<Initiative> {
        let identify = IdentifyInitiative {
            title: input.title,
            description: input.description,
            owner: input.owner,
            service_id: optional_id(input.service.as_ref())?,
            recommendation_id: None,
        };
        mutate::mutate(ctx, &input.idempotency_key, |tx| {
            Box::pin(commands::initiative::identify(tx, identify))
        })
        .await
    }

    /// Records what the assessment found. Errors: WRONG_STATE, INVALID, CONFLICT.
    async fn assess_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative, and what the assessment found.")] input: AssessInitiativeInput,
    ) -> ApiResult<Initiative> {
        let assess = move |own: Own, by: &str, at: Timestamp| own.assess(&input.assessment, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, assess).await
    }

    /// Approves an initiative. Errors: WRONG_STATE, CONFLICT.
    async fn approve_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative.")] input: ApproveInitiativeInput,
    ) -> ApiResult<Initiative> {
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, Own::approve).await
    }

    /// Sets when the work is to be done. Errors: WRONG_STATE, CRITERIA_UNMET (the steps STRATEGY and DEFINE_MEASURES), INVALID, CONFLICT.
    async fn plan_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative, and when.")] input: PlanInitiativeInput,
    ) -> ApiResult<Initiative> {
        let plan = move |own: Own, by: &str, at: Timestamp| own.plan(input.start.0, input.end.0, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, plan).await
    }

    /// Starts the work. Errors: WRONG_STATE, CONFLICT.
    async fn start_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative.")] input: StartInitiativeInput,
    ) -> ApiResult<Initiative> {
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, Own::start).await
    }

    /// Records the next of the seven steps with its evidence. Errors: WRONG_STATE, RULE_VIOLATED (it is recorded already), CRITERIA_UNMET (the steps before it), INVALID, CONFLICT.
    async fn record_initiative_step(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative, and which step.")] input: RecordInitiativeStepInput,
    ) -> ApiResult<Initiative> {
        let record = move |own: Own, by: &str, at: Timestamp| {
            own.record_step(input.step.into(), &input.evidence, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, record).await
    }

    /// Says that an initiative is in effect. Errors: WRONG_STATE, CRITERIA_UNMET (all seven steps), CONFLICT.
    async fn implement_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative.")] input: ImplementInitiativeInput,
    ) -> ApiResult<Initiative> {
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, Own::implemented).await
    }

    /// Starts the review of what an initiative brought. Errors: WRONG_STATE, CONFLICT.
    async fn review_initiative_benefits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative.")] input: ReviewInitiativeBenefitsInput,
    ) -> ApiResult<Initiative> {
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, Own::review_benefits).await
    }

    /// Closes an initiative with what it brought. Errors: WRONG_STATE, CRITERIA_UNMET (the benefit is not written), INVALID, CONFLICT.
    async fn close_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative, and what it brought.")] input: CloseInitiativeInput,
    ) -> ApiResult<Initiative> {
        let close = move |own: Own, by: &str, at: Timestamp| own.close(input.benefit.as_deref(), by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, close).await
    }

    /// Rejects an initiative that is not planned yet, with a reason. Errors: WRONG_STATE, INVALID, CONFLICT.
    async fn reject_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative, and why.")] input: RejectInitiativeInput,
    ) -> ApiResult<Initiative> {
        let reject = move |own: Own, by: &str, at: Timestamp| own.reject(&input.reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, reject).await
    }

    /// Puts an initiative that is not planned yet off to a date. Errors: WRONG_STATE, INVALID (the date), CONFLICT.
    async fn defer_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative, and to when.")] input: DeferInitiativeInput,
    ) -> ApiResult<Initiative> {
        let defer = move |own: Own, by: &str, at: Timestamp| {
            own.defer(input.until.0, input.reason.as_deref(), by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, defer).await
    }

    /// Takes a deferred initiative up again: it is assessed and approved anew, and keeps its steps. Errors: WRONG_STATE, CONFLICT.
    async fn resume_initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which initiative.")] input: ResumeInitiativeInput,
    ) -> ApiResult<Initiative> {
        let resume = |own: Own, _: &str, _: Timestamp| own.resume();
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, resume).await
    }
}
