//! PagerDuty's Events API v2 and the integrations whose keys it takes, over HTTP.

use crate::alert::rule;
use crate::known::{moved, service};
use crate::life::{key, with};
use crate::outside::Outside;
use ciclo_kernel::{Principal, Role, Tenant};
use ciclo_testkit::postgres::Server;
use ciclo_testkit::{Answer, caller};
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

fn admin(tenant: &str) -> Principal {
    Principal { tenant: Tenant::parse(tenant).unwrap(), ..caller(&[Role::Admin]) }
}

/// Makes an integration; the answer has its id and its key.
async fn create(outside: &Outside, by: &Principal, input: Value) -> Answer {
    let query = "mutation($input: CreateIntegrationInput!) { it: createIntegration(input: $input) {
        routingKey integration { id version name state service { id } createdBy revokedAt } } }";
    outside.operations.execute(by, query, json!({ "input": input })).await
}

/// The routing key of a new integration of the tests' tenant, for the tests' service.
pub async fn routing_key(outside: &Outside) -> String {
    routing_key_of(outside, "Sensu").await
}

async fn routing_key_of(outside: &Outside, name: &str) -> String {
    let input = json!({ "idempotencyKey": key(), "name": name, "service": service() });
    create(outside, &caller(&[Role::Admin]), input).await.text("it.routingKey")
}

fn trigger(routing_key: &str, more: Value) -> Value {
    let event = json!({
        "routing_key": routing_key, "event_action": "trigger", "dedup_key": "db-1/disk", "client": "Sensu",
        "payload": {
            "summary": "The disk is full", "source": "db-1", "severity": "critical", "class": "Disk",
            "custom_details": { "free": "0 %" },
        },
    });
    with(event, &more)
}

impl Outside {
    async fn enqueue(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let answer = self.client.post(self.at(path)).json(body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// Sends an alert event that is taken; its key.
    async fn enqueued(&self, body: &Value) -> String {
        let (status, answer) = self.enqueue("/v2/enqueue", body).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
        let key = answer["dedup_key"].as_str().unwrap().to_owned();
        assert_eq!(answer, json!({ "status": "success", "message": "Event processed", "dedup_key": key }));
        key
    }
}

#[tokio::test]
async fn an_event_opens_an_incident_and_its_end_resolves_it() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({ "matches": [{ "label": "class", "value": "Disk" }] })).await;
    let routing_key = routing_key(&outside).await;
    for _ in 0..2 {
        assert_eq!(outside.enqueued(&trigger(&routing_key, json!({}))).await, "db-1/disk");
    }
    let does = |action: &str| json!({ "routing_key": routing_key, "dedup_key": "db-1/disk", "event_action": action });
    outside.enqueued(&does("acknowledge")).await;
    let seen = outside.seen().await;
    let (alert, incident) = (&seen["alerts"]["nodes"][0], &seen["incidents"]["nodes"][0]);
    assert_eq!((&alert["state"], &alert["occurrences"]), (&json!("ACKNOWLEDGED"), &json!(2)));
    assert_eq!(
        (&alert["service"]["id"], &incident["title"]),
        (&json!(service()), &json!("The disk is full"))
    );
    assert_eq!(incident["caller"], "integration:Sensu");

    outside.enqueued(&does("resolve")).await;
    let over = outside.seen().await;
    assert_eq!(over["alerts"]["nodes"][0]["state"], "RESOLVED");
    assert_eq!(over["incidents"]["nodes"][0]["state"], "RESOLVED");
    for action in ["acknowledge", "resolve"] {
        outside.enqueued(&does(action)).await;
    }
    let mut late = outside.seen().await;
    assert_eq!(late["monitoringEvents"]["totalCount"], 6, "what came late is kept");
    late["monitoringEvents"] = over["monitoringEvents"].clone();
    assert_eq!(late, over, "and dropped");
    outside.enqueued(&trigger(&routing_key, json!({}))).await;
    assert_eq!(outside.seen().await["alerts"]["totalCount"], 2, "the same key again opens a new alert");
}

#[tokio::test]
async fn the_longest_name_fits_everywhere() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({ "matches": [] })).await;
    let name = "é".repeat(100);
    let long = json!({ "dedup_key": "é".repeat(255) });
    outside.enqueued(&trigger(&routing_key_of(&outside, &name).await, long)).await;
    assert_eq!(outside.seen().await["incidents"]["nodes"][0]["caller"], format!("integration:{name}"));
}

