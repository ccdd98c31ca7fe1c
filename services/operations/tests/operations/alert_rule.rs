//! Rules from alert to incident: conditions, groups, thresholds, delays, and the dry run.

use crate::alert::rule;
use crate::known::{call, moved, named, service};
use crate::life::key;
use crate::outside::{Outside, firing, over};
use ciclo_kernel::{Role, SignedDuration};
use ciclo_operations::timers::fire_due;
use ciclo_testkit::{Answer, TestService};
use serde_json::{Value, json};

fn alert(fingerprint: &str, zone: &str) -> Value {
    let mut alert = firing(fingerprint);
    alert["labels"]["zone"] = json!(zone);
    alert
}

async fn pass(outside: &Outside, seconds: i64) {
    outside.operations.clock.advance(SignedDuration::from_secs(seconds));
    fire_due(&outside.operations.part.database).await.unwrap();
}

async fn incidents(outside: &Outside) -> Vec<Value> {
    let query = "{ incidents(first: 100) { nodes { id state alertRule { id } alertRuleVersion
        alertGroup { name value } alert { id } } } }";
    let answer = outside.operations.admin(query, json!({})).await;
    answer.at("incidents.nodes").as_array().unwrap().clone()
}

async fn dry(operations: &TestService, input: Value) -> Answer {
    let query = "query($input: AlertRuleDryRunInput!) { alertRuleDryRun(input: $input) {
        alerts matched opened failures lastFailure { alert { id } at why }
        incidents(first: 1000) { alert { id } at group { name value } alerts } } }";
    operations.admin(query, json!({ "input": input })).await
}

fn period(more: Value) -> Value {
    crate::life::with(json!({ "from": "2026-05-04T00:00:00Z", "to": "2026-06-01T00:00:00Z" }), &more)
}

#[tokio::test]
async fn a_condition_decides_and_the_incident_names_the_version_that_opened_it() {
    let outside = Outside::open().await;
    let condition = "alert.labels.zone.startsWith('eu-') && alert.severity == 'EXCEPTION'";
    let id = rule(&outside.operations, json!({ "condition": condition })).await;
    outside.send(&[alert("01", "us-1"), firing("02")]).await;
    assert_eq!(incidents(&outside).await, [] as [Value; 0], "a label that is not there stops no intake");
    outside.send(&[alert("03", "eu-1")]).await;
    let opened = incidents(&outside).await;
    assert_eq!((&opened[0]["alertRule"]["id"], &opened[0]["alertRuleVersion"]), (&json!(id), &json!(1)));
    assert_eq!(opened[0]["alertGroup"], json!([]));

    let terms = json!({ "terms": {
        "name": "Disks", "minimumSeverity": "WARNING", "condition": "alert.labels.zone == 'us-1'",
        "group": "Storage", "impact": 2, "urgency": 1,
    } });
    let ana = named("ana", &[Role::Agent]);
    let revised =
        call(&outside.operations, &ana, "reviseAlertRule", "ReviseAlertRuleInput", moved(&id, 1, terms))
            .await;
    assert_eq!(revised.text("it.state"), "ENABLED");
    outside.send(&[alert("01", "us-1"), alert("04", "eu-1")]).await;
    let opened = incidents(&outside).await;
    let versions: Vec<&Value> = opened.iter().map(|one| &one["alertRuleVersion"]).collect();
    assert_eq!(opened.len(), 2, "{versions:?}");
    assert!(versions.contains(&&json!(2)), "{versions:?}");
}

