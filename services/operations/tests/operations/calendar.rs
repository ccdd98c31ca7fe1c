//! Clocks by a calendar of design: its hours, its edits, what it said then.

use crate::known::operations;
use crate::life::{Life, agreement_event, terms};
use ciclo_clocks::Editions;
use ciclo_contracts::calendar::editions_message;
use ciclo_contracts::design::v1 as design;
use ciclo_kernel::SignedDuration;
use ciclo_kernel::ids::{CalendarId, RecordId};
use ciclo_operations::timers::fire_due;
use ciclo_store::inbox::Arrival;
use ciclo_store::{Error, LogRow};
use ciclo_testkit::events::row;
use ciclo_testkit::{TestService, start};
use serde_json::{Value, json};

/// Office hours in Paris, 09:00 to 17:00, without some holidays.
pub fn office(id: &str, holidays: &[&str]) -> design::Calendar {
    calendar(id, "09:00", holidays)
}

fn calendar(id: &str, opens: &str, holidays: &[&str]) -> design::Calendar {
    let day = json!([[opens, "17:00"]]);
    let hours = json!({
        "zone": "Europe/Paris",
        "weekly": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day },
        "holidays": holidays,
    });
    design::Calendar {
        id: id.to_owned(),
        name: "Office hours".to_owned(),
        editions: editions_message(&Editions::parse(&hours.to_string()).unwrap()),
        state: design::CalendarState::Active.into(),
        ..design::Calendar::default()
    }
}

/// Design's event on a calendar.
pub fn calendar_event(after: design::Calendar, version: u64) -> LogRow {
    let id = after.id.clone();
    let message = design::CalendarEvent { after: Some(after), what: None };
    row("Calendar", "ciclo.design.v1.CalendarEdited", &id, version, start(), &message)
}

/// An id that no other test has: a process keeps the hours of a version of a calendar.
pub fn fresh() -> String {
    CalendarId::at(start()).to_string()
}

fn by_calendar(id: &str) -> LogRow {
    let mut after = terms();
    id.clone_into(&mut after.terms.as_mut().unwrap().calendar);
    agreement_event(after, 1)
}

/// Operations with the tests' agreement on office hours; the calendar's id.
async fn promised() -> (TestService, String) {
    let (operations, id) = (operations().await, fresh());
    operations.deliver("design", &calendar_event(office(&id, &[]), 1)).await.unwrap();
    operations.deliver("design", &by_calendar(&id)).await.unwrap();
    (operations, id)
}

/// The clock of the resolution: eight hours from Monday, 10:00 in Paris.
async fn resolution(life: &Life<'_>) -> Value {
    let fields = "clocks { id kind state due used left met breachedAt breachRetargeted calendar calendarVersion
        calendarRecord { id } zoneData startedAt warnings { percent dueAt } segments { kind from to because } }";
    let read = life.read(fields).await;
    read["clocks"].as_array().unwrap().iter().find(|clock| clock["kind"] == "RESOLUTION").unwrap().clone()
}

async fn edit(operations: &TestService, after: design::Calendar, version: u64) {
    assert_eq!(operations.deliver("design", &calendar_event(after, version)).await.unwrap(), Arrival::Next);
}

async fn fired(operations: &TestService, hours: i64) -> usize {
    operations.clock.set(start() + SignedDuration::from_hours(hours));
    fire_due(&operations.part.database).await.unwrap()
}

#[tokio::test]
async fn only_the_hours_of_the_calendar_count() {
    let (operations, id) = promised().await;
    let life = Life::open(&operations, json!({})).await;
    let clock = resolution(&life).await;
    assert_eq!(clock["due"], "2026-05-05T08:00:00Z", "seven hours on Monday, one on Tuesday");
    assert_eq!((&clock["calendar"], &clock["calendarRecord"]["id"]), (&json!(id), &json!(id)));
    assert_eq!(
        (&clock["calendarVersion"], &clock["zoneData"]),
        (&json!(1), &json!(ciclo_clocks::zone_data_version()))
    );

    // Half is used at 14:00 in Paris, three quarters at 16:00; the response was missed before.
    assert_eq!(fired(&operations, 23).await, 2, "a timer for each clock");
    let clock = resolution(&life).await;
    let warnings = [(50, "2026-05-04T12:00:00Z"), (75, "2026-05-04T14:00:00Z")];
    let warnings = warnings.map(|(percent, due)| json!({ "percent": percent, "dueAt": due }));
    assert_eq!(clock["warnings"], json!(warnings));
    assert_eq!((&clock["used"], &clock["left"]), (&json!("PT7H"), &json!("PT1H")));
    let night = json!({
        "kind": "OUT_OF_HOURS", "from": "2026-05-04T15:00:00Z", "to": "2026-05-05T07:00:00Z",
        "because": "outside the calendar's hours",
    });
    let day = json!({
        "kind": "RUNNING", "from": "2026-05-04T08:00:00Z", "to": "2026-05-04T15:00:00Z",
        "because": "within the calendar's hours (Europe/Paris)",
    });
    assert_eq!(clock["segments"], json!([day, night]));
    assert_eq!(fired(&operations, 24).await, 0, "the due instant itself is in time");
    assert_eq!(fired(&operations, 25).await, 1);
    let clock = resolution(&life).await;
    assert_eq!((&clock["breachedAt"], &clock["met"]), (&json!("2026-05-05T08:00:00Z"), &json!(false)));
}

