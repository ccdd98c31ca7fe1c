//! Entitlements in the API.

use super::foreign::Service;
use crate::domain::entitlement::{Entitlement as Record, EntitlementStatus, EntitlementTerms};
use crate::{commands, domain};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use ciclo_api::filters::{IdFilter, StringFilter};
use ciclo_api::{
    ApiResult, Duration, Instant, enum_filter, filter, mutate, record_api, record_object, update,
};

/// Whether an entitlement can be given.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::entitlement::EntitlementState")]
pub enum EntitlementState {
    /// It can be asked for and given.
    Active,
    /// It is given to nobody any more. Who has it keeps it until their grant ends. Final.
    Retired,
}

record_object! {
    /// What a person can be given access to.
    Entitlement of domain::entitlement::Entitlement {
        /// The service that it is on.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// What it is called, in a line.
        async fn name(&self) -> &str {
            &self.record().terms.name
        }
        /// What it allows; null when the name says it.
        async fn description(&self) -> Option<&str> {
            self.record().terms.description.as_deref()
        }
        /// For how long it is given at most; null when nothing limits that.
        async fn longest(&self) -> Option<Duration> {
            self.record().terms.longest.map(Duration)
        }
        /// Whether it can be given.
        async fn state(&self) -> EntitlementState {
            self.record().state().into()
        }
        /// Who made it.
        async fn created_by(&self) -> &str {
            &self.record().created.by
        }
        /// When it was made.
        async fn created_at(&self) -> Instant {
            Instant(self.record().created.at)
        }
        /// Who retired it; null while it can be given.
        async fn retired_by(&self) -> Option<&str> {
            self.record().retired().map(|mark| mark.by.as_str())
        }
        /// When it was retired; null while it can be given.
        async fn retired_at(&self) -> Option<Instant> {
            self.record().retired().map(|mark| Instant(mark.at))
        }
        /// Why it was retired; null when nobody said, and while it can be given.
        async fn reason(&self) -> Option<&str> {
            match &self.record().status {
                EntitlementStatus::Active => None,
                EntitlementStatus::Retired { reason, .. } => reason.as_deref(),
            }
        }
    }
}

enum_filter!(EntitlementStateFilter of EntitlementState);

filter! {
    /// Which entitlements.
    EntitlementFilter {
        /// By service.
        service: IdFilter => "service_id",
        /// By name.
        name: StringFilter => "name",
        /// By state.
        state: EntitlementStateFilter => "state",
    }
}

record_api! {
    Entitlement of domain::entitlement::Entitlement, "entitlement", "entitlements";
    one entitlement, many entitlements, changed entitlement_changed;
    filter EntitlementFilter;
    order {
        /// Name.
        Name = "name",
    }
}

/// What an entitlement says.
#[derive(InputObject, Clone, Debug)]
pub struct EntitlementTermsInput {
    /// What it is called, in a line.
    pub name: String,
    /// What it allows, at most 20,000 characters; left out when the name says it.
    pub description: Option<String>,
    /// For how long it is given at most, more than nothing: then a grant needs an end. Left out, nothing limits that.
    pub longest: Option<Duration>,
}

impl From<EntitlementTermsInput> for EntitlementTerms {
    fn from(input: EntitlementTermsInput) -> Self {
        let EntitlementTermsInput { name, description, longest } = input;
        Self { name, description, longest: longest.map(|longest| longest.0) }
    }
}

/// What makes an entitlement.
#[derive(InputObject, Clone, Debug)]
pub struct CreateEntitlementInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The service that it is on.
    pub service: ID,
    /// What it says.
    pub terms: EntitlementTermsInput,
}

/// What changes an entitlement.
#[derive(InputObject, Clone, Debug)]
pub struct ReviseEntitlementInput {
    /// The entitlement.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What it says from then on.
    pub terms: EntitlementTermsInput,
}

/// What retires an entitlement.
#[derive(InputObject, Clone, Debug)]
pub struct RetireEntitlementInput {
    /// The entitlement.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why, at most 20,000 characters; may be left out.
    pub reason: Option<String>,
}

/// What can be done with entitlements.
#[derive(Default)]
pub struct EntitlementMutations;

#[Object]
impl EntitlementMutations {
    /// Makes an entitlement on a service, which can be asked for at once. Errors: INVALID, BAD_ID, NOT_FOUND (the service).
    async fn create_entitlement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which service, and what it says.")] input: CreateEntitlementInput,
    ) -> ApiResult<Entitlement> {
        let (service, terms) = (mutate::id(&input.service)?, input.terms.into());
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::access::create_entitlement(tx, service, terms))
        })
        .await
    }

    /// Changes what an entitlement says. What is granted already stays as it is. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn revise_entitlement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entitlement, and what it says.")] input: ReviseEntitlementInput,
    ) -> ApiResult<Entitlement> {
        let terms = input.terms.into();
        let verb = move |entitlement: Record, _: &str, _| entitlement.revise(terms);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Retires an entitlement, for good: it is given to nobody any more, and who has it keeps it until their grant ends. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn retire_entitlement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entitlement, and why.")] input: RetireEntitlementInput,
    ) -> ApiResult<Entitlement> {
        let reason = input.reason;
        let verb = move |entitlement: Record, by: &str, at| entitlement.retire(reason.as_deref(), by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }
}
