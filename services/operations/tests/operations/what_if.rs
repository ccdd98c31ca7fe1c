//! What would have become of incidents under other terms.

use crate::calendar::{calendar_event, office};
use crate::known::{named, operations, service};
use crate::life::{Life, promised};
use ciclo_kernel::ids::{CalendarId, CustomerId, RecordId};
use ciclo_kernel::{Role, SignedDuration};
use ciclo_testkit::{Answer, TestService, start};
use serde_json::{Value, json};

const ASK: &str = "query($input: WhatIfInput!) { serviceLevelWhatIf(input: $input) {
    agreement { id } incidents unmeasured missed
    lines { kind priority promised agreed count missed missedAsAgreed }
    misses { incident { id } kind priority due stoppedAt used } } }";

async fn ask(operations: &TestService, more: Value) -> Answer {
    let input = json!({
        "service": service(), "from": "2026-05-04T00:00:00Z", "to": "2026-06-01T00:00:00Z",
    });
    operations.admin(ASK, json!({ "input": crate::life::with(input, &more) })).await
}

/// An incident that was answered at once, waited three hours for a supplier and was resolved after seven.
async fn resolved(operations: &TestService) -> String {
    let mut life = Life::open(operations, json!({})).await;
    let pass = |hours| operations.clock.advance(SignedDuration::from_hours(hours));
    life.begin().await;
    pass(2);
    life.to("holdIncident", json!({ "reason": "SUPPLIER" }), "ON_HOLD").await;
    pass(3);
    life.to("resumeIncident", json!({}), "IN_PROGRESS").await;
    pass(2);
    life.resolve().await;
    let waits = life.read("waits { reason from to }").await["waits"].clone();
    assert_eq!(waits[0]["reason"], "SUPPLIER");
    life.id
}

fn line(answer: &Answer) -> Value {
    let lines = answer.at("serviceLevelWhatIf.lines").as_array().unwrap().clone();
    lines.into_iter().find(|line| line["kind"] == "RESOLUTION" && line["priority"] == 3).unwrap()
}

#[tokio::test]
async fn other_targets_and_pause_reasons_say_who_would_have_missed_and_write_nothing() {
    let operations = promised().await;
    let id = resolved(&operations).await;
    let tail = *operations.part.database.tail().borrow();

    let same = ask(&operations, json!({})).await;
    assert_eq!(same.at("serviceLevelWhatIf.incidents"), 1);
    assert_eq!((&line(&same)["promised"], &line(&same)["agreed"]), (&json!("PT8H"), &json!("PT8H")));
    assert_eq!((&line(&same)["count"], same.at("serviceLevelWhatIf.missed")), (&json!(1), &json!(0)));

    let six = json!({ "targets": [{ "kind": "RESOLUTION", "priority": 3, "duration": "PT6H" }] });
    let strict = ask(&operations, six.clone()).await;
    assert_eq!((&line(&strict)["missed"], &line(&strict)["missedAsAgreed"]), (&json!(1), &json!(0)));
    let miss = strict.at("serviceLevelWhatIf.misses.0");
    let expected = json!({
        "incident": { "id": id }, "kind": "RESOLUTION", "priority": 3, "due": "2026-05-04T14:00:00Z",
        "stoppedAt": "2026-05-04T15:00:00Z", "used": "PT7H",
    });
    assert_eq!(miss, &expected);
    let patient = crate::life::with(six, &json!({ "pauseReasons": ["SUPPLIER"] }));
    assert_eq!(ask(&operations, patient).await.at("serviceLevelWhatIf.missed"), 0, "it used four hours");
    assert_eq!(*operations.part.database.tail().borrow(), tail, "nothing was written");
}

#[tokio::test]
async fn a_customer_is_measured_by_its_own_agreement() {
    let operations = promised().await;
    resolved(&operations).await;
    let other = crate::known::nth::<CustomerId>(9);
    let theirs = ask(&operations, json!({ "customer": other })).await;
    assert_eq!(theirs.at("serviceLevelWhatIf.incidents"), 0, "it was not theirs");
    assert_eq!(theirs.at("serviceLevelWhatIf.agreement"), &Value::Null);
}

#[tokio::test]
async fn another_calendar_counts_by_its_id_or_as_it_would_be() {
    let operations = promised().await;
    resolved(&operations).await;
    let nine = json!({ "targets": [{ "kind": "RESOLUTION", "priority": 3, "duration": "PT1H" }] });
    let with = |more| crate::life::with(nine.clone(), &more);
    let night = json!({ "hours": { "zone": "UTC", "weekly": { "monday": [["22:00", "06:00"]] } } });
    assert_eq!(
        ask(&operations, with(night)).await.at("serviceLevelWhatIf.missed"),
        0,
        "all of it was by day"
    );
    let id = CalendarId::at(start()).to_string();
    operations.deliver("design", &calendar_event(office(&id, &[]), 1)).await.unwrap();
    let answer = ask(&operations, with(json!({ "calendar": id }))).await;
    assert_eq!(answer.at("serviceLevelWhatIf.misses.0.due"), "2026-05-04T09:00:00Z");
    let holiday = json!({ "hours": { "zone": "UTC", "holidays": ["2026-05-04"],
        "weekly": { "monday": [["08:00", "18:00"]] } } });
    assert_eq!(ask(&operations, with(holiday)).await.at("serviceLevelWhatIf.missed"), 0);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_names_its_field() {
    let operations = operations().await;
    let twice = json!({ "kind": "RESPONSE", "priority": 1, "duration": "PT1H" });
    for (more, code, field) in [
        (json!({ "from": "2026-07-01T00:00:00Z" }), "INVALID", "from"),
        (json!({ "calendar": "24x7", "hours": {} }), "INVALID", "hours"),
        (json!({ "hours": { "zone": "Mars/North", "weekly": {} } }), "INVALID", "hours"),
        (json!({ "targets": [twice, twice] }), "INVALID", "targets.1.priority"),
        (
            json!({ "targets": [{ "kind": "RESPONSE", "priority": 6, "duration": "PT1H" }] }),
            "INVALID",
            "targets.0.priority",
        ),
        (
            json!({ "targets": [{ "kind": "RESPONSE", "priority": 1, "duration": "-PT1H" }] }),
            "INVALID",
            "duration",
        ),
    ] {
        let refused = ask(&operations, more.clone()).await;
        assert_eq!((refused.code(), &refused.facts()["field"]), (code, &json!(field)), "{more}");
    }
    let unknown = CalendarId::at(start()).to_string();
    assert_eq!(ask(&operations, json!({ "calendar": unknown })).await.code(), "NOT_FOUND");
    let nothing = ask(&operations, json!({})).await;
    assert_eq!(
        nothing.at("serviceLevelWhatIf"),
        &json!({
            "agreement": null, "incidents": 0, "unmeasured": 0, "missed": 0, "lines": [], "misses": [],
        })
    );
    let kim = named("kim", &[Role::Requester]);
    let input = json!({ "service": service(), "from": "2026-05-04T00:00:00Z", "to": "2026-06-01T00:00:00Z" });
    assert_eq!(operations.execute(&kim, ASK, json!({ "input": input })).await.code(), "FORBIDDEN");
}
