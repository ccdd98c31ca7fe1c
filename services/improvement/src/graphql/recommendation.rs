//! Recommendations in the API: the record with its evidence and its answer, its list and its subscription.

use super::evidence::RecommendationEvidence;
use super::foreign::{Agreement, Requirement, Service};
use super::initiative::Initiative;
use super::input::{at, by, target_kind};
use super::target_result::TargetKindFilter;
use crate::domain;
use async_graphql::{Context, Enum};
use ciclo_api::filters::{IdFilter, LinkFilter, StringFilter};
use ciclo_api::{
    ApiResult, Instant, Long, Session, TargetKind, enum_filter, filter, record_api, record_object,
};
use ciclo_store::PageRequest;
use domain::facts::Mark;
use domain::recommendation::{Answer, RecommendationSource, RecommendationStatus};

/// How far a recommendation has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::recommendation::RecommendationState")]
pub enum RecommendationState {
    /// Proposed: it gathers evidence and waits for a decision.
    Proposed,
    /// Accepted; the requirement or the initiative is on its way.
    Accepted,
    /// Rejected, with a reason. Final.
    Rejected,
    /// A requirement or an initiative answers it. Final.
    Answered,
}

/// A stage of the service lifecycle.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::recommendation::Stage")]
pub enum LifecycleStage {
    /// Service strategy.
    Strategy,
    /// Service design.
    Design,
    /// Service transition.
    Transition,
    /// Service operation.
    Operation,
    /// Continual service improvement.
    Improvement,
}

/// Where a recommendation came from.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::recommendation::RecommendationOrigin")]
pub enum RecommendationOrigin {
    /// A missed target.
    Breach,
    /// A service level review.
    Review,
    /// A lesson of a transition.
    Lesson,
    /// Somebody proposed it.
    ByHand,
}

/// What an accepted recommendation becomes.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::recommendation::AcceptedAs")]
pub enum AcceptedAs {
    /// A requirement of design on the service.
    Requirement,
    /// An initiative of the improvement register.
    Initiative,
}

