//! Reads events of our own form, one or a batch of them, and says exactly what is wrong with one that it cannot
//! read. Pure. Services/operations/README.md has the fields.

use super::json::{self, key_of, labels, object, one_of, optional, string};
use super::{Action, Report};
use crate::domain::labels::{Labels, checked};
use crate::domain::monitoring_event::Severity;
use ciclo_kernel::ids::{ConfigurationItemId, RecordId, ServiceId};
use ciclo_kernel::{Refusal, text};
use serde_json::Value;

/// Most events of one batch.
pub const EVENTS_MOST: usize = 1_000;
/// What stands before the keys of events, so that they meet no key of another intake.
pub(super) const KEYS: &str = "event";

/// The reports of a body, in its order: of one event, or of a list of them.
///
/// `INVALID` with the path of the field that is wrong, `LIMIT_EXCEEDED` for more than [`EVENTS_MOST`].
pub fn reports(body: &Value) -> Result<Vec<Report>, Refusal> {
    match body {
        Value::Array(events) => each(events, report),
        one => Ok(vec![report("", one)?]),
    }
}

/// Reads every event of a list; each gets the path of its place.
pub(super) fn each(
    events: &[Value],
    read: impl Fn(&str, &Value) -> Result<Report, Refusal>,
) -> Result<Vec<Report>, Refusal> {
    if events.len() > EVENTS_MOST {
        let many = format!("{} events; at most {EVENTS_MOST} are taken at once", events.len());
        return Err(Refusal::new(ciclo_kernel::Code::LimitExceeded, many)
            .with("field", "body")
            .with("limit", EVENTS_MOST));
    }
    events.iter().enumerate().map(|(place, event)| read(&format!("[{place}]"), event)).collect()
}

/// The path of a field of an event.
pub(super) fn within(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn report(path: &str, event: &Value) -> Result<Report, Refusal> {
    let whole = if path.is_empty() { "body" } else { path };
    let fields = object(whole, event)?;
    let at = |name: &str| within(path, name);
    let source = text::line(&at("source"), string(&at("source"), fields.get("source"))?)?;
    let key = text::key(&at("dedup_key"), string(&at("dedup_key"), fields.get("dedup_key"))?)?;
    let external_id = optional(&at("id"), fields.get("id"))?;
    let word = optional(&at("action"), fields.get("action"))?.unwrap_or("trigger");
    let action = action(&at("action"), word)?;
    let severity = match fields.get("severity") {
        // What somebody does about trouble weighs nothing of its own.
        None | Some(Value::Null) if action != Action::Trigger => Severity::Informational,
        given => severity(&at("severity"), string(&at("severity"), given)?)?,
    };
    let title = match fields.get("summary") {
        None | Some(Value::Null) if action != Action::Trigger => json::line(&format!("{word} {key}")),
        given => text::line(&at("summary"), string(&at("summary"), given)?)?,
    };
    let occurred_at = optional(&at("occurred_at"), fields.get("occurred_at"))?;
    let mut labels = labels(&at("labels"), fields.get("labels"))?;
    name_record::<ServiceId>(&mut labels, "service", &at("service"), fields.get("service"))?;
    name_record::<ConfigurationItemId>(&mut labels, "item", &at("item"), fields.get("item"))?;
    Ok(Report {
        external_id: external_id.map(|id| text::key(&at("id"), id)).transpose()?,
        dedup_key: key_of(&format!("{KEYS}:{source}"), &key),
        source,
        names_one: false,
        action,
        title,
        severity,
        labels: checked(&at("labels"), labels)?,
        occurred_at: occurred_at.map(|text| json::instant(&at("occurred_at"), text)).transpose()?,
        body: json::body(whole, event)?,
    })
}

pub(super) fn action(path: &str, word: &str) -> Result<Action, Refusal> {
    Action::parse(word).ok_or_else(|| Refusal::invalid(path, "trigger, acknowledge or resolve is needed"))
}

pub(super) fn severity(path: &str, word: &str) -> Result<Severity, Refusal> {
    let word = word.to_ascii_lowercase();
    one_of(path, Some(&Value::String(word.clone())), &["informational", "warning", "exception"])?;
    Severity::parse(&word.to_ascii_uppercase()).ok_or_else(|| Refusal::invalid(path, "no such severity"))
}

/// Puts the record that a field names among the labels, where rules and incidents look for it.
fn name_record<I: RecordId>(
    labels: &mut Labels,
    label: &str,
    path: &str,
    value: Option<&Value>,
) -> Result<(), Refusal> {
    if let Some(id) = optional(path, value)? {
        let id = I::parse(id).map_err(|why| why.with("field", path))?;
        labels.insert(label.to_owned(), id.to_string());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event() -> Value {
        json!({
            "id": "7", "source": "backup", "dedup_key": "nightly", "severity": "warning", "summary": "Slow",
            "service": format!("svc_{}", "0".repeat(32)), "labels": { "host": "a" },
            "occurred_at": "2026-05-04T08:00:00Z", "details": { "minutes": 90 }, "unknown": [1],
        })
    }

    fn changed(name: &str, value: Value) -> Value {
        let mut event = event();
        event[name] = value;
        event
    }

    #[test]
    fn an_event_becomes_a_report() {
        let report = &reports(&event()).unwrap()[0];
        assert_eq!((report.source.as_str(), report.external_id.as_deref()), ("backup", Some("7")));
        assert_eq!((report.dedup_key.as_str(), report.names_one), ("event:backup:nightly", false));
        assert_eq!((report.action, report.severity), (Action::Trigger, Severity::Warning));
        assert_eq!(report.labels.keys().collect::<Vec<_>>(), ["host", "service"]);
        assert!(report.body.contains("minutes") && report.body.contains("unknown"));
        assert_eq!(reports(&json!([event(), event()])).unwrap().len(), 2);
    }

    #[test]
    fn who_acknowledges_or_resolves_need_not_say_what() {
        for (word, action) in [("acknowledge", Action::Acknowledge), ("resolve", Action::Resolve)] {
            let bare = json!({ "source": "s", "dedup_key": "k", "action": word });
            let report = &reports(&bare).unwrap()[0];
            assert_eq!((report.action, report.severity), (action, Severity::Informational));
            assert_eq!(report.title, format!("{word} k"));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (name, value) in [
            ("source", json!(null)),
            ("source", json!("x".repeat(201))),
            ("dedup_key", json!(" ")),
            ("dedup_key", json!("x".repeat(text::KEY + 1))),
            ("id", json!(7)),
            ("action", json!("open")),
            ("severity", json!("critical")),
            ("severity", json!(null)),
            ("summary", json!("two\nlines")),
            ("service", json!("mail")),
            ("item", json!(format!("svc_{}", "0".repeat(32)))),
            ("labels", json!(["a"])),
            ("occurred_at", json!("2026-05-04")),
        ] {
            let one = reports(&changed(name, value.clone())).unwrap_err();
            assert_eq!(one.facts["field"], name, "{value}");
            let second = reports(&json!([event(), changed(name, value)])).unwrap_err();
            assert_eq!(second.facts["field"], format!("[1].{name}"));
        }
        assert_eq!(reports(&json!("x")).unwrap_err().facts["field"], "body");
        assert_eq!(reports(&json!([1])).unwrap_err().facts["field"], "[0]");
        let many = Value::Array(vec![event(); EVENTS_MOST + 1]);
        assert_eq!(reports(&many).unwrap_err().facts["limit"], EVENTS_MOST);
    }
}
