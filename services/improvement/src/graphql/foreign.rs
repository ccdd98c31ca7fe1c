//! Types of other services that improvement names, and the fields it adds to them.

use super::initiative::Initiative;
use super::recommendation::Recommendation;
use super::service_level_review::ServiceLevelReview;
use super::target_result::TargetResult;
use crate::{domain, store};
use async_graphql::{ComplexObject, Context, ID, Object};
use ciclo_api::{ApiResult, Session, foreign};

foreign! {
    /// A service of the portfolio.
    Service with fields
}

foreign! {
    /// One version of an agreement.
    Agreement with fields
}

foreign! {
    /// A service level clock on a record.
    ServiceLevelClock with fields
}

foreign! {
    /// An incident.
    Incident with fields
}

foreign! {
    /// A service request on an offering.
    ServiceRequest with fields
}

foreign! {
    /// A problem: the cause behind incidents.
    Problem with fields
}

foreign! {
    /// An alert: trouble that monitoring reports.
    Alert with fields
}

foreign! {
    /// A person's access to something, from the request until it ends.
    AccessGrant with fields
}

foreign! {
    /// A transition: the way of an approved package into operation.
    Transition with fields
}

foreign! {
    /// A requirement on a service.
    Requirement
}

#[ComplexObject]
impl Service {
    /// The newest recommendations about the service.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Recommendation>> {
        let loaders = Session::of(ctx).loads::<domain::recommendation::Recommendation>()?;
        let found = loaders.by_column("service_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(Recommendation::from).collect())
    }

    /// The newest initiatives about the service.
    async fn initiatives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Initiative>> {
        let loaders = Session::of(ctx).loads::<domain::initiative::Initiative>()?;
        let found = loaders.by_column("service_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(Initiative::from).collect())
    }
}

#[ComplexObject]
impl Agreement {
    /// The newest reviews of this version of the agreement.
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<ServiceLevelReview>> {
        let loaders = Session::of(ctx).loads::<domain::service_level_review::ServiceLevelReview>()?;
        let found = loaders.by_column("agreement_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(ServiceLevelReview::from).collect())
    }

    /// The newest results of this version's targets.
    async fn target_results(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<TargetResult>> {
        let loaders = Session::of(ctx).loads::<domain::target_result::TargetResult>()?;
        let found = loaders.by_column("agreement_id", self.id.to_string(), first).await?;
        Ok(found.into_iter().map(TargetResult::from).collect())
    }
}

#[ComplexObject]
impl ServiceLevelClock {
    /// What the clock came to; null while it was neither stopped nor breached.
    async fn result(&self, ctx: &Context<'_>) -> ApiResult<Option<TargetResult>> {
        let loaders = Session::of(ctx).loads::<domain::target_result::TargetResult>()?;
        let found = loaders.by_column("clock_id", self.id.to_string(), Some(1)).await?;
        Ok(found.into_iter().next().map(TargetResult::from))
    }
}

#[ComplexObject]
impl Incident {
    /// The newest recommendations that the incident is evidence for.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Recommendation>> {
        shown_by(ctx, &self.id, first).await
    }
}

#[ComplexObject]
impl Problem {
    /// The newest recommendations that the problem is evidence for.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Recommendation>> {
        shown_by(ctx, &self.id, first).await
    }
}

#[ComplexObject]
impl Alert {
    /// The newest recommendations that the alert is evidence for.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Recommendation>> {
        shown_by(ctx, &self.id, first).await
    }
}

#[ComplexObject]
impl AccessGrant {
    /// The newest recommendations that the access grant is evidence for.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Recommendation>> {
        shown_by(ctx, &self.id, first).await
    }
}

#[ComplexObject]
impl ServiceRequest {
    /// The newest recommendations that the service request is evidence for.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Recommendation>> {
        shown_by(ctx, &self.id, first).await
    }
}

#[ComplexObject]
impl Transition {
    /// The newest recommendations that the transition is evidence for: its lessons.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<Recommendation>> {
        shown_by(ctx, &self.id, first).await
    }
}

/// The newest recommendations that a record is evidence for.
pub async fn shown_by(ctx: &Context<'_>, id: &str, first: Option<i32>) -> ApiResult<Vec<Recommendation>> {
    let loaders = Session::of(ctx).loads::<domain::recommendation::Recommendation>()?;
    let found = loaders.by_link(store::EVIDENCE, id.to_owned(), first).await?;
    Ok(found.into_iter().map(Recommendation::from).collect())
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
    async fn find_agreement_by_id(&self, id: ID) -> Agreement {
        Agreement { id }
    }

    #[graphql(entity)]
    async fn find_service_level_clock_by_id(&self, id: ID) -> ServiceLevelClock {
        ServiceLevelClock { id }
    }

    #[graphql(entity)]
    async fn find_incident_by_id(&self, id: ID) -> Incident {
        Incident { id }
    }

    #[graphql(entity)]
    async fn find_service_request_by_id(&self, id: ID) -> ServiceRequest {
        ServiceRequest { id }
    }

    #[graphql(entity)]
    async fn find_problem_by_id(&self, id: ID) -> Problem {
        Problem { id }
    }

    #[graphql(entity)]
    async fn find_alert_by_id(&self, id: ID) -> Alert {
        Alert { id }
    }

    #[graphql(entity)]
    async fn find_access_grant_by_id(&self, id: ID) -> AccessGrant {
        AccessGrant { id }
    }

    #[graphql(entity)]
    async fn find_transition_by_id(&self, id: ID) -> Transition {
        Transition { id }
    }
}
