//! CloudEvents in their modes, and what is made of their attributes.

use super::*;
use crate::intake::Action;
use axum::http::{HeaderName, HeaderValue};

fn event() -> Value {
    json!({
        "specversion": "1.0", "id": "a-1", "source": "/backups/eu", "type": "org.example.backup.failed",
        "subject": "db – 1", "time": "2026-05-04T08:00:00.5+02:00", "severitynumber": 17, "zone": "eu-1",
        "datacontenttype": "application/json", "data": { "summary": "No space left", "severity": 3 },
    })
}

fn changed(name: &str, value: Value) -> Value {
    let mut event = event();
    event[name] = value;
    event
}

fn headers(given: &[(&str, &str)]) -> HeaderMap {
    let header = |(name, value): &(&str, &str)| {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), value)
    };
    given.iter().map(header).collect()
}

#[test]
fn attributes_become_a_report() {
    let report = structured(&event()).unwrap();
    assert_eq!((report.source.as_str(), report.external_id.as_deref()), ("/backups/eu", Some("a-1")));
    assert_eq!(report.dedup_key, "event:/backups/eu:org.example.backup.failed db – 1");
    assert_eq!((report.action, report.severity), (Action::Trigger, Severity::Exception));
    assert_eq!(report.title, "No space left");
    assert_eq!(report.occurred_at.unwrap().to_string(), "2026-05-04T06:00:00.5Z");
    let names: Vec<_> = report.labels.keys().collect();
    assert_eq!(names, ["severitynumber", "subject", "type", "zone"]);
    assert_eq!(structured(&changed("dedupkey", json!("k"))).unwrap().dedup_key, "event:/backups/eu:k");
    assert_eq!(structured(&changed("action", json!("resolve"))).unwrap().action, Action::Resolve);
}

#[test]
fn a_severity_is_our_word_or_a_number_or_informational() {
    let of = |name: &str, value| structured(&changed(name, value)).unwrap().severity;
    for (number, expected) in [
        (json!(12), Severity::Informational),
        (json!(13), Severity::Warning),
        (json!("16"), Severity::Warning),
        (json!(24), Severity::Exception),
        (json!(null), Severity::Informational),
    ] {
        assert_eq!(of("severitynumber", number.clone()), expected, "{number}");
    }
    assert_eq!(of("severity", json!("warning")), Severity::Warning);
}

#[test]
fn binary_mode_says_the_same_as_structured_mode() {
    let mut given = vec![
        ("ce-specversion", "1.0"),
        ("ce-id", "a-1"),
        ("ce-source", "/backups/eu"),
        ("ce-type", "org.example.backup.failed"),
        ("ce-subject", "db%20%E2%80%93%201"),
        ("ce-time", "2026-05-04T08:00:00.5+02:00"),
        ("ce-severitynumber", "17"),
        ("ce-zone", "\"eu-1\""),
    ];
    let body = br#"{"summary":"No space left","severity":3}"#;
    assert!(is_binary(&headers(&given)) && !is_binary(&HeaderMap::new()));
    let report = binary(&headers(&given), Some("application/json"), body).unwrap();
    let wanted = structured(&event()).unwrap();
    let kept: Value = serde_json::from_str(&report.body).unwrap();
    assert_eq!(kept, changed("severitynumber", json!("17")));
    assert_eq!(Report { body: wanted.body.clone(), ..report }, wanted);

    let text = binary(&headers(&given), Some("text/plain; charset=utf-8"), "größer".as_bytes()).unwrap();
    assert!(text.body.contains("größer") && text.title.starts_with("org.example"));
    let bytes = binary(&headers(&given), None, &[0xff, 0x00]).unwrap();
    assert!(bytes.body.contains("\"data_base64\":\"/wA=\""));
    assert_eq!(binary(&headers(&given), Some("a/x+json"), b"{").unwrap_err().facts["field"], "data");
    given[4].1 = "%ff";
    assert_eq!(binary(&headers(&given), None, b"").unwrap_err().facts["field"], "subject");
}

#[test]
fn what_is_wrong_is_named() {
    for (name, value) in [
        ("specversion", json!("0.3")),
        ("specversion", json!(1.0)),
        ("id", json!("")),
        ("source", json!(null)),
        ("type", json!(1)),
        ("subject", json!({})),
        ("subject", json!("two\nlines")),
        ("dedupkey", json!("two\nlines")),
        ("time", json!("noon")),
        ("severity", json!("FATAL")),
        ("severitynumber", json!("many")),
        ("action", json!("delete")),
        ("nested", json!({ "a": 1 })),
        ("data_base64", json!(1)),
    ] {
        assert_eq!(structured(&changed(name, value)).unwrap_err().facts["field"], name);
    }
    let second = batch(&json!([event(), changed("id", json!(null))])).unwrap_err();
    assert_eq!(second.facts["field"], "[1].id");
    assert_eq!(batch(&event()).unwrap_err().facts["field"], "body");
    assert_eq!(structured(&json!([event()])).unwrap_err().facts["field"], "body");
}
