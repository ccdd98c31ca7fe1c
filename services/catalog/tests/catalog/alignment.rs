//! Alignment through the API, and what it costs.

use crate::support::{capability, objective, open, proposed};
use ciclo_kernel::Role;
use ciclo_testkit::caller;
use serde_json::json;

const READ: &str = "query($id: ID!) { service(id: $id) { alignment { score coverage gaps {
    ... on UnsupportedObjective { objective { name } weight }
    ... on ImmatureCapability { capability { name } needed actual } } } } }";

#[tokio::test]
async fn alignment_weighs_supports_and_lists_every_gap() {
    let catalog = open().await;
    // It supports an objective of weight 40 at 80 %.
    let mut service = proposed(&catalog, "Mail").await;
    let full = catalog.admin(READ, json!({ "id": service.id })).await;
    assert_eq!(full.at("service.alignment"), &json!({ "score": 0.8, "coverage": 1.0, "gaps": [] }));
    let mut heavy = objective(&catalog, "Grow", 60).await;
    let mut skill = capability(&catalog, "Servers", 3).await;
    let ready = capability(&catalog, "Desk", 3).await;
    for (needed, maturity) in [(&skill, 4), (&ready, 3)] {
        let need = json!({ "capability": needed.id, "maturity": maturity });
        service.to("setServiceNeed", need, "PROPOSED").await;
    }
    let seen = catalog.admin(READ, json!({ "id": service.id })).await;
    assert_eq!(seen.at("service.alignment.score"), 0.32);
    assert_eq!(seen.at("service.alignment.coverage"), 0.5);
    assert_eq!(
        seen.at("service.alignment.gaps"),
        &json!([
            { "objective": { "name": "Grow" }, "weight": 60 },
            { "capability": { "name": "Servers" }, "needed": 4, "actual": 3 },
        ])
    );
    heavy.to("retireBusinessObjective", json!({ "reason": "reached" }), "RETIRED").await;
    skill.to("retireCapability", json!({ "reason": "bought in" }), "RETIRED").await;
    let seen = catalog.admin(READ, json!({ "id": service.id })).await;
    assert_eq!(seen.at("service.alignment.score"), 0.8, "retired objectives do not count");
    assert_eq!(
        seen.at("service.alignment.gaps"),
        &json!([{ "capability": { "name": "Servers" }, "needed": 4, "actual": null }])
    );
}

#[tokio::test]
async fn a_page_of_alignments_costs_a_fixed_number_of_statements() {
    let catalog = open().await;
    let list = "{ services { nodes { name alignment { score gaps { __typename } }
        supports { objective { name } } customers { name } offerings { name }
        dependsOn { name } dependents { name } } } }";
    let mut counts = Vec::new();
    for _ in 0..3 {
        for _ in 0..3 {
            let _ = proposed(&catalog, "Mail").await;
        }
        let before = catalog.part.database.statements();
        let seen = catalog.execute(&caller(&[Role::Viewer]), list, json!({})).await;
        assert!(!seen.at("services.nodes").as_array().unwrap().is_empty());
        counts.push(catalog.part.database.statements() - before);
    }
    assert!(counts.iter().all(|count| *count <= 7), "{counts:?}");
    assert_eq!(counts[1], counts[2], "{counts:?}");
}
