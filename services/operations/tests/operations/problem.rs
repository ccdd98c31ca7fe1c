//! Problems through the API.

use crate::known::{call, change, item, moved, named, nth, operations, service};
use ciclo_kernel::Role;
use ciclo_kernel::ids::{ChangeId, ConfigurationItemId, IncidentId, ServiceId};
use ciclo_operations::timers::fire_due;
use ciclo_testkit::{Answer, TestService};
use serde_json::{Value, json};

const READ: &str = "query($id: ID!) { problem(id: $id) {
    version title description state stateEnteredBy priority rootCause workaround reopened openedBy
    resolution { notes resolvedBy } closure { kind reason acceptedBy reviewAt duplicateOf { id } }
    service { id } change { id } incidents { id } incidentCount items { id } knownErrors { id } duplicates { id }
    history { eventType } } }";

async fn act(operations: &TestService, mutation: &str, input: &str, value: Value) -> Answer {
    call(operations, &named("ana", &[Role::Agent]), mutation, input, value).await
}

/// Opens a problem with more than its title, by a key.
pub async fn open(operations: &TestService, key: &str, more: Value) -> Answer {
    let mut input = json!({ "idempotencyKey": key, "title": "Mail is slow", "service": service() });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    act(operations, "openProblem", "OpenProblemInput", input).await
}

async fn incident(operations: &TestService, key: &str) -> String {
    let open = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { id } }";
    let input = json!({
        "idempotencyKey": key, "title": "Mail is slow", "service": service(), "impact": 2, "urgency": 2,
    });
    operations.admin(open, json!({ "input": input })).await.text("openIncident.id")
}

async fn go(
    operations: &TestService,
    mutation: &str,
    input: &str,
    id: &str,
    version: u64,
    more: Value,
) -> String {
    let answer = act(operations, mutation, input, moved(id, version, more)).await;
    assert_eq!(answer.at("it.version"), version + 1, "{mutation}");
    answer.text("it.state")
}

#[tokio::test]
async fn a_problem_is_taken_from_notice_to_fix() {
    let operations = operations().await;
    let (one, two) = (incident(&operations, "i1").await, incident(&operations, "i2").await);
    let opened = open(&operations, "p", json!({ "incidents": [one], "items": [item(1)] })).await;
    assert_eq!((opened.text("it.state").as_str(), opened.at("it.version")), ("NEW", &json!(1)));
    let id = opened.text("it.id");

    let state =
        go(&operations, "assessProblem", "AssessProblemInput", &id, 1, json!({ "priority": 2 })).await;
    assert_eq!(state, "ASSESS");
    let more = json!({ "incidents": [one, two], "items": [item(2)] });
    assert_eq!(go(&operations, "linkProblem", "LinkProblemInput", &id, 2, more).await, "ASSESS");
    let state = go(&operations, "startProblemAnalysis", "StartProblemAnalysisInput", &id, 3, json!({})).await;
    assert_eq!(state, "ROOT_CAUSE_ANALYSIS");
    let more = json!({ "workaround": "Wait" });
    let state = go(&operations, "noteProblemFindings", "NoteProblemFindingsInput", &id, 4, more).await;
    assert_eq!(state, "ROOT_CAUSE_ANALYSIS");
    let none = act(&operations, "startProblemFix", "StartProblemFixInput", moved(&id, 5, json!({}))).await;
    assert_eq!((none.code(), none.facts()["missing"].as_array().unwrap().len()), ("CRITERIA_UNMET", 1));
    let more = json!({ "rootCause": "The disk is full", "change": change() });
    let state = go(&operations, "startProblemFix", "StartProblemFixInput", &id, 5, more).await;
    assert_eq!(state, "FIX_IN_PROGRESS");
    let more = json!({ "notes": "A larger disk" });
    assert_eq!(
        go(&operations, "resolveProblem", "ResolveProblemInput", &id, 6, more.clone()).await,
        "RESOLVED"
    );
    let more_reason = json!({ "reason": "It came back" });
    let state = go(&operations, "reopenProblem", "ProblemReasonInput", &id, 7, more_reason).await;
    assert_eq!(state, "FIX_IN_PROGRESS");
    assert_eq!(go(&operations, "resolveProblem", "ResolveProblemInput", &id, 8, more).await, "RESOLVED");
    assert_eq!(go(&operations, "closeProblem", "CloseProblemInput", &id, 9, json!({})).await, "CLOSED");

    let read = operations.admin(READ, json!({ "id": id })).await;
    let problem = read.at("problem");
    assert_eq!(problem["priority"], 2);
    assert_eq!(problem["rootCause"], "The disk is full");
    assert_eq!(problem["workaround"], "Wait");
    assert_eq!(problem["reopened"], 1);
    assert_eq!(problem["resolution"], json!({ "notes": "A larger disk", "resolvedBy": "ana" }));
    assert_eq!(problem["closure"]["kind"], "FIXED");
    assert_eq!((&problem["service"]["id"], &problem["change"]["id"]), (&json!(service()), &json!(change())));
    assert_eq!(problem["incidentCount"], 2);
    let mut newest = [one, two];
    newest.sort_unstable();
    assert_eq!(problem["incidents"], json!([{ "id": newest[1] }, { "id": newest[0] }]));
    assert_eq!(problem["items"], json!([{ "id": item(2) }, { "id": item(1) }]));
    assert_eq!(problem["history"][9]["eventType"], "ciclo.operations.v1.ProblemClosed");
}

