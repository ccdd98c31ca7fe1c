//! Reads the webhook of Prometheus Alertmanager, payload version 4, and says
//! exactly what is wrong with one that it cannot read. Pure.
//!
//! Source of the format: the `webhook_config` section of Alertmanager's
//! configuration manual. Fields that it does not name are kept in the report.

use super::Report;
use crate::domain::facts::json_object;
use crate::domain::labels::checked;
use crate::domain::monitoring_event::Severity;
use ciclo_kernel::{Refusal, Timestamp, text};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Most alerts of one payload.
pub const ALERTS_MOST: usize = 10_000;
/// The payload version that is read.
const VERSION: &str = "4";

/// The reports of a payload, in its order.
///
/// `INVALID` with the path of the field that is wrong.
pub fn reports(payload: &Value) -> Result<Vec<Report>, Refusal> {
    let fields = object("body", payload)?;
    let version = string("version", fields.get("version"))?;
    if version != VERSION {
        return Err(Refusal::invalid(
            "version",
            format!("version {VERSION} of the payload is read, not {version}"),
        ));
    }
    one_of("status", fields.get("status"), &["firing", "resolved"])?;
    let alerts = fields.get("alerts").and_then(Value::as_array);
    let alerts = alerts.ok_or_else(|| Refusal::invalid("alerts", "a list of alerts is needed"))?;
    if alerts.len() > ALERTS_MOST {
        let many = format!("{} alerts; at most {ALERTS_MOST} are taken at once", alerts.len());
        return Err(Refusal::invalid("alerts", many).with("limit", ALERTS_MOST));
    }
    let common = labels("commonAnnotations", fields.get("commonAnnotations"))?;
    alerts
        .iter()
        .enumerate()
        .map(|(place, alert)| report(&format!("alerts[{place}]"), alert, &common))
        .collect()
}

fn report(path: &str, alert: &Value, common: &BTreeMap<String, String>) -> Result<Report, Refusal> {
    let fields = object(path, alert)?;
    let at = |name: &str| format!("{path}.{name}");
    let status = one_of(&at("status"), fields.get("status"), &["firing", "resolved"])?;
    let fingerprint = string(&at("fingerprint"), fields.get("fingerprint"))?;
    if fingerprint.is_empty() || fingerprint.len() > 64 || !fingerprint.bytes().all(|b| b.is_ascii_hexdigit())
    {
        return Err(Refusal::invalid(&at("fingerprint"), "1 to 64 hex digits are needed"));
    }
    let starts_at = instant(&at("startsAt"), fields.get("startsAt"))?
        .ok_or_else(|| Refusal::invalid(&at("startsAt"), "an alert that began in the year 1 began never"))?;
    let ends_at = match fields.get("endsAt") {
        None | Some(Value::Null) => None,
        ends => instant(&at("endsAt"), ends)?,
    };
    if ends_at.is_some_and(|ends_at| status == "resolved" && ends_at < starts_at) {
        return Err(Refusal::invalid(&at("endsAt"), "an alert cannot end before it began"));
    }
    let labels = checked(&at("labels"), labels(&at("labels"), fields.get("labels"))?)?;
    let mut annotations = common.clone();
    annotations.extend(self::labels(&at("annotations"), fields.get("annotations"))?);
    let resolved = status == "resolved";
    Ok(Report {
        // A fingerprint is of the labels only: the same trouble at another time is another alert.
        dedup_key: format!("alertmanager:{fingerprint}:{}", starts_at.as_microsecond()),
        title: title(&labels, &annotations),
        severity: severity(labels.get("severity").map_or("", String::as_str)),
        labels,
        resolved,
        starts_at,
        ends_at: ends_at.filter(|_| resolved),
        body: json_object(path, &alert.to_string())?,
    })
}

fn title(labels: &BTreeMap<String, String>, annotations: &BTreeMap<String, String>) -> String {
    let named = [annotations.get("summary"), annotations.get("description"), labels.get("alertname")];
    // Annotations are templates of somebody's rules: whatever they hold becomes one line of the length we keep.
    let line = |text: &String| {
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        line.trim().chars().take(text::LINE).collect::<String>().trim().to_owned()
    };
    let mut lines = named.into_iter().flatten().map(line);
    lines.find(|line| !line.is_empty()).unwrap_or_else(|| "alert".to_owned())
}

/// The words that Prometheus rules use by custom.
fn severity(label: &str) -> Severity {
    match label.to_ascii_lowercase().as_str() {
        "info" | "informational" | "none" | "debug" => Severity::Informational,
        "warning" | "warn" | "minor" => Severity::Warning,
        _ => Severity::Exception,
    }
}

fn object<'v>(path: &str, value: &'v Value) -> Result<&'v Map<String, Value>, Refusal> {
    value.as_object().ok_or_else(|| Refusal::invalid(path, "an object is needed"))
}

fn string<'v>(path: &str, value: Option<&'v Value>) -> Result<&'v str, Refusal> {
    value.and_then(Value::as_str).ok_or_else(|| Refusal::invalid(path, "a text is needed"))
}

fn one_of<'v>(path: &str, value: Option<&'v Value>, known: &[&str]) -> Result<&'v str, Refusal> {
    let text = string(path, value)?;
    if known.contains(&text) {
        Ok(text)
    } else {
        Err(Refusal::invalid(path, format!("{} is needed", known.join(" or "))))
    }
}

