//! Service level clocks: what starts, pauses, moves and ends them, and what they tell at which instant.

use crate::known::{nth, operations};
use crate::life::{Life, agreement, agreement_event, promised, terms};
use ciclo_contracts::convert::{duration, timestamp};
use ciclo_contracts::design::v1 as design;
use ciclo_kernel::SignedDuration;
use ciclo_kernel::ids::AgreementId;
use ciclo_operations::timers::fire_due;
use ciclo_store::LogRow;
use ciclo_store::inbox::Arrival;
use ciclo_testkit::{TestService, start};
use prost::Message;
use serde_json::{Value, json};

const INSTANT: SignedDuration = SignedDuration::from_micros(1);

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// The response and the resolution clock of an incident.
async fn clocks(life: &Life<'_>) -> [Value; 2] {
    let read = life
        .read(
            "clocks { kind state priority target due used left startedAt stoppedAt met breachedAt breachFiredAt
            breachRetargeted warnings { percent dueAt firedAt } segments { kind from to length because }
            agreement { id } incident { id } subjectId history { eventType } }",
        )
        .await;
    let all = read["clocks"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    ["RESPONSE", "RESOLUTION"].map(|kind| all.iter().find(|clock| clock["kind"] == kind).unwrap().clone())
}

/// What the timers wrote to the log since a sequence: event and instant.
async fn told(operations: &TestService, after: u64) -> Vec<(String, String)> {
    let rows = operations.part.database.log_after(after, 100).await.unwrap();
    rows.into_iter()
        .map(|row| (row.event_type.rsplit('.').next().unwrap().to_owned(), row.at.to_string()))
        .collect()
}

fn tail(operations: &TestService) -> u64 {
    *operations.part.database.tail().borrow()
}

#[tokio::test]
async fn an_incident_starts_the_clocks_of_the_agreement_in_force() {
    let operations = promised().await;
    let life = Life::open(&operations, json!({})).await;
    let [response, resolution] = clocks(&life).await;
    for clock in [&response, &resolution] {
        assert_eq!((&clock["state"], &clock["priority"]), (&json!("RUNNING"), &json!(3)));
        assert_eq!(
            (&clock["agreement"]["id"], &clock["incident"]["id"]),
            (&json!(agreement()), &json!(life.id))
        );
        assert_eq!((&clock["met"], &clock["breachedAt"]), (&Value::Null, &Value::Null));
    }
    assert_eq!((&response["target"], &response["due"]), (&json!("PT1H"), &json!("2026-05-04T09:00:00Z")));
    assert_eq!((&resolution["target"], &resolution["due"]), (&json!("PT8H"), &json!("2026-05-04T16:00:00Z")));
    let other =
        Life::open(&operations, json!({ "service": crate::known::nth::<ciclo_kernel::ids::ServiceId>(2) }))
            .await;
    assert_eq!(
        other.read("clocks { id }").await["clocks"],
        json!([]),
        "nothing is promised for that service"
    );
    let unpromised = Life::open(&operations, json!({ "impact": 3, "urgency": 3 })).await;
    assert_eq!(unpromised.read("clocks { id }").await["clocks"], json!([]), "nor for that priority");
}

#[tokio::test]
async fn only_an_agreement_that_binds_starts_clocks() {
    use design::AgreementState::{Active, Agreed, Draft, Expired, UnderReview};
    let operations = operations().await;
    let mut version = 0;
    let mut opens = async |change: &dyn Fn(&mut design::Agreement)| {
        let mut after = terms();
        change(&mut after);
        version += 1;
        operations.deliver("design", &agreement_event(after, version)).await.unwrap();
        let life = Life::open(&operations, json!({})).await;
        life.read("clocks { id }").await["clocks"].as_array().unwrap().len()
    };
    for (state, count) in [(Draft, 0), (Agreed, 0), (Active, 2), (UnderReview, 2), (Expired, 0)] {
        assert_eq!(opens(&|after| after.state = state.into()).await, count, "{state:?}");
    }
    assert_eq!(opens(&|after| after.kind = design::AgreementKind::Ola.into()).await, 0);
    let term = |from: i64, until: i64| {
        move |after: &mut design::Agreement| {
            let terms = after.terms.as_mut().unwrap();
            terms.valid_from = Some(timestamp(start() + minutes(from)));
            terms.valid_until = Some(timestamp(start() + minutes(until)));
        }
    };
    assert_eq!(opens(&term(0, 1)).await, 2);
    assert_eq!(opens(&term(-1, 0)).await, 0);
    assert_eq!(opens(&term(1, 2)).await, 0);
}