#[tokio::test]
async fn terms_that_cannot_be_are_refused() {
    let outside = Outside::open().await;
    for (more, field) in [
        (json!({ "condition": "alert.labels.all(a, true)" }), "condition"),
        (json!({ "condition": "alert.title" }), "condition"),
        (json!({ "groupBy": ["zone", "zone"] }), "groupBy"),
        (json!({ "threshold": { "count": 1, "window": "PT1M" } }), "threshold.count"),
        (json!({ "threshold": { "count": 2, "window": "PT25H" } }), "threshold.window"),
        (json!({ "delay": "PT0S" }), "delay"),
    ] {
        let terms =
            json!({ "name": "x", "minimumSeverity": "WARNING", "group": "x", "impact": 1, "urgency": 1 });
        let terms = crate::life::with(terms, &more);
        let ana = named("ana", &[Role::Agent]);
        let input = json!({ "idempotencyKey": key(), "terms": terms });
        let refused = call(&outside.operations, &ana, "createAlertRule", "CreateAlertRuleInput", input).await;
        assert_eq!((refused.code(), &refused.facts()["field"]), ("INVALID", &json!(field)), "{more}");
        let tried = dry(&outside.operations, period(json!({ "terms": terms }))).await;
        assert_eq!((tried.code(), &tried.facts()["field"]), ("INVALID", &json!(field)), "{more}");
    }
    let none = dry(&outside.operations, period(json!({}))).await;
    assert_eq!((none.code(), &none.facts()["field"]), ("INVALID", &json!("rule")));
    let terms = json!({ "name": "x", "minimumSeverity": "WARNING", "group": "x", "impact": 1, "urgency": 1 });
    let back = json!({ "terms": terms, "to": "2026-05-04T00:00:00Z" });
    let back = dry(&outside.operations, period(back)).await;
    assert_eq!((back.code(), &back.facts()["field"]), ("INVALID", &json!("from")));
}

#[tokio::test]
async fn a_group_shares_an_incident_while_it_is_open() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({ "groupBy": ["zone"] })).await;
    outside.send(&[alert("01", "eu"), alert("02", "eu"), alert("03", "us")]).await;
    let opened = incidents(&outside).await;
    assert_eq!(opened.len(), 2);
    let eu = opened.iter().find(|one| one["alertGroup"][0]["value"] == "eu").unwrap();
    let seen = outside.seen().await;
    let alerts = seen["alerts"]["nodes"].as_array().unwrap();
    assert_eq!(alerts.iter().filter(|one| one["incident"]["id"] == eu["id"]).count(), 2);
    outside.send(&[over("01")]).await;
    let state = async |id: &Value| {
        incidents(&outside).await.iter().find(|one| one["id"] == *id).unwrap()["state"].clone()
    };
    assert_eq!(state(&eu["id"]).await, "NEW", "another alert of it lasts");
    outside.send(&[over("02")]).await;
    assert_eq!(state(&eu["id"]).await, "RESOLVED");
    outside.send(&[alert("04", "eu")]).await;
    assert_eq!(incidents(&outside).await.len(), 3, "what is resolved takes no more alerts");
}

#[tokio::test]
async fn a_delay_opens_once_for_what_lasts_and_nobody_has_seen() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({ "delay": "PT5M" })).await;
    outside.send(&[alert("01", "eu"), alert("02", "eu"), alert("03", "eu")]).await;
    let seen = outside.seen().await;
    let all = seen["alerts"]["nodes"].as_array().unwrap();
    let ana = named("ana", &[Role::Agent]);
    let taken = moved(all[0]["id"].as_str().unwrap(), 1, json!({}));
    let taken = call(&outside.operations, &ana, "acknowledgeAlert", "AcknowledgeAlertInput", taken).await;
    assert_eq!(taken.text("it.state"), "ACKNOWLEDGED");
    let done = moved(all[1]["id"].as_str().unwrap(), 1, json!({}));
    let done = call(&outside.operations, &ana, "resolveAlert", "ResolveAlertInput", done).await;
    assert_eq!(done.text("it.state"), "RESOLVED");
    pass(&outside, 299).await;
    assert_eq!(incidents(&outside).await.len(), 0);
    // Nobody was there when it was due: it is fired once, late.
    pass(&outside, 3_600).await;
    let opened = incidents(&outside).await;
    assert_eq!((opened.len(), &opened[0]["alert"]["id"]), (1, &all[2]["id"]));
    assert_eq!(outside.operations.part.database.next_timers(10).await.unwrap(), []);
    pass(&outside, 3_600).await;
    assert_eq!(incidents(&outside).await.len(), 1);
}

#[tokio::test]
async fn a_threshold_counts_the_reports_of_an_alert_in_its_window() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({ "threshold": { "count": 3, "window": "PT1M" } })).await;
    for _ in 0..4 {
        outside.send(&[alert("01", "eu")]).await;
        pass(&outside, 31).await;
    }
    assert_eq!(incidents(&outside).await.len(), 0, "two a minute");
    outside.send(&[alert("01", "eu")]).await;
    pass(&outside, 20).await;
    outside.send(&[alert("01", "eu")]).await;
    assert_eq!(incidents(&outside).await.len(), 1);
}

