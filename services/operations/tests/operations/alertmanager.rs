//! Alerts of a real Prometheus Alertmanager (Debian's, version 0.25), from its API to an incident and back.

use crate::alert::rule;
use crate::known::service;
use crate::outside::Outside;
use ciclo_kernel::{Role, SignedDuration, Timestamp};
use ciclo_store::Position;
use ciclo_testkit::{Answer, caller};
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const BINARY: &str = "/usr/bin/prometheus-alertmanager";
/// Longer than Alertmanager ever takes here: a test that waits for so long has failed.
const LONG: Duration = Duration::from_secs(60);

/// An Alertmanager that is ended by its process id when it is dropped.
struct Alertmanager {
    child: Child,
    url: String,
    client: reqwest::Client,
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Alertmanager's configuration: everything goes to one receiver at once.
fn configuration(receiver: &str) -> String {
    format!(
        "route:
  receiver: ciclo
  group_by: ['...']
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: ciclo
{receiver}"
    )
}

/// Our intake of its webhook.
fn webhook(outside: &Outside) -> String {
    format!(
        "    webhook_configs:
      - url: {}
        send_resolved: true
        http_config:
          authorization:
            type: Bearer
            credentials: {}
",
        outside.intake(),
        outside.token(&[Role::Integration])
    )
}

/// Our intake of PagerDuty's events, which Alertmanager is a client of.
fn pagerduty(outside: &Outside, routing_key: &str) -> String {
    format!(
        "    pagerduty_configs:
      - url: {}
        routing_key: {routing_key}
        send_resolved: true
        severity: '{{{{ .CommonLabels.severity }}}}'
        class: '{{{{ .CommonLabels.alertname }}}}'
        description: '{{{{ .CommonAnnotations.summary }}}}'
",
        outside.at("/v2/enqueue")
    )
}

/// Whether there is no Alertmanager on this machine: then the test is left out, loudly.
fn missing() -> bool {
    if Path::new(BINARY).exists() {
        return false;
    }
    assert!(std::env::var("CI").is_err(), "{BINARY} is missing: install prometheus-alertmanager");
    eprintln!("\n*** SKIPPED: no {BINARY}; apt-get install prometheus-alertmanager ***\n");
    true
}

impl Alertmanager {
    /// Starts it with a directory for what it keeps, and returns when it answers.
    async fn start(outside: &Outside, directory: &Path, receiver: &str) -> Self {
        let file = directory.join("alertmanager.yml");
        std::fs::write(&file, configuration(receiver)).unwrap();
        // It does not say which port it took: a free one is found before, and another if somebody was faster.
        for _ in 0..5 {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let child = Command::new(BINARY)
                .arg(format!("--config.file={}", file.display()))
                .arg(format!("--storage.path={}", directory.join("kept").display()))
                .arg(format!("--web.listen-address={free}"))
                .arg("--cluster.listen-address=")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut started = Self { child, url: format!("http://{free}"), client: outside.client.clone() };
            if tokio::time::timeout(LONG, started.ready()).await.unwrap() {
                return started;
            }
        }
        panic!("no port for Alertmanager");
    }

    /// Returns when it answers, with `false` when it ended instead.
    async fn ready(&mut self) -> bool {
        let url = format!("{}/-/ready", self.url);
        loop {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if self.client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return true;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Reports an alert as Prometheus does.
    async fn report(&self, starts_at: Timestamp, ends_at: Option<Timestamp>) {
        let mut alert = json!({
            "labels": { "alertname": "Disk", "severity": "critical", "service": service(), "instance": "node – 1" },
            "annotations": { "summary": "The disk of node – 1 is nearly full" },
            "startsAt": starts_at.to_string(),
            "generatorURL": "http://prometheus.example/graph",
        });
        if let Some(ends_at) = ends_at {
            alert["endsAt"] = json!(ends_at.to_string());
        }
        let url = format!("{}/api/v2/alerts", self.url);
        let answer = self.client.post(url).json(&json!([alert])).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }
}

/// Follows a subscription until an answer is as wanted.
async fn until(changes: &mut BoxStream<'static, Answer>, wanted: impl Fn(&Answer) -> bool) -> Answer {
    let found = async {
        loop {
            let change = changes.next().await.expect("it goes on");
            if wanted(&change) {
                return change;
            }
        }
    };
    tokio::time::timeout(LONG, found).await.expect("Alertmanager sends in time")
}

#[tokio::test]
async fn a_real_alertmanager_opens_an_incident_and_resolves_it() {
    if missing() {
        return;
    }
    let outside = Outside::open().await;
    rule(&outside.operations, json!({})).await;
    let directory = tempfile::tempdir().unwrap();
    let alertmanager = Alertmanager::start(&outside, directory.path(), &webhook(&outside)).await;
    let after = Position(*outside.operations.part.database.tail().borrow()).cursor("operations");
    let follow = |query: &str| {
        let after = json!({ "after": after });
        outside.operations.follow(&caller(&[Role::Agent]), query, after)
    };
    let mut alerts = follow(
        "subscription($after: String) { it: alertChanged(after: $after) { alert {
            title state occurrences startsAt endsAt labels { name value } incident { id } } } }",
    );
    let mut incidents = follow(
        "subscription($after: String) { it: incidentChanged(after: $after) { incident { id state resolution { code } } } }",
    );

