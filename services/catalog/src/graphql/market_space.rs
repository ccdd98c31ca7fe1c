//! Market spaces in the API.

use super::customer::Customer;
use super::input::{at, by, verb_input};
use super::service::Service;
use crate::domain;
use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object};
use ciclo_api::filters::StringFilter;
use ciclo_api::{
    ApiResult, Instant, Session, create, enum_filter, filter, record_api, record_object, update,
};
use domain::market_space::{DefineMarketSpace, ReviseMarketSpace};

/// Whether a market space is used.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::market_space::MarketSpaceState")]
pub enum MarketSpaceState {
    /// In use.
    Active,
    /// No longer used for anything new. Final.
    Retired,
}

record_object! {
    /// A market space: a part of the market that services are meant for.
    MarketSpace of domain::market_space::MarketSpace {
        /// Its name.
        async fn name(&self) -> &str {
            &self.record().name
        }
        /// What belongs to it; null while nobody wrote it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// Whether it is used.
        async fn state(&self) -> MarketSpaceState {
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
        /// The newest customers that belong to it. Errors: LIMIT_EXCEEDED.
        async fn customers(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Customer>> {
            let loaders = Session::of(ctx).loads::<domain::customer::Customer>()?;
            let found = loaders.by_column("market_space_id", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Customer::from).collect())
        }
        /// The newest services that are for it. Errors: LIMIT_EXCEEDED.
        async fn services(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Service>> {
            let loaders = Session::of(ctx).loads::<domain::service::Service>()?;
            let found = loaders.by_link("market_space", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Service::from).collect())
        }
    }
}

enum_filter!(MarketSpaceStateFilter of MarketSpaceState);

filter! {
    /// Which market spaces.
    MarketSpaceFilter {
        /// By name.
        name: StringFilter => "name",
        /// By whether they are used.
        state: MarketSpaceStateFilter => "state",
    }
}

record_api! {
    MarketSpace of domain::market_space::MarketSpace, "market space", "market spaces";
    one market_space, many market_spaces, changed market_space_changed;
    filter MarketSpaceFilter;
    order {
        /// Name.
        Name = "name",
        /// State.
        State = "state",
    }
}

/// What defines a market space.
#[derive(InputObject, Clone, Debug)]
pub struct DefineMarketSpaceInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Its name, a line of at most 200 characters.
    pub name: String,
    /// What belongs to it, at most 20,000 characters; nothing when left out.
    pub description: Option<String>,
}

verb_input! {
    /// Which facts of a market space change; what is left out stays as it is.
    ReviseMarketSpaceInput of "The market space." {
        /// Its name, a line of at most 200 characters.
        name: Option<String>,
        /// What belongs to it; null clears it.
        description: MaybeUndefined<String>,
    }
}

verb_input! {
    /// Which market space is retired, and why.
    RetireMarketSpaceInput of "The market space." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

/// What can be done with market spaces.
#[derive(Default)]
pub struct MarketSpaceMutations;

#[Object]
impl MarketSpaceMutations {
    /// Defines a market space. Errors: INVALID.
    async fn define_market_space(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to define.")] input: DefineMarketSpaceInput,
    ) -> ApiResult<MarketSpace> {
        let define = DefineMarketSpace { name: input.name, description: input.description };
        create(ctx, &input.idempotency_key, |id, by, at| {
            domain::market_space::MarketSpace::define(id, define, by, at)
        })
        .await
    }

    /// Changes facts of a market space. Errors: WRONG_STATE, INVALID, CONFLICT, NOT_FOUND.
    async fn revise_market_space(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: ReviseMarketSpaceInput,
    ) -> ApiResult<MarketSpace> {
        let revision = ReviseMarketSpace { name: input.name, description: input.description.into() };
        let revise = |record: domain::market_space::MarketSpace, _: &str, _| record.revise(revision);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, revise).await
    }

    /// Retires a market space: what refers to it goes on to do so, nothing new may. Errors: WRONG_STATE, INVALID, CONFLICT, NOT_FOUND.
    async fn retire_market_space(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which market space, and why.")] input: RetireMarketSpaceInput,
    ) -> ApiResult<MarketSpace> {
        let reason = input.reason;
        let retire =
            move |record: domain::market_space::MarketSpace, by: &str, at| record.retire(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, retire).await
    }
}
