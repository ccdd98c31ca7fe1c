//! The life of a change, and what it refuses.

use crate::support::{Life, call, draft, fresh, item, open, person, scheduled, transition};
use ciclo_kernel::ids::{ConfigurationItemId, TransitionId};
use ciclo_kernel::{Role, SignedDuration};
use serde_json::{Value, json};

#[tokio::test]
async fn a_change_goes_from_draft_to_review() {
    let service = open().await;
    let (db, web) = (item(&service, "db-1", &[]).await, item(&service, "web-1", &[]).await);
    let way = transition(&service).await;
    let mut change = scheduled(&service, &[db.clone(), web.clone(), db.clone()], Some(&way.id)).await;

    let shut = change.go("startChangeImplementation", json!({})).await;
    assert_eq!((shut.code(), &shut.facts()["missing"]), ("CRITERIA_UNMET", &json!(["WINDOW_OPEN"])));
    assert_eq!(shut.facts()["windowStart"], "2026-05-04T09:00:00Z");
    service.clock.advance(SignedDuration::from_hours(1));
    change.to("startChangeImplementation", json!({}), "IMPLEMENT").await;
    service.clock.advance(SignedDuration::from_hours(3));
    let failed = json!({ "outcome": "FAILED", "notes": "no space" });
    change.to("completeChangeImplementation", failed, "REVIEW").await;
    let silent = change.go("closeChange", json!({})).await;
    assert_eq!((silent.code(), &silent.facts()["missing"]), ("CRITERIA_UNMET", &json!(["REVIEW_TEXT"])));
    change.to("closeChange", json!({ "review": "ask for disks" }), "CLOSED").await;
    assert_eq!(change.go("cancelChange", json!({ "reason": "x" })).await.code(), "WRONG_STATE");

    let read = "query($id: ID!) { change(id: $id) { kind title description requester draftedBy assignee
        windowStart windowEnd implementationPlan testPlan backOutPlan voters startedAt outcome review itemCount
        returned { reason } cancellation { reason } implementation { startedAt endedAt outcome notes }
        approvalSteps { name policy needed approvers asked delegates { approver delegate }
            votes { approver onBehalfOf decision comment } }
        items { name changes { id } } transition { id changes { id } } history { eventType } } }";
    let seen = service.admin(read, json!({ "id": change.id })).await.at("change").clone();
    assert_eq!(
        seen["items"],
        json!([
            { "name": "db-1", "changes": [{ "id": change.id }] },
            { "name": "web-1", "changes": [{ "id": change.id }] },
        ])
    );
    assert_eq!(seen["transition"], json!({ "id": way.id, "changes": [{ "id": change.id }] }));
    assert_eq!((&seen["requester"], &seen["draftedBy"]), (&json!("rob"), &json!("ann")));
    assert_eq!(seen["startedAt"], "2026-05-04T09:00:00Z");
    assert_eq!(seen["implementation"]["endedAt"], "2026-05-04T12:00:00Z");
    assert_eq!(seen["approvalSteps"][0]["votes"][0]["approver"], "eva");
    assert_eq!(seen["history"][3]["eventType"], "ciclo.transition.v1.ChangeApproved");
    assert_eq!(seen["voters"], json!([]));
}

