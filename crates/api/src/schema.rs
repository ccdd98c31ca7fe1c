//! Building a service's schema: federation, limits, access.

use crate::access::AccessCheck;
use crate::parked::Handlers;
use async_graphql::{ObjectType, SDLExportOptions, Schema, SubscriptionType};
use ciclo_transport::Handler;
use std::sync::Arc;

/// Deepest query that a service answers. The gateway's own limit is lower.
const DEPTH: usize = 32;
/// Most fields of one query, counted before it runs.
const COMPLEXITY: usize = 5_000;

/// A service's schema, with what every service has.
pub fn build<Q, M, S>(
    query: Q,
    mutation: M,
    subscription: S,
    handlers: &[Arc<dyn Handler>],
) -> Schema<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    build_with(query, mutation, subscription, handlers, ())
}

/// [`build`], with something of the service's own in the schema's data, for its resolvers.
pub fn build_with<Q, M, S, D>(
    query: Q,
    mutation: M,
    subscription: S,
    handlers: &[Arc<dyn Handler>],
    own: D,
) -> Schema<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
    D: std::any::Any + Send + Sync,
{
    Schema::build(query, mutation, subscription)
        .enable_federation()
        .enable_subscription_in_federation()
        .data(Handlers(handlers.to_vec()))
        .data(own)
        .limit_depth(DEPTH)
        .limit_complexity(COMPLEXITY)
        .limit_directives(20)
        .extension(AccessCheck)
        .finish()
}

/// The schema as it is composed into the supergraph.
pub fn sdl<Q, M, S>(schema: &Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    schema.sdl_with_options(
        SDLExportOptions::new().federation().sorted_fields().sorted_arguments().sorted_enum_items(),
    )
}