fn labels(path: &str, value: Option<&Value>) -> Result<BTreeMap<String, String>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(value) => object(path, value)?
            .iter()
            .map(|(name, value)| {
                Ok((name.clone(), string(&format!("{path}.{name}"), Some(value))?.to_owned()))
            })
            .collect(),
    }
}

/// An instant; `None` for the year 1, which is how Go writes no instant.
fn instant(path: &str, value: Option<&Value>) -> Result<Option<Timestamp>, Refusal> {
    let text = string(path, value)?;
    if text.starts_with("0001-01-01T") {
        return Ok(None);
    }
    let bad = || Refusal::invalid(path, "an RFC 3339 instant is needed");
    let at: Timestamp = text.parse().map_err(|_| bad())?;
    if at < Timestamp::UNIX_EPOCH {
        return Err(Refusal::invalid(path, "instants before 1970 are refused"));
    }
    Timestamp::from_microsecond(at.as_microsecond()).map(Some).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::JSON;
    use serde_json::json;

    fn payload() -> Value {
        json!({
            "receiver": "ciclo", "status": "firing", "version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0,
            "groupLabels": {}, "commonLabels": {}, "commonAnnotations": { "summary": "Disk full" },
            "externalURL": "http://am", "somethingNew": 1,
            "alerts": [{
                "status": "firing", "labels": { "alertname": "Disk", "severity": "warning" }, "annotations": {},
                "startsAt": "2026-05-04T08:00:00.123Z", "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "", "fingerprint": "9a8b7c6d5e4f3a2b", "unknown": { "kept": true },
            }],
        })
    }

    #[test]
    fn a_payload_becomes_reports() {
        let reports = reports(&payload()).unwrap();
        assert_eq!(reports[0].dedup_key, "alertmanager:9a8b7c6d5e4f3a2b:1777881600123000");
        assert_eq!(reports[0].title, "Disk full");
        assert_eq!(reports[0].severity, Severity::Warning);
        assert_eq!(reports[0].ends_at, None);
        assert!(reports[0].body.contains("kept"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |pointer: &str, value: Value| {
            let mut payload = payload();
            *payload.pointer_mut(pointer).unwrap() = value;
            reports(&payload).unwrap_err().facts["field"].as_str().unwrap().to_owned()
        };
        assert_eq!(wrong("/version", json!("3")), "version");
        assert_eq!(wrong("/version", json!(4)), "version");
        assert_eq!(wrong("/status", json!("on fire")), "status");
        assert_eq!(wrong("/alerts", json!({})), "alerts");
        assert_eq!(wrong("/alerts/0", json!([])), "alerts[0]");
        assert_eq!(wrong("/alerts/0/status", json!(null)), "alerts[0].status");
        assert_eq!(wrong("/alerts/0/startsAt", json!("yesterday")), "alerts[0].startsAt");
        assert_eq!(wrong("/alerts/0/startsAt", json!("0001-01-01T00:00:00Z")), "alerts[0].startsAt");
        assert_eq!(wrong("/alerts/0/startsAt", json!("1969-01-01T00:00:00Z")), "alerts[0].startsAt");
        assert_eq!(wrong("/alerts/0/labels/alertname", json!(1)), "alerts[0].labels.alertname");
        assert_eq!(wrong("/alerts/0/labels/alertname", json!("x\u{0}")), "alerts[0].labels.alertname");
        assert_eq!(wrong("/alerts/0/labels", json!({ " ": "x" })), "alerts[0].labels");
        assert_eq!(wrong("/alerts/0/fingerprint", json!("")), "alerts[0].fingerprint");
        let many: Map<String, Value> = (0..=100).map(|n| (format!("l{n}"), json!(""))).collect();
        assert_eq!(wrong("/alerts/0/labels", json!(many)), "alerts[0].labels");
        assert_eq!(wrong("/alerts/0/unknown", json!("x".repeat(JSON))), "alerts[0]", "too large to be kept");
        assert_eq!(reports(&json!([])).unwrap_err().facts["field"], "body");
    }

    #[test]
    fn a_title_is_one_line_whatever_the_annotation_holds() {
        let mut long = payload();
        long["alerts"][0]["annotations"]["summary"] = json!(format!("{}\n\u{0}{}", "x".repeat(300), "y"));
        let title = reports(&long).unwrap()[0].title.clone();
        assert_eq!(title.chars().count(), text::LINE);
        assert!(text::line("title", &title).is_ok());

        let mut empty = payload();
        empty["alerts"][0]["annotations"]["summary"] = json!("\u{0}\n");
        assert_eq!(reports(&empty).unwrap()[0].title, "Disk");
    }

    #[test]
    fn an_alert_does_not_end_before_it_began() {
        let mut backwards = payload();
        backwards["alerts"][0]["endsAt"] = json!("2026-05-04T07:59:59Z");
        assert_eq!(reports(&backwards).unwrap()[0].ends_at, None, "while it fires its end is a guess");
        backwards["alerts"][0]["status"] = json!("resolved");
        assert_eq!(reports(&backwards).unwrap_err().facts["field"], "alerts[0].endsAt");
    }
}