#[tokio::test]
async fn approvers_vote_in_order_and_a_person_counts_once() {
    let service = open().await;
    let mut input = draft(&[], None);
    input["approvalSteps"] = json!([
        { "name": "board", "policy": "N_OF", "needed": 2, "approvers": ["eva", "bea", "flo"],
          "delegates": [{ "approver": "bea", "delegate": "cid" }] },
        { "name": "cio", "policy": "ALL", "approvers": ["cio"] },
    ]);
    let mut change = Life::begin(&service, "draftChange", input).await;
    change.to("submitChangeForAssessment", json!({}), "ASSESS").await;
    change.to("submitChangeForApproval", json!({}), "AUTHORIZE").await;

    let waiting = "query($who: [ID!]!) { changes(filter: { voters: { any: $who } }) { nodes { voters } } }";
    let mine =
        async |who: &str| service.admin(waiting, json!({ "who": [who] })).await.at("changes.nodes").clone();
    assert_eq!(mine("cid").await, json!([{ "voters": ["eva", "cid", "bea", "flo"] }]));
    assert_eq!(mine("cio").await, json!([]));

    let yes = || json!({ "decision": "APPROVE" });
    let [eva, cid, rob, cio] = ["eva", "cid", "rob", "cio"].map(|name| person(name, Role::Approver));
    assert_eq!(change.go_as(&cio, "voteOnChange", yes()).await.code(), "RULE_VIOLATED", "not asked yet");
    assert_eq!(change.go_as(&rob, "voteOnChange", yes()).await.code(), "RULE_VIOLATED", "requested it");
    assert_eq!(change.go("voteOnChange", yes()).await.code(), "RULE_VIOLATED", "drafted it");
    assert_eq!(change.go_as(&cid, "voteOnChange", yes()).await.code(), "RULE_VIOLATED", "for nobody");
    let for_bea = json!({ "decision": "APPROVE", "onBehalfOf": "bea", "comment": "she asked me" });
    assert_eq!(change.go_as(&cid, "voteOnChange", for_bea).await.at("it.state"), "AUTHORIZE");
    assert_eq!(mine("cid").await, json!([]));
    assert_eq!(change.go_as(&eva, "voteOnChange", yes()).await.at("it.state"), "AUTHORIZE");
    assert_eq!(change.go_as(&eva, "voteOnChange", yes()).await.code(), "RULE_VIOLATED", "once");
    assert_eq!(mine("cio").await, json!([{ "voters": ["cio"] }]));
    let no = json!({ "decision": "REJECT" });
    assert_eq!(change.go_as(&cio, "voteOnChange", no).await.facts()["field"], "comment");
    let no = json!({ "decision": "REJECT", "comment": "too risky" });
    assert_eq!(change.go_as(&cio, "voteOnChange", no).await.at("it.state"), "DRAFT");
    let read =
        "query($id: ID!) { change(id: $id) { returned { reason by } approvalSteps { votes { approver } } } }";
    let seen = service.admin(read, json!({ "id": change.id })).await.at("change").clone();
    assert_eq!(seen["returned"], json!({ "reason": "too risky", "by": "cio" }));
    assert_eq!(seen["approvalSteps"], json!([{ "votes": [] }, { "votes": [] }]));
}

#[tokio::test]
async fn an_edit_of_the_plan_voids_the_approvals() {
    let service = open().await;
    let mut change = scheduled(&service, &[], None).await;
    change
        .to(
            "reviseChange",
            json!({ "title": "Another name", "description": "", "assignee": "tom" }),
            "SCHEDULED",
        )
        .await;
    assert_eq!(change.go("reviseChange", json!({ "title": "Another name" })).await.facts()["field"], "input");
    let half = change.go("reviseChange", json!({ "windowStart": "2026-05-05T09:00:00Z" })).await;
    assert_eq!((half.code(), &half.facts()["field"]), ("INVALID", &json!("windowEnd")));
    let lost = change.go("reviseChange", json!({ "items": [fresh::<ConfigurationItemId>()] })).await;
    assert_eq!((lost.code(), &lost.facts()["type"]), ("NOT_FOUND", &json!("ConfigurationItem")));
    let window = json!({ "windowStart": "2026-05-05T09:00:00Z", "windowEnd": "2026-05-05T10:00:00Z" });
    change.to("reviseChange", window, "DRAFT").await;
    change.to("submitChangeForAssessment", json!({}), "ASSESS").await;
    change.to("returnChangeToDraft", json!({ "reason": "more tests" }), "DRAFT").await;
    change.to("cancelChange", json!({ "reason": "not needed" }), "CANCELLED").await;
    let read = "query($id: ID!) { change(id: $id) { assignee description cancellation { reason by } } }";
    let seen = service.admin(read, json!({ "id": change.id })).await;
    assert_eq!(seen.at("change.cancellation"), &json!({ "reason": "not needed", "by": "ann" }));
    assert_eq!((seen.at("change.assignee"), seen.at("change.description")), (&json!("tom"), &Value::Null));
}