#[tokio::test]
async fn warnings_and_breaches_are_told_at_their_instants() {
    let operations = promised().await;
    let database = &operations.part.database;
    let life = Life::open(&operations, json!({})).await;
    let fired = async |to: SignedDuration| {
        let before = tail(&operations);
        operations.clock.set(start() + to);
        fire_due(database).await.unwrap();
        told(&operations, before).await
    };
    let event = |name: &str, at: &str| (format!("ServiceLevelClock{name}"), format!("2026-05-04T{at}Z"));
    assert_eq!(fired(minutes(60)).await, [], "the due instant itself is in time");
    assert_eq!(fired(minutes(60) + INSTANT).await, [event("Breached", "09:00:00.000001")]);
    assert_eq!(fired(minutes(240) - INSTANT).await, []);
    assert_eq!(fired(minutes(240)).await, [event("Warned", "12:00:00")]);
    assert_eq!(fired(minutes(240)).await, [], "once");
    assert_eq!(fired(minutes(360)).await, [event("Warned", "14:00:00")]);
    assert_eq!(fired(minutes(480)).await, []);
    assert_eq!(fired(minutes(480) + INSTANT).await, [event("Breached", "16:00:00.000001")]);
    assert_eq!(fired(minutes(9_000)).await, []);
    assert_eq!(database.next_timers(9).await.unwrap(), []);

    let [response, resolution] = clocks(&life).await;
    assert_eq!((&response["met"], &response["breachedAt"]), (&json!(false), &json!("2026-05-04T09:00:00Z")));
    assert_eq!(response["breachFiredAt"], "2026-05-04T09:00:00.000001Z");
    assert_eq!((&resolution["state"], &resolution["left"]), (&json!("RUNNING"), &json!("-PT142H")));
    let warning = |percent: u8, at: &str| json!({ "percent": percent, "dueAt": at, "firedAt": at });
    let warnings = [warning(50, "2026-05-04T12:00:00Z"), warning(75, "2026-05-04T14:00:00Z")];
    assert_eq!(resolution["warnings"], json!(warnings));
    let broken = operations
        .admin("{ serviceLevelClocks(filter: { breached: { eq: true } }) { totalCount } }", json!({}))
        .await;
    assert_eq!(broken.at("serviceLevelClocks.totalCount"), 2);
}

#[tokio::test]
async fn timers_that_fire_late_keep_when_they_were_due() {
    let operations = promised().await;
    let life = Life::open(&operations, json!({})).await;
    operations.clock.advance(minutes(3 * 24 * 60));
    fire_due(&operations.part.database).await.unwrap();
    let late = "2026-05-07T08:00:00Z";
    let [response, resolution] = clocks(&life).await;
    assert_eq!(
        (&response["breachedAt"], &response["breachFiredAt"]),
        (&json!("2026-05-04T09:00:00Z"), &json!(late))
    );
    assert_eq!(
        resolution["warnings"][0],
        json!({ "percent": 50, "dueAt": "2026-05-04T12:00:00Z", "firedAt": late })
    );
    assert_eq!(resolution["warnings"][1]["dueAt"], "2026-05-04T14:00:00Z");
    assert_eq!(resolution["breachedAt"], "2026-05-04T16:00:00Z");
    assert_eq!(
        (&resolution["breachFiredAt"], &resolution["breachRetargeted"]),
        (&json!(late), &json!(false))
    );
}

