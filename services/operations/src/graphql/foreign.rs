//! Types of other services that operations names, and the fields it adds to them.

use super::alert::Alert;
use super::entitlement::Entitlement;
use super::incident::Incident;
use super::known_error::KnownError;
use super::problem::Problem;
use super::service_request::{self, ServiceRequest};
use crate::domain;
use async_graphql::{ComplexObject, Context, ID, Object};
use ciclo_api::{ApiResult, Session, foreign};

foreign! {
    /// A service of the portfolio.
    Service with fields
}
foreign! {
    /// A configuration item.
    ConfigurationItem with fields
}
foreign! {
    /// A change.
    Change with fields
}
foreign! {
    /// What a customer can ask for under a service.
    Offering with fields
}
foreign! {
    /// A customer: an organisation that services are offered to.
    Customer
}
foreign! {
    /// An agreement.
    Agreement
}
foreign! {
    /// A calendar that agreements name: which hours count, and since when.
    Calendar
}

async fn incidents_by(
    ctx: &Context<'_>,
    column: &'static str,
    id: &ID,
    first: Option<i32>,
) -> ApiResult<Vec<Incident>> {
    let loaders = Session::of(ctx).loads::<domain::incident::Incident>()?;
    let found = loaders.by_column(column, id.to_string(), first).await?;
    Ok(found.into_iter().map(Incident::from).collect())
}

async fn problems_by(
    ctx: &Context<'_>,
    column: &'static str,
    id: &ID,
    first: Option<i32>,
) -> ApiResult<Vec<Problem>> {
    let loaders = Session::of(ctx).loads::<domain::problem::Problem>()?;
    let found = loaders.by_column(column, id.to_string(), first).await?;
    Ok(found.into_iter().map(Problem::from).collect())
}

#[ComplexObject]
impl Service {
    /// The newest incidents on the service.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Incident>> {
        incidents_by(ctx, "service_id", &self.id, first).await
    }

    /// The newest problems on the service.
    async fn problems(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Problem>> {
        problems_by(ctx, "service_id", &self.id, first).await
    }

    /// The newest known errors of the service, offered or not.
    async fn known_errors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<KnownError>> {
        let loaders = Session::of(ctx).loads::<domain::known_error::KnownError>()?;
        let found = loaders.by_column("service_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(KnownError::from).collect())
    }

    /// The newest requests on the service's offerings; a requester sees the own.
    async fn service_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<ServiceRequest>> {
        let of = service_request::Of::Service;
        service_request::requests_of(Session::of(ctx), of, self.id.to_string(), first).await
    }

    /// The newest entitlements on the service: what people can be given access to.
    async fn entitlements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Entitlement>> {
        let loaders = Session::of(ctx).loads::<domain::entitlement::Entitlement>()?;
        let found = loaders.by_column("service_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(Entitlement::from).collect())
    }

    /// The newest alerts on the service.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Alert>> {
        let loaders = Session::of(ctx).loads::<domain::alert::Alert>()?;
        let found = loaders.by_column("service_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(Alert::from).collect())
    }
}

#[ComplexObject]
impl Offering {
    /// The newest requests on the offering; a requester sees the own.
    async fn service_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<ServiceRequest>> {
        let of = service_request::Of::Offering;
        service_request::requests_of(Session::of(ctx), of, self.id.to_string(), first).await
    }
}

#[ComplexObject]
impl ConfigurationItem {
    /// The newest incidents that name the item.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Incident>> {
        let loaders = Session::of(ctx).loads::<domain::incident::Incident>()?;
        let found = loaders.by_link("item", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(Incident::from).collect())
    }

    /// The newest problems that name the item.
    async fn problems(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Problem>> {
        let loaders = Session::of(ctx).loads::<domain::problem::Problem>()?;
        let found = loaders.by_link("item", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(Problem::from).collect())
    }

    /// The newest known errors that name the item, offered or not.
    async fn known_errors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<KnownError>> {
        let loaders = Session::of(ctx).loads::<domain::known_error::KnownError>()?;
        let found = loaders.by_link("item", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(KnownError::from).collect())
    }
}

#[ComplexObject]
impl Change {
    /// The newest incidents that the change caused.
    async fn caused_incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Incident>> {
        incidents_by(ctx, "caused_by_change_id", &self.id, first).await
    }

    /// The newest problems whose cause the change removes.
    async fn problems(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Problem>> {
        problems_by(ctx, "change_id", &self.id, first).await
    }
}

/// Lets the gateway enter the types that operations adds fields to.
#[derive(Default)]
pub struct ForeignQueries;

#[Object]
impl ForeignQueries {
    #[graphql(entity)]
    async fn find_service_by_id(&self, id: ID) -> Service {
        Service { id }
    }

    #[graphql(entity)]
    async fn find_configuration_item_by_id(&self, id: ID) -> ConfigurationItem {
        ConfigurationItem { id }
    }

    #[graphql(entity)]
    async fn find_offering_by_id(&self, id: ID) -> Offering {
        Offering { id }
    }

    #[graphql(entity)]
    async fn find_change_by_id(&self, id: ID) -> Change {
        Change { id }
    }
}
