//! Offerings in the API. A requester sees the visible ones only, wherever they are reached from.

use super::customer::Customer;
use super::input::{at, by, newest};
use super::service::Service;
use crate::domain;
use async_graphql::{Context, Enum, SimpleObject};
use ciclo_api::filters::{BooleanFilter, IdFilter, LinkFilter, StringFilter};
use ciclo_api::scope::Scope;
use ciclo_api::{
    ApiError, ApiResult, Instant, Json, Long, Money, STAFF, Session, enum_filter, filter, record_api,
    record_object,
};
use ciclo_kernel::{Corrupt, Principal};
use ciclo_store::Filter;
use domain::offering::OfferingStatus;

/// How far an offering has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::offering::OfferingState")]
pub enum OfferingState {
    /// Being written.
    Draft,
    /// Offered, and visible while its service is in operation.
    Published,
    /// No longer offered. Final.
    Withdrawn,
}

/// A step of the fulfilment of a request.
#[derive(SimpleObject, Clone, Debug)]
pub struct FulfilmentStep {
    /// What is done.
    pub name: String,
    /// The group that does it.
    pub group: String,
}

/// Whether a caller sees offerings that customers do not see.
pub fn sees_hidden(principal: &Principal) -> bool {
    principal.has_any(STAFF)
}

/// Requesters see what customers see; staff sees everything.
pub struct Visible;

impl Scope<domain::offering::Offering> for Visible {
    fn filter(principal: &Principal) -> Option<Filter> {
        (!sees_hidden(principal)).then(|| Filter::is("visible", true))
    }
    fn sees(principal: &Principal, offering: &domain::offering::Offering) -> bool {
        offering.is_visible() || sees_hidden(principal)
    }
}

record_object! {
    /// What a customer can ask for under a service.
    Offering of domain::offering::Offering {
        /// The service that it belongs to.
        async fn service(&self, ctx: &Context<'_>) -> ApiResult<Option<Service>> {
            let loaders = Session::of(ctx).loads::<domain::service::Service>()?;
            Ok(loaders.one(self.record().service).await?.map(Service::from))
        }
        /// Its name.
        async fn name(&self) -> &str {
            &self.record().name
        }
        /// What the customer gets; null while nobody wrote it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// How far it has come.
        async fn state(&self) -> OfferingState {
            self.record().state().into()
        }
        /// Whether customers see it: published, with its service in operation.
        async fn visible(&self) -> bool {
            self.record().is_visible()
        }
        /// What one request costs.
        async fn price(&self) -> Money {
            let price = &self.record().price;
            Money { minor_units: Long(price.minor_units), currency: price.currency.clone() }
        }
        /// Whether everybody may ask for it; otherwise only the eligible customers may.
        async fn for_everybody(&self) -> bool {
            self.record().eligible.is_empty()
        }
        /// The newest of the customers that may ask for it; none when everybody may. Errors: LIMIT_EXCEEDED.
        async fn eligible_customers(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Customer>> {
            let ids = newest(&self.record().eligible, first)?;
            let found = Session::of(ctx).loads::<domain::customer::Customer>()?.many(ids).await?;
            Ok(found.into_iter().map(Customer::from).collect())
        }
        /// The steps of the fulfilment, in order.
        async fn fulfilment(&self) -> Vec<FulfilmentStep> {
            let steps = self.record().fulfilment.iter();
            steps.map(|step| FulfilmentStep { name: step.name.clone(), group: step.group.clone() }).collect()
        }
        /// The fields that a request fills in: a JSON Schema of type object.
        async fn form(&self) -> ApiResult<Json> {
            let form = serde_json::from_str(&self.record().form);
            let form = form.map_err(|why| ciclo_store::Error::from(Corrupt::new("form", why)));
            Ok(Json(form.map_err(ApiError::from)?))
        }
        /// Whether a request needs an approval before its fulfilment.
        async fn approval_needed(&self) -> bool {
            self.record().approval_needed
        }
        /// When it was drafted.
        async fn drafted_at(&self) -> Instant {
            Instant(self.record().drafted.at)
        }
        /// Who drafted it.
        async fn drafted_by(&self) -> &str {
            &self.record().drafted.by
        }
        /// When it was published; null before that.
        async fn published_at(&self) -> Option<Instant> {
            at(published(&self.record().status))
        }
        /// Who published it; null before that.
        async fn published_by(&self) -> Option<&str> {
            by(published(&self.record().status))
        }
        /// Why it was withdrawn; null unless it was.
        async fn withdrawal_reason(&self) -> Option<&str> {
            withdrawn(&self.record().status).map(|(reason, _)| reason)
        }
        /// When it was withdrawn; null unless it was.
        async fn withdrawn_at(&self) -> Option<Instant> {
            at(withdrawn(&self.record().status).map(|(_, mark)| mark))
        }
        /// Who withdrew it; null unless it was.
        async fn withdrawn_by(&self) -> Option<&str> {
            by(withdrawn(&self.record().status).map(|(_, mark)| mark))
        }
    }
}

fn published(status: &OfferingStatus) -> Option<&domain::facts::Mark> {
    match status {
        OfferingStatus::Draft => None,
        OfferingStatus::Published { published } | OfferingStatus::Withdrawn { published, .. } => {
            Some(published)
        }
    }
}

fn withdrawn(status: &OfferingStatus) -> Option<(&str, &domain::facts::Mark)> {
    match status {
        OfferingStatus::Draft | OfferingStatus::Published { .. } => None,
        OfferingStatus::Withdrawn { reason, withdrawn, .. } => Some((reason, withdrawn)),
    }
}

enum_filter!(OfferingStateFilter of OfferingState);

filter! {
    /// Which offerings.
    OfferingFilter {
        /// By service.
        service: IdFilter => "service_id",
        /// By state.
        state: OfferingStateFilter => "state",
        /// By whether customers see them.
        visible: BooleanFilter => "visible",
        /// By name.
        name: StringFilter => "name",
        /// By whether a request needs an approval.
        approval_needed: BooleanFilter => "approval_needed",
        /// By the customers that they name as eligible; offerings for everybody name none.
        eligible_customers: LinkFilter => "customer",
    }
}

record_api! {
    Offering of domain::offering::Offering, "offering", "offerings";
    one offering, many offerings, changed offering_changed;
    filter OfferingFilter;
    scope Visible;
    order {
        /// Name.
        Name = "name",
        /// State.
        State = "state",
    }
}
