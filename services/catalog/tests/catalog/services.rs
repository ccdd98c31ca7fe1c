//! Services through the API: their life, what each move needs, refusals, lists.

use crate::support::{
    Life, call, capability, chartered, customer, objective, offer, open, operational, proposed, requester,
};
use ciclo_kernel::SignedDuration;
use ciclo_kernel::ids::{BusinessObjectiveId, RecordId};
use ciclo_testkit::TestService;
use serde_json::{Value, json};

fn bare(name: &str) -> Value {
    json!({ "name": name, "view": "TECHNICAL", "criticality": 3 })
}

#[tokio::test]
async fn a_service_lives_from_its_proposal_to_its_retirement() {
    let catalog = open().await;
    let mut service = operational(&catalog, "Mail").await;
    let mut offering = Life::begin(&catalog, "draftOffering", offer(&service.id)).await;
    offering.to("publishOffering", json!({}), "PUBLISHED").await;
    service.to("beginServiceRetirement", json!({ "reason": "too dear" }), "RETIRING").await;
    let read = "query($id: ID!) { service(id: $id) { state portfolioPart acceptsAgreements retirementReason
        retirementBeganAt retirementBeganBy retiredAt retiredBy analysedBy approvedBy charteredAt charteredBy
        businessCase proposedBy definedAt rejectedAt onHold offerings { visible } } }";
    let seen = catalog.admin(read, json!({ "id": service.id })).await;
    assert_eq!(seen.at("service.offerings.0.visible"), false);
    assert_eq!(seen.at("service.acceptsAgreements"), false);
    assert!(seen.at("service.retiredAt").is_null());
    service.to("retireService", json!({}), "RETIRED").await;
    let seen = catalog.admin(read, json!({ "id": service.id })).await;
    assert_eq!(seen.at("service.portfolioPart"), "RETIRED");
    assert_eq!(seen.at("service.retirementReason"), "too dear");
    for by in ["retiredBy", "retirementBeganBy", "analysedBy", "approvedBy", "charteredBy", "proposedBy"] {
        assert_eq!(seen.at(&format!("service.{by}")), "ana", "{by}");
    }
    assert_eq!(seen.at("service.businessCase"), "It pays in a year");
    assert!(seen.at("service.definedAt").is_null() && seen.at("service.rejectedAt").is_null());
    let refused = service.go("reviseService", json!({ "name": "Post" })).await;
    assert_eq!(refused.code(), "WRONG_STATE");
    assert_eq!(refused.facts()["allowed"], json!([]));
}

#[tokio::test]
async fn each_move_names_all_that_it_misses() {
    let catalog = open().await;
    let mut service = Life::begin(&catalog, "proposeService", bare("Mail")).await;
    let refused = service.go("defineService", json!({})).await;
    assert_eq!(refused.code(), "CRITERIA_UNMET");
    assert_eq!(refused.facts()["missing"], json!(["the description is not written", "no owner is named"]));
    service.to("reviseService", json!({ "description": "Mail", "owner": "eva" }), "PROPOSED").await;
    service.to("defineService", json!({}), "DEFINED").await;
    let refused = service.go("analyseService", json!({ "businessCase": " " })).await;
    assert_eq!(refused.facts()["missing"].as_array().unwrap().len(), 2, "{}", refused.0);
    let somebody = customer(&catalog, "京都市").await;
    let audience = json!({ "marketSpaces": [], "customers": [somebody.id] });
    service.to("setServiceAudience", audience, "DEFINED").await;
    service.to("analyseService", json!({ "businessCase": "It pays" }), "ANALYSED").await;
    assert_eq!(service.go("approveService", json!({})).await.code(), "CRITERIA_UNMET");
    assert_eq!(service.go("charterService", json!({})).await.code(), "WRONG_STATE");
    service.to("putServiceOnHold", json!({ "reason": "budget" }), "ANALYSED").await;
    let refused = service.go("approveService", json!({})).await;
    assert_eq!(refused.facts()["missing"][0], "the service is on hold: budget");
    assert_eq!(service.go("putServiceOnHold", json!({ "reason": "again" })).await.code(), "RULE_VIOLATED");
    let held = service.select("takeServiceOffHold", json!({}), "onHold heldBy holdReason").await;
    assert_eq!(held.at("it.onHold"), false);
    assert!(held.at("it.heldBy").is_null());
    let rejected =
        service.select("rejectService", json!({ "reason": "no market" }), "rejectedBy rejectionReason").await;
    assert_eq!(rejected.at("it.state"), "REJECTED");
    assert_eq!(rejected.at("it.rejectionReason"), "no market");
}

