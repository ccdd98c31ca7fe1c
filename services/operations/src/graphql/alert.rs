//! Alerts in the API.

use super::foreign::Service;
use super::incident::Incident;
use super::labels::Label;
use super::monitoring_event::{MonitoringEvent, Severity, SeverityFilter};
use super::service_level_clock::{ServiceLevelClock, change, clocks_of};
use super::silence::Silence;
use crate::domain;
use async_graphql::{Context, Enum, ID, InputObject, Object};
use ciclo_api::filters::{IdFilter, InstantFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Session, enum_filter, filter, record_api, record_object};

/// How far an alert has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::alert::AlertState")]
pub enum AlertState {
    /// Nobody has taken notice yet.
    Open,
    /// Somebody has taken notice.
    Acknowledged,
    /// Kept quiet, for a cause.
    Suppressed,
    /// Over. Final.
    Resolved,
}

/// Why an alert is kept quiet.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::alert::SuppressionCause")]
pub enum SuppressionCause {
    /// Somebody silenced it.
    Silence,
    /// What it is about is in maintenance.
    Maintenance,
    /// It follows from other trouble that is known.
    Dependency,
}

record_object! {
    /// An alert: trouble that monitoring reports, from its first report to its end.
    Alert of domain::alert::Alert {
        /// What tells it from every other alert.
        async fn dedup_key(&self) -> &str {
            &self.record().dedup_key
        }
        /// What is wrong, in a line, as the newest report says it.
        async fn title(&self) -> &str {
            &self.record().title
        }
        /// How much it matters, as the newest report says it.
        async fn severity(&self) -> Severity {
            self.record().severity.into()
        }
        /// How far it has come.
        async fn state(&self) -> AlertState {
            self.record().state().into()
        }
        /// Labels of the newest report, sorted by name.
        async fn labels(&self) -> Vec<Label> {
            Label::all(&self.record().labels)
        }
        /// The service that it is about; null when no report said.
        async fn service(&self) -> Option<Service> {
            self.record().service.map(Service::named)
        }
        /// How often it was reported, the first time included.
        async fn occurrences(&self) -> u32 {
            self.record().occurrences
        }
        /// When it was first seen.
        async fn first_seen(&self) -> Instant {
            Instant(self.record().first_seen)
        }
        /// When it was last seen.
        async fn last_seen(&self) -> Instant {
            Instant(self.record().last_seen)
        }
        /// When the trouble began, as the first report says.
        async fn starts_at(&self) -> Instant {
            Instant(self.record().starts_at)
        }
        /// When the trouble ended; null while it lasts.
        async fn ends_at(&self) -> Option<Instant> {
            self.record().ends_at.map(Instant)
        }
        /// Why it is kept quiet; null when it is not.
        async fn suppressed_by(&self) -> Option<SuppressionCause> {
            match &self.record().status {
                domain::alert::AlertStatus::Suppressed { cause, .. } => Some((*cause).into()),
                domain::alert::AlertStatus::Open
                | domain::alert::AlertStatus::Acknowledged { .. }
                | domain::alert::AlertStatus::Resolved { .. } => None,
            }
        }
        /// The silence that keeps it quiet; null when somebody does, or when it is not suppressed.
        async fn silence(&self, ctx: &Context<'_>) -> ApiResult<Option<Silence>> {
            let Some(id) = self.record().silenced_by() else { return Ok(None) };
            Ok(Session::of(ctx).loads::<domain::silence::Silence>()?.one(id).await?.map(Silence::from))
        }
        /// The incident that deals with it; null when there is none.
        async fn incident(&self, ctx: &Context<'_>) -> ApiResult<Option<Incident>> {
            let Some(id) = self.record().incident else { return Ok(None) };
            let found = Session::of(ctx).loads::<domain::incident::Incident>()?.one(id).await?;
            Ok(found.map(Incident::from))
        }
        /// Its service level clocks, at most 100; empty when no agreement promises anything.
        async fn clocks(&self, ctx: &Context<'_>) -> ApiResult<Vec<ServiceLevelClock>> {
            clocks_of(Session::of(ctx), self.record().id).await
        }
        /// The newest monitoring events that reported it, oldest first, at most 20.
        async fn monitoring_events(&self, ctx: &Context<'_>) -> ApiResult<Vec<MonitoringEvent>> {
            let loaders = Session::of(ctx).loads::<domain::monitoring_event::MonitoringEvent>()?;
            let found = loaders.many(self.record().monitoring_events.iter().copied()).await?;
            Ok(found.into_iter().map(MonitoringEvent::from).collect())
        }
    }
}

