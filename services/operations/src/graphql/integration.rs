//! Integrations in the API.

use super::foreign::Service;
use crate::commands;
use crate::domain;
use crate::domain::integration::IntegrationStatus;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use ciclo_api::filters::{IdFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, enum_filter, filter, mutate, record_api, record_object, update};

/// Whether an integration's key counts.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::integration::IntegrationState")]
pub enum IntegrationState {
    /// Its key counts.
    Active,
    /// Its key counts no longer. Final.
    Revoked,
}

record_object! {
    /// An integration: a tool outside that sends events with a routing key of its own, as clients of PagerDuty do.
    Integration of domain::integration::Integration {
        /// What it is called.
        async fn name(&self) -> &str {
            &self.record().name
        }
        /// Whether its key counts.
        async fn state(&self) -> IntegrationState {
            self.record().state().into()
        }
        /// The service that its events are about; null when that is left open.
        async fn service(&self) -> Option<Service> {
            self.record().service.map(Service::named)
        }
        /// Who made it.
        async fn created_by(&self) -> &str {
            &self.record().created.by
        }
        /// When it was made.
        async fn created_at(&self) -> Instant {
            Instant(self.record().created.at)
        }
        /// When it was revoked; null while its key counts.
        async fn revoked_at(&self) -> Option<Instant> {
            match &self.record().status {
                IntegrationStatus::Active => None,
                IntegrationStatus::Revoked { revoked, .. } => Some(Instant(revoked.at)),
            }
        }
        /// Why it was revoked; null when nobody said, and while its key counts.
        async fn reason(&self) -> Option<&str> {
            match &self.record().status {
                IntegrationStatus::Active => None,
                IntegrationStatus::Revoked { reason, .. } => reason.as_deref(),
            }
        }
    }
}

enum_filter!(IntegrationStateFilter of IntegrationState);

filter! {
    /// Which integrations.
    IntegrationFilter {
        /// By name.
        name: StringFilter => "name",
        /// By state.
        state: IntegrationStateFilter => "state",
        /// By service.
        service: IdFilter => "service_id",
    }
}

record_api! {
    Integration of domain::integration::Integration, "integration", "integrations";
    one integration, many integrations, changed integration_changed;
    filter IntegrationFilter;
    order {
        /// Name.
        Name = "name",
    }
}

/// What makes an integration.
#[derive(InputObject, Clone, Debug)]
pub struct CreateIntegrationInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What it is called, in at most 100 characters.
    pub name: String,
    /// The service that its events are about; null leaves that open.
    pub service: Option<ID>,
}

/// What revokes an integration.
#[derive(InputObject, Clone, Debug)]
pub struct RevokeIntegrationInput {
    /// The integration.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why; may be left out.
    pub reason: Option<String>,
}

/// An integration that was made.
#[derive(SimpleObject, Clone, Debug)]
pub struct CreatedIntegration {
    /// The integration.
    pub integration: Integration,
    /// Its routing key: 32 letters and digits. It is shown this once and kept nowhere: null when the mutation is
    /// repeated. Who missed it revokes the integration and makes another.
    pub routing_key: Option<String>,
}

/// What can be done with integrations.
#[derive(Default)]
pub struct IntegrationMutations;

#[Object]
impl IntegrationMutations {
    /// Makes an integration, whose routing key counts at once. Errors: INVALID, BAD_ID, NOT_FOUND (the service).
    async fn create_integration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is called, and what it is for.")] input: CreateIntegrationInput,
    ) -> ApiResult<CreatedIntegration> {
        let service = input.service.as_ref().map(mutate::id).transpose()?;
        let key = commands::integration::fresh_key();
        let key_hash = commands::integration::hash(&key);
        let fresh = key_hash.clone();
        let integration: Integration = mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::integration::create(tx, input.name, service, fresh))
        })
        .await?;
        // A repeated mutation answers with the integration of then, whose key is another.
        let routing_key = (integration.record().key_hash == key_hash).then_some(key);
        Ok(CreatedIntegration { integration, routing_key })
    }

    /// Revokes an integration, for good: its key counts no longer. Errors: WRONG_STATE, CONFLICT.
    async fn revoke_integration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which integration, and why.")] input: RevokeIntegrationInput,
    ) -> ApiResult<Integration> {
        let reason = input.reason;
        let verb = move |integration: domain::integration::Integration, by: &str, at| {
            integration.revoke(reason.as_deref(), by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }
}
