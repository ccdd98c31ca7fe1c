//! Reads the webhook of Prometheus Alertmanager, payload version 4, and says
//! exactly what is wrong with one that it cannot read. Pure.
//!
//! Source of the format: the `webhook_config` section of Alertmanager's
//! configuration manual. Fields that it does not name are kept in the report.

use super::json::{self, labels, line, object, one_of, string};
use super::{Action, Report};
use crate::domain::labels::checked;
use crate::domain::monitoring_event::Severity;
use ciclo_kernel::{Refusal, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most alerts of one payload.
pub const ALERTS_MOST: usize = 10_000;
/// What reports them.
const SOURCE: &str = "alertmanager";
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
    let labels = checked(&at("labels"), json::labels(&at("labels"), fields.get("labels"))?)?;
    let mut annotations = common.clone();
    annotations.extend(json::labels(&at("annotations"), fields.get("annotations"))?);
    let resolved = status == "resolved";
    Ok(Report {
        source: SOURCE.to_owned(),
        external_id: None,
        // A fingerprint is of the labels only: the same trouble at another time is another alert.
        dedup_key: format!("{SOURCE}:{fingerprint}:{}", starts_at.as_microsecond()),
        names_one: true,
        action: if resolved { Action::Resolve } else { Action::Trigger },
        title: title(&labels, &annotations),
        severity: severity(labels.get("severity").map_or("", String::as_str)),
        labels,
        occurred_at: if resolved { ends_at } else { Some(starts_at) },
        body: json::body(path, alert)?,
    })
}

fn title(labels: &BTreeMap<String, String>, annotations: &BTreeMap<String, String>) -> String {
    let named = [annotations.get("summary"), annotations.get("description"), labels.get("alertname")];
    // Annotations are templates of somebody's rules: whatever they hold becomes one line.
    let mut lines = named.into_iter().flatten().map(|text| line(text));
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

/// An instant; `None` for the year 1, which is how Go writes no instant.
fn instant(path: &str, value: Option<&Value>) -> Result<Option<Timestamp>, Refusal> {
    let text = string(path, value)?;
    if text.starts_with("0001-01-01T") { Ok(None) } else { json::instant(path, text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::monitoring_event::BODY;
    use ciclo_kernel::text;
    use serde_json::{Map, json};

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
        assert_eq!(reports[0].action, Action::Trigger);
        assert_eq!(reports[0].occurred_at.unwrap().as_microsecond(), 1_777_881_600_123_000);
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
        assert_eq!(wrong("/alerts/0/unknown", json!("x".repeat(BODY))), "alerts[0]", "too large to be kept");
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
        assert!(reports(&backwards).is_ok(), "while it fires its end is a guess");
        backwards["alerts"][0]["status"] = json!("resolved");
        assert_eq!(reports(&backwards).unwrap_err().facts["field"], "alerts[0].endsAt");
    }
}
