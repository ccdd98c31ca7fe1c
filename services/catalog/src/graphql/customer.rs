//! Customers in the API.

use super::input::{at, by, verb_input};
use super::market_space::MarketSpace;
use super::service::Service;
use crate::commands;
use crate::domain;
use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};
use ciclo_api::filters::{IdFilter, StringFilter};
use ciclo_api::{
    ApiResult, Instant, Session, enum_filter, filter, mutate, record_api, record_object, update,
};
use domain::customer::{DefineCustomer, ReviseCustomer};

/// Whether a customer is used.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::customer::CustomerState")]
pub enum CustomerState {
    /// In use.
    Active,
    /// No longer used for anything new. Final.
    Retired,
}

record_object! {
    /// A customer: an organisation that services are offered to.
    Customer of domain::customer::Customer {
        /// Its name.
        async fn name(&self) -> &str {
            &self.record().name
        }
        /// What is worth knowing about it; null while nobody wrote it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// The market space that it belongs to; null while it belongs to none.
        async fn market_space(&self, ctx: &Context<'_>) -> ApiResult<Option<MarketSpace>> {
            let Some(id) = self.record().market_space else { return Ok(None) };
            let loaders = Session::of(ctx).loads::<domain::market_space::MarketSpace>()?;
            Ok(loaders.one(id).await?.map(MarketSpace::from))
        }
        /// The segment that it belongs to, by name; null while it belongs to none.
        async fn segment(&self) -> Option<&str> {
            self.record().segment.as_deref()
        }
        /// Whether it is used.
        async fn state(&self) -> CustomerState {
            self.record().state().into()
        }
        /// When it was defined.
        async fn defined_at(&self) -> Instant {
            Instant(self.record().defined.at)
        }
        /// Who defined it.
        async fn defined_by(&self) -> &str {
            &self.record().defined.by
        }
        /// Why it was retired; null while it is active.
        async fn retirement_reason(&self) -> Option<&str> {
            self.record().retirement.as_ref().map(|retirement| retirement.reason.as_str())
        }
        /// When it was retired; null while it is active.
        async fn retired_at(&self) -> Option<Instant> {
            at(self.record().retirement.as_ref().map(|retirement| &retirement.retired))
        }
        /// Who retired it; null while it is active.
        async fn retired_by(&self) -> Option<&str> {
            by(self.record().retirement.as_ref().map(|retirement| &retirement.retired))
        }
        /// The newest services that are for it. Errors: LIMIT_EXCEEDED.
        async fn services(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Service>> {
            let loaders = Session::of(ctx).loads::<domain::service::Service>()?;
            let found = loaders.by_link("customer", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Service::from).collect())
        }
    }
}

enum_filter!(CustomerStateFilter of CustomerState);

filter! {
    /// Which customers.
    CustomerFilter {
        /// By name.
        name: StringFilter => "name",
        /// By whether they are used.
        state: CustomerStateFilter => "state",
        /// By market space.
        market_space: IdFilter => "market_space_id",
        /// By segment.
        segment: StringFilter => "segment",
    }
}

record_api! {
    Customer of domain::customer::Customer, "customer", "customers";
    one customer, many customers, changed customer_changed;
    filter CustomerFilter;
    order {
        /// Name.
        Name = "name",
        /// State.
        State = "state",
    }
}

/// What defines a customer.
#[derive(InputObject, Clone, Debug)]
pub struct DefineCustomerInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Its name, a line of at most 200 characters.
    pub name: String,
    /// What is worth knowing about it, at most 20,000 characters; nothing when left out.
    pub description: Option<String>,
    /// The market space that it belongs to; none when left out.
    pub market_space: Option<ID>,
    /// The segment that it belongs to, by name; none when left out.
    pub segment: Option<String>,
}

verb_input! {
    /// Which facts of a customer change; what is left out stays as it is.
    ReviseCustomerInput of "The customer." {
        /// Its name, a line of at most 200 characters.
        name: Option<String>,
        /// What is worth knowing about it; null clears it.
        description: MaybeUndefined<String>,
        /// The market space that it belongs to; null takes it out.
        market_space: MaybeUndefined<ID>,
        /// The segment that it belongs to, by name; null clears it.
        segment: MaybeUndefined<String>,
    }
}

verb_input! {
    /// Which customer is retired, and why.
    RetireCustomerInput of "The customer." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

/// What can be done with customers.
#[derive(Default)]
pub struct CustomerMutations;

#[Object]
impl CustomerMutations {
    /// Defines a customer. Errors: INVALID, NOT_FOUND (the market space), RULE_VIOLATED (the market space is retired).
    async fn define_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to define.")] input: DefineCustomerInput,
    ) -> ApiResult<Customer> {
        let market_space = input.market_space.as_ref().map(mutate::id).transpose()?;
        let define = DefineCustomer {
            name: input.name,
            description: input.description,
            market_space: None,
            segment: input.segment,
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::customer::define(tx, define, market_space))
        })
        .await
    }

    /// Changes facts of a customer. Errors: WRONG_STATE, INVALID, CONFLICT, NOT_FOUND (also the market space), RULE_VIOLATED (the market space is retired).
    async fn revise_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: ReviseCustomerInput,
    ) -> ApiResult<Customer> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let market_space: Option<Option<ID>> = input.market_space.into();
        let market_space =
            market_space.map(|space| space.as_ref().map(mutate::id).transpose()).transpose()?;
        let revision = ReviseCustomer {
            name: input.name,
            description: input.description.into(),
            market_space: None,
            segment: input.segment.into(),
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::customer::revise(tx, id, expected, revision, market_space))
        })
        .await
    }

    /// Retires a customer: what refers to it goes on to do so, nothing new may. Errors: WRONG_STATE, INVALID, CONFLICT, NOT_FOUND.
    async fn retire_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which customer, and why.")] input: RetireCustomerInput,
    ) -> ApiResult<Customer> {
        let reason = input.reason;
        let retire = move |record: domain::customer::Customer, by: &str, at| record.retire(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, retire).await
    }
}
