//! Alerts: what the intake takes in, what rules make of it, what people do with it.

use crate::known::{call, moved, named, service};
use crate::life::{key, with};
use crate::outside::{Outside, firing, over, payload};
use ciclo_kernel::{Role, SignedDuration};
use ciclo_testkit::{Answer, TestService};
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

async fn act(operations: &TestService, mutation: &str, input: &str, value: Value) -> Answer {
    call(operations, &named("ana", &[Role::Agent]), mutation, input, value).await
}

/// What a rule for the alerts of these tests says, with other fields.
fn terms(more: Value) -> Value {
    let terms = json!({
        "name": "Disks", "matches": [{ "label": "alertname", "value": "Disk" }], "minimumSeverity": "WARNING",
        "group": "Storage", "impact": 2, "urgency": 1,
    });
    with(terms, &more)
}

/// Makes a rule; its id.
pub async fn rule(operations: &TestService, more: Value) -> String {
    let input = json!({ "idempotencyKey": key(), "terms": terms(more) });
    act(operations, "createAlertRule", "CreateAlertRuleInput", input).await.text("it.id")
}

#[tokio::test]
async fn two_hundred_reports_of_one_trouble_make_one_alert_and_one_incident() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({})).await;
    for _ in 0..100 {
        outside.send(&[firing("ab12"), firing("ab12")]).await;
    }
    let seen = outside.seen().await;
    assert_eq!((&seen["alerts"]["totalCount"], &seen["incidents"]["totalCount"]), (&json!(1), &json!(1)));
    assert_eq!(seen["monitoringEvents"]["totalCount"], 200);
    let (alert, incident) = (&seen["alerts"]["nodes"][0], &seen["incidents"]["nodes"][0]);
    assert_eq!((&alert["state"], &alert["severity"]), (&json!("OPEN"), &json!("EXCEPTION")));
    assert_eq!(
        (&alert["occurrences"], alert["monitoringEvents"].as_array().unwrap().len()),
        (&json!(200), 20)
    );
    assert_eq!((&alert["incident"]["id"], &incident["alert"]["id"]), (&incident["id"], &alert["id"]));
    for (field, value) in [
        ("title", json!("The disk is nearly full")),
        ("service", json!({ "id": service() })),
        ("caller", json!("alertmanager")),
        ("group", json!("Storage")),
        ("priority", json!(2)),
        ("state", json!("NEW")),
    ] {
        assert_eq!(incident[field], value, "{field}");
    }
}