#[tokio::test]
async fn a_problem_names_only_records_that_there_are() {
    let operations = operations().await;
    for unknown in [
        json!({ "service": nth::<ServiceId>(9) }),
        json!({ "incidents": [nth::<IncidentId>(9)] }),
        json!({ "items": [item(1), nth::<ConfigurationItemId>(9)] }),
    ] {
        assert_eq!(open(&operations, "k", unknown.clone()).await.code(), "NOT_FOUND", "{unknown}");
    }
    assert_eq!(open(&operations, "k", json!({ "incidents": [item(1)] })).await.code(), "BAD_ID");
    assert_eq!(open(&operations, "k", json!({ "priority": 6 })).await.code(), "INVALID");
    let many: Vec<String> = (0..1001).map(item).collect();
    let refused = open(&operations, "k", json!({ "items": many })).await;
    assert_eq!((refused.code(), &refused.facts()["limit"]), ("INVALID", &json!(1000)));

    let id = open(&operations, "k", json!({})).await.text("it.id");
    for unknown in [json!({ "change": nth::<ChangeId>(9) }), json!({ "items": [item(9)] })] {
        let refused = act(&operations, "linkProblem", "LinkProblemInput", moved(&id, 1, unknown)).await;
        assert_eq!(refused.code(), "NOT_FOUND");
    }
    let nothing = act(&operations, "linkProblem", "LinkProblemInput", moved(&id, 1, json!({}))).await;
    assert_eq!(nothing.code(), "RULE_VIOLATED");
}

#[tokio::test]
async fn a_problem_ends_in_four_ways() {
    let operations = operations().await;
    let mut ids = Vec::new();
    for key in ["a", "b", "c", "d"] {
        ids.push(open(&operations, key, json!({})).await.text("it.id"));
    }
    let as_duplicate = |of: &str| json!({ "duplicateOf": of });
    let input = "CloseProblemAsDuplicateInput";
    let own =
        act(&operations, "closeProblemAsDuplicate", input, moved(&ids[0], 1, as_duplicate(&ids[0]))).await;
    assert_eq!(own.code(), "RULE_VIOLATED");
    let of = as_duplicate(&ids[1]);
    assert_eq!(go(&operations, "closeProblemAsDuplicate", input, &ids[0], 1, of).await, "CLOSED");
    let chain =
        act(&operations, "closeProblemAsDuplicate", input, moved(&ids[1], 1, as_duplicate(&ids[0]))).await;
    assert_eq!(chain.code(), "RULE_VIOLATED", "a duplicate of a duplicate");
    let read = operations.admin(READ, json!({ "id": ids[0] })).await;
    assert_eq!(read.at("problem.closure.duplicateOf.id"), &json!(ids[1]));
    let read = operations.admin(READ, json!({ "id": ids[1] })).await;
    assert_eq!(read.at("problem.duplicates.0.id"), &json!(ids[0]));

    let more = json!({ "reason": "It is none" });
    assert_eq!(go(&operations, "cancelProblem", "ProblemReasonInput", &ids[2], 1, more).await, "CLOSED");

    let id = &ids[3];
    let risk = json!({ "reason": "Too dear", "reviewAt": "2027-05-04T08:00:00Z" });
    let early =
        act(&operations, "acceptProblemRisk", "AcceptProblemRiskInput", moved(id, 1, risk.clone())).await;
    assert_eq!((early.code(), &early.facts()["state"]), ("WRONG_STATE", &json!("NEW")));
    let _ = go(&operations, "assessProblem", "AssessProblemInput", id, 1, json!({ "priority": 5 })).await;
    let _ = go(&operations, "startProblemAnalysis", "StartProblemAnalysisInput", id, 2, json!({})).await;
    let past = json!({ "reason": "Too dear", "reviewAt": "2026-05-04T08:00:00Z" });
    let past = act(&operations, "acceptProblemRisk", "AcceptProblemRiskInput", moved(id, 3, past)).await;
    assert_eq!((past.code(), &past.facts()["field"]), ("INVALID", &json!("reviewAt")));
    assert_eq!(go(&operations, "acceptProblemRisk", "AcceptProblemRiskInput", id, 3, risk).await, "CLOSED");
    let read = operations.admin(READ, json!({ "id": id })).await;
    assert_eq!(read.at("problem.closure.acceptedBy"), "ana");

    // A year later it comes back, once, also when nobody looked in time.
    operations.clock.set("2027-05-04T07:59:59Z".parse().unwrap());
    assert_eq!(fire_due(&operations.part.database).await.unwrap(), 0);
    operations.clock.set("2027-05-04T09:00:00Z".parse().unwrap());
    assert_eq!(fire_due(&operations.part.database).await.unwrap(), 1);
    assert_eq!(fire_due(&operations.part.database).await.unwrap(), 0);
    let read = operations.admin(READ, json!({ "id": id })).await;
    assert_eq!((read.text("problem.state").as_str(), read.at("problem.closure")), ("ASSESS", &Value::Null));
    assert_eq!(read.text("problem.stateEnteredBy"), "service:operations");
    assert_eq!(read.at("problem.history.4.eventType"), "ciclo.operations.v1.ProblemRiskReviewDue");
}

