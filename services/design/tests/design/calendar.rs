//! Calendars through the API: defined, edited from an instant on, named by agreements, retired.

use crate::kit::{agree, at, call, chartered, done, draft_sla, empty, terms, verb};
use ciclo_kernel::Role;
use ciclo_testkit::{Answer, TestService, caller};
use futures::StreamExt;
use serde_json::{Value, json};

/// The id of a calendar that is not there.
pub const NONE: &str = "cal_0190a0b0c0d07000800000000000000a";
const HOURS: &str = "{ zone weekly { monday tuesday wednesday thursday friday saturday sunday }
    holidays openings { date hours } }";

/// Office hours in Paris, in the form that the API takes.
pub fn office(from: &str, to: &str) -> Value {
    let day = json!([[from, to]]);
    json!({
        "zone": "Europe/Paris",
        "weekly": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day },
        "holidays": ["2026-05-01", "2026-12-25"],
        "openings": [{ "date": "2026-05-02", "hours": [["09:00", "12:00"]] }],
    })
}

async fn define(design: &TestService, hours: Value) -> Answer {
    let input = json!({ "idempotencyKey": "calendar", "name": "Office hours", "hours": hours });
    call(design, "defineCalendar", input, "name state").await
}

#[tokio::test]
async fn a_calendar_is_defined_edited_and_retired() {
    let design = empty().await;
    let defined = define(&design, office("09:00", "17:00")).await;
    assert_eq!(defined.at("defineCalendar.state"), "ACTIVE");
    let id = defined.text("defineCalendar.id");
    let from = json!({ "validFrom": at(24).to_string(), "hours": office("08:00", "17:00") });
    done(&design, "editCalendar", &id, 1, from).await;

    let query = format!(
        "query($id: ID!, $at: Instant) {{ calendar(id: $id) {{ version hours(at: $at) {HOURS}
        editions {{ validFrom calendar {HOURS} }} history {{ eventType }} }} }}"
    );
    let read = async |at: Value| design.admin(&query, json!({ "id": id, "at": at })).await;
    let now = read(Value::Null).await;
    let monday = |answer: &Answer| answer.at("calendar.hours.weekly.monday").clone();
    assert_eq!(monday(&now), json!([["09:00", "17:00"]]));
    assert_eq!(monday(&read(json!(at(24).to_string())).await), json!([["08:00", "17:00"]]));
    assert_eq!(monday(&read(json!("1999-01-01T00:00:00Z")).await), json!([["09:00", "17:00"]]));
    assert_eq!(now.at("calendar.history.1.eventType"), "ciclo.design.v1.CalendarEdited");

    // What the API exports is the file that the clocks read.
    let editions = now.at("calendar.editions");
    assert_eq!(editions[0]["validFrom"], Value::Null);
    let file = ciclo_clocks::Editions::parse(&editions.to_string()).unwrap();
    assert_eq!(file.all().len(), 2);
    let mut expected = office("09:00", "17:00");
    for day in ["saturday", "sunday"] {
        expected["weekly"][day] = json!([]);
    }
    assert_eq!(editions[0]["calendar"], expected);

    let retired =
        verb(&design, "retireCalendar", &id, 2, json!({ "reason": "Moved" }), "state retiredBy").await;
    assert_eq!(
        (retired.at("retireCalendar.state"), retired.at("retireCalendar.retiredBy")),
        (&json!("RETIRED"), &json!("ana"))
    );
    let again = verb(&design, "retireCalendar", &id, 3, json!({ "reason": "Moved" }), "id").await;
    assert_eq!(again.code(), "WRONG_STATE");
    done(&design, "editCalendar", &id, 3, json!({ "hours": office("10:00", "17:00") })).await;
    assert_eq!(monday(&read(Value::Null).await), json!([["10:00", "17:00"]]));
}

