//! Every consumed event, delivered twice, and in any order between the neighbours.

use crate::support::{
    Life, Outcome, chartered, closed, fresh, offer, open, package_event, package_opened, proposed,
    transition_event, transition_opened,
};
use ciclo_catalog::events::CONSUMED;
use ciclo_contracts::transition::v1 as pb;
use ciclo_kernel::ids::{DesignPackageId, ServiceId, TransitionId};
use ciclo_store::LogRow;
use ciclo_store::inbox::Arrival;
use ciclo_testkit::TestService;
use serde_json::{Value, json};

const READ: &str = "query($id: ID!) { service(id: $id) {
    state version designPackage { id } transition { id } operationalSince stageEnteredAt
    offerings { name visible version } history { eventType } } }";

async fn read(catalog: &TestService, id: &str) -> Value {
    catalog.admin(READ, json!({ "id": id })).await.at("service").clone()
}

async fn state(service: &Life<'_>) -> Value {
    read(service.catalog, &service.id).await["state"].clone()
}

/// An event of a contract's name.
fn event(name: &str, service: &str) -> (&'static str, LogRow) {
    let (package, transition) = (fresh::<DesignPackageId>(), fresh::<TransitionId>());
    match name {
        "ciclo.design.v1.DesignPackageOpened" => {
            ("design", package_event(&package, service, 1, package_opened()))
        }
        "ciclo.transition.v1.TransitionOpened" => {
            ("transition", transition_event(&transition, service, 1, transition_opened()))
        }
        "ciclo.transition.v1.TransitionClosed" => {
            ("transition", transition_event(&transition, service, 1, closed(Outcome::WithIssues)))
        }
        other => panic!("an event without a delivery test: {other}"),
    }
}

#[tokio::test]
async fn every_consumed_event_takes_effect_once() {
    for name in CONSUMED {
        let catalog = open().await;
        let service = chartered(&catalog, "Mail").await;
        let before = read(&catalog, &service.id).await;
        let (source, row) = event(name, &service.id);
        assert_eq!(row.event_type, *name);
        assert_eq!(catalog.deliver(source, &row).await.unwrap(), Arrival::Next);
        let after = read(&catalog, &service.id).await;
        assert_ne!(after, before, "{name}");
        assert_eq!(catalog.deliver(source, &row).await.unwrap(), Arrival::Duplicate);
        assert_eq!(read(&catalog, &service.id).await, after, "{name}");
        // The same word about another record comes too late, and changes nothing.
        let (_, late) = event(name, &service.id);
        assert_eq!(catalog.deliver(source, &late).await.unwrap(), Arrival::Next);
        assert_eq!(read(&catalog, &service.id).await, after, "{name}");
    }
}

#[tokio::test]
async fn a_service_is_carried_into_operation() {
    let catalog = open().await;
    let mut service = chartered(&catalog, "Mail").await;
    let (package, transition) = (fresh::<DesignPackageId>(), fresh::<TransitionId>());
    service.hear("design", &package_event(&package, &service.id, 1, package_opened()), 1).await;
    let seen = read(&catalog, &service.id).await;
    assert_eq!(seen["state"], "IN_DESIGN");
    assert_eq!(seen["designPackage"]["id"], package);

    let opened = transition_event(&transition, &service.id, 1, transition_opened());
    service.hear("transition", &opened, 1).await;
    let seen = read(&catalog, &service.id).await;
    assert_eq!(seen["state"], "IN_TRANSITION");
    assert_eq!(seen["transition"]["id"], transition);

    let mut published = Life::begin(&catalog, "draftOffering", offer(&service.id)).await;
    published.to("publishOffering", json!({}), "PUBLISHED").await;
    let drafted = Life::begin(&catalog, "draftOffering", offer(&service.id)).await;
    let mut gone = Life::begin(&catalog, "draftOffering", offer(&service.id)).await;
    gone.to("publishOffering", json!({}), "PUBLISHED").await;
    gone.to("withdrawOffering", json!({ "reason": "a mistake" }), "WITHDRAWN").await;

    let done = transition_event(&transition, &service.id, 2, closed(Outcome::Successful));
    service.hear("transition", &done, 1).await;
    let seen = read(&catalog, &service.id).await;
    assert_eq!(seen["state"], "OPERATIONAL");
    assert!(seen["operationalSince"].is_string(), "{seen}");
    let visible = async |id: &str| {
        let offering = "query($id: ID!) { offering(id: $id) { visible version } }";
        let seen = catalog.admin(offering, json!({ "id": id })).await;
        (seen.at("offering.visible").clone(), seen.at("offering.version").clone())
    };
    assert_eq!(visible(&published.id).await, (json!(true), json!(3)));
    assert_eq!(visible(&drafted.id).await, (json!(false), json!(2)), "it was told, and is a draft");
    assert_eq!(visible(&gone.id).await, (json!(false), json!(3)), "it was not told");
}

