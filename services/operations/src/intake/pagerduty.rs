//! Reads the events of PagerDuty's Events API v2, and says everything that is wrong with one that it cannot read.
//! Pure.
//!
//! Source of the format: PagerDuty's pages on sending an alert event and a change event. Fields that they do not
//! name are kept in the report; the routing key is not, for it is a secret.

use super::json::{self, Fields, key_of};
use super::{Action, Report};
use crate::domain::integration::Integration;
use crate::domain::labels::{Labels, checked};
use crate::domain::monitoring_event::Severity;
use ciclo_kernel::{Refusal, Timestamp, text};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

/// Length of a routing key, in characters.
const ROUTING_KEY: usize = 32;
/// Longest de-duplication key, in characters.
const DEDUP_KEY: usize = 255;
/// Longest summary, in characters; its first line-full becomes the title, and all of it is kept in the report.
const SUMMARY: usize = 1024;

/// An event that can be read.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The key that tells which integration sent it.
    pub routing_key: String,
    /// The sender's key; none when it gave none, which only a trigger may.
    pub dedup_key: Option<String>,
    action: Action,
    title: String,
    severity: Severity,
    labels: Labels,
    occurred_at: Option<Timestamp>,
    body: String,
}

impl Event {
    /// The report that it makes, of an integration and with a key that no other integration has.
    #[must_use]
    pub fn report(self, from: &Integration, dedup_key: &str) -> Report {
        let mut labels = self.labels;
        labels.extend(from.service.map(|service| ("service".to_owned(), service.to_string())));
        Report {
            source: from.name.clone(),
            external_id: None,
            dedup_key: key_of(&from.id.to_string(), dedup_key),
            names_one: false,
            action: self.action,
            title: self.title,
            severity: self.severity,
            labels,
            occurred_at: self.occurred_at,
            body: self.body,
        }
    }
}

/// Reads an alert event, or answers with everything that is wrong with it.
pub fn alert_event(event: &Value) -> Result<Event, Vec<String>> {
    let mut reading = Reading::of(event)?;
    let word = reading.word("event_action", "event_action", &["trigger", "acknowledge", "resolve"]);
    let action = word.as_deref().and_then(Action::parse).unwrap_or(Action::Trigger);
    let dedup_key = reading.text("dedup_key", "dedup_key", DEDUP_KEY);
    if action != Action::Trigger {
        if dedup_key.is_none() {
            reading.wrong("'dedup_key' is missing or blank");
        }
        // There is no payload to what somebody does about trouble.
        let title =
            json::line(&format!("{} {}", word.unwrap_or_default(), dedup_key.as_deref().unwrap_or("")));
        return reading.end(action, dedup_key, title, Severity::Informational);
    }
    let title = reading.summary();
    let severities = ["critical", "error", "warning", "info"];
    let severity = match reading.word("payload.severity", "severity", &severities).as_deref() {
        Some("info") => Severity::Informational,
        Some("warning") => Severity::Warning,
        _ => Severity::Exception,
    };
    for name in ["component", "group", "class"] {
        reading.label(name);
    }
    if !reading.label("source") {
        reading.wrong("'payload.source' is missing or blank");
    }
    reading.list("images", "src");
    reading.end(action, dedup_key, title, severity)
}

/// Reads a change event, which is only to be known, or answers with everything that is wrong with it.
pub fn change_event(event: &Value) -> Result<Event, Vec<String>> {
    let mut reading = Reading::of(event)?;
    let title = reading.summary();
    reading.label("source");
    reading.end(Action::Trigger, None, title, Severity::Informational)
}

/// An event while it is read, with what is wrong so far.
struct Reading<'e> {
    event: &'e Fields,
    payload: Option<&'e Fields>,
    labels: Labels,
    wrong: Vec<String>,
}

impl<'e> Reading<'e> {
    fn of(event: &'e Value) -> Result<Self, Vec<String>> {
        let event = event.as_object().ok_or_else(|| vec!["the event is not a JSON object".to_owned()])?;
        let payload = event.get("payload").and_then(Value::as_object);
        Ok(Self { event, payload, labels: Labels::new(), wrong: Vec::new() })
    }

    fn wrong(&mut self, what: impl Into<String>) {
        self.wrong.push(what.into());
    }