#[tokio::test]
async fn a_key_belongs_to_its_integration_and_one_is_made_where_there_is_none() {
    let outside = Outside::open().await;
    let (one, other) = (routing_key(&outside).await, routing_key(&outside).await);
    let mut keyless = trigger(&one, json!({}));
    keyless.as_object_mut().unwrap().remove("dedup_key");
    let (first, second) = (outside.enqueued(&keyless).await, outside.enqueued(&keyless).await);
    assert_ne!(first, second, "each its own alert");
    let resolve = |routing_key: &str| json!({ "routing_key": routing_key, "dedup_key": first, "event_action": "resolve" });
    let open = async || {
        let seen = outside.seen().await;
        let alerts = seen["alerts"]["nodes"].as_array().unwrap().clone();
        alerts.iter().filter(|alert| alert["state"] == "OPEN").count()
    };
    outside.enqueued(&resolve(&other)).await;
    assert_eq!(open().await, 2, "what another integration resolves is dropped");
    outside.enqueued(&resolve(&one)).await;
    assert_eq!(open().await, 1);
}

#[tokio::test]
async fn informational_and_change_events_are_kept_and_never_alert() {
    let outside = Outside::open().await;
    let routing_key = routing_key(&outside).await;
    let mut info = trigger(&routing_key, json!({}));
    info["payload"]["severity"] = json!("info");
    outside.enqueued(&info).await;
    let change =
        json!({ "routing_key": routing_key, "payload": { "summary": "Build 2 is out", "source": "ci" } });
    let answer = outside.enqueue("/v2/change/enqueue", &change).await;
    let success = json!({ "status": "success", "message": "Change event processed" });
    assert_eq!(answer, (StatusCode::ACCEPTED, success));
    let query = "{ monitoringEvents(filter: { severity: { eq: INFORMATIONAL } }) {
        totalCount nodes { source summary service { id } body labels { name } } } alerts { totalCount } }";
    let seen = outside.operations.admin(query, json!({})).await;
    assert_eq!(
        (seen.at("monitoringEvents.totalCount"), seen.at("alerts.totalCount")),
        (&json!(2), &json!(0))
    );
    let events = seen.at("monitoringEvents.nodes").as_array().unwrap();
    let change = events.iter().find(|event| event["summary"] == "Build 2 is out").unwrap();
    assert_eq!((&change["source"], &change["service"]["id"]), (&json!("Sensu"), &json!(service())));
    assert_eq!(change["body"]["payload"]["source"], "ci");
    assert!(!seen.0.to_string().contains(&routing_key), "the secret is not kept");
}

