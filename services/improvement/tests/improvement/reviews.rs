//! Service level reviews: what counts, what is compared, what is refused.

use crate::support::{Clock, Life, agreement, agreement_event, call, fresh, minute, open, read, tell};
use ciclo_contracts::design::v1 as design;
use ciclo_kernel::SignedDuration;
use ciclo_kernel::ids::{AgreementId, IncidentId, ServiceId};
use ciclo_testkit::TestService;
use serde_json::{Value, json};

fn period(agreement: &str, from: i64, to: i64) -> Value {
    json!({ "agreement": agreement, "from": minute(from).to_string(), "to": minute(to).to_string() })
}

const LINES: &str = "state agreementName previous { id } promise { kind priority duration }
    lines { kind priority promised count met missed metShare worstUsed trend
            missedRecords(first: 5) { breached incident { id } } }";

/// An agreement with three clocks: one met, one late and one missed later.
async fn measured(service: &TestService) -> (String, String) {
    let of = fresh::<ServiceId>();
    let bound = agreement(service, &of).await;
    let late = fresh::<IncidentId>();
    tell(service, &Clock::new(&of, &bound, &fresh::<IncidentId>(), 0).stopped(30)).await;
    tell(service, &Clock::new(&of, &bound, &late, 0).stopped(90)).await;
    tell(service, &Clock::new(&of, &bound, &fresh::<IncidentId>(), 100).stopped(130)).await;
    service.clock.advance(SignedDuration::from_hours(4));
    (bound, late)
}

#[tokio::test]
async fn a_review_measures_once_and_is_published() {
    let service = open().await;
    let (bound, late) = measured(&service).await;
    let first = call(&service, "conductServiceLevelReview", period(&bound, 0, 100), LINES).await;
    assert_eq!(first.at("it.agreementName"), "SLA of Payroll, version 1");
    assert_eq!(first.at("it.promise").as_array().unwrap().len(), 2);
    let lines = first.at("it.lines");
    assert_eq!(lines[0]["kind"], "RESPONSE");
    assert_eq!((&lines[0]["count"], &lines[0]["metShare"]), (&json!(0), &json!(null)));
    let resolution = &lines[1];
    assert_eq!(
        (&resolution["count"], &resolution["met"], &resolution["missed"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!((&resolution["metShare"], &resolution["worstUsed"]), (&json!(5000), &json!("PT1H30M")));
    assert_eq!((&resolution["promised"], &resolution["trend"]), (&json!("PT1H"), &json!("NONE")));
    assert_eq!(resolution["missedRecords"], json!([{ "breached": true, "incident": { "id": late } }]));

    let second = call(&service, "conductServiceLevelReview", period(&bound, 100, 200), LINES).await;
    assert_eq!(second.at("it.previous.id"), first.at("it.id"));
    assert_eq!(second.at("it.lines.1.trend"), "BETTER");

    let mut life = Life { service: &service, id: first.text("it.id"), version: 1 };
    assert_eq!(life.go("publishServiceLevelReview", json!({ "conclusions": " " })).await.code(), "INVALID");
    life.to("publishServiceLevelReview", json!({ "conclusions": "One in two is late" }), "PUBLISHED").await;
    let again = life.go("publishServiceLevelReview", json!({ "conclusions": "x" })).await;
    assert_eq!((again.code(), &again.facts()["state"]), ("WRONG_STATE", &json!("PUBLISHED")));
    life.version = 1;
    let stale = life.go("publishServiceLevelReview", json!({ "conclusions": "x" })).await;
    assert_eq!(stale.code(), "CONFLICT");

    let list = "{ serviceLevelReviews(filter: { state: { eq: PUBLISHED } }, orderBy: { field: TO, direction: ASC }) {
        totalCount nodes { conclusions publishedBy publishedAt conductedBy from to agreement { id } } } }";
    let seen = read(&service, list).await;
    assert_eq!(seen.at("serviceLevelReviews.totalCount"), 1);
    let one = seen.at("serviceLevelReviews.nodes.0");
    assert_eq!((&one["conclusions"], &one["publishedBy"]), (&json!("One in two is late"), &json!("ana")));
    assert_eq!(one["to"], minute(100).to_string());
}

#[tokio::test]
async fn a_breach_counts_where_it_was_missed_and_where_it_stopped() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    let bound = agreement(&service, &of).await;
    // Due at minute 60, stopped at 200.
    let mut clock = Clock::new(&of, &bound, &fresh::<IncidentId>(), 0);
    tell(&service, &clock.breached(61)).await;
    tell(&service, &clock.stopped(200)).await;
    service.clock.advance(SignedDuration::from_hours(9));
    for (from, to, count) in [(0, 60, 0), (60, 61, 1), (61, 200, 0), (200, 201, 1)] {
        let review = call(&service, "conductServiceLevelReview", period(&bound, from, to), LINES).await;
        assert_eq!(review.at("it.lines.1.count"), count, "{from} to {to}");
    }
}

#[tokio::test]
async fn more_results_than_are_read_at_once_are_all_counted() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    let bound = agreement(&service, &of).await;
    for n in 0..1_005 {
        let stop = if n % 100 == 0 { 70 } else { 50 };
        tell(&service, &Clock::new(&of, &bound, &fresh::<IncidentId>(), 0).stopped(stop)).await;
    }
    service.clock.advance(SignedDuration::from_hours(4));
    let review = call(&service, "conductServiceLevelReview", period(&bound, 0, 100), LINES).await;
    assert_eq!(review.at("it.lines.1.count"), 1_005);
    assert_eq!(review.at("it.lines.1.missed"), 11);
    assert_eq!(review.at("it.lines.1.missedRecords").as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn what_cannot_be_reviewed_is_refused() {
    let service = open().await;
    let (bound, _) = measured(&service).await;
    let conduct = async |input: Value| call(&service, "conductServiceLevelReview", input, "").await;
    assert_eq!(conduct(period(&fresh::<AgreementId>(), 0, 100)).await.code(), "NOT_FOUND");
    assert_eq!(conduct(period(&fresh::<IncidentId>(), 0, 100)).await.code(), "BAD_ID");
    assert_eq!(conduct(period(&bound, 100, 100)).await.code(), "INVALID");
    let ahead = conduct(period(&bound, 0, 241)).await;
    assert_eq!((ahead.code(), &ahead.facts()["field"]), ("INVALID", &json!("to")));
    assert_eq!(conduct(period(&bound, -401 * 24 * 60, 0)).await.facts()["limit"], 400);
    let draft = fresh::<AgreementId>();
    let event = agreement_event(&draft, &fresh::<ServiceId>(), design::AgreementState::Agreed, 1);
    service.deliver("design", &event).await.unwrap();
    let early = conduct(period(&draft, 0, 100)).await;
    assert_eq!((early.code(), &early.facts()["agreementState"]), ("RULE_VIOLATED", &json!("AGREED")));
}
