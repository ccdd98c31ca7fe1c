//! Every consumed event, delivered twice, and what they bring about.

use crate::support::{
    Clock, Life, agreement, agreement_event, call, fresh, open, read, requirement_raised, service_event,
    tell, transition_closed,
};
use ciclo_contracts::design::v1 as design;
use ciclo_improvement::domain::known::{KnownAgreement, KnownService};
use ciclo_improvement::events::CONSUMED;
use ciclo_kernel::ids::{AgreementId, IncidentId, RequirementId, ServiceId, ServiceRequestId, TransitionId};
use ciclo_store::LogRow;
use ciclo_store::inbox::Arrival;
use ciclo_testkit::TestService;
use serde_json::{Value, json};

/// What can be seen of the effect of an event.
async fn state(service: &TestService) -> Value {
    let log = service.part.database.log_after(0, 1000).await.unwrap();
    let log: Vec<_> = log.iter().map(|row| (&row.event_type, &row.record_id, row.record_version)).collect();
    let reader = service.part.database.reader(&ciclo_testkit::caller(&[]));
    let services = reader.all_copies::<KnownService>().await.unwrap();
    let agreements = reader.all_copies::<KnownAgreement>().await.unwrap();
    json!({ "log": log, "services": services, "agreements": agreements })
}

/// A recommendation of the service that waits for its requirement.
async fn accepted(service: &TestService, of: &str) -> String {
    service.deliver("catalog", &service_event(of, "Payroll", 1, "ServiceProposed")).await.unwrap();
    let input = json!({
        "stage": "DESIGN", "service": of, "title": "Answer sooner",
        "evidence": [{ "kind": "TEXT", "note": "the third this month" }],
    });
    let mut life = Life::begin(service, "recommend", input).await;
    life.to("acceptRecommendation", json!({ "as": "REQUIREMENT" }), "ACCEPTED").await;
    life.id
}

/// The event of a contract's name, the service made ready for it.
async fn event(service: &TestService, name: &str, of: &str) -> (&'static str, LogRow) {
    let short = name.rsplit('.').next().unwrap();
    let mut clock = Clock::new(of, &fresh::<AgreementId>(), &fresh::<IncidentId>(), 0);
    match short {
        "RequirementRaised" => {
            ("design", requirement_raised(&fresh::<RequirementId>(), &accepted(service, of).await))
        }
        "TransitionClosed" => {
            ("transition", transition_closed(&fresh::<TransitionId>(), of, 1, &["Test it"]))
        }
        "ServiceLevelClockStopped" => ("operations", clock.stopped(30)),
        "ServiceLevelClockRetargeted" => ("operations", clock.retargeted(90, true, Some(90))),
        "ServiceLevelClockBreached" => ("operations", clock.breached(61)),
        "ServiceLevelClockCancelled" => ("operations", clock.cancelled(61)),
        _ if name.starts_with("ciclo.catalog.v1.Service") => {
            ("catalog", service_event(of, "Payroll", 1, short))
        }
        _ => {
            assert!(
                name.starts_with("ciclo.design.v1.Agreement"),
                "an event without a delivery test: {name}"
            );
            let state = design::AgreementState::Active;
            let mut row = agreement_event(&fresh::<AgreementId>(), of, state, 1);
            row.event_type = name.to_owned();
            ("design", row)
        }
    }
}

#[tokio::test]
async fn every_consumed_event_takes_effect_once() {
    let of = fresh::<ServiceId>();
    for name in CONSUMED {
        let service = open().await;
        let (source, row) = event(&service, name, &of).await;
        assert_eq!(row.event_type, *name);
        let before = state(&service).await;
        assert_eq!(service.deliver(source, &row).await.unwrap(), Arrival::Next, "{name}");
        let after = state(&service).await;
        assert_ne!(after, before, "{name}");
        assert_eq!(service.deliver(source, &row).await.unwrap(), Arrival::Duplicate);
        assert_eq!(state(&service).await, after, "{name}");
    }
}

/// The copies follow every event of the records that the contracts know.
#[test]
fn no_event_of_a_copied_record_is_left_out() {
    for event in ["ciclo.catalog.v1.ServiceEvent", "ciclo.design.v1.AgreementEvent"] {
        let descriptor = ciclo_contracts::pool().get_message_by_name(event).unwrap();
        let what = descriptor.oneofs().find(|one| one.name() == "what").unwrap();
        for field in what.fields() {
            let name = field.kind().as_message().unwrap().full_name().to_owned();
            assert!(CONSUMED.contains(&name.as_str()), "{name}");
        }
    }
}

