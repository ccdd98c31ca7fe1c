//! Design packages through the API: a life from the charter to the version that supersedes it.

use crate::kit::{
    OTHER, SERVICE, agreed_sla, approved_package, call, chartered, done, go_operational, package, raise,
    state, terms, verb,
};
use ciclo_kernel::Role;
use ciclo_testkit::caller;
use serde_json::{Value, json};

#[tokio::test]
async fn a_package_is_approved_when_nothing_is_missing() {
    let design = chartered().await;
    let (id, _) = package(&design).await;
    let requirement = raise(&design, "r", "Survives the loss of a node").await;
    let traced =
        verb(&design, "traceRequirement", &requirement, 1, json!({ "package": id }), "package { id }").await;
    assert_eq!(traced.at("traceRequirement.package.id"), id.as_str());

    let unmet = "query($id: ID!) { designPackage(id: $id) { unmet { condition what } } }";
    let read = design.admin(unmet, json!({ "id": id })).await;
    let conditions: Vec<&Value> =
        read.at("designPackage.unmet").as_array().unwrap().iter().map(|one| &one["condition"]).collect();
    assert_eq!(conditions, ["MUST_TRACED", "ACCEPTANCE_PLAN", "COST_ESTIMATE", "AGREEMENT"]);

    done(&design, "submitDesignPackage", &id, 1, json!({})).await;
    let refused = verb(&design, "approveDesignPackage", &id, 2, json!({}), "state").await;
    assert_eq!(refused.code(), "CRITERIA_UNMET");
    assert_eq!(refused.facts()["missing"].as_array().unwrap().len(), 4);
    let in_review = verb(&design, "planDesignPackage", &id, 2, json!({}), "state").await;
    assert_eq!(in_review.code(), "WRONG_STATE");
    let back = verb(
        &design,
        "returnDesignPackage",
        &id,
        2,
        json!({ "reason": "Thin" }),
        "state lastReturn { reason returnedBy }",
    )
    .await;
    assert_eq!(back.at("returnDesignPackage.lastReturn"), &json!({ "reason": "Thin", "returnedBy": "ana" }));

    let plan = json!({
        "summary": "Mail, hosted", "acceptancePlan": "Two weeks of pilot",
        "costEstimate": { "minorUnits": 9_000_000_000_i64, "currency": "EUR" },
    });
    let planned =
        verb(&design, "planDesignPackage", &id, 3, plan, "summary costEstimate { minorUnits currency }")
            .await;
    assert_eq!(planned.at("planDesignPackage.costEstimate.minorUnits"), 9_000_000_000_i64);
    let element = json!({ "package": id, "solutionElement": "Second node" });
    done(&design, "traceRequirement", &requirement, 2, element).await;
    let sla = agreed_sla(&design, terms(0)).await;
    done(&design, "submitDesignPackage", &id, 4, json!({})).await;
    let fields = "state approvedBy approvedAt unmet { what } requirements { id } agreements { id }";
    let approved = verb(&design, "approveDesignPackage", &id, 5, json!({}), fields).await;
    assert_eq!(approved.at("approveDesignPackage.state"), "APPROVED");
    assert_eq!(approved.at("approveDesignPackage.unmet"), &json!([]));
    assert_eq!(approved.at("approveDesignPackage.requirements"), &json!([{ "id": requirement }]));
    assert_eq!(approved.at("approveDesignPackage.agreements"), &json!([{ "id": sla }]));
    assert_eq!(verb(&design, "planDesignPackage", &id, 6, json!({}), "state").await.code(), "WRONG_STATE");

    // What was approved stands: its solution elements, too.
    let other = json!({ "package": id, "solutionElement": "A third node" });
    assert_eq!(verb(&design, "traceRequirement", &requirement, 3, other, "id").await.code(), "RULE_VIOLATED");
    let test = json!({ "package": id, "solutionElement": "Second node", "test": "T-12" });
    assert_eq!(
        verb(&design, "traceRequirement", &requirement, 3, test, "test").await.at("traceRequirement.test"),
        "T-12"
    );
    let late = raise(&design, "late", "Late").await;
    assert_eq!(
        verb(&design, "traceRequirement", &late, 1, json!({ "package": id }), "id").await.code(),
        "RULE_VIOLATED"
    );
}