#[tokio::test]
async fn hours_that_make_no_sense_are_refused_with_every_mistake() {
    let design = empty().await;
    let refused = async |change: fn(&mut Value)| {
        let mut hours = office("09:00", "17:00");
        change(&mut hours);
        let answer = define(&design, hours).await;
        assert_eq!(answer.code(), "INVALID");
        answer.facts().clone()
    };
    let facts = refused(|hours| {
        hours["zone"] = json!("Mars/Phobos");
        hours["weekly"]["monday"] = json!([["9", "17:00"]]);
        hours["holidays"] = json!(["2026-02-30"]);
    })
    .await;
    let places: Vec<_> =
        facts["mistakes"].as_array().unwrap().iter().map(|one| one["path"].clone()).collect();
    assert_eq!(places, ["zone", "weekly.monday[0]", "holidays[0]"]);
    let facts = refused(|hours| hours["weekly"]["friday"] = json!([["09:00"]])).await;
    assert_eq!(facts["field"], "hours.weekly.friday[0]");
    let facts = refused(|hours| hours["openings"][0]["hours"] = json!([["09:00", "10:00", "11:00"]])).await;
    assert_eq!(facts["field"], "hours.openings[0].hours[0]");
    refused(|hours| *hours = json!({ "zone": "UTC" })).await;
    let many = |hours: &mut Value| hours["holidays"] = (0..10_001).map(|_| "2026-05-01").collect();
    refused(many).await;
    let unknown = |hours: &mut Value| hours["weekly"]["someday"] = json!([]);
    let mut hours = office("09:00", "17:00");
    unknown(&mut hours);
    assert!(define(&design, hours).await.0.get("errors").is_some());
    let none = design.admin("{ calendars { totalCount } }", json!({})).await;
    assert_eq!(none.at("calendars.totalCount"), 0, "nothing changed");
}

#[tokio::test]
async fn an_agreement_goes_by_a_calendar_that_is_not_retired() {
    let design = chartered().await;
    let id = define(&design, office("09:00", "17:00")).await.text("defineCalendar.id");
    let mut named = terms(0);
    named["calendar"] = json!(id);
    let sla = draft_sla(&design, named.clone()).await.text("draftAgreement.id");
    let query = "query($id: ID!) { agreement(id: $id) { calendar calendarRecord { name version } } }";
    let read = design.admin(query, json!({ "id": sla })).await;
    assert_eq!(
        read.at("agreement"),
        &json!({ "calendar": id, "calendarRecord": { "name": "Office hours", "version": 1 } })
    );
    agree(&design, &sla).await;

    done(&design, "retireCalendar", &id, 1, json!({ "reason": "Moved" })).await;
    named["validFrom"] = json!(at(1).to_string());
    let next = verb(&design, "draftNextAgreement", &sla, 3, json!({ "terms": named }), "id").await;
    assert_eq!((next.code(), &next.facts()["calendar"]), ("RULE_VIOLATED", &json!(id)));
    let fields = "calendar calendarRecord { id }";
    let always = verb(&design, "draftNextAgreement", &sla, 3, json!({ "terms": terms(1) }), fields).await;
    assert_eq!(always.at("draftNextAgreement.calendar"), "24x7");
    assert_eq!(always.at("draftNextAgreement.calendarRecord"), &Value::Null);
    let draft = always.text("draftNextAgreement.id");
    let refused = verb(&design, "reviseAgreement", &draft, 1, json!({ "terms": named }), "id").await;
    assert_eq!(refused.code(), "RULE_VIOLATED");
    let version = design
        .admin("query($id: ID!) { agreement(id: $id) { version calendar } }", json!({ "id": draft }))
        .await;
    assert_eq!(version.at("agreement"), &json!({ "version": 1, "calendar": "24x7" }), "nothing changed");
}

#[tokio::test]
async fn calendars_are_followed_and_are_a_tenants_own() {
    let design = empty().await;
    let id = define(&design, office("09:00", "17:00")).await.text("defineCalendar.id");
    let follow = "subscription { calendarChanged(after: \"design.0\") { eventType calendar { id name } } }";
    let mut changes = design.follow(&caller(&[Role::Viewer]), follow, json!({}));
    let first = changes.next().await.unwrap();
    assert_eq!(first.at("calendarChanged.calendar"), &json!({ "id": id, "name": "Office hours" }));
    let mut stranger = caller(&[Role::Admin]);
    stranger.tenant = ciclo_kernel::Tenant::parse("other").unwrap();
    let read = "query($id: ID!) { calendar(id: $id) { id } }";
    assert!(design.execute(&stranger, read, json!({ "id": id })).await.at("calendar").is_null());
}