#[tokio::test]
async fn a_stale_version_and_a_stranger_are_refused_and_lists_filter() {
    let operations = operations().await;
    let id = open(&operations, "a", json!({ "items": [item(1)], "priority": 1 })).await.text("it.id");
    let _ = open(&operations, "b", json!({ "items": [item(2)] })).await.text("it.id");
    let _ = go(&operations, "assessProblem", "AssessProblemInput", &id, 1, json!({ "priority": 1 })).await;
    let stale = moved(&id, 1, json!({ "priority": 3 }));
    let stale = act(&operations, "assessProblem", "AssessProblemInput", stale).await;
    assert_eq!((stale.code(), &stale.facts()["actualVersion"]), ("CONFLICT", &json!(2)));
    let requester = named("kim", &[Role::Requester]);
    let read = operations.execute(&requester, READ, json!({ "id": id })).await;
    assert_eq!(read.code(), "FORBIDDEN");

    let list =
        "query($f: ProblemFilter) { problems(filter: $f, orderBy: { field: PRIORITY, direction: ASC }) {
        nodes { id } totalCount } }";
    for (filter, count) in [
        (json!({ "items": { "any": [item(1)] } }), 1),
        (json!({ "service": { "eq": service() } }), 2),
        (json!({ "state": { "eq": "ASSESS" }, "priority": { "lte": 1 } }), 1),
        (json!({ "openedAt": { "lt": "2026-05-04T08:00:00Z" } }), 0),
    ] {
        let found = operations.admin(list, json!({ "f": filter })).await;
        assert_eq!(found.at("problems.totalCount"), count, "{filter}");
    }
    let found = operations.admin(list, json!({})).await;
    assert_eq!(found.at("problems.nodes.0.id"), &json!(id), "priority 1 before 3");
}

#[tokio::test]
async fn a_service_an_item_and_a_change_tell_their_problems_and_known_errors() {
    let operations = operations().await;
    let id = open(&operations, "p", json!({ "items": [item(1)] })).await.text("it.id");
    let linked = json!({ "change": change() });
    assert_eq!(go(&operations, "linkProblem", "LinkProblemInput", &id, 1, linked).await, "NEW");
    let draft = json!({ "idempotencyKey": "known-error", "problem": id, "items": [item(2)] });
    let known = act(&operations, "draftKnownError", "DraftKnownErrorInput", draft).await.text("it.id");

    let query = "query($of: [_Any!]!) { _entities(representations: $of) {
        ... on Service { problems { id } knownErrors(first: 1) { id state } }
        ... on ConfigurationItem { problems { id } knownErrors { id state } }
        ... on Change { problems { id } } } }";
    let named = |kind: &str, id: String| json!({ "__typename": kind, "id": id });
    let of = json!({ "of": [
        named("Service", service()), named("ConfigurationItem", item(1)), named("ConfigurationItem", item(2)),
        named("Change", change()), named("Service", nth::<ServiceId>(2)), named("Change", nth::<ChangeId>(9)),
    ] });
    let answer = operations.admin(query, of).await;
    let (problem, known) = (json!({ "id": id }), json!({ "id": known, "state": "DRAFT" }));
    let told = json!([
        { "problems": [problem], "knownErrors": [known] },
        { "problems": [problem], "knownErrors": [] },
        { "problems": [], "knownErrors": [known] },
        { "problems": [problem] },
        { "problems": [], "knownErrors": [] },
        { "problems": [] },
    ]);
    assert_eq!(answer.at("_entities"), &told);
}
