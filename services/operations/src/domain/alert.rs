//! An alert: trouble that monitoring events of one de-duplication key report.
//! That a key has one alert at a time that is not resolved is checked by the store.

use super::{
    facts::Mark,
    labels::{self, Labels},
    monitoring_event::{Severity, dedup_key},
    silence::Silence,
};
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{AlertId, IncidentId, MonitoringEventId, ServiceId, SilenceId},
    machine, text,
};

/// Who acts when nobody does.
const SERVICE: &str = "service:operations";
/// How many of its monitoring events an alert names: the newest.
pub const EVENTS_KEPT: usize = 20;

machine! {
    machine "alert";
    /// Where an alert stands.
    states AlertState {
        /// Nobody has taken notice yet.
        Open = "OPEN" {
            Repeat => Open, Acknowledge => Acknowledged, Suppress => Suppressed, Resolve => Resolved,
            LinkIncident => Open,
        },
        /// Somebody has taken notice.
        Acknowledged = "ACKNOWLEDGED" {
            Repeat => Acknowledged, Resolve => Resolved, LinkIncident => Acknowledged,
        },
        /// Kept quiet, for a known cause.
        Suppressed = "SUPPRESSED" {
            Repeat => Suppressed, Unsuppress => Open, Resolve => Resolved, LinkIncident => Suppressed,
        },
        /// Over. Final: the same trouble opens a new alert.
        Resolved = "RESOLVED" {},
    }
    /// What can be done to an alert.
    verbs AlertVerb {
        Repeat = "repeat",
        Acknowledge = "acknowledge",
        Suppress = "suppress",
        Unsuppress = "unsuppress",
        Resolve = "resolve",
        LinkIncident = "linkIncident",
    }
}

words! {
    /// Why an alert is kept quiet.
    SuppressionCause {
        /// Somebody silenced it.
        Silence = "SILENCE",
        /// Planned work is going on.
        Maintenance = "MAINTENANCE",
        /// It follows from other trouble that is known.
        Dependency = "DEPENDENCY",
    }
}

/// Where an alert stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlertStatus {
    /// Nobody has taken notice yet.
    Open,
    /// Somebody has taken notice.
    Acknowledged {
        /// Who took notice, and when.
        acknowledged: Mark,
    },
    /// Kept quiet.
    Suppressed {
        /// The kind of cause.
        cause: SuppressionCause,
        /// The cause in words, for example which maintenance; none when the kind says it.
        note: Option<String>,
        /// The silence that keeps it quiet; none when somebody does.
        silence: Option<SilenceId>,
        /// Who suppressed it, and when.
        suppressed: Mark,
    },
    /// Over.
    Resolved {
        /// Who had taken notice, and when; none when nobody had.
        acknowledged: Option<Mark>,
        /// Who resolved it, and when.
        resolved: Mark,
    },
}

/// Trouble that monitoring reports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alert {
    /// The alert.
    pub id: AlertId,
    /// The key by which reports of the same trouble are recognised; no other alert that is not
    /// resolved has it.
    pub dedup_key: String,
    /// What is wrong, in a line, as the newest report says it.
    pub title: String,
    /// How much it matters, as the newest report says it.
    pub severity: Severity,
    /// Labels of the newest report, sorted by name.
    pub labels: Labels,
    /// The service that it is about; none when no report said.
    pub service: Option<ServiceId>,
    /// How often it was reported, the first time included.
    pub occurrences: u32,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// When the trouble started, as the first report says.
    pub starts_at: Timestamp,
    /// When the trouble ended; none while it lasts.
    pub ends_at: Option<Timestamp>,
    /// The incident that deals with it; none when there is none.
    pub incident: Option<IncidentId>,
    /// The newest monitoring events that reported it, oldest first, at most [`EVENTS_KEPT`].
    pub monitoring_events: Vec<MonitoringEventId>,
    /// Where it stands.
    pub status: AlertStatus,
}

