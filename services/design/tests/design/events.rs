//! Every consumed event, delivered twice: it takes effect once.

use crate::kit::{
    CUSTOMER, OTHER, SERVICE, accepted_row, agreed_sla, approved_package, at, become_state, charter,
    chartered, customer_row, done, draft_sla, empty, go_operational, knowing, package, raise, service_row,
    state, terms, verb,
};
use ciclo_contracts::catalog::v1::{self as catalog, CustomerState, ServiceState, service_event::What};
use ciclo_contracts::improvement::v1::AcceptedAs;
use ciclo_design::events::CONSUMED;
use ciclo_store::LogRow;
use ciclo_store::inbox::Arrival;
use ciclo_testkit::TestService;
use serde_json::{Value, json};

/// A row for each event that design acts on.
fn rows() -> Vec<(&'static str, LogRow)> {
    let services = [
        ("ServiceProposed", What::Proposed(catalog::ServiceProposed {})),
        ("ServiceRevised", What::Revised(catalog::ServiceRevised {})),
        ("ServiceAudienceSet", What::AudienceSet(catalog::ServiceAudienceSet::default())),
        ("ServiceSupportSet", What::SupportSet(catalog::ServiceSupportSet::default())),
        ("ServiceSupportRemoved", What::SupportRemoved(catalog::ServiceSupportRemoved::default())),
        ("ServiceNeedSet", What::NeedSet(catalog::ServiceNeedSet::default())),
        ("ServiceNeedRemoved", What::NeedRemoved(catalog::ServiceNeedRemoved::default())),
        ("ServiceDependencyAdded", What::DependencyAdded(catalog::ServiceDependencyAdded::default())),
        ("ServiceDependencyRemoved", What::DependencyRemoved(catalog::ServiceDependencyRemoved::default())),
        ("ServicePutOnHold", What::PutOnHold(catalog::ServicePutOnHold::default())),
        ("ServiceTakenOffHold", What::TakenOffHold(catalog::ServiceTakenOffHold {})),
        ("ServiceDefined", What::Defined(catalog::ServiceDefined {})),
        ("ServiceAnalysed", What::Analysed(catalog::ServiceAnalysed::default())),
        ("ServiceApproved", What::Approved(catalog::ServiceApproved {})),
        ("ServiceChartered", What::Chartered(catalog::ServiceChartered {})),
        ("ServiceRejected", What::Rejected(catalog::ServiceRejected::default())),
        ("ServiceEnteredDesign", What::EnteredDesign(catalog::ServiceEnteredDesign::default())),
        ("ServiceEnteredTransition", What::EnteredTransition(catalog::ServiceEnteredTransition::default())),
        ("ServiceWentOperational", What::WentOperational(catalog::ServiceWentOperational::default())),
        ("ServiceRetiring", What::Retiring(catalog::ServiceRetiring::default())),
        ("ServiceRetired", What::Retired(catalog::ServiceRetired {})),
    ];
    let mut rows: Vec<_> =
        services.into_iter().map(|(name, what)| ("catalog", service_row(SERVICE, name, what, 1))).collect();
    rows.extend(
        [
            ("CustomerDefined", CustomerState::Active),
            ("CustomerRevised", CustomerState::Active),
            ("CustomerRetired", CustomerState::Retired),
        ]
        .map(|(name, state)| ("catalog", customer_row(name, 1, state))),
    );
    rows.push(("improvement", accepted_row(SERVICE, 1, AcceptedAs::Requirement)));
    rows
}

/// Everything that design holds, with the length of its log.
async fn everything(design: &TestService) -> (Value, usize) {
    let all = design
        .admin(
            "{ requirements { nodes { id version state package { id } } }
               designPackages { nodes { id version state } }
               agreements { nodes { id version state } } }",
            json!({}),
        )
        .await;
    (all.0, design.part.database.log_after(0, 1000).await.unwrap().len())
}

