//! Operations' part of the supergraph.

pub mod access;
pub mod access_grant;
pub mod access_grant_verbs;
pub mod alert;
pub mod alert_rule;
pub mod alert_rule_dry_run;
pub mod entitlement;
pub mod foreign;
pub mod incident;
pub mod incident_verbs;
pub mod integration;
pub mod known_error;
pub mod labels;
pub mod monitoring_event;
pub mod priority_matrix;
pub mod problem;
pub mod problem_verbs;
pub mod queue;
pub mod queue_changes;
pub mod recurrence;
pub mod separation_conflict;
pub mod separation_rule;
pub mod service_level_clock;
pub mod service_request;
pub mod service_request_verbs;
pub mod silence;
pub mod what_if;

use async_graphql::{MergedObject, MergedSubscription, Schema};
use ciclo_transport::Handler;
use std::sync::Arc;

ciclo_api::parked_fields!("operations", operations_parked_events, retry_operations_parked_events);

/// What can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    incident::IncidentQueries,
    service_level_clock::ServiceLevelClockQueries,
    service_level_clock::PromiseQueries,
    what_if::WhatIfQueries,
    queue::QueueQueries,
    recurrence::RecurrenceQueries,
    priority_matrix::PriorityMatrixQueries,
    alert::AlertQueries,
    alert_rule::AlertRuleQueries,
    silence::SilenceQueries,
    alert_rule_dry_run::DryRunQueries,
    monitoring_event::MonitoringEventQueries,
    integration::IntegrationQueries,
    problem::ProblemQueries,
    known_error::KnownErrorQueries,
    known_error::KnownErrorOffers,
    service_request::ServiceRequestQueries,
    entitlement::EntitlementQueries,
    separation_rule::SeparationRuleQueries,
    separation_conflict::SeparationConflictQueries,
    access_grant::AccessGrantQueries,
    access_grant::AccessHeldQueries,
    foreign::ForeignQueries,
    ParkedQueries,
);

/// What can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    incident_verbs::IncidentMutations,
    priority_matrix::PriorityMatrixMutations,
    alert::AlertMutations,
    alert_rule::AlertRuleMutations,
    silence::SilenceMutations,
    integration::IntegrationMutations,
    problem_verbs::ProblemMutations,
    known_error::KnownErrorMutations,
    service_request_verbs::ServiceRequestMutations,
    entitlement::EntitlementMutations,
    separation_rule::SeparationRuleMutations,
    access_grant_verbs::AccessGrantMutations,
    ParkedMutations,
);

/// What can be followed.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    incident::IncidentSubscriptions,
    service_level_clock::ServiceLevelClockSubscriptions,
    queue_changes::QueueSubscriptions,
    priority_matrix::PriorityMatrixSubscriptions,
    alert::AlertSubscriptions,
    alert_rule::AlertRuleSubscriptions,
    silence::SilenceSubscriptions,
    monitoring_event::MonitoringEventSubscriptions,
    integration::IntegrationSubscriptions,
    problem::ProblemSubscriptions,
    known_error::KnownErrorSubscriptions,
    service_request::ServiceRequestSubscriptions,
    entitlement::EntitlementSubscriptions,
    separation_rule::SeparationRuleSubscriptions,
    access_grant::AccessGrantSubscriptions,
);

/// Operations' schema.
#[must_use]
pub fn schema(handlers: &[Arc<dyn Handler>]) -> Schema<Query, Mutation, Subscription> {
    ciclo_api::schema::build(Query::default(), Mutation::default(), Subscription::default(), handlers)
}

/// The schema as it is committed in schema.graphql.
#[must_use]
pub fn sdl() -> String {
    ciclo_api::schema::sdl(&schema(&[]))
}
