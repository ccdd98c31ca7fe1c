//! Silences and maintenance: what they keep quiet, when they begin, recur and end.

use crate::alert::rule;
use crate::known::{call, moved, named, service};
use crate::life::{key, with};
use crate::outside::{Outside, firing};
use ciclo_kernel::ids::ServiceId;
use ciclo_kernel::{Role, SignedDuration};
use ciclo_operations::timers::fire_due;
use ciclo_testkit::Answer;
use serde_json::{Value, json};

async fn act(outside: &Outside, mutation: &str, input: &str, value: Value) -> Answer {
    call(&outside.operations, &named("ana", &[Role::Agent]), mutation, input, value).await
}

/// Silences the alerts of a host for an hour, or as else is said.
async fn silence(outside: &Outside, more: Value) -> Answer {
    let terms = json!({
        "cause": "SILENCE", "reason": "The disk is replaced", "matches": [{ "label": "host", "value": "db1" }],
        "endsAt": "2026-05-04T09:00:00Z",
    });
    let input = json!({ "idempotencyKey": key(), "terms": with(terms, &more) });
    act(outside, "createSilence", "CreateSilenceInput", input).await
}

fn of_host(fingerprint: &str, host: &str) -> Value {
    let mut alert = firing(fingerprint);
    alert["labels"]["host"] = json!(host);
    alert
}

/// Lets time pass and fires what is due.
async fn pass(outside: &Outside, minutes: i64) {
    outside.operations.clock.advance(SignedDuration::from_mins(minutes));
    fire_due(&outside.operations.part.database).await.unwrap();
}

/// The alerts in the order of their keys: state, cause, and whether an incident deals with each.
async fn alerts(outside: &Outside) -> Vec<(String, String, bool)> {
    let query = "{ alerts(first: 100) { nodes { dedupKey state suppressedBy incident { id } } } }";
    let answer = outside.operations.admin(query, json!({})).await;
    let mut all = answer.at("alerts.nodes").as_array().unwrap().clone();
    all.sort_by_key(|one| one["dedupKey"].to_string());
    let said = |text: &Value| text.as_str().unwrap_or("-").to_owned();
    let one = |one: &Value| (said(&one["state"]), said(&one["suppressedBy"]), one["incident"].is_object());
    all.iter().map(one).collect()
}

fn seen(alerts: &[(&str, &str, bool)]) -> Vec<(String, String, bool)> {
    alerts.iter().map(|(state, cause, dealt)| ((*state).to_owned(), (*cause).to_owned(), *dealt)).collect()
}

#[tokio::test]
async fn what_a_silence_covers_is_quiet_until_it_ends_and_then_heard() {
    let outside = Outside::open().await;
    outside.send(&[of_host("01", "db1"), of_host("02", "db2")]).await;
    let made = silence(&outside, json!({})).await;
    assert_eq!(made.text("it.state"), "ACTIVE");
    // What is open becomes quiet, in steps behind the command.
    pass(&outside, 0).await;
    rule(&outside.operations, json!({})).await;
    outside.send(&[of_host("03", "db1"), of_host("04", "db2"), of_host("01", "db1")]).await;
    let quiet = ("SUPPRESSED", "SILENCE", false);
    let expected = [quiet, ("OPEN", "-", false), quiet, ("OPEN", "-", true)];
    assert_eq!(alerts(&outside).await, seen(&expected));
    let read = "query($id: ID!) { silence(id: $id) { isOn alerts { id } times(from: \"2026-05-04T08:30:00Z\") { from to } } }";
    let read = outside.operations.admin(read, json!({ "id": made.text("it.id") })).await;
    assert_eq!(
        (read.at("silence.isOn"), read.at("silence.alerts").as_array().unwrap().len()),
        (&json!(true), 2)
    );
    let times = json!([{ "from": "2026-05-04T08:30:00Z", "to": "2026-05-04T09:00:00Z" }]);
    assert_eq!(read.at("silence.times"), &times);

    // Its time is over, also when nobody looked in time; the rules hear of what lasts.
    pass(&outside, 90).await;
    let expected = [("OPEN", "-", true), ("OPEN", "-", false), ("OPEN", "-", true), ("OPEN", "-", true)];
    assert_eq!(alerts(&outside).await, seen(&expected));
    let read = "query($id: ID!) { silence(id: $id) { state endedBy history { eventType } } }";
    let read = outside.operations.admin(read, json!({ "id": made.text("it.id") })).await;
    let (state, by) = (read.text("silence.state"), read.text("silence.endedBy"));
    assert_eq!((state.as_str(), by.as_str()), ("ENDED", "service:operations"));
    assert_eq!(read.at("silence.history").as_array().unwrap().len(), 2, "it ended once");
}

#[tokio::test]
async fn what_two_silences_cover_is_quiet_until_both_have_ended() {
    let outside = Outside::open().await;
    let first = silence(&outside, json!({})).await;
    outside.operations.clock.advance(SignedDuration::from_secs(1));
    let _ = silence(&outside, json!({ "endsAt": "2026-05-04T10:00:00Z", "cause": "MAINTENANCE" }))
        .await
        .text("it.id");
    outside.send(&[of_host("01", "db1")]).await;
    assert_eq!(alerts(&outside).await, seen(&[("SUPPRESSED", "SILENCE", false)]));
    let end = moved(&first.text("it.id"), 1, json!({}));
    assert_eq!(act(&outside, "endSilence", "EndSilenceInput", end).await.text("it.state"), "ENDED");
    pass(&outside, 0).await;
    assert_eq!(alerts(&outside).await, seen(&[("SUPPRESSED", "MAINTENANCE", false)]));
    pass(&outside, 121).await;
    assert_eq!(alerts(&outside).await, seen(&[("OPEN", "-", false)]));
    let again = moved(&first.text("it.id"), 2, json!({}));
    assert_eq!(act(&outside, "endSilence", "EndSilenceInput", again).await.code(), "WRONG_STATE");
}

