//! Business objectives in the API.

use super::input::{at, by, number, verb_input};
use super::service::Service;
use crate::domain;
use async_graphql::{Context, Enum, InputObject, MaybeUndefined, Object};
use ciclo_api::filters::{IntFilter, StringFilter};
use ciclo_api::{
    ApiResult, Instant, Session, create, enum_filter, filter, record_api, record_object, update,
};
use domain::business_objective::{DefineBusinessObjective, ReviseBusinessObjective};

/// Whether a business objective is used.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::business_objective::BusinessObjectiveState")]
pub enum BusinessObjectiveState {
    /// In use.
    Active,
    /// No longer used for anything new. Final.
    Retired,
}

record_object! {
    /// An objective of the business strategy.
    BusinessObjective of domain::business_objective::BusinessObjective {
        /// Its name.
        async fn name(&self) -> &str {
            &self.record().name
        }
        /// What is to be reached; null while nobody wrote it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// How much it counts beside the others: 1 to 100.
        async fn weight(&self) -> u32 {
            self.record().weight
        }
        /// Whether it is used.
        async fn state(&self) -> BusinessObjectiveState {
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
        /// The newest services that name it among their supports. Errors: LIMIT_EXCEEDED.
        async fn services(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Service>> {
            let loaders = Session::of(ctx).loads::<domain::service::Service>()?;
            let found = loaders.by_link("objective", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Service::from).collect())
        }
    }
}

enum_filter!(BusinessObjectiveStateFilter of BusinessObjectiveState);

filter! {
    /// Which business objectives.
    BusinessObjectiveFilter {
        /// By name.
        name: StringFilter => "name",
        /// By whether they are used.
        state: BusinessObjectiveStateFilter => "state",
        /// By weight.
        weight: IntFilter => "weight",
    }
}

record_api! {
    BusinessObjective of domain::business_objective::BusinessObjective, "business objective", "business objectives";
    one business_objective, many business_objectives, changed business_objective_changed;
    filter BusinessObjectiveFilter;
    order {
        /// Name.
        Name = "name",
        /// State.
        State = "state",
        /// Weight.
        Weight = "weight",
    }
}

/// What defines a business objective.
#[derive(InputObject, Clone, Debug)]
pub struct DefineBusinessObjectiveInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Its name, a line of at most 200 characters.
    pub name: String,
    /// What is to be reached, at most 20,000 characters; nothing when left out.
    pub description: Option<String>,
    /// How much it counts beside the others: 1 to 100.
    pub weight: i32,
}

verb_input! {
    /// Which facts of a business objective change; what is left out stays as it is.
    ReviseBusinessObjectiveInput of "The business objective." {
        /// Its name, a line of at most 200 characters.
        name: Option<String>,
        /// What is to be reached; null clears it.
        description: MaybeUndefined<String>,
        /// How much it counts beside the others: 1 to 100.
        weight: Option<i32>,
    }
}

verb_input! {
    /// Which business objective is retired, and why.
    RetireBusinessObjectiveInput of "The business objective." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

/// What can be done with business objectives.
#[derive(Default)]
pub struct BusinessObjectiveMutations;

#[Object]
impl BusinessObjectiveMutations {
    /// Defines a business objective. Errors: INVALID.
    async fn define_business_objective(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to define.")] input: DefineBusinessObjectiveInput,
    ) -> ApiResult<BusinessObjective> {
        let weight = number("weight", input.weight)?;
        let define = DefineBusinessObjective { name: input.name, description: input.description, weight };
        create(ctx, &input.idempotency_key, |id, by, at| {
            domain::business_objective::BusinessObjective::define(id, define, by, at)
        })
        .await
    }

    /// Changes facts of a business objective. Errors: WRONG_STATE, INVALID, CONFLICT, NOT_FOUND.
    async fn revise_business_objective(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: ReviseBusinessObjectiveInput,
    ) -> ApiResult<BusinessObjective> {
        let weight = input.weight.map(|value| number("weight", value)).transpose()?;
        let revision =
            ReviseBusinessObjective { name: input.name, description: input.description.into(), weight };
        let revise =
            |record: domain::business_objective::BusinessObjective, _: &str, _| record.revise(revision);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, revise).await
    }

    /// Retires a business objective: what refers to it goes on to do so, nothing new may. Errors: WRONG_STATE, INVALID, CONFLICT, NOT_FOUND.
    async fn retire_business_objective(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which business objective, and why.")] input: RetireBusinessObjectiveInput,
    ) -> ApiResult<BusinessObjective> {
        let reason = input.reason;
        let retire = move |record: domain::business_objective::BusinessObjective, by: &str, at| {
            record.retire(&reason, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, retire).await
    }
}
