//! Service level reviews in the API: conducted over a period that is over, then published.

use super::foreign::{Agreement, Service, shown_by};
use super::input::{at, by, verb_input};
use super::recommendation::Recommendation;
use super::review_line::{PromisedTarget, ServiceLevelReviewLine};
use crate::{commands, domain};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use ciclo_api::filters::{IdFilter, InstantFilter};
use ciclo_api::{
    ApiResult, Instant, Session, enum_filter, filter, mutate, record_api, record_object, update,
};
use domain::service_level_review::ServiceLevelReviewStatus;

/// How far a review has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::service_level_review::ServiceLevelReviewState")]
pub enum ServiceLevelReviewState {
    /// Measured; its conclusions are not written yet.
    Drafted,
    /// Published with its conclusions, and immutable. Final.
    Published,
}

record_object! {
    /// A review of an agreement over a period. Its numbers are computed once, when it is conducted.
    ServiceLevelReview of domain::service_level_review::ServiceLevelReview {
        /// The version of the agreement that is reviewed.
        async fn agreement(&self) -> Agreement {
            Agreement::named(self.record().agreement_id)
        }
        /// The agreement's name when the review was conducted.
        async fn agreement_name(&self) -> &str {
            &self.record().agreement_name
        }
        /// The service that the agreement is about.
        async fn service(&self) -> Service {
            Service::named(self.record().service_id)
        }
        /// The first instant of the period.
        #[graphql(name = "from")]
        async fn period_from(&self) -> Instant {
            Instant(self.record().period.from)
        }
        /// The first instant after the period.
        #[graphql(name = "to")]
        async fn period_to(&self) -> Instant {
            Instant(self.record().period.to)
        }
        /// What the agreement promised when the review was conducted.
        async fn promise(&self) -> Vec<PromisedTarget> {
            self.record().promise.iter().map(PromisedTarget::from).collect()
        }
        /// What came of it: a line for each target, and for each other kind and priority that has results.
        async fn lines(&self) -> Vec<ServiceLevelReviewLine> {
            self.record().lines.iter().cloned().map(ServiceLevelReviewLine).collect()
        }
        /// The review that the trends compare with; null when this is the agreement's first.
        async fn previous(&self, ctx: &Context<'_>) -> ApiResult<Option<ServiceLevelReview>> {
            let Some(id) = self.record().previous_id else { return Ok(None) };
            let loaders = Session::of(ctx).loads::<domain::service_level_review::ServiceLevelReview>()?;
            let found = loaders.one::<domain::service_level_review::ServiceLevelReview>(id).await?;
            Ok(found.map(ServiceLevelReview::from))
        }
        /// How far it has come.
        async fn state(&self) -> ServiceLevelReviewState {
            self.record().state().into()
        }
        /// When it was conducted.
        async fn conducted_at(&self) -> Instant {
            Instant(self.record().conducted.at)
        }
        /// Who conducted it.
        async fn conducted_by(&self) -> &str {
            &self.record().conducted.by
        }
        /// What it concluded; null while it is not published.
        async fn conclusions(&self) -> Option<&str> {
            self.record().conclusions()
        }
        /// When it was published; null while it is not.
        async fn published_at(&self) -> Option<Instant> {
            at(published(self.record()))
        }
        /// Who published it; null while nobody has.
        async fn published_by(&self) -> Option<&str> {
            by(published(self.record()))
        }
        /// The newest recommendations that the review is evidence for.
        async fn recommendations(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Recommendation>> {
            shown_by(ctx, &self.record().id.to_string(), first).await
        }
    }
}

fn published(review: &domain::service_level_review::ServiceLevelReview) -> Option<&domain::facts::Mark> {
    match &review.status {
        ServiceLevelReviewStatus::Drafted => None,
        ServiceLevelReviewStatus::Published { published, .. } => Some(published),
    }
}

enum_filter!(ServiceLevelReviewStateFilter of ServiceLevelReviewState);

filter! {
    /// Which reviews.
    ServiceLevelReviewFilter {
        /// By the version of the agreement.
        agreement: IdFilter => "agreement_id",
        /// By service.
        service: IdFilter => "service_id",
        /// By state.
        state: ServiceLevelReviewStateFilter => "state",
        /// By the first instant of the period.
        from: InstantFilter => "period_from",
        /// By the first instant after the period.
        to: InstantFilter => "period_to",
    }
}

record_api! {
    ServiceLevelReview of domain::service_level_review::ServiceLevelReview,
        "service level review", "service level reviews";
    one service_level_review, many service_level_reviews, changed service_level_review_changed;
    filter ServiceLevelReviewFilter;
    order {
        /// The first instant of the period.
        From = "period_from",
        /// The first instant after the period.
        To = "period_to",
    }
}

/// What conducts a review.
#[derive(InputObject, Clone, Debug)]
pub struct ConductServiceLevelReviewInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The version of the agreement to review.
    pub agreement: ID,
    /// The first instant of the period.
    pub from: Instant,
    /// The first instant after the period: at most 400 days after its start, and not ahead of now.
    pub to: Instant,
}

verb_input! {
    /// What publishes a review.
    PublishServiceLevelReviewInput of "The review." {
        /// What it concluded, at most 20,000 characters.
        conclusions: String,
    }
}

/// What can be done with reviews.
#[derive(Default)]
pub struct ServiceLevelReviewMutations;

#[Object]
impl ServiceLevelReviewMutations {
    /// Reviews an agreement over a period that is over: for each target what was promised, what came of it, and the results that missed. Errors: NOT_FOUND (the agreement), RULE_VIOLATED (it was never in force), INVALID (the period), LIMIT_EXCEEDED (more than 100,000 results).
    async fn conduct_service_level_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to review.")] input: ConductServiceLevelReviewInput,
    ) -> ApiResult<ServiceLevelReview> {
        let agreement = mutate::id(&input.agreement)?;
        let (from, to) = (input.from.0, input.to.0);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::service_level_review::conduct(tx, agreement, from, to))
        })
        .await
    }

    /// Publishes a review with its conclusions; nothing changes it then. Errors: WRONG_STATE, INVALID, CONFLICT.
    async fn publish_service_level_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which review, and what it concluded.")] input: PublishServiceLevelReviewInput,
    ) -> ApiResult<ServiceLevelReview> {
        let publish = move |review: domain::service_level_review::ServiceLevelReview, by: &str, at| {
            review.publish(&input.conclusions, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, publish).await
    }
}
