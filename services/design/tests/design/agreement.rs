//! Agreements through the API: versions, their lives, and what underpins them.

use crate::kit::{
    CUSTOMER, SERVICE, agree, agreed_sla, at, become_state, call, chartered, customer_row_of, done,
    draft_sla, go_operational, state, terms, verb,
};
use ciclo_contracts::catalog::v1::{CustomerState, ServiceState};
use ciclo_kernel::ids::{CustomerId, RecordId};
use serde_json::{Value, json};

#[tokio::test]
async fn an_agreement_waits_for_its_customer_who_is_on_the_way() {
    let design = chartered().await;
    let customer = CustomerId::at(design.clock.now()).to_string();
    let input = json!({
        "idempotencyKey": "early", "service": SERVICE, "kind": "SLA", "customer": customer, "terms": terms(0),
    });
    let row = customer_row_of(&customer, "CustomerDefined", 1, CustomerState::Active);
    let (drafted, arrived) = tokio::join!(
        call(&design, "draftAgreement", input, "customer { id }"),
        design.deliver("catalog", &row)
    );
    arrived.unwrap();
    assert_eq!(drafted.at("draftAgreement.customer.id"), &json!(customer));
    let all = design.admin("{ agreements { totalCount } }", json!({})).await;
    assert_eq!(all.at("agreements.totalCount"), 1);
}

#[tokio::test]
async fn an_agreement_lives_from_its_draft_to_its_end() {
    let design = chartered().await;
    let drafted = draft_sla(&design, terms(0)).await;
    let id = drafted.text("draftAgreement.id");
    let mut longer = terms(0);
    longer["availabilityBasisPoints"] = json!(9990);
    longer["validUntil"] = json!(at(1000).to_string());
    let revised =
        verb(&design, "reviseAgreement", &id, 1, json!({ "terms": longer }), "availabilityBasisPoints").await;
    assert_eq!(revised.at("reviseAgreement.availabilityBasisPoints"), 9990);
    done(&design, "startNegotiation", &id, 2, json!({})).await;
    let agreed = verb(&design, "agreeAgreement", &id, 3, json!({}), "state inForce").await;
    assert_eq!(agreed.at("agreeAgreement.state"), "AGREED", "the service is not in operation");
    let fixed = verb(&design, "reviseAgreement", &id, 4, json!({ "terms": terms(0) }), "state").await;
    assert_eq!(fixed.code(), "WRONG_STATE");

    go_operational(&design, 2).await;
    assert_eq!(state(&design, "agreement", &id).await, ("ACTIVE".to_owned(), 5));
    let early = verb(&design, "expireAgreement", &id, 5, json!({}), "state").await;
    assert_eq!(early.code(), "CRITERIA_UNMET");
    let fields = "state inForce review { reason startedBy }";
    let review = verb(&design, "reviewAgreement", &id, 5, json!({ "reason": "A year" }), fields).await;
    assert_eq!(review.at("reviewAgreement.inForce"), true);
    assert_eq!(review.at("reviewAgreement.review"), &json!({ "reason": "A year", "startedBy": "ana" }));
    let renewed =
        verb(&design, "renewAgreement", &id, 6, json!({ "conclusion": "Goes on" }), "renewal { conclusion }")
            .await;
    assert_eq!(renewed.at("renewAgreement.renewal.conclusion"), "Goes on");
    let ended = verb(
        &design,
        "terminateAgreement",
        &id,
        7,
        json!({ "reason": "They left" }),
        "state terminationReason endedBy",
    )
    .await;
    assert_eq!(ended.at("terminateAgreement.state"), "TERMINATED");
    assert_eq!(ended.at("terminateAgreement.terminationReason"), "They left");
    assert_eq!(
        verb(&design, "renewAgreement", &id, 8, json!({ "conclusion": "x" }), "id").await.code(),
        "WRONG_STATE"
    );

    let read = "query($id: ID!) { agreement(id: $id) {
        kind customer { id } group supplier calendar familyId number validFrom targets { ticketType kind priority duration warningPercent }
        pauseReasons activatedBy agreedAt draftedBy } }";
    let all = design.admin(read, json!({ "id": id })).await;
    assert_eq!(all.at("agreement.customer.id"), CUSTOMER);
    assert_eq!(all.at("agreement.calendar"), "24x7");
    assert_eq!(all.at("agreement.familyId"), id.as_str());
    let response = json!({ "ticketType": "INCIDENT", "kind": "RESPONSE", "priority": 1, "duration": "PT15M", "warningPercent": [] });
    assert_eq!(all.at("agreement.targets.0"), &response);
    assert_eq!(all.at("agreement.activatedBy"), "service:design");
}

