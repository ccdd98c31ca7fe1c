//! Whatever JSON comes from outside, the parsers answer: a report or a refusal that names a field.

use super::{alertmanager, cloudevents, events, pagerduty};
use ciclo_kernel::Refusal;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Names that parsers look for, so that what they find there is anything too.
const NAMES: &str = "version|status|alerts|fingerprint|startsAt|endsAt|labels|annotations|source|id|type|subject|time|\
    specversion|data|data_base64|severity|severitynumber|action|dedupkey|dedup_key|summary|service|item|occurred_at|\
    routing_key|event_action|payload|timestamp|component|links|images|href|src|client|[a-z]{1,3}";
/// Texts that parsers know, among any other.
const TEXTS: &str = "4|1\\.0|firing|resolved|trigger|resolve|acknowledge|warning|critical|info|[0-9a-f]{32}|\
    0001-01-01T00:00:00Z|2026-05-04T08:00:00Z|-?[0-9]{1,30}|\\PC{0,12}|[\\x00-\\x20]{1,3}";

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        TEXTS.prop_map(Value::from),
        TEXTS.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        let object = btree_map(NAMES, inner.clone(), 0..12);
        prop_oneof![
            vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// An event of each form that is in order, so that one changed field is looked at alone.
fn in_order() -> [Value; 4] {
    [
        serde_json::json!({ "version": "4", "status": "firing", "alerts": [{ "status": "resolved", "fingerprint": "ab",
            "startsAt": "2026-05-04T08:00:00Z", "endsAt": "2026-05-04T08:00:00Z", "labels": {} }] }),
        serde_json::json!({ "source": "s", "dedup_key": "k", "severity": "warning", "summary": "x" }),
        serde_json::json!({ "specversion": "1.0", "id": "1", "source": "s", "type": "t" }),
        serde_json::json!({ "routing_key": "0".repeat(32), "event_action": "trigger", "payload": { "summary": "x",
            "source": "s", "severity": "info" } }),
    ]
}

fn answers<T>(read: Result<T, Refusal>) {
    if let Err(why) = read {
        assert!(why.facts.contains_key("field"), "{why}");
    }
}

fn all(body: &Value) {
    answers(alertmanager::reports(body));
    answers(events::reports(body));
    answers(cloudevents::structured(body));
    answers(cloudevents::batch(body));
    for read in [pagerduty::alert_event(body), pagerduty::change_event(body)] {
        assert!(read.err().is_none_or(|wrong| !wrong.is_empty()));
    }
}

proptest! {
    #[test]
    fn any_json_is_answered(body in any_json()) {
        all(&body);
    }

    #[test]
    fn any_field_of_an_event_is_answered(name in NAMES, value in any_json()) {
        for mut event in in_order() {
            event[name.as_str()] = value.clone();
            all(&event);
            for inside in ["/alerts/0", "/payload"] {
                if let Some(Value::Object(fields)) = event.pointer_mut(inside) {
                    fields.insert(name.clone(), value.clone());
                    all(&event);
                }
            }
        }
    }
}