#[test]
fn there_is_a_row_for_every_event_that_is_consumed() {
    let mut covered: Vec<String> = rows().into_iter().map(|(_, row)| row.event_type).collect();
    covered.sort();
    let mut consumed = CONSUMED.to_vec();
    consumed.sort_unstable();
    assert_eq!(covered, consumed);
    for name in CONSUMED {
        assert!(ciclo_contracts::pool().get_message_by_name(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn every_event_takes_effect_once() {
    for (source, row) in rows() {
        let design = empty().await;
        assert_eq!(design.deliver(source, &row).await.unwrap(), Arrival::Next, "{}", row.event_type);
        let after = everything(&design).await;
        assert_eq!(design.deliver(source, &row).await.unwrap(), Arrival::Duplicate, "{}", row.event_type);
        assert_eq!(everything(&design).await, after, "{}", row.event_type);
    }
}

#[tokio::test]
async fn every_event_that_repeats_an_older_one_under_a_new_version_is_harmless() {
    for (source, row) in rows() {
        let design = empty().await;
        design.deliver(source, &row).await.unwrap();
        let after = everything(&design).await;
        let again = LogRow { record_version: 2, sequence: 2, ..row.clone() };
        assert_eq!(design.deliver(source, &again).await.unwrap(), Arrival::Next, "{}", row.event_type);
        assert_eq!(everything(&design).await, after, "{}", row.event_type);
    }
}

#[tokio::test]
async fn a_charter_opens_the_first_package_and_gathers_what_waits() {
    let design = knowing(ServiceState::Proposed).await;
    let requirement = raise(&design, "r", "Survives the loss of a node").await;
    let dropped = raise(&design, "d", "Not this one").await;
    done(&design, "dropRequirement", &dropped, 1, json!({ "reason": "no" })).await;
    assert_eq!(charter(&design, 2).await, Arrival::Next);

    let (package, version) = package(&design).await;
    assert_eq!(version, 1);
    let read = "query($id: ID!) { designPackage(id: $id) {
        number purpose state serviceName openedBy service { id } requirements { id package { id } } } }";
    let opened = design.admin(read, json!({ "id": package })).await;
    assert_eq!(opened.at("designPackage.number"), 1);
    assert_eq!(opened.at("designPackage.purpose"), "NEW_SERVICE");
    assert_eq!(opened.at("designPackage.openedBy"), "service:design");
    assert_eq!(opened.at("designPackage.service.id"), SERVICE);
    let gathered = json!([{ "id": requirement, "package": { "id": package } }]);
    assert_eq!(opened.at("designPackage.requirements"), &gathered);
}

#[tokio::test]
async fn going_operational_brings_agreements_into_force_and_supersedes_older_versions() {
    let design = chartered().await;
    let first = agreed_sla(&design, terms(0)).await;
    let next = json!({ "terms": terms(1) });
    let second = verb(&design, "draftNextAgreement", &first, 3, next, "number previous { id }").await;
    assert_eq!(second.at("draftNextAgreement.number"), 2);
    assert_eq!(second.at("draftNextAgreement.previous.id"), first.as_str());
    let second = second.text("draftNextAgreement.id");
    crate::kit::agree(&design, &second).await;
    assert_eq!(state(&design, "agreement", &first).await.0, "AGREED");

    design.clock.set(at(2));
    assert_eq!(go_operational(&design, 2).await, Arrival::Next);
    assert_eq!(state(&design, "agreement", &second).await.0, "ACTIVE");
    assert_eq!(state(&design, "agreement", &first).await, ("SUPERSEDED".to_owned(), 4));
    let after = everything(&design).await;
    assert_eq!(go_operational(&design, 3).await, Arrival::Next);
    assert_eq!(everything(&design).await, after);
}

#[tokio::test]
async fn an_agreement_that_holds_from_later_on_waits() {
    let design = chartered().await;
    let first = agreed_sla(&design, terms(0)).await;
    let second = verb(&design, "draftNextAgreement", &first, 3, json!({ "terms": terms(24) }), "id").await;
    let second = second.text("draftNextAgreement.id");
    crate::kit::agree(&design, &second).await;
    go_operational(&design, 2).await;
    assert_eq!(state(&design, "agreement", &first).await.0, "ACTIVE");
    assert_eq!(state(&design, "agreement", &second).await.0, "AGREED");
}

#[tokio::test]
async fn a_recommendation_becomes_a_requirement_of_the_version_in_draft() {
    let design = chartered().await;
    let row = accepted_row(SERVICE, 3, AcceptedAs::Requirement);
    // The first event that design sees of a record may have any version.
    assert_eq!(
        design.deliver("improvement", &LogRow { record_version: 1, ..row }).await.unwrap(),
        Arrival::Next
    );
    let read = "{ requirements { nodes {
        title description kind priority state acceptanceCriterion recommendationTitle raisedBy version
        recommendation { id } package { id } history { eventType } } } }";
    let raised = design.admin(read, json!({})).await;
    let node = raised.at("requirements.nodes.0");
    assert_eq!(node["title"], "Answer faster at night");
    assert_eq!(node["description"], "Three breaches in a week");
    assert_eq!((&node["kind"], &node["priority"]), (&json!("SERVICE_LEVEL"), &json!("MUST")));
    assert_eq!(node["acceptanceCriterion"], Value::Null);
    assert_eq!(node["recommendation"]["id"], crate::kit::RECOMMENDATION);
    assert_eq!(node["recommendationTitle"], "Answer faster at night");
    assert_eq!(node["package"]["id"], package(&design).await.0.as_str());
    assert_eq!(node["history"][0]["eventType"], "ciclo.design.v1.RequirementRaised");
}