#[tokio::test]
async fn the_timers_wake_when_something_is_due() {
    let operations = promised().await;
    let database = operations.part.database.clone();
    let mut grown = database.tail();
    let timers = tokio::spawn(ciclo_operations::timers::run(database));
    let life = Life::open(&operations, json!({})).await;
    let before = tail(&operations);
    operations.clock.set(start() + minutes(60) + INSTANT);
    grown.wait_for(|tail| *tail > before).await.unwrap();
    assert_eq!(clocks(&life).await[0]["met"], false);
    timers.abort();
}

#[tokio::test]
async fn waiting_for_what_the_agreement_names_does_not_count() {
    let operations = promised().await;
    let mut life = Life::open(&operations, json!({})).await;
    operations.clock.advance(minutes(30));
    life.begin().await;
    operations.clock.advance(minutes(90));
    life.to("holdIncident", json!({ "reason": "CALLER" }), "ON_HOLD").await;
    operations.clock.advance(minutes(600));
    assert_eq!(fire_due(&operations.part.database).await.unwrap(), 0, "while it stands nothing is due");
    let [response, standing] = clocks(&life).await;
    assert_eq!(
        (&response["state"], &response["met"], &response["used"]),
        (&json!("STOPPED"), &json!(true), &json!("PT30M"))
    );
    assert_eq!((&standing["state"], &standing["used"]), (&json!("PAUSED"), &json!("PT2H")));
    assert_eq!(standing["due"], "2026-05-05T02:00:00Z", "as if it went on now");
    life.to("resumeIncident", json!({}), "IN_PROGRESS").await;
    life.to("holdIncident", json!({ "reason": "SUPPLIER" }), "ON_HOLD").await;
    operations.clock.advance(minutes(60));

    let [_, resolution] = clocks(&life).await;
    assert_eq!(
        (&resolution["state"], &resolution["used"], &resolution["left"]),
        (&json!("RUNNING"), &json!("PT3H"), &json!("PT5H"))
    );
    assert_eq!(resolution["due"], "2026-05-05T02:00:00Z");
    let part = |kind: &str, from: &str, to: &str, length: &str, because: &str| json!({ "kind": kind, "from": format!("2026-05-04T{from}:00Z"), "to": format!("2026-05-04T{to}:00Z"), "length": length, "because": because });
    let hours = "every hour counts (24x7)";
    let parts = [
        part("RUNNING", "08:00", "10:00", "PT2H", hours),
        part("PAUSED", "10:00", "20:00", "PT10H", "paused: CALLER"),
        part("RUNNING", "20:00", "21:00", "PT1H", hours),
    ];
    assert_eq!(resolution["segments"], json!(parts));
}

#[tokio::test]
async fn a_new_priority_brings_its_targets_and_may_break_the_promise_at_once() {
    let operations = promised().await;
    let mut life = Life::open(&operations, json!({})).await;
    operations.clock.advance(minutes(10));
    life.begin().await;
    operations.clock.advance(minutes(170));
    let before = tail(&operations);
    life.to("reprioritiseIncident", json!({ "impact": 1, "urgency": 1 }), "IN_PROGRESS").await;
    assert_eq!(told(&operations, before).await[0].0, "ServiceLevelClockRetargeted");
    let [response, resolution] = clocks(&life).await;
    assert_eq!(
        (&response["priority"], &response["met"]),
        (&json!(3), &json!(true)),
        "what has its result keeps it"
    );
    assert_eq!((&resolution["priority"], &resolution["target"]), (&json!(1), &json!("PT2H")));
    assert_eq!(
        (&resolution["breachedAt"], &resolution["breachFiredAt"]),
        (&json!("2026-05-04T10:00:00Z"), &json!("2026-05-04T11:00:00Z"))
    );
    assert_eq!(resolution["breachRetargeted"], true);
    operations.clock.advance(minutes(9_000));
    assert_eq!(fire_due(&operations.part.database).await.unwrap(), 0, "the breach is told once");

    let mut lowered = Life::open(&operations, json!({})).await;
    lowered.to("overrideIncidentPriority", json!({ "priority": 5, "reason": "A test" }), "NEW").await;
    for clock in clocks(&lowered).await {
        assert_eq!(
            (&clock["state"], &clock["met"]),
            (&json!("CANCELLED"), &Value::Null),
            "nothing is promised"
        );
    }
}

