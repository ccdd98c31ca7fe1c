//! PagerDuty's events, and everything that can be wrong with one.

use super::*;
use serde_json::json;

fn event() -> Value {
    json!({
        "routing_key": "0123456789abcdefABCDEF0123456789", "event_action": "trigger", "dedup_key": "db-1/disk",
        "payload": {
            "summary": "Disk full on db – 1", "source": "db-1.example.org", "severity": "critical",
            "timestamp": "2026-05-04T08:00:00.123+0000", "component": "xfs", "group": "mail", "class": "disk",
            "custom_details": { "free": "0 %" },
        },
        "client": "Sensu", "client_url": "https://sensu.example.org", "later": 1,
        "links": [{ "href": "https://example.org", "text": "Runbook" }], "images": [{ "src": "https://example.org" }],
    })
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut event = event();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap()[name] = value;
    event
}

#[test]
fn an_alert_event_is_read_whole_and_its_secret_is_not_kept() {
    let read = alert_event(&event()).unwrap();
    assert_eq!(read.dedup_key.as_deref(), Some("db-1/disk"));
    assert_eq!((read.action, read.severity), (Action::Trigger, Severity::Exception));
    assert_eq!(read.title, "Disk full on db – 1");
    assert_eq!(read.occurred_at.unwrap().to_string(), "2026-05-04T08:00:00.123Z");
    let labels: Vec<_> = read.labels.keys().collect();
    assert_eq!(labels, ["class", "client", "component", "group", "source"]);
    assert!(read.body.contains("\"free\":\"0 %\"") && read.body.contains("later"));
    assert!(!read.body.contains("routing_key") && !read.body.contains(&read.routing_key));
}

#[test]
fn severities_instants_and_actions_are_those_of_its_clients() {
    for (word, severity) in [
        ("critical", Severity::Exception),
        ("error", Severity::Exception),
        ("warning", Severity::Warning),
        ("info", Severity::Informational),
    ] {
        assert_eq!(alert_event(&changed("/payload/severity", json!(word))).unwrap().severity, severity);
    }
    for text in
        ["2026-05-04T10:00:00+02:00", "2026-05-04T08:00:00", "2026-05-04 08:00:00Z", "2026-05-04T08:00:00.0Z"]
    {
        let read = alert_event(&changed("/payload/timestamp", json!(text))).unwrap();
        assert_eq!(read.occurred_at.unwrap().to_string(), "2026-05-04T08:00:00Z", "{text}");
    }
    for (word, action) in [("acknowledge", Action::Acknowledge), ("resolve", Action::Resolve)] {
        let bare = json!({ "routing_key": "0".repeat(32), "event_action": word, "dedup_key": "k" });
        let read = alert_event(&bare).unwrap();
        assert_eq!((read.action, read.severity), (action, Severity::Informational));
        assert_eq!(read.title, format!("{word} k"));
    }
}

#[test]
fn the_limits_are_pagerdutys() {
    for (pointer, limit) in [("/payload/summary", SUMMARY), ("/dedup_key", DEDUP_KEY)] {
        let fits = alert_event(&changed(pointer, json!("é".repeat(limit)))).unwrap();
        assert!(fits.title.chars().count() <= text::LINE);
        let wrong = alert_event(&changed(pointer, json!("é".repeat(limit + 1)))).unwrap_err();
        assert!(wrong.len() == 1 && wrong[0].contains(&format!("at most {limit}")), "{wrong:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_named() {
    for (pointer, value, path) in [
        ("/routing_key", json!("short"), "routing_key"),
        ("/routing_key", json!("ä".repeat(32)), "routing_key"),
        ("/routing_key", json!(null), "routing_key"),
        ("/event_action", json!("open"), "event_action"),
        ("/event_action", json!(null), "event_action"),
        ("/dedup_key", json!(7), "dedup_key"),
        ("/dedup_key", json!("a\nb"), "dedup_key"),
        ("/payload", json!(null), "payload.summary"),
        ("/payload/summary", json!(" \n"), "payload.summary"),
        ("/payload/source", json!(""), "payload.source"),
        ("/payload/severity", json!("fatal"), "payload.severity"),
        ("/payload/timestamp", json!("noon"), "payload.timestamp"),
        ("/payload/timestamp", json!("1969-12-31T00:00:00Z"), "payload.timestamp"),
        ("/payload/group", json!(1), "payload.group"),
        ("/payload/class", json!("a\u{0}"), "payload.class"),
        ("/links", json!({}), "links"),
        ("/links", json!([{ "text": "x" }]), "links"),
        ("/images", json!(["x"]), "images"),
        ("/client", json!([]), "client"),
    ] {
        let wrong = alert_event(&changed(pointer, value.clone())).unwrap_err();
        assert!(wrong.iter().any(|why| why.contains(path)), "{pointer} {value}: {wrong:?}");
    }
    assert_eq!(alert_event(&json!([])).unwrap_err().len(), 1);
    let bare = alert_event(&json!({ "event_action": "resolve" })).unwrap_err();
    assert_eq!(bare.len(), 2, "the key of the trouble and that of the integration: {bare:?}");
    assert_eq!(alert_event(&json!({})).unwrap_err().len(), 5);
}

#[test]
fn a_change_event_is_only_to_be_known() {
    let change = json!({
        "routing_key": "0".repeat(32),
        "payload": { "summary": "Build 2", "timestamp": "2020-07-17T08:42:58.315+0000", "custom_details": {} },
    });
    let read = change_event(&change).unwrap();
    assert_eq!((read.severity, read.dedup_key, read.labels.len()), (Severity::Informational, None, 0));
    assert_eq!(change_event(&json!({})).unwrap_err().len(), 2);
}