#[tokio::test]
async fn events_that_cannot_be_taken_say_everything_that_is_wrong_and_change_nothing() {
    let outside = Outside::open().await;
    let routing_key = routing_key(&outside).await;
    let before = outside.seen().await;
    let long = json!({ "payload": { "summary": "x".repeat(1_025), "source": "s", "severity": "fatal" } });
    let (status, answer) = outside.enqueue("/v2/enqueue", &trigger(&routing_key, long)).await;
    assert_eq!((status, &answer["status"]), (StatusCode::BAD_REQUEST, &json!("invalid event")));
    assert_eq!(answer["message"], "Event object is invalid");
    let errors = answer["errors"].as_array().unwrap();
    assert!(errors.len() == 2 && errors[0].as_str().unwrap().contains("'payload.summary'"), "{answer}");
    assert!(errors[1].as_str().unwrap().contains("'payload.severity'"), "{answer}");

    for path in ["/v2/enqueue", "/v2/change/enqueue"] {
        let event = |routing_key: &str| trigger(routing_key, json!({}));
        let (status, unknown) = outside.enqueue(path, &event(&"0".repeat(32))).await;
        assert_eq!((status, &unknown["message"]), (StatusCode::BAD_REQUEST, &json!("Invalid routing key")));
        let large = with(event(&routing_key), &json!({ "custom": "x".repeat(512 * 1024) }));
        assert_eq!(outside.enqueue(path, &large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
        let post = outside.client.post(outside.at(path)).body("{\"routing_key\":");
        assert_eq!(post.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
        let get = outside.client.get(outside.at(path)).send().await.unwrap();
        assert_eq!(get.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(outside.seen().await, before);
    let fits = with(trigger(&routing_key, json!({})), &json!({ "custom": "x".repeat(500 * 1024) }));
    outside.enqueued(&fits).await;
}

#[tokio::test]
async fn a_routing_key_is_shown_once_and_only_its_fingerprint_is_kept() {
    let outside = Outside::open().await;
    let by = caller(&[Role::Admin]);
    let input = json!({ "idempotencyKey": key(), "name": "Sensu" });
    let made = create(&outside, &by, input.clone()).await;
    let routing_key = made.text("it.routingKey");
    assert!(routing_key.len() == 32 && routing_key.bytes().all(|b| b.is_ascii_alphanumeric()));
    assert_eq!(
        (made.text("it.integration.state").as_str(), made.at("it.integration.version")),
        ("ACTIVE", &json!(1))
    );
    let again = create(&outside, &by, input).await;
    assert_eq!(
        (again.at("it.routingKey"), again.at("it.integration")),
        (&Value::Null, made.at("it.integration"))
    );
    let query = "{ integrations { totalCount nodes { name history { eventType changes { field to } } } } }";
    let all = outside.operations.admin(query, json!({})).await;
    assert_eq!(all.at("integrations.totalCount"), 1);
    assert!(!all.0.to_string().contains(&routing_key));
    for file in ["", "-wal"] {
        let bytes = std::fs::read(format!("{}{file}", outside.file.display())).unwrap();
        assert!(
            !bytes.windows(32).any(|bytes| bytes == routing_key.as_bytes()),
            "in the database's file{file}"
        );
    }
    let unknown = json!({ "idempotencyKey": key(), "name": "x", "service": crate::known::nth::<ciclo_kernel::ids::ServiceId>(99) });
    assert_eq!(create(&outside, &by, unknown).await.code(), "NOT_FOUND");
    let agent =
        create(&outside, &caller(&[Role::Agent]), json!({ "idempotencyKey": key(), "name": "x" })).await;
    assert_eq!(agent.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_revoked_key_is_as_good_as_none() {
    let outside = Outside::open().await;
    let by = caller(&[Role::Admin]);
    let made = create(&outside, &by, json!({ "idempotencyKey": key(), "name": "Sensu" })).await;
    let (id, routing_key) = (made.text("it.integration.id"), made.text("it.routingKey"));
    let event = trigger(&routing_key, json!({}));
    outside.enqueued(&event).await;
    let revoke = "mutation($input: RevokeIntegrationInput!) {
        it: revokeIntegration(input: $input) { state reason revokedAt } }";
    let input = json!({ "input": moved(&id, 1, json!({ "reason": "It leaked" })) });
    let revoked = outside.operations.execute(&by, revoke, input).await;
    assert_eq!((revoked.text("it.state"), revoked.text("it.reason")), ("REVOKED".into(), "It leaked".into()));
    assert!(revoked.at("it.revokedAt").is_string());
    let with_it = outside.enqueue("/v2/enqueue", &event).await;
    let with_none = outside.enqueue("/v2/enqueue", &trigger(&"f".repeat(32), json!({}))).await;
    assert_eq!((with_it.0, &with_it), (StatusCode::BAD_REQUEST, &with_none), "the two look the same");
    assert_eq!(outside.seen().await["monitoringEvents"]["totalCount"], 1);
    let input = json!({ "input": moved(&id, 2, json!({})) });
    assert_eq!(outside.operations.execute(&by, revoke, input).await.code(), "WRONG_STATE");
}

async fn keys_keep_tenants_apart(outside: Outside) {
    let ours = routing_key(&outside).await;
    let theirs = admin("theirs");
    let made = create(&outside, &theirs, json!({ "idempotencyKey": key(), "name": "Theirs" })).await;
    outside.enqueued(&trigger(&made.text("it.routingKey"), json!({}))).await;
    assert_eq!(outside.seen().await["alerts"]["totalCount"], 0);
    outside.enqueued(&trigger(&ours, json!({ "event_action": "resolve" }))).await;
    let query = "{ alerts { nodes { state } } integrations { nodes { name } } }";
    let seen = outside.operations.execute(&theirs, query, json!({})).await;
    assert_eq!(seen.at("alerts.nodes"), &json!([{ "state": "OPEN" }]));
    assert_eq!(seen.at("integrations.nodes"), &json!([{ "name": "Theirs" }]));
}

#[tokio::test]
async fn a_key_leads_to_its_own_tenant_only() {
    keys_keep_tenants_apart(Outside::open().await).await;
}

#[tokio::test]
async fn a_key_leads_to_its_own_tenant_through_the_wall_of_postgresql() {
    let database = Server::shared().database("operations").await;
    keys_keep_tenants_apart(Outside::open_at(Some(database)).await).await;
}

#[tokio::test]
async fn an_event_that_cannot_be_kept_now_is_to_be_sent_again() {
    let outside = Outside::open().await;
    let routing_key = routing_key(&outside).await;
    let before = outside.seen().await;
    let raw = sea_orm::Database::connect(format!("sqlite://{}", outside.file.display())).await.unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON alert BEGIN SELECT RAISE(FAIL, 'disk is full'); END";
    raw.execute_unprepared(full).await.unwrap();
    let (status, answer) = outside.enqueue("/v2/enqueue", &trigger(&routing_key, json!({}))).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!answer.to_string().contains("full"), "what is wrong inside stays inside");
    assert_eq!(outside.seen().await, before);
    raw.execute_unprepared("DROP TRIGGER full").await.unwrap();
    outside.enqueued(&trigger(&routing_key, json!({}))).await;
}
