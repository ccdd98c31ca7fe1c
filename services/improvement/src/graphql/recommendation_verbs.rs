//! What can be done with recommendations. Answers come by events, and with the acceptance as an initiative.

use super::evidence::EvidenceInput;
use super::input::{optional_id, verb_input};
use super::recommendation::{AcceptedAs, LifecycleStage, Recommendation};
use crate::{commands, domain};
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, mutate, update};
use domain::recommendation::{MOST_EVIDENCE, ProposeRecommendation, RecommendationSource};

/// What proposes a recommendation.
#[derive(InputObject, Clone, Debug)]
pub struct RecommendInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The stage of the lifecycle that it is made to.
    pub stage: LifecycleStage,
    /// The service that it is about; needed for the stage DESIGN, unless a review is named: then it is the review's.
    pub service: Option<ID>,
    /// What is recommended, in a line of at most 200 characters.
    pub title: String,
    /// What is recommended, in full, at most 20,000 characters; null when the title says it.
    pub description: Option<String>,
    /// The service level review that led to it; it becomes the first piece of evidence. Null when somebody proposes it.
    pub review: Option<ID>,
    /// What speaks for it, at most 1,000 pieces; more can be added later.
    #[graphql(default)]
    pub evidence: Vec<EvidenceInput>,
}

verb_input! {
    /// What adds evidence.
    AddEvidenceInput of "The recommendation." {
        /// What speaks for it.
        evidence: EvidenceInput,
    }
}

verb_input! {
    /// What accepts a recommendation.
    AcceptRecommendationInput of "The recommendation." {
        /// What it becomes.
        r#as: AcceptedAs,
        /// Who answers for the initiative, a subject; the caller when left out. Only as INITIATIVE.
        owner: Option<String>,
    }
}

verb_input! {
    /// What rejects a recommendation.
    RejectRecommendationInput of "The recommendation." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

/// What can be done with recommendations.
#[derive(Default)]
pub struct RecommendationMutations;

#[Object]
impl RecommendationMutations {
    /// Proposes a recommendation, by hand or from a review. Errors: INVALID, NOT_FOUND (the service, the review, a result), BAD_ID, RULE_VIOLATED (the same record twice as evidence), LIMIT_EXCEEDED.
    async fn recommend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to recommend.")] input: RecommendInput,
    ) -> ApiResult<Recommendation> {
        let review = optional_id(input.review.as_ref())?;
        if input.evidence.len() > MOST_EVIDENCE {
            let message = format!("at most {MOST_EVIDENCE} pieces of evidence are kept");
            let refusal = ciclo_kernel::Refusal::new(ciclo_kernel::Code::LimitExceeded, message);
            return Err(refusal.with("limit", MOST_EVIDENCE).into());
        }
        let propose = ProposeRecommendation {
            stage: input.stage.into(),
            service_id: optional_id(input.service.as_ref())?,
            title: input.title,
            description: input.description,
            source: RecommendationSource::ByHand,
            evidence: input.evidence.into_iter().map(Into::into).collect(),
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::recommendation::recommend(tx, propose, review))
        })
        .await
    }

    /// Adds evidence, each record once. Errors: WRONG_STATE, INVALID, NOT_FOUND (a result or review), BAD_ID, RULE_VIOLATED (it is evidence already), LIMIT_EXCEEDED (1,000 pieces), CONFLICT.
    async fn add_evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which recommendation, and what speaks for it.")] input: AddEvidenceInput,
    ) -> ApiResult<Recommendation> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let evidence = input.evidence.into();
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::recommendation::add_evidence(tx, id, expected, evidence))
        })
        .await
    }

    /// Accepts a recommendation. As REQUIREMENT it waits for design, which raises the requirement by event. As INITIATIVE it is answered at once: the initiative is identified with it, and the version grows by two. Errors: WRONG_STATE, CRITERIA_UNMET (no evidence; for a requirement the stage DESIGN and a service), INVALID, CONFLICT.
    async fn accept_recommendation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which recommendation, and what it becomes.")] input: AcceptRecommendationInput,
    ) -> ApiResult<Recommendation> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let (accepted_as, owner) = (input.r#as.into(), input.owner);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::recommendation::accept(tx, id, expected, accepted_as, owner))
        })
        .await
    }

    /// Rejects a recommendation, with a reason. Errors: WRONG_STATE, INVALID, CONFLICT.
    async fn reject_recommendation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which recommendation, and why.")] input: RejectRecommendationInput,
    ) -> ApiResult<Recommendation> {
        let reject = move |recommendation: domain::recommendation::Recommendation, by: &str, at| {
            recommendation.reject(&input.reason, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, reject).await
    }
}
