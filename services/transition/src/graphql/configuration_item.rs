//! Configuration items in the API.

use super::change::Change;
use super::foreign::Service;
use super::impact::{self, ItemImpact};
use super::input::verb_input;
use super::item_relation::ItemRelation;
use crate::{commands, domain};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use ciclo_api::filters::{IntFilter, LinkFilter, StringFilter};
use ciclo_api::{ApiResult, Json, Session, enum_filter, filter, mutate, record_api, record_object, update};
use ciclo_kernel::Refusal;
use ciclo_kernel::ids::ServiceId;
use domain::{RegisterConfigurationItem, ReviseConfigurationItem};

/// Where a configuration item stands in its life.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::ConfigurationItemState")]
pub enum ConfigurationItemState {
    /// Planned, not ordered yet.
    Planned,
    /// Ordered.
    Ordered,
    /// Received.
    Received,
    /// Being tested.
    InTest,
    /// In use.
    Live,
    /// Taken out of use for a while.
    InMaintenance,
    /// On its way out.
    Retiring,
    /// Out of use.
    Retired,
    /// Gone for good. Final.
    Disposed,
    /// An audit did not find it.
    Missing,
}

/// A move of a configuration item in its life.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::ItemMove")]
pub enum ConfigurationItemMove {
    /// From PLANNED to ORDERED.
    Order,
    /// From ORDERED to RECEIVED.
    Receive,
    /// From RECEIVED to IN_TEST.
    StartTest,
    /// From IN_TEST to LIVE.
    GoLive,
    /// From LIVE to IN_MAINTENANCE.
    StartMaintenance,
    /// From IN_MAINTENANCE to LIVE.
    EndMaintenance,
    /// From LIVE to RETIRING.
    StartRetiring,
    /// From RETIRING to RETIRED.
    Retire,
    /// From RETIRED to DISPOSED.
    Dispose,
    /// From LIVE or IN_MAINTENANCE to MISSING; needs a note of the audit.
    ReportMissing,
    /// From MISSING to LIVE; needs a note of the audit.
    Find,
}

/// The state in which an item is registered.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::InitialItemState")]
pub enum InitialItemState {
    /// It is planned, and goes its way from there.
    Planned,
    /// It was found in use, for example by a discovery.
    Live,
}

record_object! {
    /// A configuration item: a part that services rest on.
    ConfigurationItem of domain::ConfigurationItem {
        /// Its name.
        async fn name(&self) -> &str {
            &self.record().name
        }
        /// Its class, for example `server`. It does not change.
        async fn class(&self) -> &str {
            &self.record().class
        }
        /// Its attributes: a JSON object.
        async fn attributes(&self) -> ApiResult<Json> {
            let read = serde_json::from_str(&self.record().attributes);
            Ok(Json(read.map_err(|why| ciclo_kernel::Corrupt::new("attributes", why))?))
        }
        /// How critical it is: 1 is the most critical, 4 the least.
        async fn criticality(&self) -> i32 {
            self.record().criticality.into()
        }
        /// Where it stands in its life.
        async fn state(&self) -> ConfigurationItemState {
            self.record().state().into()
        }
        /// The note of its last move; null when nothing was noted.
        async fn state_note(&self) -> Option<&str> {
            self.record().state_note.as_deref()
        }
        /// The services that rest on it directly, in the order they were named; at most 500.
        async fn services(&self) -> Vec<Service> {
            self.record().service_ids.iter().map(Service::named).collect()
        }
        /// The newest relations that it is in, either way, and that hold.
        async fn relations(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<ItemRelation>> {
            let loaders = Session::of(ctx).loads::<domain::ItemRelation>()?;
            let found = loaders.by_link("item", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(ItemRelation::from).collect())
        }
        /// The newest changes of it.
        async fn changes(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Change>> {
            let loaders = Session::of(ctx).loads::<domain::Change>()?;
            let found = loaders.by_link("item", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Change::from).collect())
        }
        /// What a failure of it reaches. Errors: INVALID (the depth).
        async fn impact(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many relations far, 0 to 50.", default = 10)] depth: i32,
        ) -> ApiResult<ItemImpact> {
            impact::of(ctx, &[self.record().id], depth).await
        }
    }
}

enum_filter!(ConfigurationItemStateFilter of ConfigurationItemState);

filter! {
    /// Which configuration items.
    ConfigurationItemFilter {
        /// By name.
        name: StringFilter => "name",
        /// By class.
        class: StringFilter => "class",
        /// By state.
        state: ConfigurationItemStateFilter => "state",
        /// By criticality: 1 (most) to 4.
        criticality: IntFilter => "criticality",
        /// By the services that rest on them directly.
        services: LinkFilter => "service",
    }
}

record_api! {
    ConfigurationItem of domain::ConfigurationItem, "configuration item", "configuration items";
    one configuration_item, many configuration_items, changed configuration_item_changed;
    filter ConfigurationItemFilter;
    order {
        /// Name.
        Name = "name",
        /// Class.
        Class = "class",
        /// State.
        State = "state",
        /// Criticality.
        Criticality = "criticality",
    }
}

/// What registers a configuration item.
#[derive(InputObject, Clone, Debug)]
pub struct RegisterConfigurationItemInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Its name, at most 200 characters.
    pub name: String,
    /// Its class, for example `server`: 1 to 63 of a-z, 0-9, `_` and `-`, starting with a letter.
    pub class: String,
    /// Its attributes, a JSON object of at most 64 KiB; an empty one when left out.
    pub attributes: Option<Json>,
    /// The services that rest on it directly, at most 500; none when left out.
    pub services: Option<Vec<ID>>,
    /// How critical it is, 1 (most) to 4.
    pub criticality: i32,
    /// The state in which it is registered; `PLANNED` when left out.
    pub initial_state: Option<InitialItemState>,
}

