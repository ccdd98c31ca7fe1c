//! What time brings about, fired late and by the task that waits for it.

use crate::kit::{agree, agreed_sla, at, chartered, done, go_operational, state, terms, verb};
use ciclo_design::timers;
use ciclo_testkit::TestService;
use serde_json::{Value, json};

/// Fires what is due; when the next one is.
async fn fire(design: &TestService) -> Option<ciclo_kernel::Timestamp> {
    timers::fire_due(&design.part.database).await.unwrap();
    let next = design.part.database.next_timers(1).await.unwrap();
    next.first().map(|timer| timer.due_at)
}

fn until(from: i64, until: i64) -> Value {
    let mut terms = terms(from);
    terms["validUntil"] = json!(at(until).to_string());
    terms
}

#[tokio::test]
async fn versions_come_into_force_and_expire_in_their_time() {
    let design = chartered().await;
    let first = agreed_sla(&design, until(1, 20)).await;
    go_operational(&design, 2).await;
    assert_eq!(fire(&design).await, Some(at(1)));
    assert_eq!(state(&design, "agreement", &first).await.0, "AGREED");
    design.clock.set(at(1));
    assert_eq!(fire(&design).await, Some(at(20)));
    assert_eq!(state(&design, "agreement", &first).await.0, "ACTIVE");

    let second =
        verb(&design, "draftNextAgreement", &first, 4, json!({ "terms": until(10, 30) }), "number").await;
    let second = second.text("draftNextAgreement.id");
    assert_eq!(agree(&design, &second).await.at("agreeAgreement.state"), "AGREED");
    assert_eq!(fire(&design).await, Some(at(10)));
    // Late, and still in force when it fires.
    design.clock.set(at(11));
    assert_eq!(fire(&design).await, Some(at(30)));
    assert_eq!(state(&design, "agreement", &second).await.0, "ACTIVE");
    assert_eq!(state(&design, "agreement", &first).await.0, "SUPERSEDED");

    design.clock.set(at(30));
    assert_eq!(fire(&design).await, None);
    assert_eq!(state(&design, "agreement", &second).await.0, "EXPIRED");
    let read = "query($id: ID!) { agreement(id: $id) { endedBy endedAt } }";
    let ended = design.admin(read, json!({ "id": second })).await;
    assert_eq!(ended.at("agreement.endedBy"), "service:design");
}

#[tokio::test]
async fn an_ended_agreement_has_no_timer() {
    let design = chartered().await;
    let id = agreed_sla(&design, until(0, 20)).await;
    go_operational(&design, 2).await;
    assert_eq!(fire(&design).await, Some(at(20)));
    done(&design, "terminateAgreement", &id, 4, json!({ "reason": "They left" })).await;
    assert_eq!(fire(&design).await, None);
}

#[tokio::test]
async fn a_version_whose_time_was_over_before_its_service_went_operational_stays_agreed() {
    let design = chartered().await;
    let id = agreed_sla(&design, until(0, 5)).await;
    design.clock.set(at(6));
    go_operational(&design, 2).await;
    assert_eq!(fire(&design).await, None);
    assert_eq!(state(&design, "agreement", &id).await.0, "AGREED");
}

#[tokio::test]
async fn a_version_whose_time_came_before_its_service_went_operational_waits_for_it() {
    let design = chartered().await;
    let id = agreed_sla(&design, terms(1)).await;
    assert_eq!(fire(&design).await, Some(at(1)));
    design.clock.set(at(2));
    assert_eq!(fire(&design).await, None);
    assert_eq!(state(&design, "agreement", &id).await.0, "AGREED");
    go_operational(&design, 2).await;
    assert_eq!(state(&design, "agreement", &id).await.0, "ACTIVE");
}

#[tokio::test]
async fn the_task_wakes_for_timers_that_are_set_while_it_waits() {
    let design = chartered().await;
    let task = tokio::spawn(timers::run(design.part.database.clone()));
    let id = agreed_sla(&design, terms(1)).await;
    let mut tail = design.part.database.tail();
    go_operational(&design, 2).await;
    design.clock.set(at(1));
    let before = *tail.borrow_and_update();
    tail.wait_for(|sequence| *sequence > before).await.unwrap();
    assert_eq!(state(&design, "agreement", &id).await.0, "ACTIVE");
    task.abort();
}
