//! Known errors in the API.

use super::foreign::{ConfigurationItem, Service};
use super::problem::Problem;
use super::problem_verbs::ids;
use crate::commands::known_error::{DraftOfProblem, Revision};
use crate::domain::known_error::{KnownErrorStatus, offered_for};
use crate::store::known_error::{OFFERED_ITEM, OFFERED_SERVICE};
use crate::{commands, domain};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use ciclo_api::filters::{IdFilter, LinkFilter, StringFilter, bounded};
use ciclo_api::{
    ApiResult, Instant, Session, enum_filter, filter, mutate, record_api, record_object, update,
};
use ciclo_kernel::ids::{ConfigurationItemId, RecordId, ServiceId};
use ciclo_store::{PageRequest, Versioned};
use futures::future::try_join_all;
use std::collections::BTreeMap;

/// Most known errors of one service that are looked through for an offer.
const OFFERED_MOST: usize = 1_000;
/// Most known errors of one item that are looked through for an offer, and most that are offered at once.
const ANSWERED_MOST: usize = 100;

/// Whether a known error is offered.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::known_error::KnownErrorState")]
pub enum KnownErrorState {
    /// Being written; offered to nobody.
    Draft,
    /// Offered to incidents on the same service or items.
    Published,
    /// No longer offered. Final.
    Retired,
}

record_object! {
    /// A known error: a cause and a workaround that people and new incidents are offered.
    KnownError of domain::known_error::KnownError {
        /// What one sees, in a line.
        async fn title(&self) -> &str {
            &self.record().text.title
        }
        /// Whether it is offered.
        async fn state(&self) -> KnownErrorState {
            self.record().state().into()
        }
        /// The cause; null until somebody wrote it.
        async fn cause(&self) -> Option<&str> {
            self.record().text.cause.as_deref()
        }
        /// How to live with it; null until somebody wrote it.
        async fn workaround(&self) -> Option<&str> {
            self.record().text.workaround.as_deref()
        }
        /// The problem that it came from; null when it cannot be read.
        async fn problem(&self, ctx: &Context<'_>) -> ApiResult<Option<Problem>> {
            let loaders = Session::of(ctx).loads::<domain::problem::Problem>()?;
            Ok(loaders.one(self.record().problem).await?.map(Problem::from))
        }
        /// The service that it is about.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// The newest configuration items that it is in; with none at all it is offered for the whole service. Errors: LIMIT_EXCEEDED.
        async fn items(
            &self,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<ConfigurationItem>> {
            let newest = self.record().text.items.iter().rev().take(PageRequest::size(first)?);
            Ok(newest.map(ConfigurationItem::named).collect())
        }
        /// Who drafted it.
        async fn drafted_by(&self) -> &str {
            &self.record().drafted.by
        }
        /// When it was drafted.
        async fn drafted_at(&self) -> Instant {
            Instant(self.record().drafted.at)
        }
        /// Who published it; null until then.
        async fn published_by(&self) -> Option<&str> {
            self.record().published().map(|mark| mark.by.as_str())
        }
        /// When it was published; null until then.
        async fn published_at(&self) -> Option<Instant> {
            self.record().published().map(|mark| Instant(mark.at))
        }
        /// Who retired it; null until then.
        async fn retired_by(&self) -> Option<&str> {
            match &self.record().status {
                KnownErrorStatus::Retired { retired, .. } => Some(&retired.by),
                KnownErrorStatus::Draft | KnownErrorStatus::Published { .. } => None,
            }
        }
        /// When it was retired; null until then.
        async fn retired_at(&self) -> Option<Instant> {
            match &self.record().status {
                KnownErrorStatus::Retired { retired, .. } => Some(Instant(retired.at)),
                KnownErrorStatus::Draft | KnownErrorStatus::Published { .. } => None,
            }
        }
        /// Why it is no longer offered; null while it is, or when nobody said.
        async fn retirement_reason(&self) -> Option<&str> {
            match &self.record().status {
                KnownErrorStatus::Retired { reason, .. } => reason.as_deref(),
                KnownErrorStatus::Draft | KnownErrorStatus::Published { .. } => None,
            }
        }
    }
}

enum_filter!(KnownErrorStateFilter of KnownErrorState);

filter! {
    /// Which known errors.
    KnownErrorFilter {
        /// By state.
        state: KnownErrorStateFilter => "state",
        /// By title.
        title: StringFilter => "title",
        /// By service.
        service: IdFilter => "service_id",
        /// By the problem that they came from.
        problem: IdFilter => "problem_id",
        /// By configuration items that they are in.
        items: LinkFilter => "item",
    }
}

record_api! {
    KnownError of domain::known_error::KnownError, "known error", "known errors";
    one known_error, many known_errors, changed known_error_changed;
    filter KnownErrorFilter;
    order {
        /// Title.
        Title = "title",
        /// State.
        State = "state",
    }
}

/// The known errors to offer for an incident on a service and items, best first, at most 100. Goes
/// through the loaders, so that a list of incidents can ask for each of its own.
pub async fn offered(
    session: &Session,
    service: ServiceId,
    items: &[ConfigurationItemId],
) -> ApiResult<Vec<KnownError>> {
    type Known = domain::known_error::KnownError;
    let loaders = session.loads::<Known>()?;
    let of_service = loaders.up_to::<Known>(OFFERED_SERVICE, service.to_string(), OFFERED_MOST).await?;
    let most = i32::try_from(ANSWERED_MOST).ok();
    let of_items = items.iter().map(|item| loaders.by_link::<Known>(OFFERED_ITEM, item.to_string(), most));
    let of_items = try_join_all(of_items).await?.into_iter().flatten();
    let found: BTreeMap<String, Versioned<Known>> =
        of_service.into_iter().chain(of_items).map(|known| (known.record.id.to_string(), known)).collect();
    let records: Vec<Known> = found.values().map(|known| known.record.clone()).collect();
    let best = offered_for(&records, service, items).into_iter().take(ANSWERED_MOST);
    Ok(best.filter_map(|known| found.get(&known.id.to_string()).cloned()).map(KnownError::from).collect())
}

/// Finds known errors for what somebody sees.
#[derive(Default)]
pub struct KnownErrorOffers;

/// Finds known errors for what somebody sees.
#[Object]
impl KnownErrorOffers {
    /// The published known errors to offer for trouble with a service and items: with an item in common, or of the same service when either side names no items. Those with an item in common come first, then the newest; at most 100. Errors: BAD_ID, LIMIT_EXCEEDED.
    async fn known_errors_for(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service.")] service: ID,
        #[graphql(desc = "The configuration items, at most 1,000; none when left out.")] items: Option<
            Vec<ID>,
        >,
    ) -> ApiResult<Vec<KnownError>> {
        let items = bounded(items)?.unwrap_or_default();
        let items: Vec<ConfigurationItemId> = items.iter().map(mutate::id).collect::<Result<_, _>>()?;
        offered(Session::of(ctx), ServiceId::parse(service.as_str())?, &items).await
    }
}

/// What drafts a known error of a problem.
#[derive(InputObject, Clone, Debug)]
pub struct DraftKnownErrorInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The problem that it comes from.
    pub problem: ID,
    /// The service that it is about; the problem's when left out.
    pub service: Option<ID>,
    /// What one sees, in a line of at most 200 characters; the problem's title when left out.
    pub title: Option<String>,
    /// The cause, at most 20,000 characters; what the problem says when left out.
    pub cause: Option<String>,
    /// How to live with it, at most 20,000 characters; what the problem says when left out.
    pub workaround: Option<String>,
    /// The configuration items that it is in, at most 1,000; the problem's when left out, none for the whole service.
    pub items: Option<Vec<ID>>,
}