#[tokio::test]
async fn a_stale_version_and_a_wrong_value_are_refused() {
    let catalog = open().await;
    let mut service = proposed(&catalog, "Mail").await;
    let stale = json!({ "expectedVersion": 1, "name": "Post" });
    let refused = service.go("reviseService", stale).await;
    assert_eq!(refused.code(), "CONFLICT");
    assert_eq!(refused.facts()["actualVersion"], 2);
    assert_eq!(service.go("reviseService", json!({ "name": " " })).await.code(), "INVALID");
    assert_eq!(service.go("reviseService", json!({ "criticality": 5 })).await.code(), "INVALID");
    assert_eq!(service.go("reviseService", json!({ "criticality": -1 })).await.code(), "INVALID");
    let nobody =
        json!({ "objective": BusinessObjectiveId::at(catalog.clock.now()).to_string(), "strength": 1 });
    assert_eq!(service.go("setServiceSupport", nobody).await.code(), "NOT_FOUND");
    let wrong = json!({ "objective": service.id, "strength": 1 });
    assert_eq!(service.go("setServiceSupport", wrong).await.code(), "BAD_ID");
    let cleared =
        service.select("reviseService", json!({ "owner": null, "family": "Desk" }), "owner family").await;
    assert!(cleared.at("it.owner").is_null());
    let kept = service.select("reviseService", json!({ "description": "M" }), "family description").await;
    assert_eq!(kept.at("it.family"), "Desk", "what is left out stays");
}

#[tokio::test]
async fn what_the_charter_needed_stays() {
    let catalog = open().await;
    let mut service = chartered(&catalog, "Mail").await;
    let refused = service.go("reviseService", json!({ "owner": null })).await;
    assert_eq!(refused.code(), "CRITERIA_UNMET");
    let nobody = json!({ "marketSpaces": [], "customers": [] });
    assert_eq!(service.go("setServiceAudience", nobody).await.code(), "CRITERIA_UNMET");
    service.to("reviseService", json!({ "owner": "max" }), "CHARTERED").await;
}

#[tokio::test]
async fn supports_and_needs_name_records_that_are_active() {
    let catalog = open().await;
    let mut service = proposed(&catalog, "Mail").await;
    let mut gone = objective(&catalog, "Old", 1).await;
    gone.to("retireBusinessObjective", json!({ "reason": "reached" }), "RETIRED").await;
    let support = json!({ "objective": gone.id, "strength": 10 });
    assert_eq!(service.go("setServiceSupport", support).await.code(), "RULE_VIOLATED");
    let skill = capability(&catalog, "Mail servers", 2).await;
    let need = json!({ "capability": skill.id, "maturity": 3 });
    let set = service
        .select("setServiceNeed", need, "needs { maturity capability { name services { id } } }")
        .await;
    assert_eq!(set.at("it.needs.0.capability.name"), "Mail servers");
    assert_eq!(set.at("it.needs.0.capability.services.0.id"), &json!(service.id));
    let none =
        service.select("removeServiceNeed", json!({ "capability": skill.id }), "needs { maturity }").await;
    assert_eq!(none.at("it.needs"), &json!([]));
    let again = service.go("removeServiceNeed", json!({ "capability": skill.id })).await;
    assert_eq!(again.code(), "RULE_VIOLATED");
    let other = objective(&catalog, "Other", 2).await;
    let support = json!({ "objective": other.id, "strength": 10 });
    let set =
        service.select("setServiceSupport", support, "supports { strength objective { weight } }").await;
    assert_eq!(set.at("it.supports.1.objective.weight"), 2);
    service.to("removeServiceSupport", json!({ "objective": other.id }), "PROPOSED").await;
}

#[tokio::test]
async fn dependencies_never_close_a_circle() {
    let catalog = open().await;
    let mut chain = Vec::new();
    for name in ["A", "B", "C", "D"] {
        chain.push(Life::begin(&catalog, "proposeService", bare(name)).await);
        // The newest come first, and ids of one instant have no order.
        catalog.clock.advance(SignedDuration::from_millis(1));
    }
    for n in 0..3 {
        let on = chain[n + 1].id.clone();
        chain[n].to("addServiceDependency", json!({ "on": on }), "PROPOSED").await;
    }
    let (first, last) = (chain[0].id.clone(), chain[3].id.clone());
    let refused = chain[3].go("addServiceDependency", json!({ "on": first })).await;
    assert_eq!(refused.code(), "RULE_VIOLATED");
    assert_eq!(refused.facts()["circle"].as_array().unwrap().len(), 5);
    let refused = chain[3].go("addServiceDependency", json!({ "on": last })).await;
    assert_eq!(refused.code(), "RULE_VIOLATED", "itself");
    // Across the chain, not against it.
    chain[0].to("addServiceDependency", json!({ "on": last }), "PROPOSED").await;
    let read = "query($id: ID!) { service(id: $id) { dependsOn { name } dependents(first: 5) { name } } }";
    let seen = catalog.admin(read, json!({ "id": last })).await;
    // Made at one instant, so in no order.
    let dependents = seen.at("service.dependents").as_array().unwrap();
    assert!(["A", "C"].iter().all(|name| dependents.contains(&json!({ "name": name }))), "{dependents:?}");
    assert_eq!(dependents.len(), 2);
    let seen = catalog.admin(read, json!({ "id": first })).await;
    assert_eq!(seen.at("service.dependsOn").as_array().unwrap().len(), 2);
    chain[0].to("removeServiceDependency", json!({ "on": last }), "PROPOSED").await;
    let refused = chain[0].go("removeServiceDependency", json!({ "on": last })).await;
    assert_eq!(refused.code(), "RULE_VIOLATED");
}

