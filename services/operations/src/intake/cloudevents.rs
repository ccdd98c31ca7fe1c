//! Reads CloudEvents 1.0 over HTTP, in structured, batched and binary mode. Pure. Binary mode is turned into the
//! JSON form first, so all modes mean the same. Services/operations/README.md says what becomes of the attributes.
//!
//! Source of the formats: the CloudEvents specification with its JSON format and HTTP protocol binding, version
//! 1.0.2, and its extension for severities, whose numbers are OpenTelemetry's.

use super::Report;
use super::events::{KEYS, action, each, severity, within};
use super::json::{self, Fields, key_of, object, optional, string};
use crate::domain::labels::{Labels, checked};
use crate::domain::monitoring_event::Severity;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ciclo_kernel::{Refusal, text};
use serde_json::{Value, json};

/// The version that is read.
const VERSION: &str = "1.0";
/// What the headers of binary mode begin with.
const PREFIX: &str = "ce-";
/// What is no extension.
const DEFINED: [&str; 10] = [
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "data",
    "data_base64",
];
/// The numbers of OpenTelemetry's severities at which warnings and errors begin.
const WARN: i64 = 13;
const ERROR: i64 = 17;

/// The report of an event in structured mode.
///
/// `INVALID` with the name of the attribute that is wrong.
pub fn structured(event: &Value) -> Result<Report, Refusal> {
    report("", event)
}

/// The reports of a batch, in its order.
///
/// `INVALID` with the path of the attribute that is wrong, `LIMIT_EXCEEDED` for too many events.
pub fn batch(events: &Value) -> Result<Vec<Report>, Refusal> {
    let events = events.as_array().ok_or_else(|| Refusal::invalid("body", "a list of events is needed"))?;
    each(events, report)
}

/// Whether a request carries an event in binary mode.
#[must_use]
pub fn is_binary(headers: &HeaderMap) -> bool {
    headers.contains_key("ce-specversion")
}

/// The report of an event in binary mode: attributes in headers, data in the body.
///
/// `INVALID` with the name of the attribute that is wrong.
pub fn binary(headers: &HeaderMap, content_type: Option<&str>, body: &[u8]) -> Result<Report, Refusal> {
    let mut event = Fields::new();
    for (name, value) in headers {
        if let Some(name) = name.as_str().strip_prefix(PREFIX) {
            event.insert(name.to_owned(), decoded(name, value.as_bytes())?.into());
        }
    }
    if let Some(content_type) = content_type {
        event.insert("datacontenttype".to_owned(), content_type.into());
    }
    if !body.is_empty() {
        let (name, data) = data(content_type.unwrap_or_default(), body)?;
        event.insert(name.to_owned(), data);
    }
    report("", &Value::Object(event))
}

/// A header's value as the text that it stands for.
fn decoded(name: &str, value: &[u8]) -> Result<String, Refusal> {
    let text = percent_encoding::percent_decode(value).decode_utf8();
    let text = text.map_err(|_| Refusal::invalid(name, "percent-encoded UTF-8 is needed"))?;
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    Ok(quoted.map_or_else(|| text.clone().into_owned(), |inner| inner.replace("\\\"", "\"")))
}

/// Data of a media type as a member of the JSON form.
fn data(content_type: &str, body: &[u8]) -> Result<(&'static str, Value), Refusal> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence.ends_with("/json") || essence.ends_with("+json") {
        let data = serde_json::from_slice(body);
        return Ok(("data", data.map_err(|why| Refusal::invalid("data", format!("not JSON: {why}")))?));
    }
    Ok(match std::str::from_utf8(body) {
        Ok(text) => ("data", json!(text)),
        Err(_) => ("data_base64", json!(STANDARD.encode(body))),
    })
}

fn report(path: &str, event: &Value) -> Result<Report, Refusal> {
    let whole = if path.is_empty() { "body" } else { path };
    let fields = object(whole, event)?;
    let at = |name: &str| within(path, name);
    let version = string(&at("specversion"), fields.get("specversion"))?;
    if version != VERSION {
        let why = format!("version {VERSION} of CloudEvents is read, not {version}");
        return Err(Refusal::invalid(&at("specversion"), why));
    }
    let needed = |name: &str| text::key(&at(name), string(&at(name), fields.get(name))?);
    let (id, source, kind) = (needed("id")?, needed("source")?, needed("type")?);
    let given = |name: &str| optional(&at(name), fields.get(name));
    let subject = given("subject")?;
    for name in ["datacontenttype", "dataschema", "data_base64"] {
        given(name)?;
    }
    let mut labels = extensions(path, fields)?;
    labels.insert("type".to_owned(), kind.clone());
    labels.extend(subject.map(|subject| ("subject".to_owned(), subject.to_owned())));
    let about = subject.map_or_else(|| kind.clone(), |subject| format!("{kind} {subject}"));
    let (named_by, key) = labels.get("dedupkey").map_or(("subject", &about), |key| ("dedupkey", key));
    let summary = fields.get("data").and_then(|data| data.get("summary")).and_then(Value::as_str);
    let titles = [summary.unwrap_or_default(), &about];
    Ok(Report {
        external_id: Some(id),
        dedup_key: text::key(&at(named_by), &key_of(&format!("{KEYS}:{source}"), key))?,
        source,
        names_one: false,
        action: labels
            .get("action")
            .map_or(Ok(super::Action::Trigger), |word| action(&at("action"), word))?,
        title: titles.map(json::line).into_iter().find(|line| !line.is_empty()).unwrap_or(kind),
        severity: severity_of(path, &labels)?,
        labels: checked(whole, labels)?,
        occurred_at: given("time")?.map(|time| json::instant(&at("time"), time)).transpose()?,
        body: json::body(whole, event)?,
    })
}

/// The extension attributes as texts.
fn extensions(path: &str, fields: &Fields) -> Result<Labels, Refusal> {
    let mut labels = Labels::new();
    for (name, value) in fields.iter().filter(|(name, _)| !DEFINED.contains(&name.as_str())) {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(_) | Value::Object(_) => {
                return Err(Refusal::invalid(&within(path, name), "a text, a number or a boolean is needed"));
            }
        };
        labels.insert(name.clone(), text);
    }
    Ok(labels)
}

/// By our word, else by OpenTelemetry's number. An event that says neither is only to be known.
fn severity_of(path: &str, labels: &Labels) -> Result<Severity, Refusal> {
    if let Some(word) = labels.get("severity") {
        return severity(&within(path, "severity"), word);
    }
    let Some(number) = labels.get("severitynumber") else { return Ok(Severity::Informational) };
    let bad = |_| Refusal::invalid(&within(path, "severitynumber"), "a number is needed");
    Ok(match number.parse::<i64>().map_err(bad)? {
        ERROR.. => Severity::Exception,
        WARN.. => Severity::Warning,
        _ => Severity::Informational,
    })
}

#[cfg(test)]
#[path = "cloudevents_tests.rs"]
mod tests;
