//! What comes again: similar incidents, and problems to open.

use crate::known::{call, item, moved, named, operations, service};
use crate::life::Life;
use crate::problem;
use ciclo_kernel::{Role, SignedDuration};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_like_a_report_is_shown_best_first() {
    let operations = operations().await;
    let open = async |title: &str, items: Value| {
        operations.clock.advance(SignedDuration::from_secs(1));
        Life::open(&operations, json!({ "title": title, "items": items })).await
    };
    open("The mail queue is stuck", json!([])).await;
    open("Mail queue full", json!([item(1)])).await;
    open("Printer jams", json!([])).await;
    let last = open("The mail queue is stuck", json!([])).await;
    let query =
        "query($s: ID!, $t: String!, $i: [ID!]) { similarIncidents(service: $s, title: $t, items: $i) {
        likeness incident { title } } }";
    let reported = json!({ "s": service(), "t": "mail QUEUE stuck", "i": [item(1)] });
    let answer = operations.admin(query, reported).await;
    let likeness = |answer: &Value| {
        let found = answer.as_array().unwrap().iter();
        found
            .map(|one| (one["incident"]["title"].as_str().unwrap().to_owned(), one["likeness"].clone()))
            .collect::<Vec<_>>()
    };
    let expected =
        [("Mail queue full", 100), ("The mail queue is stuck", 75), ("The mail queue is stuck", 75)];
    let expected = expected.map(|(title, likeness)| (title.to_owned(), json!(likeness)));
    assert_eq!(likeness(answer.at("similarIncidents")), expected);

    let read = last.read("similar { likeness incident { title id } }").await;
    let similar = likeness(&read["similar"]);
    assert_eq!(similar[0], ("The mail queue is stuck".to_owned(), json!(100)), "another one, not itself");
    assert_eq!(similar.len(), 2);
    let wrong = operations.admin(query, json!({ "s": item(1), "t": "x" })).await;
    assert_eq!(wrong.code(), "BAD_ID");
}

#[tokio::test]
async fn what_recurs_is_proposed_until_somebody_looks_for_its_cause() {
    let operations = operations().await;
    let mut ids = Vec::new();
    for number in 0..3 {
        operations.clock.advance(SignedDuration::from_mins(1));
        let more = json!({ "title": format!("Trouble {number}"), "items": [item(1)] });
        ids.push(Life::open(&operations, more).await.id);
    }
    let query = "query($to: Instant!, $least: Int) {
        problemProposals(from: \"2026-05-04T08:00:00Z\", to: $to, least: $least) {
            incidentCount item { id } service { id } firstAt lastAt incidents { id } openProblems { title } } }";
    let ask =
        async |to: &str, least: Value| operations.admin(query, json!({ "to": to, "least": least })).await;
    let all = "2026-05-05T08:00:00Z";
    let found = ask(all, Value::Null).await;
    let [newest, middle, oldest] = [&ids[2], &ids[1], &ids[0]].map(|id| json!({ "id": id }));
    let expected = json!([{
        "incidentCount": 3, "item": { "id": item(1) }, "service": { "id": service() },
        "firstAt": "2026-05-04T08:01:00Z", "lastAt": "2026-05-04T08:03:00Z",
        "incidents": [newest, middle, oldest], "openProblems": [],
    }]);
    assert_eq!(found.at("problemProposals"), &expected);
    let none = json!([]);
    assert_eq!(
        ask("2026-05-04T08:03:00Z", Value::Null).await.at("problemProposals"),
        &none,
        "two until then"
    );
    assert_eq!(ask(all, json!(4)).await.at("problemProposals"), &none);

    let _ = problem::open(&operations, "p", json!({ "title": "The node", "items": [item(1)] }))
        .await
        .text("it.id");
    let found = ask(all, Value::Null).await;
    assert_eq!(found.at("problemProposals.0.openProblems"), &json!([{ "title": "The node" }]));
    let opened = problem::open(&operations, "q", json!({})).await.text("it.id");
    let agent = named("ana", &[Role::Agent]);
    for id in &ids {
        let link = moved(id, 1, json!({ "problem": opened }));
        let linked = call(&operations, &agent, "linkIncident", "LinkIncidentInput", link).await;
        assert_eq!(linked.text("it.state"), "NEW");
    }
    assert_eq!(ask(all, json!(2)).await.at("problemProposals"), &none, "somebody looks into them");

    assert_eq!(ask("2026-05-04T08:00:00Z", Value::Null).await.code(), "INVALID");
    assert_eq!(ask(all, json!(1)).await.code(), "INVALID");
}