#[tokio::test]
async fn an_edited_calendar_moves_open_clocks_and_no_result() {
    let (operations, id) = promised().await;
    let life = Life::open(&operations, json!({})).await;
    let mut done = Life::open(&operations, json!({})).await;
    operations.clock.advance(SignedDuration::from_hours(1));
    done.begin().await;
    done.resolve().await;
    operations.clock.advance(SignedDuration::from_hours(1));
    let before = operations.clock.now();
    operations.clock.advance(SignedDuration::from_hours(1));

    // Tuesday becomes a holiday.
    edit(&operations, office(&id, &["2026-05-05"]), 2).await;
    let clock = resolution(&life).await;
    assert_eq!((&clock["due"], &clock["calendarVersion"]), (&json!("2026-05-06T08:00:00Z"), &json!(2)));
    let result = resolution(&done).await;
    assert_eq!((&result["calendarVersion"], &result["state"]), (&json!(1), &json!("STOPPED")));
    assert_eq!(fired(&operations, 47).await, 1, "the response was broken when the calendar was edited");
    assert_eq!(resolution(&life).await["met"], Value::Null);

    // The past reads as it was: by the calendar of then, at the instant of then.
    let past =
        "query($id: ID!, $at: Instant) { serviceLevelClock(id: $id, asOf: $at) { due used calendarVersion
        segments { to } history { eventType } } }";
    let past = operations.admin(past, json!({ "id": clock["id"], "at": before.to_string() })).await;
    assert_eq!(past.at("serviceLevelClock.due"), "2026-05-05T08:00:00Z");
    assert_eq!(past.at("serviceLevelClock.used"), "PT2H");
    assert_eq!(past.at("serviceLevelClock.segments.0.to"), before.to_string().as_str());

    // What was resolved goes by the newest version when it is reopened.
    done.to("reopenIncident", json!({ "reason": "It is back" }), "IN_PROGRESS").await;
    let clock = resolution(&done).await;
    assert_eq!((&clock["calendarVersion"], &clock["used"]), (&json!(2), &json!("PT1H")));
}

#[tokio::test]
async fn an_edit_may_break_a_promise_and_then_says_so() {
    let (operations, id) = promised().await;
    let life = Life::open(&operations, json!({})).await;
    operations.clock.advance(SignedDuration::from_hours(22));
    edit(&operations, calendar(&id, "06:00", &[]), 2).await;
    let clock = resolution(&life).await;
    // Open from 06:00 on: the eighth hour ended at 07:00 in Paris, an hour ago.
    assert_eq!((&clock["breachedAt"], &clock["met"]), (&json!("2026-05-05T05:00:00Z"), &json!(false)));
    assert_eq!(clock["breachRetargeted"], true);
    edit(&operations, office(&id, &["2026-05-05"]), 3).await;
    assert_eq!(resolution(&life).await["met"], false, "nothing undoes it");
}

#[tokio::test]
async fn a_calendar_that_keeps_its_hours_moves_nothing() {
    let (operations, id) = promised().await;
    let life = Life::open(&operations, json!({})).await;
    let tail = *operations.part.database.tail().borrow();
    let retired = design::CalendarState::Retired.into();
    edit(&operations, design::Calendar { state: retired, name: "Old".to_owned(), ..office(&id, &[]) }, 2)
        .await;
    assert_eq!(*operations.part.database.tail().borrow(), tail);
    assert_eq!(resolution(&life).await["calendarVersion"], 1);
}

#[tokio::test]
async fn an_agreement_waits_for_its_calendar() {
    let (operations, id) = (operations().await, fresh());
    let early = operations.deliver("design", &by_calendar(&id)).await.unwrap_err();
    assert!(matches!(early, Error::NotArrived { type_name: "Calendar", .. }), "{early}");
    edit(&operations, office(&id, &[]), 1).await;
    assert_eq!(operations.deliver("design", &by_calendar(&id)).await.unwrap(), Arrival::Next);
}

#[tokio::test]
async fn what_a_calendar_has_not_hours_enough_for_is_never_due() {
    let (operations, id) = (operations().await, fresh());
    let hours =
        json!({ "zone": "UTC", "openings": [{ "date": "2026-05-04", "hours": [["08:00", "13:00"]] }] });
    let editions = editions_message(&Editions::parse(&hours.to_string()).unwrap());
    edit(&operations, design::Calendar { editions, ..office(&id, &[]) }, 1).await;
    operations.deliver("design", &by_calendar(&id)).await.unwrap();
    let mut life = Life::open(&operations, json!({})).await;
    assert_eq!(resolution(&life).await["due"], Value::Null);
    assert_eq!(fired(&operations, 24 * 365).await, 2, "the response, and half of the resolution");
    life.begin().await;
    life.resolve().await;
    let clock = resolution(&life).await;
    assert_eq!((&clock["met"], &clock["used"], &clock["due"]), (&json!(true), &json!("PT5H"), &Value::Null));
}
