//! Parked events: what could not be taken in, and trying it again.

use crate::error::ApiResult;
use crate::scalars::Instant;
use crate::session::Session;
use async_graphql::{Context, ID, SimpleObject};
use ciclo_kernel::Refusal;
use ciclo_transport::{Handler, consumer};
use std::sync::Arc;

/// A service's handlers, for retries; put into the schema's data.
pub struct Handlers(pub Vec<Arc<dyn Handler>>);

/// An event of another service that could not be applied here. It holds back
/// later events of its own record only.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(shareable)]
pub struct ParkedEvent {
    /// The service whose event it is.
    pub source: String,
    /// The record it is about.
    pub record_id: ID,
    /// That record's version after it.
    pub record_version: i32,
    /// The event's id.
    pub event_id: String,
    /// What happened, as the event contract names it.
    pub event_type: String,
    /// Why it was parked.
    pub reason: String,
    /// How often it was tried.
    pub tries: i32,
    /// Since when it is parked.
    pub parked_at: Instant,
}

/// The tenant's parked events in a service, oldest first, at most 100.
pub async fn list(ctx: &Context<'_>) -> ApiResult<Vec<ParkedEvent>> {
    let session = Session::of(ctx);
    let parked = session.database().parked(Some(session.principal().tenant.as_str()), 100).await?;
    Ok(parked
        .into_iter()
        .map(|event| ParkedEvent {
            source: event.source,
            record_id: ID(event.record_id),
            record_version: crate::history::version(event.record_version),
            event_id: event.event_id,
            event_type: event.event_type,
            reason: event.reason,
            tries: i32::try_from(event.tries).unwrap_or(i32::MAX),
            parked_at: Instant(event.parked_at),
        })
        .collect())
}

/// Tries a record's parked events again; how many were applied.
pub async fn retry(ctx: &Context<'_>, source: &str, record_id: &ID) -> ApiResult<i32> {
    let session = Session::of(ctx);
    let tenant = session.principal().tenant.as_str();
    let handlers = ctx.data_unchecked::<Handlers>();
    let parked = session.database().parked_of(source, record_id).await?;
    let handler = handlers.0.iter().find(|handler| handler.topics().source == source);
    let (Some(handler), true) = (handler, parked.iter().any(|event| event.tenant == tenant)) else {
        return Err(Refusal::not_found("ParkedEvent", record_id.as_str()).into());
    };
    let applied =
        consumer::retry(session.database(), handler, record_id).await.map_err(|error| match error {
            // Still the same poison: that is an answer for the operator, not a fault.
            ciclo_store::Error::Corrupt(why) => Refusal::rule(why.to_string()).into(),
            other => other,
        })?;
    Ok(i32::try_from(applied).unwrap_or(i32::MAX))
}

/// Declares a service's fields over parked events:
/// `parked_fields!("catalog", catalog_parked_events, retry_catalog_parked_events)`.
#[macro_export]
macro_rules! parked_fields {
    ($service:literal, $list:ident, $retry:ident) => {
        $crate::pastey::paste! {
            #[doc = "Reads the parked events of " $service "."]
            #[derive(Default)]
            pub struct ParkedQueries;

            #[doc = "Reads the parked events of " $service "."]
            #[$crate::async_graphql::Object]
            impl ParkedQueries {
                #[doc = "Events of other services that " $service " could not take in, oldest first, at most 100."]
                async fn $list(
                    &self,
                    ctx: &$crate::async_graphql::Context<'_>,
                ) -> $crate::ApiResult<Vec<$crate::parked::ParkedEvent>> {
                    $crate::parked::list(ctx).await
                }
            }

            #[doc = "Tries the parked events of " $service " again."]
            #[derive(Default)]
            pub struct ParkedMutations;

            #[doc = "Tries the parked events of " $service " again."]
            #[$crate::async_graphql::Object]
            impl ParkedMutations {
                #[doc = "Tries a record's parked events in " $service " again, oldest first; answers how many were applied. Repeating it is safe: an event takes effect once. Errors: NOT_FOUND, RULE_VIOLATED when the first still cannot be applied."]
                async fn $retry(
                    &self,
                    ctx: &$crate::async_graphql::Context<'_>,
                    #[graphql(desc = "The service whose events are parked.")] source: String,
                    #[graphql(desc = "The record they are about.")] record_id: $crate::async_graphql::ID,
                ) -> $crate::ApiResult<i32> {
                    $crate::parked::retry(ctx, &source, &record_id).await
                }
            }
        }
    };
}