#[tokio::test]
async fn the_end_of_the_trouble_resolves_the_alert_and_its_incident() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({})).await;
    outside.send(&[firing("ab12")]).await;
    outside.operations.clock.advance(SignedDuration::from_mins(3));
    outside.send(&[over("ab12")]).await;
    let ended = outside.seen().await;
    let (alert, incident) = (&ended["alerts"]["nodes"][0], &ended["incidents"]["nodes"][0]);
    assert_eq!((&alert["state"], &alert["endsAt"]), (&json!("RESOLVED"), &json!("2026-05-04T08:00:00Z")));
    assert_eq!((&incident["state"], &incident["person"]), (&json!("RESOLVED"), &json!("service:operations")));
    assert_eq!(incident["resolution"], json!({ "code": "ALERT_CLEARED", "by": "alertmanager" }));

    outside.send(&[firing("ab12"), over("ab12"), over("0815")]).await;
    let mut late = outside.seen().await;
    assert_eq!(late["monitoringEvents"]["totalCount"], 5, "what came late is kept");
    late["monitoringEvents"] = ended["monitoringEvents"].clone();
    assert_eq!(late, ended, "and dropped");

    let mut again = firing("ab12");
    again["startsAt"] = json!("2026-05-04T08:30:00Z");
    outside.send(&[again]).await;
    let seen = outside.seen().await;
    assert_eq!((&seen["alerts"]["totalCount"], &seen["incidents"]["totalCount"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn an_incident_stays_when_its_rule_says_so() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({ "resolveIncidentWithAlert": false })).await;
    outside.send(&[firing("ab12")]).await;
    outside.send(&[over("ab12")]).await;
    let seen = outside.seen().await;
    assert_eq!(seen["alerts"]["nodes"][0]["state"], "RESOLVED");
    assert_eq!(seen["incidents"]["nodes"][0]["state"], "NEW");
}

#[tokio::test]
async fn a_rule_opens_an_incident_only_for_what_it_is_for() {
    let outside = Outside::open().await;
    let operations = &outside.operations;
    let input = json!({ "idempotencyKey": key(), "terms": terms(json!({ "service": service(), "serviceLabel": "svc" })) });
    let both = act(operations, "createAlertRule", "CreateAlertRuleInput", input).await;
    assert_eq!((both.code(), &both.facts()["field"]), ("INVALID", &json!("service")));
    let id = rule(operations, json!({ "minimumSeverity": "EXCEPTION", "service": service() })).await;
    let incidents = async || outside.seen().await["incidents"]["totalCount"].as_u64().unwrap();

    let mut other = firing("01");
    other["labels"]["alertname"] = json!("Memory");
    let mut mild = firing("02");
    mild["labels"]["severity"] = json!("warning");
    let mut quiet = firing("03");
    quiet["labels"]["severity"] = json!("info");
    outside.send(&[other, mild, quiet]).await;
    let seen = outside.seen().await;
    assert_eq!(
        (&seen["alerts"]["totalCount"], &seen["monitoringEvents"]["totalCount"]),
        (&json!(2), &json!(3))
    );
    assert_eq!(incidents().await, 0);

    let mut bare = firing("04");
    bare["labels"].as_object_mut().unwrap().remove("service");
    outside.send(&[bare]).await;
    assert_eq!(incidents().await, 1, "the rule names the service");

    let stop = "StopAlertRuleInput";
    let disabled =
        act(operations, "disableAlertRule", stop, moved(&id, 1, json!({ "reason": "A move" }))).await;
    assert_eq!(disabled.text("it.state"), "DISABLED");
    outside.send(&[firing("05")]).await;
    assert_eq!(incidents().await, 1);
    let enabled = act(operations, "enableAlertRule", "EnableAlertRuleInput", moved(&id, 2, json!({}))).await;
    assert_eq!(enabled.text("it.state"), "ENABLED");
    outside.send(&[firing("05")]).await;
    assert_eq!(incidents().await, 2, "an alert that goes on is looked at again");

    let revised = moved(&id, 3, json!({ "terms": terms(json!({ "serviceLabel": "none" })) }));
    assert_eq!(
        act(operations, "reviseAlertRule", "ReviseAlertRuleInput", revised).await.text("it.state"),
        "ENABLED"
    );
    outside.send(&[firing("06")]).await;
    assert_eq!(incidents().await, 2, "the alert does not tell the service");
    let retired = act(operations, "retireAlertRule", stop, moved(&id, 4, json!({}))).await;
    assert_eq!(retired.text("it.state"), "RETIRED");
    let over = act(operations, "enableAlertRule", "EnableAlertRuleInput", moved(&id, 5, json!({}))).await;
    assert_eq!(over.code(), "WRONG_STATE");
}

#[tokio::test]
async fn people_acknowledge_silence_and_resolve_alerts() {
    let outside = Outside::open().await;
    let operations = &outside.operations;
    outside.send(&[firing("01"), firing("02")]).await;
    let seen = outside.seen().await;
    let ids: Vec<&str> = (0..2).map(|n| seen["alerts"]["nodes"][n]["id"].as_str().unwrap()).collect();
    let acknowledged =
        act(operations, "acknowledgeAlert", "AcknowledgeAlertInput", moved(ids[0], 1, json!({}))).await;
    assert_eq!(acknowledged.text("it.state"), "ACKNOWLEDGED");
    let stale =
        act(operations, "resolveAlert", "ResolveAlertInput", moved(ids[0], 1, json!({ "endsAt": null })))
            .await;
    assert_eq!(stale.code(), "CONFLICT");
    let early = json!({ "endsAt": "2026-05-04T07:58:59Z" });
    let early = act(operations, "resolveAlert", "ResolveAlertInput", moved(ids[0], 2, early)).await;
    assert_eq!((early.code(), &early.facts()["field"]), ("INVALID", &json!("endsAt")));
    let resolved = act(operations, "resolveAlert", "ResolveAlertInput", moved(ids[0], 2, json!({}))).await;
    assert_eq!(resolved.text("it.state"), "RESOLVED");

    let cause = json!({ "cause": "MAINTENANCE", "note": "A new disk" });
    let quiet = act(operations, "suppressAlert", "SuppressAlertInput", moved(ids[1], 1, cause)).await;
    assert_eq!(quiet.text("it.state"), "SUPPRESSED");
    rule(operations, json!({})).await;
    outside.send(&[firing("01"), firing("02")]).await;
    assert_eq!(
        outside.seen().await["incidents"]["totalCount"],
        0,
        "neither the one that is over nor the quiet one"
    );
    let heard = act(operations, "unsuppressAlert", "UnsuppressAlertInput", moved(ids[1], 3, json!({}))).await;
    assert_eq!(heard.text("it.state"), "OPEN");
    outside.send(&[firing("01"), firing("02")]).await;
    assert_eq!(outside.seen().await["incidents"]["totalCount"], 1);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_names_the_field_and_changes_nothing() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({})).await;
    let before = outside.seen().await;
    let bad = |pointer: &str, value: Value| {
        let mut body = payload(&[firing("01"), firing("02")]);
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    for (body, field) in [
        (json!([]), "body"),
        (bad("/version", json!("5")), "version"),
        (bad("/alerts", json!("none")), "alerts"),
        (bad("/alerts/1/status", json!("on fire")), "alerts[1].status"),
        (bad("/alerts/1/fingerprint", json!("not hex")), "alerts[1].fingerprint"),
        (bad("/alerts/1/startsAt", json!("yesterday")), "alerts[1].startsAt"),
        (bad("/alerts/1/startsAt", json!(1)), "alerts[1].startsAt"),
        (bad("/alerts/1/labels", json!([])), "alerts[1].labels"),
        (bad("/alerts/1/labels/alertname", json!("a\u{0}b")), "alerts[1].labels.alertname"),
    ] {
        let answer = outside.post(&body).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{field}");
        let answer: Value = answer.json().await.unwrap();
        let facts = &answer["errors"][0]["extensions"];
        assert_eq!((&facts["code"], &facts["field"]), (&json!("INVALID"), &json!(field)));
    }
    let token = outside.token(&[Role::Integration]);
    let post = outside.client.post(outside.intake()).bearer_auth(token).body("{\"alerts\":");
    assert_eq!(post.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(outside.seen().await, before);
}

#[tokio::test]
async fn only_an_integration_sends_alerts() {
    let outside = Outside::open().await;
    let body = payload(&[firing("01")]);
    let post = || outside.client.post(outside.intake()).json(&body);
    for request in [post(), post().bearer_auth("not.a.token")] {
        assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
    let others: Vec<Role> =
        Role::ALL.iter().copied().filter(|role| ![Role::Integration, Role::Admin].contains(role)).collect();
    for roles in [&[][..], &others] {
        let answer = post().bearer_auth(outside.token(roles)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{roles:?}");
    }
    assert_eq!(outside.seen().await["monitoringEvents"]["totalCount"], 0);
    let get = outside.client.get(outside.intake()).bearer_auth(outside.token(&[Role::Integration]));
    assert_eq!(get.send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn what_cannot_be_kept_now_is_to_be_sent_again() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({})).await;
    let before = outside.seen().await;
    let raw = sea_orm::Database::connect(format!("sqlite://{}", outside.file.display())).await.unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON incident BEGIN SELECT RAISE(FAIL, 'disk is full'); END";
    raw.execute_unprepared(full).await.unwrap();
    let body = payload(&[firing("01")]);
    let answer = outside.post(&body).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert!(!answer.to_string().contains("full"), "what is wrong inside stays inside");
    assert_eq!(outside.seen().await, before, "neither the monitoring event nor the alert");

    raw.execute_unprepared("DROP TRIGGER full").await.unwrap();
    assert_eq!(outside.post(&body).await.status(), StatusCode::OK);
    let seen = outside.seen().await;
    assert_eq!((&seen["alerts"]["totalCount"], &seen["incidents"]["totalCount"]), (&json!(1), &json!(1)));
    assert_eq!(seen["monitoringEvents"]["totalCount"], 1);
}