/// The second version of the tests' agreement, in force from now on, with other minutes for priority 3: response in
/// half an hour, resolution in so many minutes when it promises one.
fn renewed(operations: &TestService, resolution: Option<i64>) -> LogRow {
    use design::TargetKind::Resolution;
    let mut after = design::Agreement { id: nth::<AgreementId>(2), number: 2, ..terms() };
    let terms = after.terms.as_mut().unwrap();
    terms.valid_from = Some(timestamp(operations.clock.now()));
    for target in terms.targets.iter_mut().filter(|target| target.priority == 3) {
        let length = if target.kind() == Resolution { resolution.unwrap_or(0) } else { 30 };
        target.duration = Some(duration(minutes(length)));
    }
    let promised =
        |target: &design::Target| resolution.is_some() || target.priority != 3 || target.kind() != Resolution;
    terms.targets.retain(promised);
    agreement_event(after, 1)
}

#[tokio::test]
async fn a_renewed_agreement_retargets_the_clocks_that_still_run() {
    let operations = promised().await;
    let mut answered = Life::open(&operations, json!({})).await;
    let waiting = Life::open(&operations, json!({})).await;
    operations.clock.advance(minutes(50));
    answered.begin().await;
    answered.to("holdIncident", json!({ "reason": "CALLER" }), "ON_HOLD").await;
    operations.clock.advance(minutes(30));

    // A newer version that waits for its time changes nothing; nor does the version before, heard of late.
    let mut early = renewed(&operations, Some(10 * 60));
    let mut agreed = design::AgreementEvent::decode(early.payload.as_slice()).unwrap();
    agreed.after.as_mut().unwrap().state = design::AgreementState::Agreed.into();
    early.payload = agreed.encode_to_vec();
    operations.deliver("design", &early).await.unwrap();
    assert_eq!(clocks(&waiting).await[1]["agreement"]["id"], agreement());

    let active = LogRow { record_version: 2, ..renewed(&operations, Some(10 * 60)) };
    assert_eq!(operations.deliver("design", &active).await.unwrap(), Arrival::Next);
    let [response, resolution] = clocks(&answered).await;
    assert_eq!((&response["agreement"]["id"], &response["target"]), (&json!(agreement()), &json!("PT1H")));
    assert_eq!(response["met"], true, "what has its result keeps it");
    assert_eq!(resolution["agreement"]["id"], nth::<AgreementId>(2));
    assert_eq!((&resolution["state"], &resolution["used"]), (&json!("PAUSED"), &json!("PT50M")));
    assert_eq!((&resolution["target"], &resolution["left"]), (&json!("PT10H"), &json!("PT9H10M")));

    let [response, resolution] = clocks(&waiting).await;
    assert_eq!((&response["target"], &response["breachRetargeted"]), (&json!("PT30M"), &json!(false)));
    assert_eq!(response["breachedAt"], "2026-05-04T09:00:00Z", "missed before, though its timer was late");
    assert_eq!(
        (&resolution["target"], &resolution["due"]),
        (&json!("PT10H"), &json!("2026-05-04T18:00:00Z"))
    );
    let timers = operations.part.database.next_timers(9).await.unwrap();
    assert!(timers.iter().any(|timer| timer.due_at == start() + minutes(300)), "half of the new target");

    let before = tail(&operations);
    assert_eq!(operations.deliver("design", &active).await.unwrap(), Arrival::Duplicate);
    let old = design::Agreement { state: design::AgreementState::Superseded.into(), ..terms() };
    operations.deliver("design", &agreement_event(old, 2)).await.unwrap();
    assert_eq!(told(&operations, before).await, []);
}

#[tokio::test]
async fn a_renewal_may_break_a_promise_or_end_it() {
    for (resolution, state, met) in [(Some(20), "RUNNING", json!(false)), (None, "CANCELLED", Value::Null)] {
        let operations = promised().await;
        let life = Life::open(&operations, json!({})).await;
        operations.clock.advance(minutes(40));
        let event = renewed(&operations, resolution);
        operations.deliver("design", &event).await.unwrap();
        let [response, resolution] = clocks(&life).await;
        assert_eq!(
            (&response["breachedAt"], &response["breachFiredAt"], &response["breachRetargeted"]),
            (&json!("2026-05-04T08:30:00Z"), &json!("2026-05-04T08:40:00Z"), &json!(true))
        );
        assert_eq!((&resolution["state"], &resolution["met"]), (&json!(state), &met));
    }
}

