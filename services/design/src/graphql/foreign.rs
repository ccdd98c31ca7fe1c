//! Types of other services that design names, and the fields it adds to them.

use super::agreement::Agreement;
use super::design_package::DesignPackage;
use super::requirement::Requirement;
use crate::domain;
use async_graphql::{ComplexObject, Context, ID, Object};
use ciclo_api::{ApiResult, Session, foreign};

foreign! {
    /// A service of the portfolio.
    Service with fields
}

foreign! {
    /// A customer: an organisation that services are offered to.
    Customer with fields
}

foreign! {
    /// A recommendation with its evidence.
    Recommendation
}

#[ComplexObject]
impl Service {
    /// The newest requirements on the service.
    async fn requirements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Requirement>> {
        let loaders = Session::of(ctx).loads::<domain::requirement::Requirement>()?;
        let found = loaders.by_column("service_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(Requirement::from).collect())
    }

    /// The newest versions of the service's design package.
    async fn design_packages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<DesignPackage>> {
        let loaders = Session::of(ctx).loads::<domain::design_package::DesignPackage>()?;
        let found = loaders.by_column("service_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(DesignPackage::from).collect())
    }

    /// The newest versions of agreements on the service, those that ended among them.
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Agreement>> {
        let loaders = Session::of(ctx).loads::<domain::agreement::Agreement>()?;
        let found = loaders.by_column("service_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(Agreement::from).collect())
    }
}

#[ComplexObject]
impl Customer {
    /// The newest versions of SLAs with the customer, those that ended among them.
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Agreement>> {
        let loaders = Session::of(ctx).loads::<domain::agreement::Agreement>()?;
        let found = loaders.by_column("customer_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(Agreement::from).collect())
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
    async fn find_customer_by_id(&self, id: ID) -> Customer {
        Customer { id }
    }
}