#[tokio::test]
async fn a_next_version_of_a_service_in_operation_comes_into_force_when_it_is_agreed() {
    let design = chartered().await;
    let first = agreed_sla(&design, terms(0)).await;
    go_operational(&design, 2).await;
    let drafted =
        verb(&design, "draftNextAgreement", &first, 4, json!({ "terms": terms(1) }), "number state").await;
    assert_eq!(drafted.at("draftNextAgreement.number"), 2);
    let second = drafted.text("draftNextAgreement.id");
    let twice = verb(&design, "draftNextAgreement", &first, 4, json!({ "terms": terms(2) }), "id").await;
    assert_eq!(twice.code(), "IDEMPOTENCY_CONFLICT");
    let input = json!({ "id": first, "expectedVersion": 4, "idempotencyKey": "other", "terms": terms(2) });
    let twice = call(&design, "draftNextAgreement", input, "id").await;
    assert_eq!((twice.code(), &twice.facts()["newest"]), ("RULE_VIOLATED", &json!(second)));

    design.clock.set(at(2));
    let agreed = agree(&design, &second).await;
    assert_eq!(agreed.at("agreeAgreement.state"), "ACTIVE");
    assert_eq!(agreed.at("agreeAgreement.version"), 4, "agreed, and in force");
    let read = "query($id: ID!) { agreement(id: $id) { state next { id } versions { number state } } }";
    let superseded = design.admin(read, json!({ "id": first })).await;
    assert_eq!(superseded.at("agreement.state"), "SUPERSEDED");
    assert_eq!(superseded.at("agreement.next.id"), second.as_str());
    let versions = json!([{ "number": 2, "state": "ACTIVE" }, { "number": 1, "state": "SUPERSEDED" }]);
    assert_eq!(superseded.at("agreement.versions"), &versions);
}

#[tokio::test]
async fn a_draft_says_what_makes_no_sense() {
    let design = chartered().await;
    let refused = async |change: fn(&mut Value)| {
        let mut input = json!({
            "idempotencyKey": "bad", "service": SERVICE, "kind": "SLA", "customer": CUSTOMER, "terms": terms(0),
        });
        change(&mut input);
        let answer = call(&design, "draftAgreement", input, "id").await;
        (answer.code().to_owned(), answer.facts()["field"].clone())
    };
    let invalid = |field: &str| ("INVALID".to_owned(), json!(field));
    assert_eq!(refused(|input| input["group"] = json!("Network")).await, invalid("customer"));
    assert_eq!(refused(|input| input["kind"] = json!("OLA")).await, invalid("group"));
    let until = |input: &mut Value| input["terms"]["validUntil"] = input["terms"]["validFrom"].clone();
    assert_eq!(refused(until).await, invalid("validUntil"));
    let priority = |input: &mut Value| input["terms"]["targets"][0]["priority"] = json!(-1);
    assert_eq!(refused(priority).await, invalid("targets.0.priority"));
    let availability = |input: &mut Value| input["terms"]["availabilityBasisPoints"] = json!(10_001);
    assert_eq!(refused(availability).await, invalid("availabilityBasisPoints"));
    let calendar = |input: &mut Value| input["terms"]["calendar"] = json!("office hours");
    assert_eq!(refused(calendar).await.0, "BAD_ID");
    let calendar = |input: &mut Value| input["terms"]["calendar"] = json!(crate::calendar::NONE);
    assert_eq!(refused(calendar).await.0, "NOT_FOUND");
    let longer = |input: &mut Value| input["terms"]["targets"][1]["duration"] = json!("PT5H");
    assert_eq!(refused(longer).await, invalid("targets"));
    assert_eq!(refused(|input| input["service"] = json!(CUSTOMER)).await.0, "BAD_ID");
    let month = |input: &mut Value| input["terms"]["targets"][1]["duration"] = json!("P1M");
    assert_eq!(refused(month).await.0, "INVALID");

    let mut open = terms(0);
    open["targets"] = json!([]);
    let id = draft_sla(&design, open).await.text("draftAgreement.id");
    done(&design, "startNegotiation", &id, 1, json!({})).await;
    let unmet = verb(&design, "agreeAgreement", &id, 2, json!({}), "id").await;
    assert_eq!(unmet.code(), "CRITERIA_UNMET");
    assert_eq!(unmet.facts()["missing"].as_array().unwrap().len(), 1);
    let stale = json!({ "id": id, "expectedVersion": 1, "idempotencyKey": "stale", "terms": terms(0) });
    assert_eq!(call(&design, "reviseAgreement", stale, "id").await.code(), "CONFLICT");
}