#[tokio::test]
async fn another_agreement_on_the_service_retargets_nothing() {
    let operations = promised().await;
    let life = Life::open(&operations, json!({})).await;
    let mut other =
        design::AgreementEvent::decode(renewed(&operations, Some(60)).payload.as_slice()).unwrap();
    other.after.as_mut().unwrap().family_id = nth::<AgreementId>(2);
    operations.deliver("design", &agreement_event(other.after.unwrap(), 1)).await.unwrap();
    let [response, resolution] = clocks(&life).await;
    assert_eq!((&response["target"], &resolution["target"]), (&json!("PT1H"), &json!("PT8H")));
}

/// State, start, time used, due and promise of the clocks that are not cancelled, by kind.
async fn measured(life: &Life<'_>) -> Vec<Value> {
    let fields = "kind state startedAt used due target met breachedAt breachFiredAt breachRetargeted";
    let read = life.read(&format!("clocks {{ {fields} }}")).await;
    let mut clocks = read["clocks"].as_array().unwrap().clone();
    clocks.retain(|clock| clock["state"] != "CANCELLED");
    clocks.sort_by_key(|clock| std::cmp::Reverse(clock["kind"].to_string()));
    clocks
}

#[tokio::test]
async fn a_priority_that_is_promised_something_for_the_first_time_starts_the_clock_at_the_opening() {
    let operations = promised().await;
    let mut life = Life::open(&operations, json!({ "impact": 3, "urgency": 3 })).await;
    assert_eq!(measured(&life).await, [] as [Value; 0]);
    operations.clock.advance(minutes(30));
    life.to("holdIncident", json!({ "reason": "CALLER" }), "ON_HOLD").await;
    operations.clock.advance(minutes(60));
    life.to("assignIncident", json!({ "group": "Mail" }), "ASSIGNED").await;
    operations.clock.advance(minutes(10));
    life.to("reprioritiseIncident", json!({ "impact": 2, "urgency": 2 }), "ASSIGNED").await;
    let clocks = measured(&life).await;
    assert_eq!((&clocks[0]["kind"], &clocks[1]["kind"]), (&json!("RESPONSE"), &json!("RESOLUTION")));
    for (clock, due) in clocks.iter().zip(["2026-05-04T10:00:00Z", "2026-05-04T17:00:00Z"]) {
        assert_eq!((&clock["startedAt"], &clock["used"]), (&json!("2026-05-04T08:00:00Z"), &json!("PT40M")));
        assert_eq!((&clock["due"], &clock["state"]), (&json!(due), &json!("RUNNING")));
        assert_eq!(clock["met"], Value::Null);
    }
    let timers = operations.part.database.next_timers(9).await.unwrap();
    assert_eq!(timers[0].due_at, start() + minutes(120) + INSTANT);
}

