//! Events of our own form and CloudEvents, over HTTP.

use crate::alert::rule;
use crate::known::service;
use crate::life::with;
use crate::outside::Outside;
use ciclo_kernel::{Role, SignedDuration};
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

const JSON: &str = "application/json";
const STRUCTURED: &str = "application/cloudevents+json; charset=utf-8";

/// An event of our own form about the disk, with other fields.
fn disk(more: Value) -> Value {
    let event = json!({
        "source": "nagios", "dedup_key": "disk/db-1", "severity": "exception", "summary": "The disk is full",
        "service": service(), "labels": { "alertname": "Disk" }, "details": { "free": "0 %" },
    });
    with(event, &more)
}

fn cloud_event(id: &str, more: Value) -> Value {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/disks", "type": "org.example.disk.full", "subject": "db-1",
        "severitynumber": 17, "alertname": "Disk", "service": service(),
    });
    with(event, &more)
}

impl Outside {
    /// Sends an event that is taken.
    async fn taken(&self, media_type: &str, body: Value, duplicates: u64) {
        let events = body.as_array().map_or(1, Vec::len);
        let answer = self.event(media_type, &body).await;
        assert_eq!(answer, (StatusCode::OK, json!({ "events": events, "duplicates": duplicates })));
    }

    /// How many monitoring events, alerts and incidents there are.
    async fn counts(&self) -> [u64; 3] {
        let seen = self.seen().await;
        ["monitoringEvents", "alerts", "incidents"].map(|list| seen[list]["totalCount"].as_u64().unwrap())
    }
}

#[tokio::test]
async fn an_event_opens_an_alert_that_is_acknowledged_and_resolved_by_its_key() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({})).await;
    outside.taken(JSON, json!([disk(json!({})), disk(json!({ "summary": "Still full" }))]), 0).await;
    let seen = outside.seen().await;
    let alert = &seen["alerts"]["nodes"][0];
    assert_eq!((&alert["occurrences"], &alert["title"]), (&json!(2), &json!("Still full")));
    assert_eq!((&alert["state"], &alert["service"]["id"]), (&json!("OPEN"), &json!(service())));
    assert_eq!(outside.counts().await, [2, 1, 1]);

    let does = |action: &str| json!({ "source": "nagios", "dedup_key": "disk/db-1", "action": action });
    outside.taken(JSON, does("acknowledge"), 0).await;
    assert_eq!(outside.seen().await["alerts"]["nodes"][0]["state"], "ACKNOWLEDGED");
    outside.taken(JSON, does("acknowledge"), 0).await;
    outside.operations.clock.advance(SignedDuration::from_mins(3));
    outside.taken(JSON, with(does("resolve"), &json!({ "occurred_at": "1999-01-01T00:00:00Z" })), 0).await;
    let over = outside.seen().await;
    let (alert, incident) = (&over["alerts"]["nodes"][0], &over["incidents"]["nodes"][0]);
    assert_eq!((&alert["state"], &incident["state"]), (&json!("RESOLVED"), &json!("RESOLVED")));

    for action in ["acknowledge", "resolve"] {
        outside.taken(JSON, does(action), 0).await;
    }
    let mut late = outside.seen().await;
    assert_eq!(late["monitoringEvents"]["totalCount"], 7, "what came late is kept");
    late["monitoringEvents"] = over["monitoringEvents"].clone();
    assert_eq!(late, over, "and dropped");
    outside.taken(JSON, disk(json!({})), 0).await;
    assert_eq!(outside.counts().await, [8, 2, 2], "the same trouble again opens a new alert");
}

#[tokio::test]
async fn keys_of_two_sources_are_two() {
    let outside = Outside::open().await;
    outside.taken(JSON, json!([disk(json!({})), disk(json!({ "source": "zabbix" }))]), 0).await;
    outside
        .taken(JSON, json!({ "source": "icinga", "dedup_key": "disk/db-1", "action": "resolve" }), 0)
        .await;
    let seen = outside.seen().await;
    assert_eq!(seen["alerts"]["totalCount"], 2);
    assert!(seen["alerts"]["nodes"].as_array().unwrap().iter().all(|alert| alert["state"] == "OPEN"));
}

