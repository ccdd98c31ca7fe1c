//! Types of other services that transition names, and the fields it adds to them.

use super::configuration_item::ConfigurationItem;
use super::transition::Transition;
use crate::domain;
use async_graphql::{ComplexObject, Context, ID, Object};
use ciclo_api::{ApiResult, Session, foreign};

foreign! {
    /// A service of the portfolio.
    Service with fields
}

foreign! {
    /// One version of a service's design package.
    DesignPackage with fields
}

foreign! {
    /// One version of an agreement.
    Agreement
}

#[ComplexObject]
impl Service {
    /// The newest transitions of the service.
    async fn transitions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Transition>> {
        let loaders = Session::of(ctx).loads::<domain::Transition>()?;
        let found = loaders.by_column("service_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(Transition::from).collect())
    }

    /// The newest configuration items that the service rests on directly.
    async fn configuration_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<ConfigurationItem>> {
        let loaders = Session::of(ctx).loads::<domain::ConfigurationItem>()?;
        let found = loaders.by_link("service", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(ConfigurationItem::from).collect())
    }
}

#[ComplexObject]
impl DesignPackage {
    /// The transition that brings the package into operation; null while it is not approved.
    async fn transition(&self, ctx: &Context<'_>) -> ApiResult<Option<Transition>> {
        let loaders = Session::of(ctx).loads::<domain::Transition>()?;
        let found = loaders.by_column("design_package_id", self.id.to_string(), Some(1)).await?;
        Ok(found.into_iter().next().map(Transition::from))
    }
}

/// Where the gateway enters the types of other services.
#[derive(Default)]
pub struct ForeignQueries;

#[Object]
impl ForeignQueries {
    #[graphql(entity)]
    async fn find_service_by_id(&self, id: ID) -> Service {
        Service { id }
    }

    #[graphql(entity)]
    async fn find_design_package_by_id(&self, id: ID) -> DesignPackage {
        DesignPackage { id }
    }
}