#[tokio::test]
async fn an_event_implies_those_before_it() {
    let catalog = open().await;
    let service = chartered(&catalog, "Mail").await;
    let transition = fresh::<TransitionId>();
    let opened = transition_event(&transition, &service.id, 1, transition_opened());
    catalog.deliver("transition", &opened).await.unwrap();
    let seen = read(&catalog, &service.id).await;
    assert_eq!(seen["state"], "IN_TRANSITION");
    let names: Vec<&str> =
        seen["history"].as_array().unwrap().iter().map(|h| h["eventType"].as_str().unwrap()).collect();
    assert_eq!(
        names[names.len() - 2..],
        ["ciclo.catalog.v1.ServiceEnteredDesign", "ciclo.catalog.v1.ServiceEnteredTransition"]
    );
    // Design's word comes last, and changes nothing.
    let package = package_event(&fresh::<DesignPackageId>(), &service.id, 1, package_opened());
    catalog.deliver("design", &package).await.unwrap();
    assert_eq!(read(&catalog, &service.id).await, seen);
}

#[tokio::test]
async fn a_transition_that_does_not_end_well_leaves_the_service_in_transition() {
    let catalog = open().await;
    let mut service = chartered(&catalog, "Mail").await;
    let (first, second, third) = (fresh::<TransitionId>(), fresh::<TransitionId>(), fresh::<TransitionId>());
    let opened = transition_event(&first, &service.id, 1, transition_opened());
    service.hear("transition", &opened, 2).await;
    let cancelled = pb::TransitionCancelled { reason: "too early".to_owned() };
    let row = transition_event(&first, &service.id, 2, crate::support::TransitionWhat::Cancelled(cancelled));
    service.hear("transition", &row, 0).await;
    assert_eq!(state(&service).await, "IN_TRANSITION");
    let row = transition_event(&second, &service.id, 1, closed(Outcome::BackedOut));
    service.hear("transition", &row, 0).await;
    assert_eq!(state(&service).await, "IN_TRANSITION");
    let row = transition_event(&third, &service.id, 1, closed(Outcome::WithIssues));
    service.hear("transition", &row, 1).await;
    let seen = read(&catalog, &service.id).await;
    assert_eq!(seen["state"], "OPERATIONAL");
    assert_eq!(seen["transition"]["id"], third);
}

#[tokio::test]
async fn a_service_that_is_not_chartered_stays_where_it_is() {
    let catalog = open().await;
    let service = proposed(&catalog, "Mail").await;
    for name in CONSUMED {
        let (source, row) = event(name, &service.id);
        assert_eq!(catalog.deliver(source, &row).await.unwrap(), Arrival::Next);
    }
    assert_eq!(state(&service).await, "PROPOSED");
}

#[tokio::test]
async fn a_hold_does_not_stop_what_the_other_services_report() {
    let catalog = open().await;
    let mut service = chartered(&catalog, "Mail").await;
    service.to("putServiceOnHold", json!({ "reason": "budget" }), "CHARTERED").await;
    let row = transition_event(&fresh::<TransitionId>(), &service.id, 1, closed(Outcome::Successful));
    service.hear("transition", &row, 3).await;
    assert_eq!(state(&service).await, "OPERATIONAL");
}

#[tokio::test]
async fn poison_is_refused_and_changes_nothing() {
    let catalog = open().await;
    let service = chartered(&catalog, "Mail").await;
    let unknown = event("ciclo.design.v1.DesignPackageOpened", &fresh::<ServiceId>()).1;
    assert!(catalog.deliver("design", &unknown).await.is_err());
    let transition = fresh::<TransitionId>();
    let row = transition_event(&transition, &service.id, 1, closed(Outcome::Unspecified));
    assert!(catalog.deliver("transition", &row).await.is_err());
    let mut garbage = transition_event(&transition, &service.id, 1, transition_opened());
    garbage.payload = vec![0xff; 8];
    assert!(catalog.deliver("transition", &garbage).await.is_err());
    assert_eq!(state(&service).await, "CHARTERED");
}