#[tokio::test]
async fn breaches_gather_in_one_recommendation_until_it_is_decided() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    let bound = agreement(&service, &of).await;
    service.deliver("catalog", &service_event(&of, "Payroll", 1, "ServiceProposed")).await.unwrap();
    let list = "{ recommendations { totalCount nodes {
        id version title state stage origin evidenceCount targetKind agreement { id } service { id } proposedBy
        evidence { kind recordId note incident { id } result { id breached clock { id } } }
    } } }";
    let mut clocks: Vec<Clock> = (0..3).map(|_| Clock::new(&of, &bound, &fresh::<IncidentId>(), 0)).collect();

    tell(&service, &clocks[0].start()).await;
    tell(&service, &clocks[0].breached(61)).await;
    let first = read(&service, list).await;
    let one = first.at("recommendations.nodes.0");
    assert_eq!(one["title"], "Resolution target of Payroll missed");
    assert_eq!((&one["stage"], &one["origin"]), (&json!("DESIGN"), &json!("BREACH")));
    assert_eq!(one["targetKind"], "RESOLUTION");
    assert_eq!((&one["agreement"]["id"], &one["service"]["id"]), (&json!(bound), &json!(of)));
    assert_eq!(one["proposedBy"], "service:improvement");
    // Newest first: the record after the result.
    assert_eq!(one["evidence"][0]["incident"]["id"], clocks[0].after.subject_id.as_str());
    assert_eq!(one["evidence"][0]["note"], "Nobody is paid");
    assert_eq!(one["evidence"][1]["result"]["clock"]["id"], clocks[0].after.id.as_str());
    assert_eq!(one["evidence"][1]["result"]["breached"], true);

    // The stop of a clock that was breached before is no further breach; a late stop and a new target are.
    tell(&service, &clocks[0].stopped(70)).await;
    tell(&service, &clocks[1].stopped(75)).await;
    tell(&service, &clocks[2].retargeted(80, true, Some(80))).await;
    let more = read(&service, list).await;
    assert_eq!(more.at("recommendations.totalCount"), 1);
    assert_eq!(more.at("recommendations.nodes.0.evidenceCount"), 6);

    // Decided: the next breach is a new recommendation.
    let id = more.text("recommendations.nodes.0.id");
    let version = more.at("recommendations.nodes.0.version").as_u64().unwrap();
    let input = json!({ "id": id, "expectedVersion": version, "reason": "known" });
    assert_eq!(call(&service, "rejectRecommendation", input, "state").await.at("it.state"), "REJECTED");
    let mut next = Clock::new(&of, &bound, &fresh::<IncidentId>(), 0);
    tell(&service, &next.breached(61)).await;
    assert_eq!(read(&service, list).await.at("recommendations.totalCount"), 2);
}

#[tokio::test]
async fn a_breach_before_the_catalog_names_the_service_by_its_id() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    let mut clock = Clock::new(&of, &fresh::<AgreementId>(), &fresh::<IncidentId>(), 0);
    tell(&service, &clock.breached(61)).await;
    let seen = read(&service, "{ recommendations { nodes { title } } }").await;
    assert_eq!(seen.text("recommendations.nodes.0.title"), format!("Resolution target of {of} missed"));
}

#[tokio::test]
async fn a_clock_has_one_result_that_follows_it() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    let mut clock = Clock::new(&of, &fresh::<AgreementId>(), &fresh::<IncidentId>(), 0);
    let list = "{ targetResults { totalCount nodes { state breached breachedAt stoppedAt dueAt used promised
        priority kind subjectTitle version } } recommendations { totalCount } }";

    tell(&service, &clock.start()).await;
    tell(&service, &clock.retargeted(5, false, Some(5))).await;
    assert_eq!(read(&service, list).await.at("targetResults.totalCount"), 0);
    tell(&service, &clock.stopped(30)).await;
    let met = read(&service, list).await;
    let one = met.at("targetResults.nodes.0");
    assert_eq!((&one["state"], &one["breached"]), (&json!("FINAL"), &json!(false)));
    assert_eq!((&one["used"], &one["promised"]), (&json!("PT30M"), &json!("PT1H")));
    assert_eq!(one["subjectTitle"], "Nobody is paid");
    assert_eq!(met.at("recommendations.totalCount"), 0);

    // Reopened, it is missed after all; the miss stays when it stops again.
    tell(&service, &clock.restarted()).await;
    tell(&service, &clock.breached(65)).await;
    let late = read(&service, list).await;
    assert_eq!(late.at("targetResults.nodes.0.state"), "RUNNING_LATE");
    assert_eq!(
        late.at("targetResults.nodes.0.breachedAt"),
        "2026-05-04T09:00:00Z",
        "at the promised instant, however late the timer was"
    );
    tell(&service, &clock.stopped(70)).await;
    let stopped = read(&service, list).await;
    assert_eq!(stopped.at("targetResults.totalCount"), 1);
    assert_eq!(stopped.at("targetResults.nodes.0.breached"), true);
    assert_eq!(stopped.at("targetResults.nodes.0.version"), 3);
    assert_eq!(stopped.at("recommendations.totalCount"), 1, "by the breach, not again by the stop");
}