#[tokio::test]
async fn many_alerts_become_quiet_and_are_heard_again_step_by_step() {
    let outside = Outside::open().await;
    let many: Vec<Value> = (0..250).map(|number| of_host(&format!("{number:03}"), "db1")).collect();
    outside.send(&many).await;
    assert_eq!(silence(&outside, json!({})).await.text("it.state"), "ACTIVE");
    let count = async |state: &str| {
        let query = "query($s: AlertState!) { alerts(filter: { state: { eq: $s } }) { totalCount } }";
        outside.operations.admin(query, json!({ "s": state })).await.at("alerts.totalCount").clone()
    };
    let fired = fire_due(&outside.operations.part.database).await.unwrap();
    assert_eq!((count("SUPPRESSED").await, fired), (json!(250), 4), "nothing is quiet yet; then three steps");
    outside.operations.clock.advance(SignedDuration::from_mins(61));
    let fired = fire_due(&outside.operations.part.database).await.unwrap();
    assert_eq!((count("OPEN").await, fired), (json!(250), 3));
    assert_eq!(fire_due(&outside.operations.part.database).await.unwrap(), 0);
}

#[tokio::test]
async fn what_somebody_keeps_quiet_stays_quiet() {
    let outside = Outside::open().await;
    outside.send(&[of_host("01", "db1")]).await;
    let id =
        outside.operations.admin("{ alerts { nodes { id } } }", json!({})).await.text("alerts.nodes.0.id");
    let by_hand = moved(&id, 1, json!({ "cause": "MAINTENANCE" }));
    let by_hand = act(&outside, "suppressAlert", "SuppressAlertInput", by_hand).await;
    assert_eq!(by_hand.text("it.state"), "SUPPRESSED");
    let _ = silence(&outside, json!({})).await.text("it.id");
    pass(&outside, 0).await;
    pass(&outside, 61).await;
    assert_eq!(alerts(&outside).await, seen(&[("SUPPRESSED", "MAINTENANCE", false)]));
}

#[tokio::test]
async fn maintenance_recurs_in_its_hours() {
    let outside = Outside::open().await;
    rule(&outside.operations, json!({})).await;
    let day = json!([["12:00", "13:00"]]);
    let hours = json!({ "zone": "Europe/Madrid", "holidays": ["2026-05-05"], "weekly": {
        "monday": day, "tuesday": day, "wednesday": day } });
    let terms = json!({ "cause": "MAINTENANCE", "endsAt": null, "hours": hours, "service": service(), "matches": [] });
    let made = silence(&outside, terms).await;
    let read = "query($id: ID!) { silence(id: $id) { isOn times(from: \"2026-05-04T08:00:00Z\", first: 3) { from to } } }";
    let read = outside.operations.admin(read, json!({ "id": made.text("it.id") })).await;
    let time = |day: &str| json!({ "from": format!("{day}T10:00:00Z"), "to": format!("{day}T11:00:00Z") });
    let times = json!([time("2026-05-04"), time("2026-05-06"), time("2026-05-11")]);
    assert_eq!((read.at("silence.isOn"), read.at("silence.times")), (&json!(false), &times));

    let about = |fingerprint: &str| {
        let mut alert = firing(fingerprint);
        alert["labels"]["service"] = json!(service());
        alert
    };
    outside.send(&[about("01")]).await;
    assert_eq!(alerts(&outside).await, seen(&[("OPEN", "-", true)]));
    pass(&outside, 130).await;
    outside.send(&[about("02"), firing("03")]).await;
    let quiet = ("SUPPRESSED", "MAINTENANCE", false);
    let others = alerts(&outside).await;
    assert_eq!(others[1], seen(&[quiet])[0]);
    assert_eq!(others[0].0, "SUPPRESSED", "an alert with an incident is quiet as well");
    pass(&outside, 60).await;
    assert!(alerts(&outside).await.iter().all(|(state, ..)| state == "OPEN"));
    assert!(alerts(&outside).await[1].2, "the rule hears of what lasts");
}

#[tokio::test]
async fn a_silence_that_cannot_be_is_refused() {
    let outside = Outside::open().await;
    for (more, code, field) in [
        (json!({ "matches": [] }), "INVALID", "matches"),
        (json!({ "endsAt": null }), "INVALID", "endsAt"),
        (json!({ "endsAt": "2026-05-04T07:00:00Z" }), "INVALID", "endsAt"),
        (json!({ "cause": "DEPENDENCY" }), "INVALID", "cause"),
        (json!({ "condition": "alert.labels.all(l, true)" }), "INVALID", "condition"),
        (json!({ "hours": { "zone": "Mars/Olympus", "weekly": {} } }), "INVALID", "hours"),
    ] {
        let refused = silence(&outside, more.clone()).await;
        assert_eq!((refused.code(), &refused.facts()["field"]), (code, &json!(field)), "{more}");
    }
    let unknown = json!({ "service": crate::known::nth::<ServiceId>(9) });
    assert_eq!(silence(&outside, unknown).await.code(), "NOT_FOUND");
    let silences = outside.operations.admin("{ silences { totalCount } }", json!({})).await;
    assert_eq!(silences.at("silences.totalCount"), 0);
}
