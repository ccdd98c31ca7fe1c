//! The evidence of recommendations in the API.

use super::foreign::{AccessGrant, Agreement, Alert, Incident, Problem, ServiceRequest, Transition};
use super::service_level_review::ServiceLevelReview;
use super::target_result::TargetResult;
use crate::domain;
use crate::domain::evidence as own;
use async_graphql::{Context, Enum, ID, InputObject, Object};
use ciclo_api::{ApiResult, Instant, Session};
use ciclo_kernel::ids::{
    AccessGrantId, AgreementId, AlertId, IncidentId, ProblemId, RecordId, ServiceLevelReviewId,
    ServiceRequestId, TargetResultId, TransitionId,
};

/// What a piece of evidence is.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "own::EvidenceKind")]
pub enum EvidenceKind {
    /// A record of any service: an incident, a transition, an agreement.
    Record,
    /// A result of a service level target.
    Result,
    /// A service level review.
    Review,
    /// A text alone.
    Text,
}

/// A piece of evidence: what speaks for a recommendation.
#[derive(Clone, Debug)]
pub struct RecommendationEvidence(pub own::Evidence);

impl RecommendationEvidence {
    /// The id of the record, if it is one of this type.
    fn named<I: RecordId>(&self) -> Option<I> {
        self.0.record_id.as_deref().and_then(|id| I::parse(id).ok())
    }
}

/// A piece of evidence: what speaks for a recommendation.
#[Object]
impl RecommendationEvidence {
    /// What it is.
    async fn kind(&self) -> EvidenceKind {
        self.0.kind.into()
    }

    /// The record's id, of whatever type; null for a text.
    async fn record_id(&self) -> Option<ID> {
        self.0.record_id.clone().map(ID)
    }

    /// What it shows; null when the record says it.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// When it was added.
    async fn added_at(&self) -> Instant {
        Instant(self.0.added.at)
    }

    /// Who added it.
    async fn added_by(&self) -> &str {
        &self.0.added.by
    }

    /// The incident; null when the evidence is none.
    async fn incident(&self) -> Option<Incident> {
        self.named::<IncidentId>().map(Incident::named)
    }

    /// The service request; null when the evidence is none.
    async fn service_request(&self) -> Option<ServiceRequest> {
        self.named::<ServiceRequestId>().map(ServiceRequest::named)
    }

    /// The problem; null when the evidence is none.
    async fn problem(&self) -> Option<Problem> {
        self.named::<ProblemId>().map(Problem::named)
    }

    /// The alert; null when the evidence is none.
    async fn alert(&self) -> Option<Alert> {
        self.named::<AlertId>().map(Alert::named)
    }

    /// The access grant; null when the evidence is none.
    async fn access_grant(&self) -> Option<AccessGrant> {
        self.named::<AccessGrantId>().map(AccessGrant::named)
    }

    /// The transition; null when the evidence is none.
    async fn transition(&self) -> Option<Transition> {
        self.named::<TransitionId>().map(Transition::named)
    }

    /// The agreement; null when the evidence is none.
    async fn agreement(&self) -> Option<Agreement> {
        self.named::<AgreementId>().map(Agreement::named)
    }

    /// The result of a target; null when the evidence is none.
    async fn result(&self, ctx: &Context<'_>) -> ApiResult<Option<TargetResult>> {
        let Some(id) = self.named::<TargetResultId>() else { return Ok(None) };
        let loaders = Session::of(ctx).loads::<domain::target_result::TargetResult>()?;
        let found = loaders.one::<domain::target_result::TargetResult>(id).await?;
        Ok(found.map(TargetResult::from))
    }

    /// The service level review; null when the evidence is none.
    async fn review(&self, ctx: &Context<'_>) -> ApiResult<Option<ServiceLevelReview>> {
        let Some(id) = self.named::<ServiceLevelReviewId>() else { return Ok(None) };
        let loaders = Session::of(ctx).loads::<domain::service_level_review::ServiceLevelReview>()?;
        let found = loaders.one::<domain::service_level_review::ServiceLevelReview>(id).await?;
        Ok(found.map(ServiceLevelReview::from))
    }
}

/// A piece of evidence to add.
#[derive(InputObject, Clone, Debug)]
pub struct EvidenceInput {
    /// What it is.
    pub kind: EvidenceKind,
    /// The id of the record: of a target result for RESULT, of a review for REVIEW, of any type for RECORD; null for TEXT.
    pub record_id: Option<ID>,
    /// What it shows, at most 20,000 characters; needed for TEXT.
    pub note: Option<String>,
}

impl From<EvidenceInput> for own::NewEvidence {
    fn from(input: EvidenceInput) -> Self {
        Self { kind: input.kind.into(), record_id: input.record_id.map(|id| id.0), note: input.note }
    }
}