#[tokio::test]
async fn a_new_target_in_the_past_is_missed_when_it_is_set() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    let mut clock = Clock::new(&of, &fresh::<AgreementId>(), &fresh::<ServiceRequestId>(), 0);
    clock.after.subject_type = "ServiceRequest".to_owned();
    tell(&service, &clock.retargeted(90, true, Some(40))).await;
    let seen = read(
        &service,
        "{ targetResults { nodes { breachedAt used incident { id } serviceRequest { id } } }
           recommendations { nodes { evidence { serviceRequest { id } } } } }",
    )
    .await;
    let one = seen.at("targetResults.nodes.0");
    assert_eq!(
        (&one["breachedAt"], &one["used"]),
        (&json!("2026-05-04T09:30:00Z"), &json!("PT40M")),
        "as told"
    );
    assert_eq!(one["serviceRequest"]["id"], clock.after.subject_id.as_str());
    assert!(one["incident"].is_null());
    assert_eq!(
        seen.at("recommendations.nodes.0.evidence.0.serviceRequest.id"),
        clock.after.subject_id.as_str()
    );
}

#[tokio::test]
async fn an_older_event_of_a_new_target_counts_the_time_less_the_pauses() {
    let service = open().await;
    let mut clock = Clock::new(&fresh::<ServiceId>(), &fresh::<AgreementId>(), &fresh::<IncidentId>(), 0);
    clock.paused(10, 30);
    tell(&service, &clock.retargeted(90, true, None)).await;
    let seen = read(&service, "{ targetResults { nodes { used } } }").await;
    assert_eq!(seen.text("targetResults.nodes.0.used"), "PT1H10M");
}

/// What the results of a service are: state, when missed, when stopped, when cancelled.
async fn results(service: &TestService) -> Vec<[Value; 4]> {
    let list = "{ targetResults {
        nodes { state breachedAt stoppedAt cancelledAt } } }";
    let seen = read(service, list).await;
    let nodes = seen.at("targetResults.nodes").as_array().unwrap().clone();
    let facts = ["state", "breachedAt", "stoppedAt", "cancelledAt"];
    nodes.iter().map(|node| facts.map(|fact| node[fact].clone())).collect()
}

#[tokio::test]
async fn a_clock_that_is_cancelled_after_its_breach_ends_its_result_and_keeps_the_miss() {
    let service = open().await;
    let (of, bound) = (fresh::<ServiceId>(), fresh::<AgreementId>());
    let clock = || Clock::new(&of, &bound, &fresh::<IncidentId>(), 0);
    let missed = json!("2026-05-04T09:00:00Z");
    let cancelled = |at: &str| [json!("CANCELLED"), missed.clone(), Value::Null, json!(at)];

    let mut unbroken = clock();
    tell(&service, &unbroken.cancelled(30)).await;
    assert_eq!(results(&service).await.len(), 0, "it came to nothing");

    let mut broken = clock();
    tell(&service, &broken.breached(61)).await;
    assert_eq!(results(&service).await[0][0], "RUNNING_LATE");
    tell(&service, &broken.cancelled(70)).await;
    assert_eq!(results(&service).await, [cancelled("2026-05-04T09:10:00Z")]);
    let list = "{ recommendations { totalCount nodes { evidenceCount } } }";
    assert_eq!(read(&service, list).await.at("recommendations.nodes.0.evidenceCount"), 2);

    // Its timer was too late: the cancellation is the first that is heard of the miss.
    let mut late = clock();
    tell(&service, &late.cancelled(80)).await;
    let two = [cancelled("2026-05-04T09:10:00Z"), cancelled("2026-05-04T09:20:00Z")];
    let mut seen = results(&service).await;
    seen.sort_by_key(|result| result[3].to_string());
    assert_eq!(seen, two);
    assert_eq!(read(&service, list).await.at("recommendations.nodes.0.evidenceCount"), 4);
}