/// A report of trouble, that opens an alert or adds to one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlertReport {
    /// The key by which reports of the same trouble are recognised.
    pub dedup_key: String,
    /// What is wrong, in a line.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// Labels of the report.
    pub labels: Labels,
    /// The service that it is about; none when the report does not say.
    pub service: Option<ServiceId>,
    /// When the trouble started; none when the report does not say, then it counts from when it was seen.
    pub starts_at: Option<Timestamp>,
    /// When it was seen.
    pub seen_at: Timestamp,
    /// The monitoring event that carries the report; none when it came another way.
    pub monitoring_event: Option<MonitoringEventId>,
}

impl AlertReport {
    fn checked(self) -> Result<Self, Refusal> {
        if !self.severity.alerts() {
            return Err(Refusal::invalid("severity", "informational events never alert"));
        }
        Ok(Self {
            dedup_key: dedup_key(&self.dedup_key)?,
            title: text::line("title", &self.title)?,
            labels: labels::checked("labels", self.labels)?,
            ..self
        })
    }
}

/// What happened to an alert.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlertHappened {
    /// It was opened.
    Opened {
        /// The monitoring event that opened it; none when it came another way.
        monitoring_event: Option<MonitoringEventId>,
    },
    /// It was reported again.
    Repeated {
        /// How often it has been reported now.
        occurrences: u32,
        /// The monitoring event that reported it; none when it came another way.
        monitoring_event: Option<MonitoringEventId>,
    },
    /// Somebody took notice.
    Acknowledged,
    /// It was suppressed.
    Suppressed {
        /// The kind of cause.
        cause: SuppressionCause,
        /// The cause in words; none when the kind says it.
        note: Option<String>,
        /// The silence that keeps it quiet; none when somebody does.
        silence: Option<SilenceId>,
    },
    /// It is no longer suppressed.
    Unsuppressed {
        /// The kind of cause that held until now.
        cause: SuppressionCause,
    },
    /// It is over.
    Resolved {
        /// When the trouble ended.
        ends_at: Timestamp,
    },
    /// It was given to an incident.
    IncidentLinked {
        /// The incident.
        incident: IncidentId,
        /// The incident that dealt with it before; none when there was none.
        before: Option<IncidentId>,
    },
}

impl AlertHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "Opened",
            Self::Repeated { .. } => "Repeated",
            Self::Acknowledged => "Acknowledged",
            Self::Suppressed { .. } => "Suppressed",
            Self::Unsuppressed { .. } => "Unsuppressed",
            Self::Resolved { .. } => "Resolved",
            Self::IncidentLinked { .. } => "IncidentLinked",
        }
    }
}