    // Whole seconds: Alertmanager may cut what is finer.
    let began = Timestamp::from_second(Timestamp::now().as_second() - 60).unwrap();
    let (ended, now) = (began + SignedDuration::from_secs(30), None);
    alertmanager.report(began, now).await;
    let opened = until(&mut alerts, |change| !change.at("it.alert.incident").is_null()).await;
    let alert = opened.at("it.alert");
    assert_eq!(
        (&alert["state"], &alert["title"]),
        (&json!("OPEN"), &json!("The disk of node – 1 is nearly full"))
    );
    assert_eq!((&alert["startsAt"], &alert["endsAt"]), (&json!(began.to_string()), &Value::Null));
    assert!(
        alert["labels"].as_array().unwrap().contains(&json!({ "name": "instance", "value": "node – 1" }))
    );
    let incident = until(&mut incidents, |change| change.text("it.incident.state") == "NEW").await;
    assert_eq!(incident.at("it.incident.id"), &alert["incident"]["id"]);

    alertmanager.report(began, Some(ended)).await;
    let resolved = until(&mut alerts, |change| change.text("it.alert.state") == "RESOLVED").await;
    assert_eq!(resolved.text("it.alert.endsAt"), ended.to_string());
    let resolved = until(&mut incidents, |change| change.text("it.incident.state") == "RESOLVED").await;
    assert_eq!(resolved.text("it.incident.resolution.code"), "ALERT_CLEARED");
    let seen = outside.seen().await;
    assert_eq!((&seen["alerts"]["totalCount"], &seen["incidents"]["totalCount"]), (&json!(1), &json!(1)));
    drop(alertmanager);
}

#[tokio::test]
async fn a_real_client_of_pagerduty_opens_an_alert_and_resolves_it() {
    if missing() {
        return;
    }
    let outside = Outside::open().await;
    rule(&outside.operations, json!({ "matches": [{ "label": "class", "value": "Disk" }] })).await;
    let routing_key = crate::pagerduty::routing_key(&outside).await;
    let directory = tempfile::tempdir().unwrap();
    let receiver = pagerduty(&outside, &routing_key);
    let alertmanager = Alertmanager::start(&outside, directory.path(), &receiver).await;
    let after = Position(*outside.operations.part.database.tail().borrow()).cursor("operations");
    let follow = "subscription($after: String) { it: alertChanged(after: $after) { alert {
        title state severity service { id } labels { name value } incident { id } } } }";
    let mut alerts = outside.operations.follow(&caller(&[Role::Agent]), follow, json!({ "after": after }));

    let began = Timestamp::from_second(Timestamp::now().as_second() - 60).unwrap();
    alertmanager.report(began, None).await;
    let opened = until(&mut alerts, |change| !change.at("it.alert.incident").is_null()).await;
    let alert = opened.at("it.alert");
    assert_eq!((&alert["state"], &alert["severity"]), (&json!("OPEN"), &json!("EXCEPTION")));
    assert_eq!(alert["title"], "The disk of node – 1 is nearly full");
    assert_eq!(alert["service"]["id"], service(), "the integration's");
    let client = json!({ "name": "client", "value": "Alertmanager" });
    assert!(alert["labels"].as_array().unwrap().contains(&client), "{alert}");

    alertmanager.report(began, Some(began + SignedDuration::from_secs(30))).await;
    until(&mut alerts, |change| change.text("it.alert.state") == "RESOLVED").await;
    drop(alertmanager);
}