#[tokio::test]
async fn a_reopened_clock_that_is_cancelled_leaves_what_it_came_to_before() {
    let service = open().await;
    let (of, bound) = (fresh::<ServiceId>(), fresh::<AgreementId>());
    for (stop, cancel, state) in [(30, 40, "FINAL"), (70, 80, "FINAL"), (30, 90, "CANCELLED")] {
        let mut clock = Clock::new(&of, &bound, &fresh::<IncidentId>(), 0);
        tell(&service, &clock.stopped(stop)).await;
        tell(&service, &clock.restarted()).await;
        tell(&service, &clock.cancelled(cancel)).await;
        let query = "query($of: ID!) { targetResults(filter: { clock: { eq: $of } }) { nodes { state } } }";
        let seen = service.admin(query, json!({ "of": clock.after.id })).await;
        assert_eq!(seen.text("targetResults.nodes.0.state"), state, "{stop} {cancel}");
    }
}

#[tokio::test]
async fn lessons_recommend_once_a_transition() {
    let service = open().await;
    let (transition, of) = (fresh::<TransitionId>(), fresh::<ServiceId>());
    let list = "{ recommendations { totalCount nodes { title description stage origin service { id }
        evidence { kind transition { id } } } } }";
    let deliver = async |row: LogRow| service.deliver("transition", &row).await.unwrap();
    deliver(transition_closed(&fresh::<TransitionId>(), &of, 1, &[])).await;
    assert_eq!(read(&service, list).await.at("recommendations.totalCount"), 0, "no lessons");
    deliver(transition_closed(&transition, &of, 1, &["Test it", "Tell them"])).await;
    deliver(transition_closed(&transition, &of, 2, &["Test it", "Tell them"])).await;
    let seen = read(&service, list).await;
    assert_eq!(seen.at("recommendations.totalCount"), 1);
    let one = seen.at("recommendations.nodes.0");
    assert_eq!(one["title"], "Lessons of the transition of Payroll");
    assert_eq!(one["description"], "Test it\n\nTell them");
    assert_eq!((&one["stage"], &one["origin"]), (&json!("TRANSITION"), &json!("LESSON")));
    assert_eq!(one["evidence"][0]["transition"]["id"], transition.as_str());
}

#[tokio::test]
async fn a_requirement_answers_the_recommendation_that_waits_for_it() {
    let service = open().await;
    let id = accepted(&service, &fresh::<ServiceId>()).await;
    let (first, second) = (fresh::<RequirementId>(), fresh::<RequirementId>());
    service.deliver("design", &requirement_raised(&first, &id)).await.unwrap();
    // Another one, one by hand, and one of a recommendation that is not known change nothing.
    service.deliver("design", &requirement_raised(&second, &id)).await.unwrap();
    service.deliver("design", &requirement_raised(&fresh::<RequirementId>(), "")).await.unwrap();
    let unknown = fresh::<ciclo_kernel::ids::RecommendationId>();
    service.deliver("design", &requirement_raised(&fresh::<RequirementId>(), &unknown)).await.unwrap();
    let seen = read(
        &service,
        "{ recommendations { nodes { version state requirement { id } initiative { id } answeredBy } } }",
    )
    .await;
    let one = seen.at("recommendations.nodes.0");
    assert_eq!((&one["state"], &one["version"]), (&json!("ANSWERED"), &json!(3)));
    assert_eq!(one["requirement"]["id"], first.as_str());
    assert!(one["initiative"].is_null());
    assert_eq!(one["answeredBy"], "service:improvement");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_as_poison() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    let mut clock = Clock::new(&of, &fresh::<AgreementId>(), &fresh::<IncidentId>(), 0);
    let breach = clock.breached(61);
    let mut strange = Clock::new(&of, &fresh::<AgreementId>(), &fresh::<IncidentId>(), 0);
    strange.after.subject_type = "Weather".to_owned();
    let unknown = strange.stopped(70);
    assert!(service.deliver("operations", &unknown).await.is_err());
    for (source, mut row) in [
        ("catalog", service_event(&of, "Payroll", 1, "ServiceProposed")),
        ("design", agreement_event(&fresh::<AgreementId>(), &of, design::AgreementState::Active, 1)),
        ("design", requirement_raised(&fresh::<RequirementId>(), "")),
        ("transition", transition_closed(&fresh::<TransitionId>(), &of, 1, &["x"])),
        ("operations", breach),
    ] {
        row.payload = vec![0xff; 7];
        assert!(service.deliver(source, &row).await.is_err());
        row.payload.clear();
        let empty = service.deliver(source, &row).await;
        // An event of a newer contract, which says nothing that is known, is left alone, but for a copy.
        let copied = ["Service", "Agreement"].contains(&row.record_type.as_str());
        assert_eq!(empty.is_ok(), !copied, "{}", row.record_type);
    }
}
