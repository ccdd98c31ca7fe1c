//! A list costs a number of statements that does not grow with it.

use crate::alert::rule;
use crate::known::{call, change, item, moved, named};
use crate::life::{Life, key, promised};
use ciclo_kernel::{Principal, Role};
use ciclo_operations::commands;
use ciclo_operations::domain::monitoring_event::Severity;
use ciclo_operations::intake::{Action, Report};
use ciclo_testkit::{TestService, caller, start};
use serde_json::{Value, json};

/// Every edge of an incident.
const EDGES: &str = "id title state priority service { id } items { id } causedBy { id }
    clocks { id kind due segments { length } agreement { id } calendarRecord { id } } alert { id occurrences } problem { id title }
    knownError { id } parent { id } children { id } followUpOf { id } offeredKnownErrors { id }";
/// And the edges of what they lead to, there and back.
const BACK: &str =
    "clocks { incident { id clocks { id } } } alert { incident { id } monitoringEvents { id body } }
    problem { incidents { id } knownErrors { id problem { id } } } parent { children { id } }";

/// An alert of its own, which opens an incident by rule.
async fn report(operations: &TestService, number: usize) {
    let report = Report {
        source: "tests".to_owned(),
        external_id: None,
        dedup_key: format!("disk/{number}"),
        names_one: false,
        action: Action::Trigger,
        title: format!("Disk {number} is full"),
        severity: Severity::Warning,
        labels: [("item".to_owned(), item(1 + u32::try_from(number % 3).unwrap()))].into(),
        occurred_at: Some(start()),
        body: "{}".to_owned(),
    };
    let tool = Principal { subject: "tool".to_owned(), ..caller(&[Role::Integration]) };
    let taken = operations
        .part
        .database
        .write(&tool, move |tx| Box::pin(async move { commands::alert::take_in(tx, vec![report]).await }));
    taken.await.unwrap();
}

#[tokio::test]
async fn fifty_incidents_with_all_their_edges_cost_what_ten_do() {
    let operations = promised().await;
    let agent = named("ana", &[Role::Agent]);
    rule(&operations, json!({ "matches": [], "service": crate::known::service(), "urgency": 2 })).await;
    let problem = crate::problem::open(&operations, "of-all", json!({})).await.text("it.id");
    let draft = json!({ "idempotencyKey": key(), "problem": problem, "cause": "x", "workaround": "y" });
    let known =
        call(&operations, &agent, "draftKnownError", "DraftKnownErrorInput", draft).await.text("it.id");
    let publish = moved(&known, 1, json!({}));
    let published = call(&operations, &agent, "publishKnownError", "PublishKnownErrorInput", publish).await;
    assert_eq!(published.text("it.state"), "PUBLISHED");
    let parent = Life::open(&operations, json!({})).await;
    for number in 0..50 {
        report(&operations, number).await;
    }
    let own = "{ incidents(first: 100, filter: { caller: { eq: \"tool\" } }) { nodes { id } } }";
    let opened = operations.admin(own, json!({})).await;
    for incident in opened.at("incidents.nodes").as_array().unwrap() {
        let id = incident["id"].as_str().unwrap().to_owned();
        let mut life = Life { operations: &operations, id, version: 1 };
        let links =
            json!({ "causedBy": change(), "problem": problem, "knownError": known, "parent": parent.id });
        life.to("linkIncident", links, "NEW").await;
    }
    let cost = async |first: u64, fields: &str| {
        let query = format!(
            "query($first: Int!) {{ incidents(first: $first) {{ nodes {{ {fields} }} totalCount }} }}"
        );
        let before = operations.part.database.statements();
        let answer = operations.admin(&query, json!({ "first": first })).await;
        let nodes: &Vec<Value> = answer.at("incidents.nodes").as_array().unwrap();
        assert_eq!((nodes.len() as u64, answer.at("incidents.totalCount")), (first, &json!(51)));
        let full = nodes.iter().filter(|node| {
            node["clocks"].as_array().unwrap().len() == 2
                && node["alert"]["id"].is_string()
                && node["problem"]["id"] == json!(problem)
                && node["parent"]["id"] == json!(parent.id)
                && node["offeredKnownErrors"][0]["id"] == json!(known)
        });
        assert!(full.count() as u64 >= first - 1, "all but the parent lead everywhere");
        operations.part.database.statements() - before
    };
    let (ten, fifty) = (cost(10, EDGES).await, cost(50, EDGES).await);
    assert_eq!(ten, fifty);
    assert!(ten <= 12, "{ten} statements");
    let there_and_back = cost(50, &format!("{EDGES} {BACK}")).await;
    assert!(there_and_back <= 40, "{there_and_back} statements");
}
