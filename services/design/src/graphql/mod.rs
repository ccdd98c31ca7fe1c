//! Design's part of the supergraph.

pub mod access;
pub mod agreement;
pub mod agreement_terms;
pub mod agreement_verbs;
pub mod calendar;
pub mod calendar_hours;
pub mod calendar_verbs;
pub mod design_package;
pub mod design_package_verbs;
pub mod foreign;
mod input;
pub mod requirement;
pub mod requirement_verbs;
pub mod underpinning;

use async_graphql::{MergedObject, MergedSubscription, Schema};
use ciclo_transport::Handler;
use std::sync::Arc;

ciclo_api::parked_fields!("design", design_parked_events, retry_design_parked_events);

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    requirement::RequirementQueries,
    design_package::DesignPackageQueries,
    agreement::AgreementQueries,
    calendar::CalendarQueries,
    foreign::ForeignQueries,
    ParkedQueries,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    requirement_verbs::RequirementMutations,
    design_package_verbs::DesignPackageMutations,
    agreement_verbs::AgreementMutations,
    calendar_verbs::CalendarMutations,
    ParkedMutations,
);

/// What can be followed.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    requirement::RequirementSubscriptions,
    design_package::DesignPackageSubscriptions,
    agreement::AgreementSubscriptions,
    calendar::CalendarSubscriptions,
);

/// Design's schema.
#[must_use]
pub fn schema(handlers: &[Arc<dyn Handler>]) -> Schema<Query, Mutation, Subscription> {
    ciclo_api::schema::build(Query::default(), Mutation::default(), Subscription::default(), handlers)
}

/// The schema as it is committed in schema.graphql.
#[must_use]
pub fn sdl() -> String {
    ciclo_api::schema::sdl(&schema(&[]))
}
