//! Monitoring events in the API.

use super::foreign::Service;
use super::labels::Label;
use crate::domain;
use async_graphql::Enum;
use ciclo_api::filters::{IdFilter, InstantFilter, StringFilter};
use ciclo_api::{Instant, Json, enum_filter, filter, record_api, record_object};

/// How much a monitoring event matters.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::monitoring_event::Severity")]
pub enum Severity {
    /// Good to know; kept and counted, and never alerts.
    Informational,
    /// Near a limit.
    Warning,
    /// Something does not work as it should.
    Exception,
}

record_object! {
    /// A monitoring event: one report of a tool outside, as it came.
    MonitoringEvent of domain::monitoring_event::MonitoringEvent {
        /// The tool that reported it.
        async fn source(&self) -> &str {
            &self.record().source
        }
        /// The source's own id of it: the same one received again counts once. Null when it gave none.
        async fn external_id(&self) -> Option<&str> {
            self.record().external_id.as_deref()
        }
        /// The key by which reports of the same trouble are recognised.
        async fn dedup_key(&self) -> &str {
            &self.record().dedup_key
        }
        /// How much it matters.
        async fn severity(&self) -> Severity {
            self.record().severity.into()
        }
        /// What was seen, in a line.
        async fn summary(&self) -> &str {
            &self.record().summary
        }
        /// The service that it is about; null when the report did not say.
        async fn service(&self) -> Option<Service> {
            self.record().service.map(Service::named)
        }
        /// Its labels, sorted by name.
        async fn labels(&self) -> Vec<Label> {
            Label::all(&self.record().labels)
        }
        /// The report as it came, with every field; null when it is no JSON.
        async fn body(&self) -> Option<Json> {
            serde_json::from_str(&self.record().body).ok().map(Json)
        }
        /// When it was seen, by the tool's clock.
        async fn occurred_at(&self) -> Instant {
            Instant(self.record().occurred_at)
        }
        /// When it came in here.
        async fn received_at(&self) -> Instant {
            Instant(self.record().received_at)
        }
    }
}

enum_filter!(SeverityFilter of Severity);

filter! {
    /// Which monitoring events.
    MonitoringEventFilter {
        /// By tool.
        source: StringFilter => "source",
        /// By the source's own id.
        external_id: StringFilter => "external_id",
        /// By key.
        dedup_key: StringFilter => "dedup_key",
        /// By severity.
        severity: SeverityFilter => "severity",
        /// By service.
        service: IdFilter => "service_id",
        /// By when they came in.
        received_at: InstantFilter => "received_at",
    }
}

record_api! {
    MonitoringEvent of domain::monitoring_event::MonitoringEvent, "monitoring event", "monitoring events";
    one monitoring_event, many monitoring_events, changed monitoring_event_changed;
    filter MonitoringEventFilter;
    order {
        /// When it came in.
        ReceivedAt = "received_at",
    }
}