#[tokio::test]
async fn the_next_version_supersedes_the_one_before() {
    let design = chartered().await;
    let first = approved_package(&design).await;
    let open =
        |key: &str, purpose: &str| json!({ "idempotencyKey": key, "service": SERVICE, "purpose": purpose });
    let early = call(&design, "openDesignPackage", open("early", "CHANGE"), "state").await;
    assert_eq!(early.code(), "RULE_VIOLATED");
    go_operational(&design, 2).await;
    let opened = call(&design, "openDesignPackage", open("next", "CHANGE"), "number state").await;
    assert_eq!(opened.at("openDesignPackage.number"), 2);
    let twice = call(&design, "openDesignPackage", open("again", "CHANGE"), "state").await;
    assert_eq!(twice.facts()["package"], opened.text("openDesignPackage.id"));

    let second = approved_package(&design).await;
    assert_eq!(state(&design, "designPackage", &first).await.0, "SUPERSEDED");
    let read = "query($id: ID!) { designPackage(id: $id) { next { id number } supersededAt approvedBy } }";
    let superseded = design.admin(read, json!({ "id": first })).await;
    assert_eq!(superseded.at("designPackage.next"), &json!({ "id": second, "number": 2 }));
    assert_eq!(superseded.at("designPackage.approvedBy"), "ana");
    let third = call(&design, "openDesignPackage", open("third", "IMPROVEMENT"), "number").await;
    assert_eq!(third.at("openDesignPackage.number"), 3);
}

#[tokio::test]
async fn waivers_are_by_name_and_only_of_what_can_be_waived() {
    let design = chartered().await;
    let (id, _) = package(&design).await;
    let waive = |condition: &str| json!({ "condition": condition, "why": "A pilot" });
    let refused = verb(&design, "waiveCondition", &id, 1, waive("COST_ESTIMATE"), "id").await;
    assert_eq!(refused.code(), "RULE_VIOLATED");
    assert_eq!(refused.facts()["waivable"], json!(["AGREEMENT"]));
    let waived =
        verb(&design, "waiveCondition", &id, 1, waive("AGREEMENT"), "waivers { condition why waivedBy }")
            .await;
    let by_name = json!([{ "condition": "AGREEMENT", "why": "A pilot", "waivedBy": "ana" }]);
    assert_eq!(waived.at("waiveCondition.waivers"), &by_name);
    assert_eq!(
        verb(&design, "waiveCondition", &id, 2, waive("AGREEMENT"), "id").await.code(),
        "RULE_VIOLATED"
    );
    assert_eq!(verb(&design, "submitDesignPackage", &id, 1, json!({}), "id").await.code(), "CONFLICT");
}

#[tokio::test]
async fn an_unknown_service_has_no_package_and_a_designer_approves_none() {
    let design = chartered().await;
    let input = json!({ "idempotencyKey": "k", "service": OTHER, "purpose": "CHANGE" });
    assert_eq!(call(&design, "openDesignPackage", input, "state").await.code(), "NOT_FOUND");
    let approve = "mutation($i: ApproveDesignPackageInput!) { approveDesignPackage(input: $i) { id } }";
    let (id, _) = package(&design).await;
    let input = json!({ "i": { "id": id, "expectedVersion": 1, "idempotencyKey": "k" } });
    let designer = design.execute(&caller(&[Role::Designer]), approve, input.clone()).await;
    assert_eq!(designer.code(), "FORBIDDEN");
    assert_eq!(design.execute(&caller(&[Role::Approver]), approve, input).await.code(), "WRONG_STATE");
}

#[tokio::test]
async fn packages_are_filtered_and_sorted() {
    let design = chartered().await;
    approved_package(&design).await;
    go_operational(&design, 2).await;
    let input = json!({ "idempotencyKey": "next", "service": SERVICE, "purpose": "CHANGE" });
    let _ = call(&design, "openDesignPackage", input, "number").await.text("openDesignPackage.id");
    let list = "query($f: DesignPackageFilter, $o: DesignPackageOrder) {
        designPackages(filter: $f, orderBy: $o) { totalCount nodes { number } } }";
    let all = design.admin(list, json!({ "o": { "field": "NUMBER", "direction": "ASC" } })).await;
    assert_eq!(all.at("designPackages.nodes"), &json!([{ "number": 1 }, { "number": 2 }]));
    let filter = json!({ "f": { "approvedAt": { "isNull": true }, "purpose": { "eq": "CHANGE" }, "service": { "eq": SERVICE } } });
    let open = design.admin(list, filter).await;
    assert_eq!(open.at("designPackages.nodes"), &json!([{ "number": 2 }]));
}
