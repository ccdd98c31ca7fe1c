//! Operations as tools outside reach it: over HTTP, on a port of its own, with tokens.

use crate::known::service;
use ciclo_contracts::catalog::v1 as catalog;
use ciclo_host::{Part, Running};
use ciclo_identity::{AUDIENCE, EMBEDDED_ISSUER, EmbeddedKey, Issuer, Jwks, Verifier};
use ciclo_kernel::{Principal, Role, SignedDuration, Timestamp};
use ciclo_store::{Place, Postgres};
use ciclo_testkit::events::row;
use ciclo_testkit::{TestService, caller, start};
use ciclo_transport::Embedded;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Operations, served.
pub struct Outside {
    pub operations: TestService,
    /// Its database's file, where it is one.
    pub file: PathBuf,
    pub client: reqwest::Client,
    running: Running,
    issuer: Issuer,
    _directory: TempDir,
}

impl Outside {
    /// Serves an operations that knows the tests' service.
    pub async fn open() -> Self {
        Self::open_at(None).await
    }

    /// The same on a PostgreSQL database, if one is given.
    pub async fn open_at(postgres: Option<Postgres>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("operations.sqlite");
        let place = postgres.map_or_else(|| Place::File(file.clone()), Place::Postgres);
        let open = |_, clock| async move { ciclo_operations::open(place, clock).await };
        let operations = TestService::open("operations", open).await;
        let after = catalog::Service {
            id: service(),
            name: "Mail".to_owned(),
            state: catalog::ServiceState::Operational.into(),
            criticality: 2,
            ..Default::default()
        };
        let message = catalog::ServiceEvent { after: Some(after), what: None };
        let known = row("Service", "ciclo.catalog.v1.ServiceProposed", &service(), 1, start(), &message);
        operations.deliver("catalog", &known).await.unwrap();

        let key = EmbeddedKey::open(directory.path()).unwrap();
        let keys = Jwks::File(key.jwks_file().to_owned());
        let verifier = Verifier::new(keys, EMBEDDED_ISSUER, AUDIENCE).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let database = operations.part.database.clone();
        let served = Part {
            name: operations.part.name,
            database: database.clone(),
            schema: operations.part.schema.clone(),
            access: operations.part.access,
            handlers: Vec::new(),
            routes: Box::new(ciclo_operations::intake::route::routes),
            tasks: Vec::new(),
        };
        let running = served.run(listener, verifier, &Embedded::new(database, HashMap::new())).await.unwrap();
        let issuer = Issuer::new(&key).unwrap();
        Self { operations, file, client: reqwest::Client::new(), running, issuer, _directory: directory }
    }

    /// Where alerts are sent to.
    pub fn intake(&self) -> String {
        self.at("/intake/alertmanager")
    }

    /// An address of its HTTP side.
    pub fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address())
    }

    /// Sends a body of a media type to the intake of events; the status and the answer.
    pub async fn event(&self, media_type: &str, body: &Value) -> (reqwest::StatusCode, Value) {
        let post = self.client.post(self.at("/intake/events")).bearer_auth(self.token(&[Role::Integration]));
        let answer = post.header("content-type", media_type).body(body.to_string()).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// A token of the tool that sends alerts, with these roles.
    pub fn token(&self, roles: &[Role]) -> String {
        let tool = Principal { subject: "alertmanager".to_owned(), ..caller(roles) };
        self.issuer.issue(&tool, Timestamp::now(), SignedDuration::from_mins(30)).unwrap()
    }

    /// Sends a body as the integration.
    pub async fn post(&self, body: &Value) -> reqwest::Response {
        let token = self.token(&[Role::Integration]);
        self.client.post(self.intake()).bearer_auth(token).json(body).send().await.unwrap()
    }

    /// Sends alerts that are taken.
    pub async fn send(&self, alerts: &[Value]) {
        assert_eq!(self.post(&payload(alerts)).await.status(), reqwest::StatusCode::OK);
    }

    /// Everything of the alerts and the incidents.
    pub async fn seen(&self) -> Value {
        let query = "{
            alerts(first: 100) { totalCount nodes { id version state title severity occurrences endsAt service { id }
                monitoringEvents { id } incident { id } } }
            incidents(first: 100) { totalCount nodes { id version state priority group person title caller
                service { id } alert { id } resolution { code by } } }
            monitoringEvents { totalCount } }";
        let seen = self.operations.admin(query, json!({})).await;
        assert!(seen.0.get("errors").is_none(), "{:#}", seen.0);
        seen.0["data"].clone()
    }
}

/// Alertmanager's payload.
pub fn payload(alerts: &[Value]) -> Value {
    json!({
        "version": "4", "groupKey": "{}:{alertname=\"Disk\"}", "truncatedAlerts": 0, "receiver": "ciclo",
        "status": "firing", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "http://alertmanager.example", "alerts": alerts,
    })
}

/// An alert of the payload, by its fingerprint.
pub fn firing(fingerprint: &str) -> Value {
    json!({
        "status": "firing", "fingerprint": fingerprint,
        "labels": { "alertname": "Disk", "severity": "critical", "service": service() },
        "annotations": { "summary": "The disk is nearly full" },
        "startsAt": "2026-05-04T07:59:00Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "",
    })
}

/// The same alert, over.
pub fn over(fingerprint: &str) -> Value {
    let mut alert = firing(fingerprint);
    alert["status"] = json!("resolved");
    alert["endsAt"] = json!("2026-05-04T08:00:00Z");
    alert
}
