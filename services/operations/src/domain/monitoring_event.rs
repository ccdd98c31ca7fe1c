//! A monitoring event: what a monitor outside reported, kept as it came. It has
//! no machine. Whether it alerts is decided by its severity, the alert is its own record.

use super::{
    facts::json_object_within,
    labels::{self, Labels},
};
use ciclo_kernel::{
    Decision, Refusal, Timestamp,
    ids::{MonitoringEventId, ServiceId},
    text,
};

/// Longest report that is kept, in bytes.
pub const BODY: usize = 512 * 1024;

words! {
    /// How much a monitoring event matters, from the least to the most.
    Severity {
        /// Nothing to do: kept and counted, never alerts.
        Informational = "INFORMATIONAL",
        /// Something may go wrong soon.
        Warning = "WARNING",
        /// Something is wrong.
        Exception = "EXCEPTION",
    }
}

impl Severity {
    /// Whether an event of this severity makes or repeats an alert.
    #[must_use]
    pub fn alerts(self) -> bool {
        match self {
            Self::Informational => false,
            Self::Warning | Self::Exception => true,
        }
    }
}

/// What a monitor outside reported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MonitoringEvent {
    /// The monitoring event.
    pub id: MonitoringEventId,
    /// What reported it, for example `prometheus`.
    pub source: String,
    /// The source's own id of it, which no other event of that source has; none when it gave none.
    pub external_id: Option<String>,
    /// The key by which reports of the same trouble are recognised.
    pub dedup_key: String,
    /// How much it matters.
    pub severity: Severity,
    /// What was seen, in a line.
    pub summary: String,
    /// The service that it is about; none when the report did not say.
    pub service: Option<ServiceId>,
    /// Labels of the report, sorted by name.
    pub labels: Labels,
    /// The report as it came: the text of a JSON object, with all its fields.
    pub body: String,
    /// When it was seen, by the monitor's clock.
    pub occurred_at: Timestamp,
    /// When it came in here.
    pub received_at: Timestamp,
}

/// What it takes to receive a monitoring event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReceiveMonitoringEvent {
    /// What reported it, for example `prometheus`.
    pub source: String,
    /// The source's own id of it; none when it gave none.
    pub external_id: Option<String>,
    /// The key by which reports of the same trouble are recognised.
    pub dedup_key: String,
    /// How much it matters.
    pub severity: Severity,
    /// What was seen, in a line.
    pub summary: String,
    /// The service that it is about; none when the report does not say.
    pub service: Option<ServiceId>,
    /// Labels of the report.
    pub labels: Labels,
    /// The report as it came: the text of a JSON object of at most [`BODY`] bytes.
    pub body: String,
    /// When it was seen; none when the report does not say, then it counts as seen now.
    pub occurred_at: Option<Timestamp>,
}

/// What happened to a monitoring event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MonitoringEventHappened {
    /// It was received.
    Received,
}

impl MonitoringEventHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Received => "Received",
        }
    }
}

impl MonitoringEvent {
    /// Receives a report from outside.
    pub fn receive(
        id: MonitoringEventId,
        input: ReceiveMonitoringEvent,
        at: Timestamp,
    ) -> Decision<Self, MonitoringEventHappened> {
        let event = Self {
            id,
            source: text::key("source", &input.source)?,
            external_id: input.external_id.map(|id| text::key("externalId", &id)).transpose()?,
            dedup_key: dedup_key(&input.dedup_key)?,
            severity: input.severity,
            summary: text::line("summary", &input.summary)?,
            service: input.service,
            labels: labels::checked("labels", input.labels)?,
            body: json_object_within("body", &input.body, BODY)?,
            occurred_at: input.occurred_at.unwrap_or(at),
            received_at: at,
        };
        Ok((event, MonitoringEventHappened::Received))
    }
}

/// Checks a de-duplication key: one line.
pub(crate) fn dedup_key(key: &str) -> Result<String, Refusal> {
    text::key("dedupKey", key)
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::domain::pairs::{at, id};

    pub(crate) fn labels() -> Labels {
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Labels::from([label("zone", "eu-1"), label("app", "почта"), label("note", "")])
    }

    pub(crate) fn input() -> ReceiveMonitoringEvent {
        ReceiveMonitoringEvent {
            source: "prometheus".to_owned(),
            external_id: Some("4711".to_owned()),
            dedup_key: "mail/queue".to_owned(),
            severity: Severity::Exception,
            summary: "The mail queue grows".to_owned(),
            service: Some(id()),
            labels: labels(),
            body: "{\"status\": \"firing\", \"unknown\": [1.50]}".to_owned(),
            occurred_at: Some(at(-30)),
        }
    }

    pub(crate) fn event() -> MonitoringEvent {
        MonitoringEvent::receive(id(), input(), at(0)).unwrap().0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pairs::{at, id};

    #[test]
    fn a_report_is_kept_as_it_came() {
        let event = samples::event();
        assert_eq!(event.body, samples::input().body);
        assert_eq!((event.occurred_at, event.received_at), (at(-30), at(0)));
        let undated = ReceiveMonitoringEvent { occurred_at: None, ..samples::input() };
        assert_eq!(MonitoringEvent::receive(id(), undated, at(5)).unwrap().0.occurred_at, at(5));
        let keyless = ReceiveMonitoringEvent { dedup_key: " ".to_owned(), ..samples::input() };
        let refused = MonitoringEvent::receive(id(), keyless, at(5)).unwrap_err();
        assert_eq!(refused.facts["field"], "dedupKey");
    }

    #[test]
    fn informational_events_never_alert() {
        let alerting: Vec<_> = Severity::ALL.iter().filter(|severity| severity.alerts()).collect();
        assert_eq!(alerting, [&Severity::Warning, &Severity::Exception]);
        assert!(Severity::Informational < Severity::Warning && Severity::Warning < Severity::Exception);
    }
}