    /// The value of a field, by its path: of the event itself or of its payload.
    fn value(&self, path: &str, name: &str) -> Option<&'e Value> {
        let fields = if path == name { Some(self.event) } else { self.payload };
        fields.and_then(|fields| fields.get(name)).filter(|value| !value.is_null())
    }

    /// A text up to a length; none when there is none, it is blank or wrong.
    fn text(&mut self, path: &str, name: &str, most: usize) -> Option<String> {
        let value = self.value(path, name)?;
        let Some(text) = value.as_str() else {
            self.wrong(format!("'{path}' is not a string"));
            return None;
        };
        let length = text.chars().count();
        if length > most {
            self.wrong(format!(
                "Length of '{path}' is incorrect ({length}, should be at most {most} characters)"
            ));
            return None;
        }
        Some(text).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    }

    /// A word of a list, which must be there.
    fn word(&mut self, path: &str, name: &str, known: &[&str]) -> Option<String> {
        let before = self.wrong.len();
        match self.text(path, name, text::LINE) {
            Some(word) if known.contains(&word.as_str()) => return Some(word),
            Some(_) => self.wrong(format!("'{path}' is invalid (must be one of: {})", known.join(", "))),
            None if self.wrong.len() == before => self.wrong(format!("'{path}' is missing or blank")),
            None => {}
        }
        None
    }

    /// The payload's summary, which must be there, as a line.
    fn summary(&mut self) -> String {
        let before = self.wrong.len();
        let summary = self.text("payload.summary", "summary", SUMMARY).map(|text| json::line(&text));
        let summary = summary.unwrap_or_default();
        if summary.is_empty() && self.wrong.len() == before {
            self.wrong("'payload.summary' is missing or blank");
        }
        summary
    }

    /// Takes a text of the payload as a label; whether it is there, or wrong.
    fn label(&mut self, name: &str) -> bool {
        let before = self.wrong.len();
        let text = self.text(&format!("payload.{name}"), name, text::BODY);
        let there = text.is_some() || self.wrong.len() > before;
        self.labels.extend(text.map(|text| (name.to_owned(), text)));
        there
    }

    /// Checks a list of objects, each with a text of a name.
    fn list(&mut self, name: &str, needed: &str) {
        let Some(value) = self.value(name, name) else { return };
        let fits = |one: &Value| one.get(needed).is_some_and(Value::is_string);
        if !value.as_array().is_some_and(|all| all.iter().all(fits)) {
            self.wrong(format!("'{name}' is not a list of objects with '{needed}'"));
        }
    }

    fn routing_key(&mut self) -> String {
        let key = self.event.get("routing_key").and_then(Value::as_str).unwrap_or_default();
        if key.chars().count() != ROUTING_KEY {
            self.wrong(format!("Length of 'routing_key' is incorrect (should be {ROUTING_KEY} characters)"));
        }
        if !key.chars().all(|c| c.is_ascii_alphanumeric()) {
            self.wrong("'routing_key' cannot contain non-alphanumeric characters");
        }
        key.to_owned()
    }

    fn timestamp(&mut self) -> Option<Timestamp> {
        let text = self.text("payload.timestamp", "timestamp", text::LINE)?;
        // Some clients leave out the offset and mean UTC.
        let at = text
            .parse()
            .or_else(|_| text.parse::<DateTime>().and_then(|at| Ok(at.to_zoned(TimeZone::UTC)?.timestamp())));
        let at = at.ok().and_then(|at| json::since_1970("timestamp", at).ok());
        if at.is_none() {
            self.wrong("'payload.timestamp' is not an ISO 8601 instant since 1970");
        }
        at
    }

    /// The rest, which all events have, and the event if nothing is wrong with it.
    fn end(
        mut self,
        action: Action,
        dedup_key: Option<String>,
        title: String,
        severity: Severity,
    ) -> Result<Event, Vec<String>> {
        let routing_key = self.routing_key();
        let occurred_at = self.timestamp();
        let client = self.text("client", "client", text::BODY);
        self.labels.extend(client.map(|client| ("client".to_owned(), client)));
        self.list("links", "href");
        if let Some(Err(why)) = dedup_key.as_deref().map(|key| text::key("dedup_key", key)) {
            self.wrong(why.message);
        }
        let labels = std::mem::take(&mut self.labels);
        let labels = checked("payload", labels).unwrap_or_else(|why: Refusal| {
            self.wrong(why.message);
            Labels::new()
        });
        let mut kept = self.event.clone();
        kept.remove("routing_key");
        let body = json::body("event", &Value::Object(kept)).unwrap_or_else(|why| {
            self.wrong(why.message);
            String::new()
        });
        if !self.wrong.is_empty() {
            return Err(self.wrong);
        }
        Ok(Event { routing_key, dedup_key, action, title, severity, labels, occurred_at, body })
    }
}

#[cfg(test)]
#[path = "pagerduty_tests.rs"]
mod tests;
