//! Improvement's part of the supergraph.

pub mod access;
pub mod evidence;
pub mod foreign;
pub mod initiative;
pub mod initiative_verbs;
mod input;
pub mod recommendation;
pub mod recommendation_verbs;
pub mod review_line;
pub mod service_level_review;
pub mod target_result;

use async_graphql::{MergedObject, MergedSubscription, Schema};
use ciclo_transport::Handler;
use std::sync::Arc;

ciclo_api::parked_fields!("improvement", improvement_parked_events, retry_improvement_parked_events);

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    target_result::TargetResultQueries,
    service_level_review::ServiceLevelReviewQueries,
    recommendation::RecommendationQueries,
    initiative::InitiativeQueries,
    foreign::ForeignQueries,
    ParkedQueries,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    service_level_review::ServiceLevelReviewMutations,
    recommendation_verbs::RecommendationMutations,
    initiative_verbs::InitiativeMutations,
    ParkedMutations,
);

/// What can be followed.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    target_result::TargetResultSubscriptions,
    service_level_review::ServiceLevelReviewSubscriptions,
    recommendation::RecommendationSubscriptions,
    initiative::InitiativeSubscriptions,
);

/// Improvement's schema.
#[must_use]
pub fn schema(handlers: &[Arc<dyn Handler>]) -> Schema<Query, Mutation, Subscription> {
    ciclo_api::schema::build(Query::default(), Mutation::default(), Subscription::default(), handlers)
}

/// The schema as it is committed in schema.graphql.
#[must_use]
pub fn sdl() -> String {
    ciclo_api::schema::sdl(&schema(&[]))
}