impl Alert {
    /// Opens an alert on a first report.
    pub fn open(id: AlertId, report: AlertReport) -> Decision<Self, AlertHappened> {
        let report = report.checked()?;
        let alert = Self {
            id,
            dedup_key: report.dedup_key,
            title: report.title,
            severity: report.severity,
            labels: report.labels,
            service: report.service,
            occurrences: 1,
            first_seen: report.seen_at,
            last_seen: report.seen_at,
            starts_at: report.starts_at.unwrap_or(report.seen_at),
            ends_at: None,
            incident: None,
            monitoring_events: report.monitoring_event.into_iter().collect(),
            status: AlertStatus::Open,
        };
        Ok((alert, AlertHappened::Opened { monitoring_event: report.monitoring_event }))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> AlertState {
        match self.status {
            AlertStatus::Open => AlertState::Open,
            AlertStatus::Acknowledged { .. } => AlertState::Acknowledged,
            AlertStatus::Suppressed { .. } => AlertState::Suppressed,
            AlertStatus::Resolved { .. } => AlertState::Resolved,
        }
    }

    /// Adds a further report of the same key. Title, severity and labels become those of the
    /// report unless it was seen before the newest one.
    pub fn repeat(mut self, report: AlertReport) -> Decision<Self, AlertHappened> {
        self.state().go(AlertVerb::Repeat)?;
        let report = report.checked()?;
        if report.dedup_key != self.dedup_key {
            return Err(Refusal::invalid("dedupKey", "the report is of another key than the alert"));
        }
        if report.seen_at >= self.last_seen {
            self.title = report.title;
            self.severity = report.severity;
            self.labels = report.labels;
            self.service = report.service.or(self.service);
        }
        self.occurrences = self.occurrences.saturating_add(1);
        self.first_seen = self.first_seen.min(report.seen_at);
        self.last_seen = self.last_seen.max(report.seen_at);
        self.monitoring_events.extend(report.monitoring_event);
        let surplus = self.monitoring_events.len().saturating_sub(EVENTS_KEPT);
        self.monitoring_events.drain(..surplus);
        let happened = AlertHappened::Repeated {
            occurrences: self.occurrences,
            monitoring_event: report.monitoring_event,
        };
        Ok((self, happened))
    }

    /// Takes notice of it.
    pub fn acknowledge(mut self, by: &str, at: Timestamp) -> Decision<Self, AlertHappened> {
        self.state().go(AlertVerb::Acknowledge)?;
        self.status = AlertStatus::Acknowledged { acknowledged: Mark::new(by, at) };
        Ok((self, AlertHappened::Acknowledged))
    }

    /// Keeps it quiet, for a cause.
    pub fn suppress(
        mut self,
        cause: SuppressionCause,
        note: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AlertHappened> {
        self.state().go(AlertVerb::Suppress)?;
        let note = text::optional_body("note", note)?;
        self.status = AlertStatus::Suppressed {
            cause,
            note: note.clone(),
            silence: None,
            suppressed: Mark::new(by, at),
        };
        Ok((self, AlertHappened::Suppressed { cause, note, silence: None }))
    }

    /// Keeps it quiet by a silence, for as long as that one says.
    pub fn silence(mut self, by: &Silence, at: Timestamp) -> Decision<Self, AlertHappened> {
        self.state().go(AlertVerb::Suppress)?;
        let (cause, silence) = (by.terms.cause, Some(by.id));
        let suppressed = Mark::new(SERVICE, at);
        self.status = AlertStatus::Suppressed { cause, note: None, silence, suppressed };
        Ok((self, AlertHappened::Suppressed { cause, note: None, silence }))
    }

    /// The silence that keeps it quiet; none when somebody does, or nothing.
    #[must_use]
    pub fn silenced_by(&self) -> Option<SilenceId> {
        match &self.status {
            AlertStatus::Suppressed { silence, .. } => *silence,
            AlertStatus::Open | AlertStatus::Acknowledged { .. } | AlertStatus::Resolved { .. } => None,
        }
    }

    /// No longer keeps it quiet.
    pub fn unsuppress(mut self) -> Decision<Self, AlertHappened> {
        let state = self.state();
        let next = state.go(AlertVerb::Unsuppress);
        let AlertStatus::Suppressed { cause, .. } = self.status else {
            return Err(next.err().unwrap_or_else(|| Refusal::rule("the alert is not suppressed")));
        };
        self.status = AlertStatus::Open;
        Ok((self, AlertHappened::Unsuppressed { cause }))
    }

    /// Ends it. When the report does not say when the trouble ended, it ended now.
    pub fn resolve(
        mut self,
        ends_at: Option<Timestamp>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AlertHappened> {
        self.state().go(AlertVerb::Resolve)?;
        if ends_at.is_some_and(|end| end < self.starts_at) {
            return Err(Refusal::invalid("endsAt", "the trouble cannot end before it started"));
        }
        let ends_at = ends_at.unwrap_or(at).max(self.starts_at);
        let acknowledged = match self.status {
            AlertStatus::Acknowledged { acknowledged } => Some(acknowledged),
            AlertStatus::Resolved { acknowledged, .. } => acknowledged,
            AlertStatus::Open | AlertStatus::Suppressed { .. } => None,
        };
        self.ends_at = Some(ends_at);
        self.status = AlertStatus::Resolved { acknowledged, resolved: Mark::new(by, at) };
        Ok((self, AlertHappened::Resolved { ends_at }))
    }

    /// Gives it to an incident; a further incident takes the place of the one before.
    pub fn link_incident(mut self, incident: IncidentId) -> Decision<Self, AlertHappened> {
        self.state().go(AlertVerb::LinkIncident)?;
        if self.incident == Some(incident) {
            return Err(Refusal::rule("the alert belongs to this incident already")
                .with("incident", incident.to_string()));
        }
        let before = self.incident.replace(incident);
        Ok((self, AlertHappened::IncidentLinked { incident, before }))
    }
}

#[cfg(test)]
#[path = "alert_tests.rs"]
pub(crate) mod tests;