enum_filter!(AlertStateFilter of AlertState);

filter! {
    /// Which alerts.
    AlertFilter {
        /// By state.
        state: AlertStateFilter => "state",
        /// By severity.
        severity: SeverityFilter => "severity",
        /// By key.
        dedup_key: StringFilter => "dedup_key",
        /// By title.
        title: StringFilter => "title",
        /// By service.
        service: IdFilter => "service_id",
        /// By incident.
        incident: IdFilter => "incident_id",
        /// By when they were last seen.
        last_seen: InstantFilter => "last_seen",
    }
}

record_api! {
    Alert of domain::alert::Alert, "alert", "alerts";
    one alert, many alerts, changed alert_changed;
    filter AlertFilter;
    order {
        /// When it was last seen.
        LastSeen = "last_seen",
        /// Title.
        Title = "title",
    }
}

/// What acknowledges an alert.
#[derive(InputObject, Clone, Debug)]
pub struct AcknowledgeAlertInput {
    /// The alert.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What keeps an alert quiet.
#[derive(InputObject, Clone, Debug)]
pub struct SuppressAlertInput {
    /// The alert.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The kind of cause.
    pub cause: SuppressionCause,
    /// The cause in words; null when the kind says it.
    pub note: Option<String>,
}

/// What ends the quiet of an alert.
#[derive(InputObject, Clone, Debug)]
pub struct UnsuppressAlertInput {
    /// The alert.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What resolves an alert.
#[derive(InputObject, Clone, Debug)]
pub struct ResolveAlertInput {
    /// The alert.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// When the trouble ended; now when left out.
    pub ends_at: Option<Instant>,
}

/// What can be done with alerts.
#[derive(Default)]
pub struct AlertMutations;

#[Object]
impl AlertMutations {
    /// Acknowledges an alert: somebody has taken notice. Errors: WRONG_STATE, CONFLICT.
    async fn acknowledge_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alert.")] input: AcknowledgeAlertInput,
    ) -> ApiResult<Alert> {
        let verb = |alert: domain::alert::Alert, by: &str, at| alert.acknowledge(by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Keeps an alert quiet, for a cause. Errors: WRONG_STATE, CONFLICT.
    async fn suppress_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alert, and why.")] input: SuppressAlertInput,
    ) -> ApiResult<Alert> {
        let (cause, note) = (input.cause.into(), input.note);
        let verb =
            move |alert: domain::alert::Alert, by: &str, at| alert.suppress(cause, note.as_deref(), by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Ends the quiet of an alert: it is open again. Errors: WRONG_STATE, CONFLICT.
    async fn unsuppress_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alert.")] input: UnsuppressAlertInput,
    ) -> ApiResult<Alert> {
        let verb = |alert: domain::alert::Alert, _: &str, _| alert.unsuppress();
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Resolves an alert by hand. Its incident is left to those who work on it. Errors: WRONG_STATE, CONFLICT, INVALID.
    async fn resolve_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alert.")] input: ResolveAlertInput,
    ) -> ApiResult<Alert> {
        let ends_at = input.ends_at.map(|at| at.0);
        let verb = move |alert: domain::alert::Alert, by: &str, at| alert.resolve(ends_at, by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }
}