#[tokio::test]
async fn a_promise_that_comes_too_late_is_broken_when_it_is_made() {
    let operations = promised().await;
    let mut life = Life::open(&operations, json!({ "impact": 3, "urgency": 3 })).await;
    operations.clock.advance(minutes(10));
    life.begin().await;
    operations.clock.advance(minutes(170));
    let before = tail(&operations);
    life.to("overrideIncidentPriority", json!({ "priority": 1, "reason": "A test" }), "IN_PROGRESS").await;
    let names: Vec<String> = told(&operations, before).await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names[..2], ["ServiceLevelClockStarted", "ServiceLevelClockBreached"]);
    let clocks = measured(&life).await;
    assert_eq!(clocks.len(), 1, "the answer was given when nothing was promised");
    assert_eq!(
        (&clocks[0]["breachedAt"], &clocks[0]["breachFiredAt"], &clocks[0]["breachRetargeted"]),
        (&json!("2026-05-04T10:00:00Z"), &json!("2026-05-04T11:00:00Z"), &json!(true))
    );

    // What was broken and then promised no longer is not measured again.
    life.to("overrideIncidentPriority", json!({ "priority": 5, "reason": "Less" }), "IN_PROGRESS").await;
    life.to("overrideIncidentPriority", json!({ "priority": 3, "reason": "More" }), "IN_PROGRESS").await;
    assert_eq!(measured(&life).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_promise_that_was_taken_back_unbroken_is_made_again() {
    let operations = promised().await;
    let mut life = Life::open(&operations, json!({})).await;
    for _ in 0..12 {
        operations.clock.advance(minutes(1));
        life.to("overrideIncidentPriority", json!({ "priority": 5, "reason": "Less" }), "NEW").await;
        life.to("overrideIncidentPriority", json!({ "priority": 3, "reason": "More" }), "NEW").await;
    }
    operations.clock.advance(minutes(2));
    life.begin().await;
    life.resolve().await;
    let clocks = measured(&life).await;
    assert_eq!(clocks.len(), 2);
    for clock in clocks {
        assert_eq!((&clock["state"], &clock["used"]), (&json!("STOPPED"), &json!("PT14M")));
    }
}

#[tokio::test]
async fn the_time_in_which_it_was_resolved_does_not_count() {
    let operations = promised().await;
    let mut life = Life::open(&operations, json!({})).await;
    life.to("assignIncident", json!({ "group": "Mail" }), "ASSIGNED").await;
    operations.clock.advance(minutes(50));
    life.resolve().await;
    let [response, resolution] = clocks(&life).await;
    for clock in [&response, &resolution] {
        assert_eq!(
            (&clock["state"], &clock["met"], &clock["used"]),
            (&json!("STOPPED"), &json!(true), &json!("PT50M"))
        );
        assert_eq!(clock["stoppedAt"], "2026-05-04T08:50:00Z");
    }
    operations.clock.advance(minutes(1_000));
    life.to("reopenIncident", json!({ "reason": "Again" }), "IN_PROGRESS").await;
    operations.clock.advance(minutes(430));
    let [response, resolution] = clocks(&life).await;
    assert_eq!(response["state"], "STOPPED", "an answer is given once");
    assert_eq!(
        (&resolution["state"], &resolution["used"], &resolution["left"]),
        (&json!("RUNNING"), &json!("PT8H"), &json!("PT0S"))
    );
    life.resolve().await;
    let [_, resolution] = clocks(&life).await;
    assert_eq!((&resolution["met"], &resolution["stoppedAt"]), (&json!(true), &resolution["due"]));
    assert_eq!(resolution["segments"][1]["because"], "paused: RESOLVED");
}

#[tokio::test]
async fn an_incident_that_is_given_up_has_no_result() {
    let operations = promised().await;
    let mut life = Life::open(&operations, json!({})).await;
    operations.clock.advance(minutes(90));
    life.to("cancelIncident", json!({ "reason": "A drill" }), "CANCELLED").await;
    let [response, resolution] = clocks(&life).await;
    assert_eq!((&response["state"], &resolution["state"]), (&json!("CANCELLED"), &json!("CANCELLED")));
    assert_eq!(response["met"], false, "what was broken before stays broken, though its timer was late");
    assert_eq!(resolution["met"], Value::Null);
    assert_eq!(operations.part.database.next_timers(9).await.unwrap(), []);
}

#[tokio::test]
async fn the_agreement_in_force_can_be_asked_for() {
    let operations = promised().await;
    let ask = async |service: String| {
        let query = "query($of: ID!) { agreementInForce(service: $of) { id } }";
        operations.admin(query, json!({ "of": service })).await
    };
    assert_eq!(ask(crate::known::service()).await.text("agreementInForce.id"), agreement());
    let other = crate::known::nth::<ciclo_kernel::ids::ServiceId>(2);
    assert_eq!(ask(other).await.at("agreementInForce"), &Value::Null);
    assert_eq!(ask(agreement()).await.code(), "BAD_ID");
}