#[tokio::test]
async fn drafts_are_checked() {
    let service = open().await;
    let lead = person("ann", Role::ChangeManager);
    let try_with = async |field: &str, value: Value| {
        let mut input = draft(&[], None);
        input[field] = value;
        call(&service, &lead, "draftChange", input, "").await
    };
    let unknown = try_with("items", json!([fresh::<ConfigurationItemId>()])).await;
    assert_eq!((unknown.code(), &unknown.facts()["type"]), ("NOT_FOUND", &json!("ConfigurationItem")));
    let unknown = try_with("transition", json!(fresh::<TransitionId>())).await;
    assert_eq!((unknown.code(), &unknown.facts()["type"]), ("NOT_FOUND", &json!("Transition")));
    assert_eq!(try_with("items", json!([fresh::<TransitionId>()])).await.code(), "BAD_ID");
    assert_eq!(try_with("title", json!("a\nb")).await.facts()["field"], "title");
    for (needed, policy) in
        [(json!(3), "N_OF"), (json!(-1), "N_OF"), (Value::Null, "N_OF"), (json!(1), "ALL")]
    {
        let step =
            json!([{ "name": "board", "policy": policy, "needed": needed, "approvers": ["eva", "bea"] }]);
        assert_eq!(try_with("approvalSteps", step).await.code(), "INVALID", "{needed} {policy}");
    }
    let own = json!([{ "name": "board", "policy": "ANY", "approvers": ["rob"] }]);
    assert_eq!(try_with("approvalSteps", own).await.facts()["field"], "approvalSteps");
    assert_eq!(try_with("kind", json!("NORMAL")).await.at("it.version"), 1);
    let bare = call(&service, &lead, "draftChange", json!({ "title": "Only a name" }), "requester").await;
    assert_eq!(bare.at("it.requester"), "ann");
    let mut bare = Life { service: &service, id: bare.text("it.id"), version: 1, lead };
    bare.to("submitChangeForAssessment", json!({}), "ASSESS").await;
    let unmet = bare.go("submitChangeForApproval", json!({})).await;
    let missing = json!(["WINDOW", "IMPLEMENTATION_PLAN", "TEST_PLAN", "BACK_OUT_PLAN", "APPROVAL_STEPS"]);
    assert_eq!((unmet.code(), &unmet.facts()["missing"]), ("CRITERIA_UNMET", &missing));
    bare.version = 1;
    assert_eq!(bare.go("cancelChange", json!({ "reason": "x" })).await.code(), "CONFLICT");
}

#[tokio::test]
async fn the_same_key_drafts_one_change() {
    let service = open().await;
    let lead = person("ann", Role::ChangeManager);
    let mut input = draft(&[], None);
    input["idempotencyKey"] = json!("the-key");
    let first = call(&service, &lead, "draftChange", input.clone(), "").await.text("it.id");
    assert_eq!(call(&service, &lead, "draftChange", input.clone(), "").await.text("it.id"), first);
    input["title"] = json!("Something else");
    assert_eq!(call(&service, &lead, "draftChange", input, "").await.code(), "IDEMPOTENCY_CONFLICT");
    assert_eq!(service.admin("{ changes { totalCount } }", json!({})).await.at("changes.totalCount"), 1);
}

#[tokio::test]
async fn changes_are_listed_by_their_window() {
    let service = open().await;
    let lead = person("ann", Role::ChangeManager);
    for (title, hour) in [("late", Some(14)), ("never", None), ("early", Some(9))] {
        let mut input = json!({ "title": title });
        if let Some(hour) = hour {
            input["windowStart"] = json!(format!("2026-05-04T{hour:02}:00:00Z"));
            input["windowEnd"] = json!(format!("2026-05-04T{:02}:00:00Z", hour + 1));
        }
        let _ = call(&service, &lead, "draftChange", input, "").await.text("it.id");
    }
    let list = "query($after: String) { changes(first: 1, after: $after, orderBy: { field: WINDOW_START, direction: ASC }) {
        nodes { title } pageInfo { endCursor hasNextPage } } }";
    let (mut after, mut titles) = (Value::Null, Vec::new());
    loop {
        let page = service.admin(list, json!({ "after": after })).await;
        titles.push(page.text("changes.nodes.0.title"));
        if page.at("changes.pageInfo.hasNextPage") == false {
            break;
        }
        after = page.at("changes.pageInfo.endCursor").clone();
    }
    assert_eq!(titles, ["never", "early", "late"]);
}