#[tokio::test]
async fn a_recommendation_waits_for_the_next_package_when_none_is_in_draft() {
    let design = chartered().await;
    let first = approved_package(&design).await;
    let row = accepted_row(SERVICE, 1, AcceptedAs::Requirement);
    design.deliver("improvement", &row).await.unwrap();
    let read = "{ requirements { nodes { id package { id } } } }";
    let waiting = design.admin(read, json!({})).await;
    assert_eq!(waiting.at("requirements.nodes.0.package"), &Value::Null);

    go_operational(&design, 2).await;
    let input = json!({ "idempotencyKey": "next", "service": SERVICE, "purpose": "IMPROVEMENT" });
    let opened = crate::kit::call(&design, "openDesignPackage", input, "number requirements { id }").await;
    assert_eq!(opened.at("openDesignPackage.number"), 2);
    let requirement = waiting.at("requirements.nodes.0.id");
    assert_eq!(opened.at("openDesignPackage.requirements.0.id"), requirement);
    assert_ne!(opened.at("openDesignPackage.id"), first.as_str());
}

#[tokio::test]
async fn a_recommendation_of_an_unknown_service_is_raised_and_an_initiative_is_not() {
    let design = empty().await;
    design.deliver("improvement", &accepted_row(OTHER, 1, AcceptedAs::Initiative)).await.unwrap();
    assert_eq!(everything(&design).await.1, 0);
    design.deliver("improvement", &accepted_row(OTHER, 2, AcceptedAs::Requirement)).await.unwrap();
    assert_eq!(everything(&design).await.1, 1);
    // A requirement on no service cannot be: that is poison.
    let poison = LogRow { record_version: 3, ..accepted_row("", 3, AcceptedAs::Requirement) };
    assert!(matches!(design.deliver("improvement", &poison).await, Err(ciclo_store::Error::Corrupt(_))));
}

#[tokio::test]
async fn a_service_that_retires_takes_nothing_new() {
    let design = chartered().await;
    become_state(&design, 2, ServiceState::Retiring).await;
    let refused = draft_sla(&design, terms(0)).await;
    assert_eq!(refused.code(), "RULE_VIOLATED");
    assert_eq!(refused.facts()["serviceState"], "RETIRING");
    let input = json!({ "idempotencyKey": "r", "service": SERVICE, "title": "One", "kind": "SECURITY", "priority": "MUST" });
    assert_eq!(crate::kit::call(&design, "raiseRequirement", input, "state").await.code(), "RULE_VIOLATED");
}

#[tokio::test]
async fn a_customer_that_is_retired_or_unknown_gets_no_agreement() {
    let design = empty().await;
    charter(&design, 1).await;
    let refused = draft_sla(&design, terms(0)).await;
    assert_eq!((refused.code(), &refused.facts()["id"]), ("NOT_FOUND", &json!(CUSTOMER)));
    let retired = customer_row("CustomerRetired", 1, CustomerState::Retired);
    design.deliver("catalog", &retired).await.unwrap();
    assert_eq!(draft_sla(&design, terms(0)).await.code(), "RULE_VIOLATED");
}
