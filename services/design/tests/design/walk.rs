//! The edges of the supergraph: entities that the gateway enters, and how many statements a page takes.

use crate::kit::{CUSTOMER, SERVICE, agreed_sla, chartered, done, package, raise, terms};
use ciclo_kernel::Role;
use ciclo_testkit::caller;
use serde_json::{Value, json};

const ENTITIES: &str = "query($of: [_Any!]!) { _entities(representations: $of) {
    ... on Service { requirements { id } designPackages { id } agreements { id } }
    ... on Customer { agreements { id } }
    ... on Requirement { title service { id } package { id number } }
    ... on DesignPackage { number requirements { id } agreements { id } }
    ... on Agreement { kind customer { id } } } }";

#[tokio::test]
async fn the_gateway_enters_every_type() {
    let design = chartered().await;
    let (package, _) = package(&design).await;
    let requirement = raise(&design, "r", "One").await;
    done(&design, "traceRequirement", &requirement, 1, json!({ "package": package })).await;
    let sla = agreed_sla(&design, terms(0)).await;
    let of = json!([
        { "__typename": "Service", "id": SERVICE },
        { "__typename": "Customer", "id": CUSTOMER },
        { "__typename": "Requirement", "id": requirement },
        { "__typename": "DesignPackage", "id": package },
        { "__typename": "Agreement", "id": sla },
        { "__typename": "Agreement", "id": "agr_0190a0b0c0d0700080000000000000ff" },
    ]);
    let found = design.admin(ENTITIES, json!({ "of": of })).await;
    let one = |id: &str| json!([{ "id": id }]);
    let service = json!({ "requirements": one(&requirement), "designPackages": one(&package), "agreements": one(&sla) });
    assert_eq!(found.at("_entities.0"), &service);
    assert_eq!(found.at("_entities.1"), &json!({ "agreements": one(&sla) }));
    assert_eq!(found.at("_entities.2.package"), &json!({ "id": package, "number": 1 }));
    assert_eq!(found.at("_entities.3.requirements"), &one(&requirement));
    assert_eq!(found.at("_entities.4.customer.id"), CUSTOMER);
    assert_eq!(found.at("_entities.5"), &Value::Null);

    let requester = caller(&[Role::Requester]);
    let of = json!([{ "__typename": "Service", "id": SERVICE }]);
    assert_eq!(design.execute(&requester, ENTITIES, json!({ "of": of })).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_page_takes_as_many_statements_as_one_record() {
    let design = chartered().await;
    let (package, _) = package(&design).await;
    let list = "query($first: Int) {
        requirements(first: $first) { nodes { title package { number unmet { what } requirements { id } agreements { id } } } }
        agreements(first: $first) { nodes { number versions { id } underpinningGaps { kind } previous { id } } } }";
    let mut counts = Vec::new();
    agreed_sla(&design, terms(0)).await;
    for n in 0..10 {
        let requirement = raise(&design, &format!("k{n}"), &format!("Requirement {n}")).await;
        done(&design, "traceRequirement", &requirement, 1, json!({ "package": package })).await;
        let input = json!({
            "idempotencyKey": format!("o{n}"), "service": SERVICE, "kind": "OLA", "group": format!("Group {n}"),
            "terms": terms(0),
        });
        let _ = crate::kit::call(&design, "draftAgreement", input, "id").await.text("draftAgreement.id");
    }
    for first in [1, 10] {
        let before = design.part.database.statements();
        let _ = design.admin(list, json!({ "first": first })).await.at("requirements.nodes.0.package.number");
        counts.push(design.part.database.statements() - before);
    }
    assert_eq!(counts[0], counts[1], "{counts:?}");
}