#[tokio::test]
async fn the_dry_run_opens_what_the_rule_opened() {
    for more in [
        json!({}),
        json!({ "groupBy": ["zone"] }),
        json!({ "delay": "PT2M" }),
        json!({ "threshold": { "count": 2, "window": "PT2M" } }),
        json!({ "condition": "alert.occurrences > 1 && alert.labels.zone != 'us'" }),
        json!({ "groupBy": ["zone"], "delay": "PT1M", "threshold": { "count": 2, "window": "PT5M" },
                "condition": "alert.title.matches('disk') && alert.labels.zone in ['eu', 'us']" }),
    ] {
        let outside = Outside::open().await;
        let id = rule(&outside.operations, more.clone()).await;
        // A storm of its own for every rule, the same each time.
        let mut state = 7_u64;
        let mut starts = [(); 6].map(|()| "2026-05-04T07:59:00Z".to_owned());
        for _ in 0..60 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = state >> 33;
            let (place, zone) = ((number % 6) as usize, ["eu", "us", "ap"][(number % 3) as usize]);
            let print = format!("0{place}");
            let ends = number.is_multiple_of(5);
            let mut one = alert(&print, zone);
            // What begins after an end is another alert.
            one["startsAt"] = json!(starts[place]);
            if ends {
                starts[place] = outside.operations.clock.now().to_string();
                one["status"] = json!("resolved");
                one["endsAt"] = json!(starts[place]);
            }
            if number.is_multiple_of(7) {
                one["labels"].as_object_mut().unwrap().remove("zone");
            }
            outside.send(&[one]).await;
            pass(&outside, i64::try_from(number % 4).unwrap() * 10).await;
        }
        pass(&outside, 600).await;
        let tail = *outside.operations.part.database.tail().borrow();
        let live = incidents(&outside).await;
        let answer = dry(&outside.operations, period(json!({ "rule": id }))).await;
        let tried = answer.at("alertRuleDryRun.incidents").as_array().unwrap().clone();
        assert_eq!(*outside.operations.part.database.tail().borrow(), tail, "it writes nothing");
        let told = |alert: &Value, group: &Value| format!("{} {group}", alert["id"]);
        let mut live: Vec<String> = live.iter().map(|one| told(&one["alert"], &one["alertGroup"])).collect();
        let mut tried: Vec<String> = tried.iter().map(|one| told(&one["alert"], &one["group"])).collect();
        live.sort();
        tried.sort();
        assert!(live.len() > 1, "{more}: {live:?}");
        assert_eq!(tried, live, "{more}");
    }
}

#[tokio::test]
async fn a_dry_run_tells_what_failed_and_only_of_its_period() {
    let outside = Outside::open().await;
    outside.send(&[alert("01", "eu"), firing("02")]).await;
    outside.operations.clock.advance(SignedDuration::from_hours(1));
    outside.send(&[alert("03", "eu")]).await;
    let terms = json!({ "name": "x", "minimumSeverity": "WARNING", "group": "x", "impact": 1, "urgency": 1,
        "service": service(), "condition": "alert.labels.zone == 'eu'" });
    let all = dry(&outside.operations, period(json!({ "terms": terms }))).await;
    let told = all.at("alertRuleDryRun");
    assert_eq!((&told["alerts"], &told["matched"], &told["opened"]), (&json!(3), &json!(2), &json!(2)));
    assert_eq!(told["failures"], 1);
    assert!(told["lastFailure"]["why"].as_str().unwrap().contains("zone"), "{told}");
    let late = period(json!({ "terms": terms, "from": "2026-05-04T08:30:00Z" }));
    let late = dry(&outside.operations, late).await;
    assert_eq!(
        (late.at("alertRuleDryRun.alerts"), late.at("alertRuleDryRun.opened")),
        (&json!(1), &json!(1))
    );
    assert_eq!(late.at("alertRuleDryRun.incidents.0.at"), "2026-05-04T09:00:00Z");
    let early = period(json!({ "terms": terms, "to": "2026-05-04T08:30:00Z" }));
    let early = dry(&outside.operations, early).await;
    assert_eq!(early.at("alertRuleDryRun.alerts"), 2);
    let none = crate::known::nth::<ciclo_kernel::ids::AlertRuleId>(9);
    assert_eq!(dry(&outside.operations, period(json!({ "rule": none }))).await.code(), "NOT_FOUND");
}
