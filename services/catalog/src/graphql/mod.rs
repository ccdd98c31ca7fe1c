//! Catalog's part of the supergraph.

pub mod access;
pub mod alignment;
pub mod business_objective;
pub mod capability;
pub mod customer;
pub mod foreign;
mod input;
pub mod market_space;
pub mod node;
pub mod offering;
pub mod offering_verbs;
pub mod service;
pub mod service_facts;
pub mod service_moves;
mod service_status;

use async_graphql::{MergedObject, MergedSubscription, Schema};
use ciclo_transport::Handler;
use std::sync::Arc;

ciclo_api::parked_fields!("catalog", catalog_parked_events, retry_catalog_parked_events);

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    node::NodeQueries,
    service::ServiceQueries,
    offering::OfferingQueries,
    customer::CustomerQueries,
    market_space::MarketSpaceQueries,
    business_objective::BusinessObjectiveQueries,
    capability::CapabilityQueries,
    ParkedQueries,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    service_facts::ServiceFactMutations,
    service_moves::ServiceMoveMutations,
    offering_verbs::OfferingMutations,
    customer::CustomerMutations,
    market_space::MarketSpaceMutations,
    business_objective::BusinessObjectiveMutations,
    capability::CapabilityMutations,
    ParkedMutations,
);

/// What can be followed.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    service::ServiceSubscriptions,
    offering::OfferingSubscriptions,
    customer::CustomerSubscriptions,
    market_space::MarketSpaceSubscriptions,
    business_objective::BusinessObjectiveSubscriptions,
    capability::CapabilitySubscriptions,
);

/// Catalog's schema.
#[must_use]
pub fn schema(handlers: &[Arc<dyn Handler>]) -> Schema<Query, Mutation, Subscription> {
    ciclo_api::schema::build(Query::default(), Mutation::default(), Subscription::default(), handlers)
}

/// The schema as it is committed in schema.graphql.
#[must_use]
pub fn sdl() -> String {
    ciclo_api::schema::sdl(&schema(&[]))
}