/// What changes a known error.
#[derive(InputObject, Clone, Debug)]
pub struct ReviseKnownErrorInput {
    /// The known error.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What one sees, in a line of at most 200 characters; left out, it stays.
    pub title: Option<String>,
    /// The cause, at most 20,000 characters; left out, it stays; blank, it is taken out.
    pub cause: Option<String>,
    /// How to live with it, at most 20,000 characters; left out, it stays; blank, it is taken out.
    pub workaround: Option<String>,
    /// The configuration items that it is in, at most 1,000, in place of those before; left out, those stay.
    pub items: Option<Vec<ID>>,
}

/// What publishes a known error.
#[derive(InputObject, Clone, Debug)]
pub struct PublishKnownErrorInput {
    /// The known error.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What retires a known error.
#[derive(InputObject, Clone, Debug)]
pub struct RetireKnownErrorInput {
    /// The known error.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why, at most 20,000 characters; may be left out.
    pub reason: Option<String>,
}

/// What can be done with known errors.
#[derive(Default)]
pub struct KnownErrorMutations;

#[Object]
impl KnownErrorMutations {
    /// Drafts a known error of a problem. Errors: INVALID, BAD_ID, NOT_FOUND (the problem, the service or an item).
    async fn draft_known_error(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to draft.")] input: DraftKnownErrorInput,
    ) -> ApiResult<KnownError> {
        let draft = DraftOfProblem {
            problem: mutate::id(&input.problem)?,
            service: input.service.as_ref().map(mutate::id).transpose()?,
            title: input.title,
            cause: input.cause,
            workaround: input.workaround,
            items: input.items.map(|items| ids(Some(items))).transpose()?,
        };
        mutate::mutate(ctx, &input.idempotency_key, |tx| Box::pin(commands::known_error::draft(tx, draft)))
            .await
    }

    /// Changes what a known error says; what is published keeps a cause and a workaround. Errors: NOT_FOUND (the known error or an item), BAD_ID, WRONG_STATE, CRITERIA_UNMET, INVALID, CONFLICT.
    async fn revise_known_error(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which known error, and what it says.")] input: ReviseKnownErrorInput,
    ) -> ApiResult<KnownError> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let revision = Revision {
            title: input.title,
            cause: input.cause,
            workaround: input.workaround,
            items: input.items.map(|items| ids(Some(items))).transpose()?,
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::known_error::revise(tx, id, expected, revision))
        })
        .await
    }

    /// Publishes a known error: it is offered from then on. Errors: NOT_FOUND, WRONG_STATE, CRITERIA_UNMET (no cause, no workaround), CONFLICT.
    async fn publish_known_error(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which known error.")] input: PublishKnownErrorInput,
    ) -> ApiResult<KnownError> {
        let verb = |known: domain::known_error::KnownError, by: &str, at| known.publish(by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Retires a known error: it is offered no longer. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn retire_known_error(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which known error, and why.")] input: RetireKnownErrorInput,
    ) -> ApiResult<KnownError> {
        let reason = input.reason;
        let verb = move |known: domain::known_error::KnownError, by: &str, at| {
            known.retire(reason.as_deref(), by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }
}