#[tokio::test]
async fn a_service_in_use_keeps_what_it_depends_on() {
    let catalog = open().await;
    let mut beneath = operational(&catalog, "Network").await;
    let mut above = operational(&catalog, "Mail").await;
    above.to("addServiceDependency", json!({ "on": beneath.id }), "OPERATIONAL").await;
    beneath.to("beginServiceRetirement", json!({ "reason": "old" }), "RETIRING").await;
    let refused = beneath.go("retireService", json!({})).await;
    assert_eq!(refused.code(), "CRITERIA_UNMET");
    assert!(refused.facts()["missing"][0].as_str().unwrap().contains("Mail"), "{}", refused.0);
    above.to("removeServiceDependency", json!({ "on": beneath.id }), "OPERATIONAL").await;
    beneath.to("retireService", json!({}), "RETIRED").await;
}

async fn names(catalog: &TestService, filter: Value) -> Value {
    let list = "query($f: ServiceFilter) { services(filter: $f, orderBy: { field: NAME, direction: ASC }) {
        nodes { name } } }";
    let found = catalog.admin(list, json!({ "f": filter })).await;
    let nodes = found.at("services.nodes").as_array().unwrap().iter();
    nodes.map(|node| node["name"].clone()).collect()
}

#[tokio::test]
async fn lists_filter_by_part_of_the_portfolio_and_by_what_services_name() {
    let catalog = open().await;
    let mut new = proposed(&catalog, "New").await;
    let run = operational(&catalog, "Run").await;
    let mut end = operational(&catalog, "End").await;
    end.to("beginServiceRetirement", json!({ "reason": "old" }), "RETIRING").await;
    assert_eq!(names(&catalog, json!({ "part": { "eq": "PIPELINE" } })).await, json!(["New"]));
    assert_eq!(names(&catalog, json!({ "part": { "eq": "CATALOGUE" } })).await, json!(["Run"]));
    assert_eq!(
        names(&catalog, json!({ "not": { "part": { "eq": "PIPELINE" } } })).await,
        json!(["End", "Run"])
    );
    end.to("retireService", json!({}), "RETIRED").await;
    assert_eq!(
        names(&catalog, json!({ "part": { "in": ["RETIRED", "CATALOGUE"] } })).await,
        json!(["End", "Run"])
    );
    new.to("addServiceDependency", json!({ "on": run.id }), "PROPOSED").await;
    assert_eq!(names(&catalog, json!({ "dependsOn": { "any": [run.id] } })).await, json!(["New"]));
    new.to("putServiceOnHold", json!({ "reason": "wait" }), "PROPOSED").await;
    assert_eq!(names(&catalog, json!({ "onHold": { "eq": true } })).await, json!(["New"]));
    assert_eq!(names(&catalog, json!({ "operationalSince": { "isNull": true } })).await, json!(["New"]));
}

#[tokio::test]
async fn requesters_read_services_and_change_nothing() {
    let catalog = open().await;
    let service = proposed(&catalog, "Mail").await;
    let read = "query($id: ID!) { service(id: $id) { name state } }";
    let seen = catalog.execute(&requester(), read, json!({ "id": service.id })).await;
    assert_eq!(seen.at("service.name"), "Mail");
    let edge = "query($id: ID!) { service(id: $id) { customers { name } } }";
    let refused = catalog.execute(&requester(), edge, json!({ "id": service.id })).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    let input =
        json!({ "input": { "name": "X", "view": "BUSINESS", "criticality": 1, "idempotencyKey": "k" } });
    let propose = "mutation($input: ProposeServiceInput!) { proposeService(input: $input) { id } }";
    assert_eq!(catalog.execute(&requester(), propose, input).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_list_of_names_has_its_limit() {
    let catalog = open().await;
    let many = vec!["cus_0190a0b0c0d07000800000000000000a"; 1001];
    let mut input = bare("Mail");
    input["customers"] = json!(many);
    assert_eq!(call(&catalog, "proposeService", input, "").await.code(), "LIMIT_EXCEEDED");
}
