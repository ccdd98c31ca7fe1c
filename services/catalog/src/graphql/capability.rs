//! Capabilities in the API.

use super::input::{at, by, number, verb_input};
use super::service::Service;
use crate::domain;
use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object};
use ciclo_api::filters::{IntFilter, StringFilter};
use ciclo_api::{
    ApiResult, Instant, Session, create, enum_filter, filter, record_api, record_object, update,
};
use domain::capability::{DefineCapability, ReviseCapability};

/// Whether a capability is used.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::capability::CapabilityState")]
pub enum CapabilityState {
    /// In use.
    Active,
    /// No longer used for anything new. Final.
    Retired,
}

record_object! {
    /// A capability: what the provider can do, and how well.
    Capability of domain::capability::Capability {
        /// Its name.
        async fn name(&self) -> &str {
            &self.record().name
        }
        /// What it takes in; null while nobody wrote it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// How well it is mastered: 1 (initial) to 5 (optimising).
        async fn maturity(&self) -> u32 {
            self.record().maturity
        }
        /// Whether it is used.
        async fn state(&self) -> CapabilityState {
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
        /// The newest services that need it. Errors: LIMIT_EXCEEDED.
        async fn services(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Service>> {
            let loaders = Session::of(ctx).loads::<domain::service::Service>()?;
            let found = loaders.by_link("capability", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Service::from).collect())
        }
    }
}

enum_filter!(CapabilityStateFilter of CapabilityState);

filter! {
    /// Which capabilities.
    CapabilityFilter {
        /// By name.
        name: StringFilter => "name",
        /// By whether they are used.
        state: CapabilityStateFilter => "state",
        /// By maturity.
        maturity: IntFilter => "maturity",
    }
}

record_api! {
    Capability of domain::capability::Capability, "capability", "capabilities";
    one capability, many capabilities, changed capability_changed;
    filter CapabilityFilter;
    order {
        /// Name.
        Name = "name",
        /// State.
        State = "state",
        /// Maturity.
        Maturity = "maturity",
    }
}

/// What defines a capability.
#[derive(InputObject, Clone, Debug)]
pub struct DefineCapabilityInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Its name, a line of at most 200 characters.
    pub name: String,
    /// What it takes in, at most 20,000 characters; nothing when left out.
    pub description: Option<String>,
    /// How well it is mastered: 1 (initial) to 5 (optimising).
    pub maturity: i32,
}

verb_input! {
    /// Which facts of a capability change; what is left out stays as it is.
    ReviseCapabilityInput of "The capability." {
        /// Its name, a line of at most 200 characters.
        name: Option<String>,
        /// What it takes in; null clears it.
        description: MaybeUndefined<String>,
        /// How well it is mastered: 1 (initial) to 5 (optimising).
        maturity: Option<i32>,
    }
}

verb_input! {
    /// Which capability is retired, and why.
    RetireCapabilityInput of "The capability." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

/// What can be done with capabilities.
#[derive(Default)]
pub struct CapabilityMutations;

#[Object]
impl CapabilityMutations {
    /// Defines a capability. Errors: INVALID.
    async fn define_capability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to define.")] input: DefineCapabilityInput,
    ) -> ApiResult<Capability> {
        let maturity = number("maturity", input.maturity)?;
        let define = DefineCapability { name: input.name, description: input.description, maturity };
        create(ctx, &input.idempotency_key, |id, by, at| {
            domain::capability::Capability::define(id, define, by, at)
        })
        .await
    }

    /// Changes facts of a capability. Errors: WRONG_STATE, INVALID, CONFLICT, NOT_FOUND.
    async fn revise_capability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: ReviseCapabilityInput,
    ) -> ApiResult<Capability> {
        let maturity = input.maturity.map(|value| number("maturity", value)).transpose()?;
        let revision = ReviseCapability { name: input.name, description: input.description.into(), maturity };
        let revise = |record: domain::capability::Capability, _: &str, _| record.revise(revision);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, revise).await
    }

    /// Retires a capability: what refers to it goes on to do so, nothing new may. Errors: WRONG_STATE, INVALID, CONFLICT, NOT_FOUND.
    async fn retire_capability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which capability, and why.")] input: RetireCapabilityInput,
    ) -> ApiResult<Capability> {
        let reason = input.reason;
        let retire =
            move |record: domain::capability::Capability, by: &str, at| record.retire(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, retire).await
    }
}