#[tokio::test]
async fn informational_events_are_kept_and_counted_and_never_alert() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({ "matches": [], "minimumSeverity": "INFORMATIONAL" })).await;
    let quiet = json!({ "severity": "informational" });
    outside
        .taken(JSON, json!([disk(quiet.clone()), disk(quiet), disk(json!({ "dedup_key": "b" }))]), 0)
        .await;
    outside.taken(STRUCTURED, cloud_event("1", json!({ "severitynumber": 9 })), 0).await;
    assert_eq!(outside.counts().await, [4, 1, 1]);
    let query = "{ nagios: monitoringEvents(filter: { source: { eq: \"nagios\" }, severity: { eq: INFORMATIONAL } }) {
            totalCount nodes { body } }
        all: monitoringEvents(filter: { severity: { eq: INFORMATIONAL } }) { totalCount } }";
    let counted = outside.operations.admin(query, json!({})).await;
    assert_eq!((counted.at("nagios.totalCount"), counted.at("all.totalCount")), (&json!(2), &json!(3)));
    assert_eq!(counted.at("nagios.nodes")[0]["body"]["details"], json!({ "free": "0 %" }));
}

#[tokio::test]
async fn a_cloud_event_counts_once_however_it_comes() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({})).await;
    outside.taken(STRUCTURED, cloud_event("1", json!({})), 0).await;
    outside.taken(STRUCTURED, cloud_event("1", json!({})), 1).await;
    let batch =
        json!([cloud_event("1", json!({})), cloud_event("2", json!({})), cloud_event("2", json!({}))]);
    outside.taken("application/cloudevents-batch+json", batch, 2).await;
    outside.taken(STRUCTURED, cloud_event("1", json!({ "source": "/other", "dedupkey": "k" })), 0).await;
    assert_eq!(outside.counts().await, [3, 2, 2], "the id is the source's own");

    let binary = |id: &'static str, action: &'static str| {
        let post = outside.client.post(outside.at("/intake/events"));
        let post = post.bearer_auth(outside.token(&[Role::Integration])).header("ce-specversion", "1.0");
        let post = post.header("ce-id", id).header("ce-source", "/disks").header("ce-subject", "db%2D1");
        post.header("ce-type", "org.example.disk.full").header("ce-action", action).body("<disk/>").send()
    };
    for (id, duplicates) in [("2", 1), ("3", 0), ("3", 1)] {
        let answer = binary(id, "resolve").await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.json::<Value>().await.unwrap()["duplicates"], duplicates, "{id}");
    }
    let seen = outside.seen().await;
    let of_disk = |alert: &&Value| alert["occurrences"] == 2;
    let alert = seen["alerts"]["nodes"].as_array().unwrap().iter().find(of_disk).unwrap();
    assert_eq!((&alert["state"], &seen["monitoringEvents"]["totalCount"]), (&json!("RESOLVED"), &json!(4)));
}

#[tokio::test]
async fn events_that_cannot_be_read_name_the_field_and_change_nothing() {
    let outside = Outside::open().await;
    let before = outside.seen().await;
    let many = Value::Array(vec![disk(json!({})); 1_001]);
    for (media_type, body, status, field) in [
        (JSON, json!([disk(json!({})), disk(json!({ "severity": "high" }))]), 400, "[1].severity"),
        (JSON, disk(json!({ "service": "mail" })), 400, "service"),
        (JSON, disk(json!({ "details": "x".repeat(512 * 1024) })), 400, "body"),
        (JSON, many, 413, "body"),
        (JSON, json!("x".repeat(16 * 1024 * 1024)), 413, "body"),
        (STRUCTURED, cloud_event("", json!({})), 400, "id"),
        ("application/cloudevents-batch+json", json!([cloud_event("1", json!({})), 1]), 400, "[1]"),
        ("application/cloudevents+avro", json!({}), 400, "content-type"),
    ] {
        let (answered, answer) = outside.event(media_type, &body).await;
        assert_eq!(answered, status, "{field}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], field);
    }
    assert_eq!(outside.seen().await, before);
}

#[tokio::test]
async fn only_an_integration_sends_events() {
    let outside = Outside::open().await;
    let post = || outside.client.post(outside.at("/intake/events")).json(&disk(json!({})));
    assert_eq!(post().send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let agent = post().bearer_auth(outside.token(&[Role::Agent]));
    assert_eq!(agent.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(outside.counts().await, [0, 0, 0]);
}

#[tokio::test]
async fn an_event_that_cannot_be_kept_now_is_to_be_sent_again_and_counts_once() {
    let outside = Outside::open().await;
    let raw = sea_orm::Database::connect(format!("sqlite://{}", outside.file.display())).await.unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON alert BEGIN SELECT RAISE(FAIL, 'disk is full'); END";
    raw.execute_unprepared(full).await.unwrap();
    let event = disk(json!({ "id": "4711" }));
    let (status, answer) = outside.event(JSON, &event).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert_eq!(outside.counts().await, [0, 0, 0]);
    raw.execute_unprepared("DROP TRIGGER full").await.unwrap();
    outside.taken(JSON, event.clone(), 0).await;
    outside.taken(JSON, event, 1).await;
    assert_eq!(outside.counts().await, [1, 1, 0]);
}
