//! Requirements in the API.

use super::foreign::Service;
use crate::{commands, domain};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use ciclo_api::filters::{IdFilter, StringFilter};
use ciclo_api::{ApiResult, enum_filter, filter, mutate, record_api, record_object, update};
use domain::requirement::{RaiseRequirement, RequirementSource, RequirementWording};

/// How far a requirement has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::requirement::RequirementState")]
pub enum RequirementState {
    /// Being worded; not agreed with anybody yet.
    Draft,
    /// Agreed: its wording stands.
    Agreed,
    /// Met, with evidence. Final.
    Satisfied,
    /// Given up, with a reason. Final.
    Dropped,
}

/// What a requirement is about.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::requirement::RequirementKind")]
pub enum RequirementKind {
    /// What the service does.
    Functional,
    /// How easily people use it.
    Usability,
    /// What is promised to customers.
    ServiceLevel,
    /// How much it must carry.
    Capacity,
    /// How much of the agreed time it must be up.
    Availability,
    /// How it survives a disaster.
    Continuity,
    /// How it is protected.
    Security,
}

/// How much a requirement matters (MoSCoW).
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::requirement::RequirementPriority")]
pub enum RequirementPriority {
    /// Without it there is no approval.
    Must,
    /// Important, but not vital.
    Should,
    /// Wanted when it costs little.
    Could,
    /// Not this time; kept for the record.
    Wont,
}

record_object! {
    /// A requirement on a service.
    Requirement of domain::requirement::Requirement {
        /// The service that it is asked of.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// What is asked, in a line.
        async fn title(&self) -> &str {
            &self.record().wording.title
        }
        /// How far it has come.
        async fn state(&self) -> RequirementState {
            self.record().state().into()
        }
    }
}

enum_filter!(RequirementStateFilter of RequirementState);
enum_filter!(RequirementKindFilter of RequirementKind);

filter! {
    /// Which requirements.
    RequirementFilter {
        /// By service.
        service: IdFilter => "service_id",
        /// By state.
        state: RequirementStateFilter => "state",
        /// By what they are about.
        kind: RequirementKindFilter => "kind",
        /// By title.
        title: StringFilter => "title",
        /// By design package.
        package: IdFilter => "package_id",
    }
}

record_api! {
    Requirement of domain::requirement::Requirement, "requirement", "requirements";
    one requirement, many requirements, changed requirement_changed;
    filter RequirementFilter;
    order {
        /// Title.
        Title = "title",
        /// State.
        State = "state",
    }
}

/// What raises a requirement.
#[derive(InputObject, Clone, Debug)]
pub struct RaiseRequirementInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The service that it is asked of.
    pub service: ID,
    /// What is asked, in a line of at most 200 characters.
    pub title: String,
    /// What is asked, in full, at most 20,000 characters; null when the title says it.
    pub description: Option<String>,
    /// What it is about.
    pub kind: RequirementKind,
    /// How much it matters.
    pub priority: RequirementPriority,
    /// How one sees that it is met; needed to agree.
    pub acceptance_criterion: Option<String>,
}

/// What moves a record that needs no more than to be named.
#[derive(InputObject, Clone, Debug)]
pub struct AgreeRequirementInput {
    /// The requirement.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What can be done with requirements.
#[derive(Default)]
pub struct RequirementMutations;

#[Object]
impl RequirementMutations {
    /// Raises a requirement on a service, as a draft. Errors: INVALID, NOT_FOUND (the service), RULE_VIOLATED (the service is retiring).
    async fn raise_requirement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to raise.")] input: RaiseRequirementInput,
    ) -> ApiResult<Requirement> {
        let raise = RaiseRequirement {
            service: mutate::id(&input.service)?,
            wording: RequirementWording {
                title: input.title,
                description: input.description,
                kind: input.kind.into(),
                priority: input.priority.into(),
                acceptance_criterion: input.acceptance_criterion,
            },
            source: RequirementSource::ByHand,
        };
        mutate::mutate(ctx, &input.idempotency_key, |tx| Box::pin(commands::requirement::raise(tx, raise)))
            .await
    }

    /// Agrees a requirement: its wording stands from then on. Errors: WRONG_STATE, CRITERIA_UNMET (no acceptance criterion), CONFLICT.
    async fn agree_requirement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requirement.")] input: AgreeRequirementInput,
    ) -> ApiResult<Requirement> {
        let agree = |requirement: domain::requirement::Requirement, by: &str, at| requirement.agree(by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, agree).await
    }
}
