//! Item relations in the API.

use super::configuration_item::ConfigurationItem;
use super::input::verb_input;
use crate::{commands, domain};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use ciclo_api::filters::{IdFilter, LinkFilter};
use ciclo_api::{
    ApiResult, Instant, Session, enum_filter, filter, mutate, record_api, record_object, update,
};
use ciclo_kernel::ids::ConfigurationItemId;
use domain::Relate;

/// Whether a relation holds.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::ItemRelationState")]
pub enum ItemRelationState {
    /// It holds.
    Active,
    /// It does not hold any more. Final.
    Removed,
}

/// How the source of a relation stands to its target, and which way a failure goes.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::RelationKind")]
pub enum ItemRelationKind {
    /// The source depends on the target: a failure of the target reaches the source.
    DependsOn,
    /// The source runs on the target: a failure of the target reaches the source.
    RunsOn,
    /// The source is a part of the target: a failure of the source reaches the target.
    PartOf,
    /// The two are connected, without a direction: a failure of either reaches the other.
    ConnectsTo,
    /// The target stands by for the source: a failure goes neither way, and while the target is live and not
    /// reached itself, a failure of the source goes no further.
    BackedUpBy,
}

/// The removal of a relation.
#[derive(SimpleObject, Clone, Debug)]
pub struct ItemRelationRemoval {
    /// Why; null when nothing was said.
    pub reason: Option<String>,
    /// Who removed it.
    pub by: String,
    /// When.
    pub at: Instant,
}

async fn item(ctx: &Context<'_>, id: ConfigurationItemId) -> ApiResult<Option<ConfigurationItem>> {
    let loaders = Session::of(ctx).loads::<domain::ConfigurationItem>()?;
    Ok(loaders.one::<domain::ConfigurationItem>(id).await?.map(ConfigurationItem::from))
}

record_object! {
    /// A typed, directed relation between two configuration items.
    ItemRelation of domain::ItemRelation {
        /// The item that it starts from.
        async fn source(&self, ctx: &Context<'_>) -> ApiResult<Option<ConfigurationItem>> {
            item(ctx, self.record().source_id).await
        }
        /// The item that it points to.
        async fn target(&self, ctx: &Context<'_>) -> ApiResult<Option<ConfigurationItem>> {
            item(ctx, self.record().target_id).await
        }
        /// How the source stands to the target.
        async fn kind(&self) -> ItemRelationKind {
            self.record().kind.into()
        }
        /// Whether it holds.
        async fn state(&self) -> ItemRelationState {
            self.record().state().into()
        }
        /// Its removal; null while it holds.
        async fn removal(&self) -> Option<ItemRelationRemoval> {
            self.record().removed.as_ref().map(|facts| ItemRelationRemoval {
                reason: facts.reason.clone(),
                by: facts.by.clone(),
                at: Instant(facts.at),
            })
        }
    }
}

enum_filter!(ItemRelationKindFilter of ItemRelationKind);
enum_filter!(ItemRelationStateFilter of ItemRelationState);

filter! {
    /// Which item relations.
    ItemRelationFilter {
        /// By the item that they start from.
        source: IdFilter => "source_id",
        /// By the item that they point to.
        target: IdFilter => "target_id",
        /// By either of their items; only relations that hold pass.
        items: LinkFilter => "item",
        /// By kind.
        kind: ItemRelationKindFilter => "kind",
        /// By state.
        state: ItemRelationStateFilter => "state",
    }
}

record_api! {
    ItemRelation of domain::ItemRelation, "item relation", "item relations";
    one item_relation, many item_relations, changed item_relation_changed;
    filter ItemRelationFilter;
    order {
        /// Kind.
        Kind = "kind",
        /// State.
        State = "state",
    }
}

/// What relates two configuration items.
#[derive(InputObject, Clone, Debug)]
pub struct RelateConfigurationItemsInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The item that the relation starts from.
    pub source: ID,
    /// The item that it points to; another one than the source.
    pub target: ID,
    /// How the source stands to the target.
    pub kind: ItemRelationKind,
}

verb_input! {
    /// What removes an item relation.
    RemoveItemRelationInput of "The relation." {
        /// Why; null to say nothing.
        reason: Option<String>,
    }
}

/// What can be done with item relations.
#[derive(Default)]
pub struct ItemRelationMutations;

#[Object]
impl ItemRelationMutations {
    /// Relates two configuration items. Errors: NOT_FOUND (an item), RULE_VIOLATED (they are related so already; for a connection also the other way), INVALID (an item with itself).
    async fn relate_configuration_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items, and how.")] input: RelateConfigurationItemsInput,
    ) -> ApiResult<ItemRelation> {
        let relate = Relate {
            source_id: mutate::id(&input.source)?,
            target_id: mutate::id(&input.target)?,
            kind: input.kind.into(),
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::item_relation::relate(tx, relate))
        })
        .await
    }

    /// Removes an item relation; its history stays. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn remove_item_relation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which relation, and why.")] input: RemoveItemRelationInput,
    ) -> ApiResult<ItemRelation> {
        let reason = input.reason;
        let remove =
            move |relation: domain::ItemRelation, by: &str, at| relation.remove(reason.as_deref(), by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, remove).await
    }
}
