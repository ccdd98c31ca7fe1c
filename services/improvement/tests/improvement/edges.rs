//! The fields that improvement adds to others' types, as the gateway enters them.

use crate::support::{Clock, agreement, fresh, open, read, service_event, tell, transition_closed};
use ciclo_kernel::ids::{IncidentId, ServiceId, TransitionId};
use ciclo_testkit::TestService;
use serde_json::{Value, json};

async fn enter(service: &TestService, ty: &str, id: &str, select: &str) -> Value {
    let query = format!(
        "{{ _entities(representations: [{{ __typename: \"{ty}\", id: \"{id}\" }}]) {{ ... on {ty} {{ {select} }} }} }}"
    );
    read(service, &query).await.at("_entities.0").clone()
}

#[tokio::test]
async fn the_way_from_a_breach_is_walked_there_and_back() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    service.deliver("catalog", &service_event(&of, "Payroll", 1, "ServiceProposed")).await.unwrap();
    let bound = agreement(&service, &of).await;
    let incident = fresh::<IncidentId>();
    let mut clock = Clock::new(&of, &bound, &incident, 0);
    let before = enter(&service, "ServiceLevelClock", &clock.after.id, "result { id }").await;
    assert!(before["result"].is_null());
    tell(&service, &clock.breached(61)).await;

    let walk = "result { breached incident { id } agreement { id } service { id }
        recommendations { evidence { kind incident { id recommendations { id } } result { clock { id } } } } }";
    let result = enter(&service, "ServiceLevelClock", &clock.after.id, walk).await["result"].clone();
    assert_eq!((&result["breached"], &result["agreement"]["id"]), (&json!(true), &json!(bound)));
    let evidence = &result["recommendations"][0]["evidence"];
    assert_eq!(evidence[0]["incident"]["id"], incident);
    assert_eq!(evidence[0]["incident"]["recommendations"].as_array().unwrap().len(), 1);
    assert_eq!(evidence[1]["result"]["clock"]["id"], clock.after.id);

    let own = enter(&service, "Incident", &incident, "recommendations { title origin }").await;
    assert_eq!(own["recommendations"][0]["origin"], "BREACH");
    let own = enter(&service, "Agreement", &bound, "targetResults(first: 1) { kind } reviews { id }").await;
    assert_eq!(own, json!({ "targetResults": [{ "kind": "RESOLUTION" }], "reviews": [] }));
    let own = enter(&service, "Service", &of, "recommendations { title } initiatives { id }").await;
    assert_eq!(own["recommendations"][0]["title"], "Resolution target of Payroll missed");

    let transition = fresh::<TransitionId>();
    service.deliver("transition", &transition_closed(&transition, &of, 1, &["Test it"])).await.unwrap();
    let own = enter(&service, "Transition", &transition, "recommendations { origin }").await;
    assert_eq!(own["recommendations"][0]["origin"], "LESSON");
}

#[tokio::test]
async fn results_are_listed_by_what_they_are_of() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    let bound = agreement(&service, &of).await;
    let incident = fresh::<IncidentId>();
    tell(&service, &Clock::new(&of, &bound, &incident, 0).stopped(30)).await;
    tell(&service, &Clock::new(&of, &bound, &fresh::<IncidentId>(), 0).stopped(90)).await;
    let count = async |filter: &str| {
        let query = format!("{{ targetResults(filter: {{ {filter} }}) {{ totalCount }} }}");
        read(&service, &query).await.at("targetResults.totalCount").as_u64().unwrap()
    };
    assert_eq!(count("breached: { eq: true }").await, 1);
    assert_eq!(count(&format!("subject: {{ eq: \"{incident}\" }}")).await, 1);
    assert_eq!(count(&format!("agreement: {{ eq: \"{bound}\" }}, service: {{ eq: \"{of}\" }}")).await, 2);
    assert_eq!(count("kind: { eq: RESPONSE }").await, 0);
    assert_eq!(count("priority: { lte: 1 }, kind: { in: [RESOLUTION] }").await, 2);
    assert_eq!(count("not: { stoppedAt: { lt: \"2026-05-04T09:00:00Z\" } }").await, 1);
    let sorted = "{ targetResults(orderBy: { field: DUE_AT, direction: ASC }, first: 1) {
        nodes { incident { id } } pageInfo { hasNextPage } } }";
    assert_eq!(read(&service, sorted).await.at("targetResults.pageInfo.hasNextPage"), true);
    let shown = format!(
        "{{ recommendations(filter: {{ evidence: {{ any: [\"{incident}\"] }} }}) {{ totalCount }} }}"
    );
    assert_eq!(read(&service, &shown).await.at("recommendations.totalCount"), 0, "it was met");
}

#[tokio::test]
async fn a_list_costs_the_same_statements_whatever_its_length() {
    let service = open().await;
    for _ in 0..50 {
        // Agreements of their own: a recommendation each.
        let (of, bound) = (fresh::<ServiceId>(), fresh::<ciclo_kernel::ids::AgreementId>());
        tell(&service, &Clock::new(&of, &bound, &fresh::<IncidentId>(), 0).stopped(90)).await;
    }
    let cost = async |first: usize| {
        let query = format!(
            "{{ targetResults(first: {first}) {{ nodes {{ incident {{ recommendations {{ title initiative {{ id }}
                evidence {{ result {{ clock {{ result {{ id }} }} }} }} }} }} }} }} }}"
        );
        let before = service.part.database.statements();
        let seen = read(&service, &query).await;
        assert_eq!(seen.at("targetResults.nodes").as_array().unwrap().len(), first);
        let last = format!(
            "targetResults.nodes.{}.incident.recommendations.0.evidence.1.result.clock.result.id",
            first - 1
        );
        assert!(seen.at(&last).is_string());
        service.part.database.statements() - before
    };
    let few = cost(2).await;
    assert_eq!(cost(50).await, few);
    assert!(few <= 5, "{few}");
}
