//! Transition's part of the supergraph.

pub mod access;
pub mod approval;
pub mod change;
pub mod change_verbs;
pub mod configuration_item;
pub mod deployment;
pub mod foreign;
pub mod impact;
mod input;
pub mod item_relation;
pub mod transition;
pub mod transition_step;
pub mod transition_verbs;

use crate::store::graphs::Graphs;
use async_graphql::{MergedObject, MergedSubscription, Schema};
use ciclo_transport::Handler;
use std::sync::Arc;

ciclo_api::parked_fields!("transition", transition_parked_events, retry_transition_parked_events);

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    transition::TransitionQueries,
    change::ChangeQueries,
    configuration_item::ConfigurationItemQueries,
    item_relation::ItemRelationQueries,
    deployment::DeploymentQueries,
    impact::ImpactQueries,
    foreign::ForeignQueries,
    ParkedQueries,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    transition_verbs::TransitionMutations,
    change_verbs::ChangeMutations,
    configuration_item::ConfigurationItemMutations,
    item_relation::ItemRelationMutations,
    deployment::DeploymentMutations,
    ParkedMutations,
);

/// What can be followed.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    transition::TransitionSubscriptions,
    change::ChangeSubscriptions,
    configuration_item::ConfigurationItemSubscriptions,
    item_relation::ItemRelationSubscriptions,
    deployment::DeploymentSubscriptions,
);

/// Transition's schema.
#[must_use]
pub fn schema(handlers: &[Arc<dyn Handler>]) -> Schema<Query, Mutation, Subscription> {
    let (query, mutation, subscription) = (Query::default(), Mutation::default(), Subscription::default());
    ciclo_api::schema::build_with(query, mutation, subscription, handlers, Graphs::default())
}

/// The schema as it is committed in schema.graphql.
#[must_use]
pub fn sdl() -> String {
    ciclo_api::schema::sdl(&schema(&[]))
}
