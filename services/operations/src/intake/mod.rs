//! What comes from outside over plain HTTP: the webhook of Prometheus Alertmanager, events of our own form,
//! CloudEvents, and PagerDuty's events.

pub mod alertmanager;
#[cfg(test)]
mod any_json;
pub mod cloudevents;
mod enqueue;
pub mod events;
mod json;
pub mod pagerduty;
pub mod route;

use crate::domain::monitoring_event::Severity;
use ciclo_kernel::Timestamp;
use std::collections::BTreeMap;

/// What a report asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// There is trouble: opens an alert, or adds to the open one.
    Trigger,
    /// Somebody looks at it: acknowledges the open alert, if there is one.
    Acknowledge,
    /// It is over: resolves the open alert, if there is one.
    Resolve,
}

impl Action {
    /// Reads an action as senders write it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "trigger" => Some(Self::Trigger),
            "acknowledge" => Some(Self::Acknowledge),
            "resolve" => Some(Self::Resolve),
            _ => None,
        }
    }
}

/// One report, in operations' own terms, whatever tool sent it.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// What reported it.
    pub source: String,
    /// The source's own id of the report: the same one again counts once. None when it gave none.
    pub external_id: Option<String>,
    /// What tells this trouble from every other.
    pub dedup_key: String,
    /// Whether the key names one alert for good: then what comes after the end of that is dropped. Otherwise the
    /// same trouble again opens a new alert.
    pub names_one: bool,
    /// What it asks for.
    pub action: Action,
    /// What is wrong, in a line.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// What it is about.
    pub labels: BTreeMap<String, String>,
    /// When it was seen: the trouble began then, or ended. None when the tool did not say.
    pub occurred_at: Option<Timestamp>,
    /// The report as it came, JSON, with fields that nobody knows.
    pub body: String,
}
