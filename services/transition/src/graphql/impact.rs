//! Impact in the API: what a failure of items reaches, with paths, ending in services and agreements.

use super::configuration_item::ConfigurationItem;
use super::foreign::{Agreement, Service};
use super::item_relation::{ItemRelation, ItemRelationKind};
use crate::domain::{self, Hop, KnownAgreement, Reached, agreements_hit};
use crate::store::graphs::Graphs;
use async_graphql::{Context, ID, Object};
use ciclo_api::{ApiResult, Session, mutate};
use ciclo_kernel::ids::{ConfigurationItemId, RecordId};
use ciclo_kernel::{Code, Refusal};

/// Most failing items of one question, and most items, services and agreements of one answer.
const MOST: usize = 1000;

/// What the failure of items reaches.
pub async fn of(ctx: &Context<'_>, items: &[ConfigurationItemId], depth: i32) -> ApiResult<ItemImpact> {
    let session = Session::of(ctx);
    let reader = session.reads::<domain::ConfigurationItem>()?;
    let depth = u32::try_from(depth).map_err(|_| Refusal::invalid("depth", "0 to 50 is allowed"))?;
    let graph = ctx.data_unchecked::<Graphs>().of(&session.principal().tenant, reader).await?;
    Ok(ItemImpact(graph.impact(items, depth, MOST)?))
}

/// What a failure of items reaches, over their relations.
pub struct ItemImpact(domain::Impact);

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// What a failure of items reaches, over their relations.
#[Object]
impl ItemImpact {
    /// The items that are reached, the nearest first, at most 1,000; the failing items come first, at depth 0.
    async fn items(&self) -> Vec<ImpactedItem<'_>> {
        self.0.reached.iter().map(ImpactedItem).collect()
    }
    /// How many items are reached, also when not all of them are in `items`.
    async fn item_count(&self) -> i32 {
        number(self.0.count)
    }
    /// Whether `items` does not have all that are reached.
    async fn cut(&self) -> bool {
        self.0.count > self.0.reached.len()
    }
    /// The services that are hit, in the order they are reached, at most 1,000: those that reached items carry, redundant ones aside.
    async fn services(&self) -> Vec<Service> {
        self.0.services.iter().take(MOST).map(Service::named).collect()
    }
    /// How many services are hit.
    async fn service_count(&self) -> i32 {
        number(self.0.services.len())
    }
    /// The agreements of the hit services that bind now (active, or under review), at most 1,000.
    async fn agreements(&self, ctx: &Context<'_>) -> ApiResult<Vec<Agreement>> {
        let loaders = Session::of(ctx).loads::<domain::ConfigurationItem>()?;
        let services: Vec<_> = self.0.services.iter().copied().take(MOST).collect();
        let parents = services.iter().map(ToString::to_string);
        let known = loaders.copies_under::<KnownAgreement>(parents).await?;
        Ok(agreements_hit(&services, &known)
            .into_iter()
            .take(MOST)
            .map(|one| Agreement::named(one.id))
            .collect())
    }
}

/// An item that a failure reaches.
pub struct ImpactedItem<'i>(&'i Reached);

async fn item(ctx: &Context<'_>, id: ConfigurationItemId) -> ApiResult<ConfigurationItem> {
    let loaders = Session::of(ctx).loads::<domain::ConfigurationItem>()?;
    let found = loaders.one::<domain::ConfigurationItem>(id).await?;
    let found = found.ok_or_else(|| Refusal::not_found(ConfigurationItemId::TYPE, id))?;
    Ok(found.into())
}

/// An item that a failure reaches.
#[Object]
impl ImpactedItem<'_> {
    /// The item.
    async fn item(&self, ctx: &Context<'_>) -> ApiResult<ConfigurationItem> {
        item(ctx, self.0.item).await
    }
    /// How many relations away from the nearest failing item; 0 for a failing item itself.
    async fn depth(&self) -> i32 {
        number(self.0.path.len())
    }
    /// The failing item that the path starts from.
    async fn origin(&self, ctx: &Context<'_>) -> ApiResult<ConfigurationItem> {
        item(ctx, self.0.origin).await
    }
    /// A shortest path from the failing item to this one; empty for a failing item itself.
    async fn path(&self) -> Vec<ImpactHop<'_>> {
        self.0.path.iter().map(ImpactHop).collect()
    }
    /// Whether a live backup stands by, so that the failure goes no further from here.
    async fn redundant(&self) -> bool {
        self.0.redundant
    }
    /// The services that the item carries directly.
    async fn services(&self) -> Vec<Service> {
        self.0.services.iter().map(Service::named).collect()
    }
}

/// One step of a path.
pub struct ImpactHop<'i>(&'i Hop);

/// One step of a path.
#[Object]
impl ImpactHop<'_> {
    /// The item that it leads to.
    async fn item(&self, ctx: &Context<'_>) -> ApiResult<ConfigurationItem> {
        item(ctx, self.0.item).await
    }
    /// The kind of the relation that is followed, perhaps against its direction.
    async fn kind(&self) -> ItemRelationKind {
        self.0.kind.into()
    }
    /// The relation that is followed; null when it was removed meanwhile and cannot be read.
    async fn relation(&self, ctx: &Context<'_>) -> ApiResult<Option<ItemRelation>> {
        let loaders = Session::of(ctx).loads::<domain::ItemRelation>()?;
        let found = loaders.one::<domain::ItemRelation>(self.0.relation).await?;
        Ok(found.map(ItemRelation::from))
    }
}

/// Asks for impacts.
#[derive(Default)]
pub struct ImpactQueries;

/// Asks for impacts.
#[Object]
impl ImpactQueries {
    /// What a failure of these items, together, reaches. Errors: BAD_ID, NOT_FOUND (an item), INVALID (the depth), LIMIT_EXCEEDED.
    async fn impact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The failing items, at most 1,000.")] items: Vec<ID>,
        #[graphql(desc = "How many relations far, 0 to 50.", default = 10)] depth: i32,
    ) -> ApiResult<ItemImpact> {
        if items.len() > MOST {
            let why = format!("items: {}; at most {MOST} can be asked for", items.len());
            return Err(Refusal::new(Code::LimitExceeded, why)
                .with("field", "items")
                .with("limit", MOST)
                .into());
        }
        let items = items.iter().map(mutate::id).collect::<Result<Vec<_>, _>>()?;
        of(ctx, &items, depth).await
    }
}