#[tokio::test]
async fn a_customer_has_one_sla_for_a_service() {
    let design = chartered().await;
    let first = draft_sla(&design, terms(0)).await.text("draftAgreement.id");
    let input = json!({
        "idempotencyKey": "second", "service": SERVICE, "kind": "SLA", "customer": CUSTOMER, "terms": terms(0),
    });
    let refused = call(&design, "draftAgreement", input, "id").await;
    assert_eq!((refused.code(), &refused.facts()["agreement"]), ("RULE_VIOLATED", &json!(first)));
}

#[tokio::test]
async fn a_retiring_service_agrees_nothing_new_but_keeps_what_it_has() {
    let design = chartered().await;
    let id = draft_sla(&design, terms(0)).await.text("draftAgreement.id");
    done(&design, "startNegotiation", &id, 1, json!({})).await;
    become_state(&design, 2, ServiceState::Retiring).await;
    assert_eq!(verb(&design, "agreeAgreement", &id, 2, json!({}), "id").await.code(), "RULE_VIOLATED");
    let revised = verb(&design, "reviseAgreement", &id, 2, json!({ "terms": terms(1) }), "state").await;
    assert_eq!(revised.at("reviseAgreement.state"), "NEGOTIATION");
}

#[tokio::test]
async fn gaps_show_where_olas_and_contracts_do_not_add_up() {
    let design = chartered().await;
    let sla = agreed_sla(&design, terms(0)).await;
    let under = |key: &str, kind: &str, party: &str, name: &str, resolution: &str| {
        let targets = json!([{ "kind": "RESOLUTION", "priority": 1, "duration": resolution }]);
        let terms = json!({ "validFrom": at(0).to_string(), "targets": targets });
        let mut input = json!({ "idempotencyKey": key, "service": SERVICE, "kind": kind, "terms": terms });
        input[party] = json!(name);
        input
    };
    let ola = call(&design, "draftAgreement", under("o", "OLA", "group", "Network", "PT3H"), "group").await;
    assert_eq!(ola.at("draftAgreement.group"), "Network");
    let contract =
        call(&design, "draftAgreement", under("c", "CONTRACT", "supplier", "Kabel", "PT6H"), "supplier")
            .await;
    let read = "query($id: ID!) { agreement(id: $id) {
        underpinningGaps { agreement { id supplier } agreementKind kind priority promised underpinned } } }";
    let gaps = design.admin(read, json!({ "id": sla })).await;
    let gap = json!([{
        "agreement": { "id": contract.text("draftAgreement.id"), "supplier": "Kabel" }, "agreementKind": "CONTRACT",
        "kind": "RESOLUTION", "priority": 1, "promised": "PT4H", "underpinned": "PT6H",
    }]);
    assert_eq!(gaps.at("agreement.underpinningGaps"), &gap);
    let none = design.admin(read, json!({ "id": ola.text("draftAgreement.id") })).await;
    assert_eq!(none.at("agreement.underpinningGaps"), &json!([]));
}

#[tokio::test]
async fn agreements_are_filtered_and_sorted() {
    let design = chartered().await;
    agreed_sla(&design, terms(0)).await;
    let input = json!({ "idempotencyKey": "o", "service": SERVICE, "kind": "OLA", "group": "Network", "terms": terms(5) });
    let _ = call(&design, "draftAgreement", input, "id").await.text("draftAgreement.id");
    let list = "query($f: AgreementFilter) { agreements(filter: $f, orderBy: { field: VALID_FROM, direction: DESC }) {
        totalCount nodes { kind } } }";
    let all = design.admin(list, json!({})).await;
    assert_eq!(all.at("agreements.nodes"), &json!([{ "kind": "OLA" }, { "kind": "SLA" }]));
    for filter in [
        json!({ "partyName": { "contains": "netw" } }),
        json!({ "customer": { "isNull": true } }),
        json!({ "validFrom": { "gt": at(1).to_string() } }),
        json!({ "state": { "eq": "DRAFT" }, "kind": { "ne": "SLA" } }),
    ] {
        let found = design.admin(list, json!({ "f": filter })).await;
        assert_eq!(found.at("agreements.nodes"), &json!([{ "kind": "OLA" }]), "{filter}");
    }
}
