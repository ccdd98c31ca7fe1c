//! Impact: of items, of a change, kept up with the log, and quick.

use crate::support::{
    Life, agreement, agreement_event, call, draft, fresh, item, open, person, relate, service,
};
use ciclo_contracts::design::v1::AgreementState;
use ciclo_kernel::ids::ConfigurationItemId;
use ciclo_kernel::{Role, Tenant};
use ciclo_store::{Result, Tx};
use ciclo_testkit::{TestService, caller};
use ciclo_transition::commands;
use ciclo_transition::domain::{InitialItemState, RegisterConfigurationItem, Relate, RelationKind};
use serde_json::{Value, json};

const IMPACT: &str = "query($items: [ID!]!, $depth: Int! = 10) { impact(items: $items, depth: $depth) {
    itemCount cut serviceCount services { id } agreements { id }
    items { item { name } depth origin { name } path { item { name } kind relation { id } } redundant services { id } } } }";

async fn ask(service: &TestService, items: &[&String], depth: i32) -> Value {
    let answer = service.admin(IMPACT, json!({ "items": items, "depth": depth })).await;
    answer.at("impact").clone()
}

fn names(impact: &Value) -> Vec<&str> {
    impact["items"].as_array().unwrap().iter().map(|one| one["item"]["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_failure_is_followed_to_services_and_agreements() {
    let service = open().await;
    let payroll = self::service(&service, "Payroll").await;
    let gold = agreement(&service, &payroll, AgreementState::Active).await;
    agreement(&service, &payroll, AgreementState::Draft).await;
    let db = item(&service, "db", &[]).await;
    let app = item(&service, "app", std::slice::from_ref(&payroll)).await;
    let portal = item(&service, "portal", &[]).await;
    let runs = relate(&service, &app, "RUNS_ON", &db).await;
    let part = relate(&service, &app, "PART_OF", &portal).await;

    let impact = ask(&service, &[&db], 10).await;
    assert_eq!(names(&impact), ["db", "app", "portal"]);
    assert_eq!(
        (&impact["itemCount"], &impact["cut"], &impact["serviceCount"]),
        (&json!(3), &json!(false), &json!(1))
    );
    assert_eq!(impact["services"], json!([{ "id": payroll }]));
    assert_eq!(impact["agreements"], json!([{ "id": gold }]));
    assert_eq!(
        impact["items"][2],
        json!({
            "item": { "name": "portal" }, "depth": 2, "origin": { "name": "db" }, "redundant": false, "services": [],
            "path": [
                { "item": { "name": "app" }, "kind": "RUNS_ON", "relation": { "id": runs.id } },
                { "item": { "name": "portal" }, "kind": "PART_OF", "relation": { "id": part.id } },
            ],
        })
    );
    assert_eq!(names(&ask(&service, &[&db], 1).await), ["db", "app"]);
    assert_eq!(ask(&service, &[], 1).await["itemCount"], 0);

    // The same of a change and of an item, and the way from the service.
    let input = draft(std::slice::from_ref(&db), None);
    let change = Life::begin(&service, "draftChange", input).await;
    let read = "query($c: ID!, $i: ID!) {
        change(id: $c) { impact { itemCount agreements { id } } }
        configurationItem(id: $i) { impact(depth: 0) { itemCount } services { configurationItems { name } } } }";
    let seen = service.admin(read, json!({ "c": change.id, "i": app })).await;
    assert_eq!(seen.at("change.impact"), &json!({ "itemCount": 3, "agreements": [{ "id": gold }] }));
    assert_eq!(seen.at("configurationItem.impact.itemCount"), 1);
    assert_eq!(seen.at("configurationItem.services.0.configurationItems"), &json!([{ "name": "app" }]));

    // An agreement that ends is not hit any more.
    service
        .deliver("design", &agreement_event(&gold, &payroll, AgreementState::Terminated, 2))
        .await
        .unwrap();
    assert_eq!(ask(&service, &[&db], 10).await["agreements"], json!([]));
}

#[tokio::test]
async fn the_graph_follows_every_change_of_items_and_relations() {
    let service = open().await;
    let db = item(&service, "db", &[]).await;
    let app = item(&service, "app", &[]).await;
    assert_eq!(names(&ask(&service, &[&db], 9).await), ["db"]);
    let mut depends = relate(&service, &app, "DEPENDS_ON", &db).await;
    assert_eq!(names(&ask(&service, &[&db], 9).await), ["db", "app"]);
    let portal = item(&service, "portal", &[]).await;
    relate(&service, &portal, "DEPENDS_ON", &app).await;
    assert_eq!(names(&ask(&service, &[&db], 9).await), ["db", "app", "portal"]);

    let standby = item(&service, "standby", &[]).await;
    relate(&service, &app, "BACKED_UP_BY", &standby).await;
    let held = ask(&service, &[&db], 9).await;
    assert_eq!((names(&held), &held["items"][1]["redundant"]), (vec!["db", "app"], &json!(true)));
    let lead = person("ann", Role::ChangeManager);
    let mut standby = Life { service: &service, id: standby, version: 1, lead };
    standby.to("moveConfigurationItem", json!({ "move": "START_MAINTENANCE" }), "IN_MAINTENANCE").await;
    assert_eq!(names(&ask(&service, &[&db], 9).await), ["db", "app", "portal"]);

    let payroll = self::service(&service, "Payroll").await;
    let lead = person("ann", Role::ChangeManager);
    let mut portal = Life { service: &service, id: portal, version: 1, lead };
    portal.to("reviseConfigurationItem", json!({ "services": [payroll] }), "LIVE").await;
    assert_eq!(ask(&service, &[&db], 9).await["services"], json!([{ "id": payroll }]));
    depends.to("removeItemRelation", json!({}), "REMOVED").await;
    assert_eq!(names(&ask(&service, &[&db], 9).await), ["db"]);
}

#[tokio::test]
async fn refusals_and_the_wall_between_tenants() {
    let service = open().await;
    let db = item(&service, "db", &[]).await;
    let with = async |caller, items: Vec<String>, depth| {
        service.execute(&caller, IMPACT, json!({ "items": items, "depth": depth })).await
    };
    let admin = caller(&[Role::Admin]);
    assert_eq!(with(admin.clone(), vec![db.clone()], 51).await.facts()["field"], "depth");
    assert_eq!(with(admin.clone(), vec![db.clone()], -1).await.facts()["field"], "depth");
    assert_eq!(with(admin.clone(), vec!["db".to_owned()], 1).await.code(), "BAD_ID");
    assert_eq!(with(admin.clone(), vec![db.clone(); 1001], 1).await.code(), "LIMIT_EXCEEDED");
    let unknown = with(admin.clone(), vec![fresh::<ConfigurationItemId>()], 1).await;
    assert_eq!((unknown.code(), &unknown.facts()["type"]), ("NOT_FOUND", &json!("ConfigurationItem")));
    assert_eq!(with(caller(&[Role::Requester]), vec![db.clone()], 1).await.code(), "FORBIDDEN");
    let mut stranger = admin;
    stranger.tenant = Tenant::parse("other").unwrap();
    assert_eq!(with(stranger, vec![db], 1).await.code(), "NOT_FOUND");
}

/// Items, and relations between any of them.
async fn fill(tx: &mut Tx, items: usize, relations: usize) -> Result<Vec<String>> {
    let mut ids = Vec::with_capacity(items);
    for n in 0..items {
        let register = RegisterConfigurationItem {
            name: format!("item-{n}"),
            class: "server".to_owned(),
            attributes: None,
            service_ids: Vec::new(),
            criticality: 2,
            initial: InitialItemState::Live,
        };
        ids.push(commands::configuration_item::register(tx, register).await?.record.id);
    }
    let mut seed = 7_u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % items
    };
    let mut related = 0;
    while related < relations {
        let kind = RelationKind::ALL[related % 4];
        let input = Relate { source_id: ids[random()], target_id: ids[random()], kind };
        // An item with itself, or a pair that is related so already, is drawn anew.
        related += usize::from(commands::item_relation::relate(tx, input).await.is_ok());
    }
    Ok(ids.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn a_thousand_items_and_five_thousand_relations() {
    let service = open().await;
    let lead = person("ann", Role::ChangeManager);
    let filled = service.part.database.write(&lead, |tx| Box::pin(fill(tx, 1000, 5000)));
    let items = filled.await.unwrap();
    let bare = "query($i: [ID!]!) { impact(items: $i) { itemCount items { item { name } depth } } }";
    let mut took = Vec::new();
    for one in &items[..3] {
        let (started, before) = (std::time::Instant::now(), service.part.database.statements());
        let seen = service.admin(bare, json!({ "i": [one] })).await;
        took.push((started.elapsed(), service.part.database.statements() - before));
        assert!(seen.at("impact.itemCount").as_i64().unwrap() > 900);
    }
    println!("read anew, then kept: {took:?}");
    assert!(took[0].1 <= 4 + 3, "pages of the graph, and the items of the answer: {took:?}");
    assert!(took[1].1 <= 3, "the items of the answer: {took:?}");
    let _ = call(
        &service,
        &lead,
        "registerConfigurationItem",
        json!({ "name": "one more", "class": "server", "criticality": 2 }),
        "",
    )
    .await;
    let before = service.part.database.statements();
    let _ = service.admin(bare, json!({ "i": [items[0]] })).await;
    assert!(
        service.part.database.statements() - before <= 2 + 3,
        "what happened since, and the items of the answer"
    );
}