record_object! {
    /// A recommendation to a stage of the lifecycle, with the evidence that led to it and what became of it.
    Recommendation of domain::recommendation::Recommendation {
        /// The stage of the lifecycle that it is made to.
        async fn stage(&self) -> LifecycleStage {
            self.record().stage.into()
        }
        /// The service that it is about; null when it is about none in particular.
        async fn service(&self) -> Option<Service> {
            self.record().service_id.map(Service::named)
        }
        /// What is recommended, in a line.
        async fn title(&self) -> &str {
            &self.record().title
        }
        /// What is recommended, in full; null when the title says it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// Where it came from.
        async fn origin(&self) -> RecommendationOrigin {
            self.record().source.origin().into()
        }
        /// The agreement whose target was missed; null unless it came from a missed target.
        async fn agreement(&self) -> Option<Agreement> {
            missed(self.record().source).map(|(agreement, _)| Agreement::named(agreement))
        }
        /// Which promised time was missed; null unless it came from a missed target.
        async fn target_kind(&self) -> Option<TargetKind> {
            missed(self.record().source).map(|(_, kind)| target_kind(kind))
        }
        /// What speaks for it, newest first.
        async fn evidence(
            &self,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<RecommendationEvidence>> {
            let newest = self.record().evidence.iter().rev().take(PageRequest::size(first)?);
            Ok(newest.cloned().map(RecommendationEvidence).collect())
        }
        /// How many pieces of evidence there are; at most 1,000 are kept.
        async fn evidence_count(&self) -> Long {
            Long(i64::try_from(self.record().evidence.len()).unwrap_or(i64::MAX))
        }
        /// How far it has come.
        async fn state(&self) -> RecommendationState {
            self.record().state().into()
        }
        /// When it was proposed.
        async fn proposed_at(&self) -> Instant {
            Instant(self.record().proposed.at)
        }
        /// Who proposed it: a subject, or `service:improvement` for what an event brought about.
        async fn proposed_by(&self) -> &str {
            &self.record().proposed.by
        }
        /// What it was accepted as; null when it is not accepted.
        async fn accepted_as(&self) -> Option<AcceptedAs> {
            self.record().acceptance().map(|(accepted_as, _)| accepted_as.into())
        }
        /// When it was accepted; null when it is not.
        async fn accepted_at(&self) -> Option<Instant> {
            at(self.record().acceptance().map(|(_, accepted)| accepted))
        }
        /// Who accepted it; null when nobody has.
        async fn accepted_by(&self) -> Option<&str> {
            by(self.record().acceptance().map(|(_, accepted)| accepted))
        }
        /// Why it was rejected; null when it was not.
        async fn rejection_reason(&self) -> Option<&str> {
            rejection(&self.record().status).map(|(reason, _)| reason)
        }
        /// When it was rejected; null when it was not.
        async fn rejected_at(&self) -> Option<Instant> {
            at(rejection(&self.record().status).map(|(_, rejected)| rejected))
        }
        /// Who rejected it; null when nobody has.
        async fn rejected_by(&self) -> Option<&str> {
            by(rejection(&self.record().status).map(|(_, rejected)| rejected))
        }
        /// The requirement of design that answers it; null when none does.
        async fn requirement(&self) -> Option<Requirement> {
            match self.record().answer() {
                Some(Answer::Requirement(id)) => Some(Requirement::named(id)),
                Some(Answer::Initiative(_)) | None => None,
            }
        }
        /// The initiative that answers it; null when none does.
        async fn initiative(&self, ctx: &Context<'_>) -> ApiResult<Option<Initiative>> {
            let id = match self.record().answer() {
                Some(Answer::Initiative(id)) => id,
                Some(Answer::Requirement(_)) | None => return Ok(None),
            };
            let loaders = Session::of(ctx).loads::<domain::initiative::Initiative>()?;
            let found = loaders.one::<domain::initiative::Initiative>(id).await?;
            Ok(found.map(Initiative::from))
        }
        /// When the answer came; null before that.
        async fn answered_at(&self) -> Option<Instant> {
            at(answered(&self.record().status))
        }
        /// Who brought the answer; null before that.
        async fn answered_by(&self) -> Option<&str> {
            by(answered(&self.record().status))
        }
    }
}

fn missed(
    source: RecommendationSource,
) -> Option<(ciclo_kernel::ids::AgreementId, domain::facts::TargetKind)> {
    match source {
        RecommendationSource::Breach { agreement_id, kind } => Some((agreement_id, kind)),
        RecommendationSource::Review | RecommendationSource::Lesson | RecommendationSource::ByHand => None,
    }
}

fn rejection(status: &RecommendationStatus) -> Option<(&str, &Mark)> {
    match status {
        RecommendationStatus::Rejected { reason, rejected } => Some((reason, rejected)),
        RecommendationStatus::Proposed
        | RecommendationStatus::Accepted { .. }
        | RecommendationStatus::Answered { .. } => None,
    }
}

fn answered(status: &RecommendationStatus) -> Option<&Mark> {
    match status {
        RecommendationStatus::Answered { answered, .. } => Some(answered),
        RecommendationStatus::Proposed
        | RecommendationStatus::Accepted { .. }
        | RecommendationStatus::Rejected { .. } => None,
    }
}

enum_filter!(RecommendationStateFilter of RecommendationState);
enum_filter!(LifecycleStageFilter of LifecycleStage);
enum_filter!(RecommendationOriginFilter of RecommendationOrigin);
enum_filter!(AcceptedAsFilter of AcceptedAs);

filter! {
    /// Which recommendations.
    RecommendationFilter {
        /// By the stage that they are made to.
        stage: LifecycleStageFilter => "stage",
        /// By state.
        state: RecommendationStateFilter => "state",
        /// By where they came from.
        origin: RecommendationOriginFilter => "origin",
        /// By title.
        title: StringFilter => "title",
        /// By service.
        service: IdFilter => "service_id",
        /// By the agreement whose target was missed.
        agreement: IdFilter => "agreement_id",
        /// By which promised time was missed.
        target_kind: TargetKindFilter => "target_kind",
        /// By what they were accepted as; nothing passes that is not accepted.
        accepted_as: AcceptedAsFilter => "accepted_as",
        /// By the requirement that answers them.
        requirement: IdFilter => "requirement_id",
        /// By the initiative that answers them.
        initiative: IdFilter => "initiative_id",
        /// By records that are evidence for them, of any type.
        evidence: LinkFilter => "evidence",
    }
}

record_api! {
    Recommendation of domain::recommendation::Recommendation, "recommendation", "recommendations";
    one recommendation, many recommendations, changed recommendation_changed;
    filter RecommendationFilter;
    order {
        /// Title.
        Title = "title",
        /// State.
        State = "state",
        /// Stage.
        Stage = "stage",
    }
}
