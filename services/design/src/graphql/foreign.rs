//! Types of other services that design names, and the fields it adds to them.

use super::requirement::Requirement;
use crate::domain;
use async_graphql::{ComplexObject, Context};
use ciclo_api::{ApiResult, Session, foreign};

foreign! {
    /// A service of the portfolio.
    Service with fields
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
}