verb_input! {
    /// What edits a configuration item. What is left out stays as it is.
    ReviseConfigurationItemInput of "The item." {
        /// The new name.
        name: Option<String>,
        /// The new attributes, a JSON object that takes the place of the old one.
        attributes: Option<Json>,
        /// The new services, in place of the old.
        services: Option<Vec<ID>>,
        /// The new criticality, 1 (most) to 4.
        criticality: Option<i32>,
    }
}

verb_input! {
    /// What moves a configuration item on in its life.
    MoveConfigurationItemInput of "The item." {
        /// The move.
        r#move: ConfigurationItemMove,
        /// What is to note; needed for `REPORT_MISSING` and `FIND`.
        note: Option<String>,
    }
}

fn service_ids(ids: &[ID]) -> Result<Vec<ServiceId>, Refusal> {
    ids.iter().map(mutate::id).collect()
}

/// A criticality beyond what a byte holds is refused by the domain, as zero is.
fn criticality(given: i32) -> u8 {
    u8::try_from(given).unwrap_or(0)
}

/// What can be done with configuration items.
#[derive(Default)]
pub struct ConfigurationItemMutations;

#[Object]
impl ConfigurationItemMutations {
    /// Registers a configuration item. Errors: INVALID, NOT_FOUND (a service), LIMIT_EXCEEDED.
    async fn register_configuration_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to register.")] input: RegisterConfigurationItemInput,
    ) -> ApiResult<ConfigurationItem> {
        let register = RegisterConfigurationItem {
            name: input.name,
            class: input.class,
            attributes: input.attributes.map(|attributes| attributes.0.to_string()),
            service_ids: service_ids(&input.services.unwrap_or_default())?,
            criticality: criticality(input.criticality),
            initial: input.initial_state.unwrap_or(InitialItemState::Planned).into(),
        };
        mutate::mutate(ctx, &input.idempotency_key, |tx| {
            Box::pin(commands::configuration_item::register(tx, register))
        })
        .await
    }

    /// Edits a configuration item; its class stays. Errors: WRONG_STATE, INVALID (also when nothing changes), NOT_FOUND (the item, a service), LIMIT_EXCEEDED, CONFLICT.
    async fn revise_configuration_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to edit.")] input: ReviseConfigurationItemInput,
    ) -> ApiResult<ConfigurationItem> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let edit = ReviseConfigurationItem {
            name: input.name,
            attributes: input.attributes.map(|attributes| attributes.0.to_string()),
            service_ids: input.services.as_deref().map(service_ids).transpose()?,
            criticality: input.criticality.map(criticality),
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::configuration_item::revise(tx, id, expected, edit))
        })
        .await
    }

    /// Moves a configuration item on in its life. Errors: WRONG_STATE, INVALID (a note is needed), NOT_FOUND, CONFLICT.
    async fn move_configuration_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and which move.")] input: MoveConfigurationItemInput,
    ) -> ApiResult<ConfigurationItem> {
        let (step, note) = (input.r#move.into(), input.note);
        let take = move |item: domain::ConfigurationItem, _: &str, _| item.take(step, note.as_deref());
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, take).await
    }
}
