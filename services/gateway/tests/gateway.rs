//! The gateway from outside: what a client gets, and what it does not get to see.

mod support;

use ciclo_gateway::GatewayError;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use support::{Fixture, TRACE, TRACEPARENT, answer_of, subgraphs};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

fn extensions(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]
}

#[tokio::test]
async fn one_query_reads_both_services_and_joins_their_entities() {
    let gateway = Fixture::new().await;
    let (status, answer) = gateway.ask("{ ticket(id: \"t1\") { id agent { name } } people { name } }").await;
    assert_eq!(status, 200);
    let ticket = json!({ "id": "t1", "agent": { "name": "Ada p1" } });
    assert_eq!(answer, json!({ "data": { "ticket": ticket, "people": [{ "name": "Ada p1" }] } }));
    gateway.stop().await;
}

#[tokio::test]
async fn the_token_and_the_trace_reach_the_services_and_a_missing_trace_is_made() {
    let gateway = Fixture::new().await;
    let (_, answer) = gateway.ask("{ seen { authorization traceparent } }").await;
    let seen = &answer["data"]["seen"];
    assert!(seen["authorization"].as_str().unwrap().starts_with("Bearer ey"), "{seen}");
    assert_eq!(seen["traceparent"], TRACEPARENT);

    let (_, answer) = gateway.ask_as(Some(&gateway.token()), "{ seen { traceparent } }").await;
    let made = answer["data"]["seen"]["traceparent"].as_str().unwrap();
    assert!(ciclo_kernel::trace::TraceContext::parse(made).is_some(), "{made}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_refusal_passes_with_its_facts() {
    let gateway = Fixture::new().await;
    let (status, answer) = gateway.ask("{ conflicting { id } }").await;
    assert_eq!(status, 200);
    assert_eq!(answer["data"]["conflicting"], Value::Null);
    assert_eq!(answer["errors"][0]["message"], "t1 is at version 3, not 2");
    assert_eq!(*extensions(&answer), json!({ "code": "CONFLICT", "expectedVersion": 2, "actualVersion": 3 }));
    gateway.stop().await;
}

#[tokio::test]
async fn a_fault_shows_nothing_but_the_trace_id() {
    let gateway = Fixture::new().await;
    let (_, answer) = gateway.ask("{ broken { id } }").await;
    assert_eq!(*extensions(&answer), json!({ "code": "INTERNAL", "traceId": TRACE }));
    assert_eq!(answer["errors"][0]["path"], json!(["broken"]));
    let text = answer.to_string();
    assert!(!text.contains("table") && !text.contains("tickets"), "{text}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_service_that_is_away_costs_its_own_fields_only() {
    let nobody = subgraphs::nobody().await;
    let gateway = Fixture::with(|config| {
        config.subgraphs.insert("people".to_owned(), nobody.clone());
    })
    .await;
    let (status, answer) =
        gateway.ask("{ ticket(id: \"t1\") { id agent { id name } } people { name } }").await;
    assert_eq!(status, 200);
    let ticket = json!({ "id": "t1", "agent": { "id": "p1", "name": null } });
    assert_eq!(answer["data"], json!({ "ticket": ticket, "people": null }));
    for error in answer["errors"].as_array().unwrap() {
        assert_eq!(error["extensions"], json!({ "code": "UNAVAILABLE", "traceId": TRACE }));
    }
    assert!(!answer.to_string().contains("127.0.0.1"), "{answer}");
    gateway.stop().await;
}

#[tokio::test]
async fn what_is_too_large_is_refused_with_the_limit() {
    let gateway = Fixture::new().await;
    let deep = format!("{{ ticket(id: \"t1\") {}id{} }}", "{ parent ".repeat(20) + "{ ", " }".repeat(21));
    let aliases: String = (0..60).map(|number| format!("a{number}: __typename ")).collect();
    let directives = format!("{{ __typename {} }}", "@include(if: true) ".repeat(60));
    let tokens = format!("{{ {} }}", "__typename ".repeat(6_000));
    for (query, limit) in [(deep, 15), (format!("{{ {aliases} }}"), 50), (directives, 50), (tokens, 5_000)] {
        let (status, answer) = gateway.ask(&query).await;
        assert!(status == 400 || status == 200, "{status}");
        let extensions = extensions(&answer);
        assert_eq!(
            (&extensions["code"], &extensions["limit"]),
            (&json!("LIMIT_EXCEEDED"), &json!(limit)),
            "{answer}"
        );
    }
    let (status, answer) = gateway.ask(&"# comment".repeat(200_000)).await;
    assert_eq!(status, 413);
    assert_eq!(*extensions(&answer), json!({ "code": "LIMIT_EXCEEDED", "limit": 1024 * 1024 }));
    gateway.stop().await;
}

#[tokio::test]
async fn what_is_no_operation_of_the_schema_is_refused_with_its_place() {
    let gateway = Fixture::new().await;
    let (status, answer) = gateway.ask("{ ticket(id: \"t1\") { colour } }").await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        *extensions(&answer),
        json!({ "code": "GRAPHQL_VALIDATION_FAILED", "rule": "FieldsOnCorrectType" })
    );
    assert_eq!(answer["errors"][0]["locations"], json!([{ "line": 1, "column": 22 }]));
    let request = gateway.post(&json!({ "query": "{ ticket(" })).bearer_auth(gateway.token());
    let (status, answer) = answer_of(request.header("accept", "application/graphql-response+json")).await;
    assert_eq!(status, 400);
    assert_eq!(*extensions(&answer), json!({ "code": "GRAPHQL_PARSE_FAILED" }));
    gateway.stop().await;
}

#[tokio::test]
async fn nothing_is_answered_without_a_valid_token() {
    let gateway = Fixture::new().await;
    let expired = gateway.token_with(|claims| claims.exp = claims.iat + 1);
    let foreign = gateway.token_with(|claims| claims.iss = "https://else.example".to_owned());
    let misdirected = gateway.token_with(|claims| claims.aud = "another".to_owned());
    let tokens = [None, Some("garbage"), Some(&expired), Some(&foreign), Some(&misdirected)];
    // The second would tell about the schema, the third is the schema.
    let queries = ["{ people { name } }", "{ peoples { name } }", "{ __schema { types { name } } }", "{"];
    for token in tokens {
        for query in queries {
            let (status, answer) = gateway.ask_as(token, query).await;
            assert_eq!(status, 401, "{token:?} {query}");
            assert_eq!(extensions(&answer)["code"], "UNAUTHENTICATED");
            assert!(answer.get("data").is_none(), "{answer}");
        }
    }
    let (status, _) = answer_of(gateway.get("/graphql?query=%7Bpeople%7Bname%7D%7D")).await;
    assert_eq!(status, 401);
    gateway.stop().await;
}

#[tokio::test]
async fn introspection_can_be_switched_off() {
    let query = "{ __schema { queryType { name } } }";
    let open = Fixture::new().await;
    let (_, answer) = open.ask(query).await;
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query");
    open.stop().await;

    let closed = Fixture::with(|config| config.introspection = false).await;
    let (status, answer) = closed.ask(query).await;
    assert_eq!(status, 403);
    assert_eq!(*extensions(&answer), json!({ "code": "INTROSPECTION_DISABLED" }));
    let (_, answer) = closed.ask("{ __typename }").await;
    assert_eq!(answer["data"]["__typename"], "Query");
    closed.stop().await;
}

#[tokio::test]
async fn a_subscription_resumes_after_its_cursor_over_server_sent_events() {
    let gateway = Fixture::new().await;
    let mut events =
        gateway.subscribe("subscription { ticketOpened(after: 1) { title agent { name } } }").await;
    for number in [2, 3] {
        let title = format!("ticket {number}, token true");
        let ticket = json!({ "title": title, "agent": { "name": format!("Ada p{number}") } });
        assert_eq!(events.next().await.unwrap()["data"]["ticketOpened"], ticket);
    }
    drop(events);
    gateway.stop().await;
}

#[tokio::test]
async fn as_many_events_as_a_subscription_carries_all_arrive() {
    let gateway = Fixture::new().await;
    let count = ciclo_kernel::CHANGES_MOST;
    // Each waits for another service; the client does not read before all are on their way.
    for what in ["number agent { name }", "number essay"] {
        let flood = format!("subscription {{ ticketFlood(count: {count}) {{ {what} }} }}");
        let mut events = gateway.subscribe(&flood).await;
        subgraphs::FLOODED.notified().await;
        for number in 1..=count {
            let event = events.next().await.unwrap();
            assert_eq!(event["data"]["ticketFlood"]["number"], number, "{what}");
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_fault_in_an_event_is_masked_like_any_other() {
    let gateway = Fixture::new().await;
    let mut events = gateway.subscribe("subscription { ticketBroken { title } }").await;
    let event = events.next().await.unwrap();
    assert_eq!(*extensions(&event), json!({ "code": "INTERNAL", "traceId": TRACE }));
    assert!(!event.to_string().contains("disk"), "{event}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_subscription_to_a_service_that_is_away_says_so() {
    let nobody = subgraphs::nobody().await;
    let gateway = Fixture::with(|config| {
        config.subgraphs.insert("tickets".to_owned(), nobody.clone());
    })
    .await;
    let mut events = gateway.subscribe("subscription { ticketOpened(after: 0) { title } }").await;
    assert_eq!(
        *extensions(&events.next().await.unwrap()),
        json!({ "code": "UNAVAILABLE", "traceId": TRACE })
    );
    gateway.stop().await;
}

#[tokio::test]
async fn a_websocket_takes_queries_and_subscriptions_with_the_token_of_its_init() {
    let gateway = Fixture::new().await;
    let mut request = format!("ws://{}/graphql", gateway.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    for (token, admitted) in [(Some(gateway.token()), true), (None, false)] {
        let (mut socket, _) = tokio_tungstenite::connect_async(request.clone()).await.unwrap();
        let payload = token.map_or(json!({}), |token| json!({ "Authorization": format!("Bearer {token}") }));
        let query = "subscription { ticketOpened(after: 2) { title agent { name } } }";
        for message in [
            json!({ "type": "connection_init", "payload": payload }),
            json!({ "type": "subscribe", "id": "1", "payload": { "query": query } }),
        ] {
            socket.send(Message::text(message.to_string())).await.unwrap();
        }
        let answer = loop {
            let message = socket.next().await.unwrap().unwrap();
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] == "next" {
                break message["payload"].clone();
            }
        };
        if admitted {
            let ticket = json!({ "title": "ticket 3, token true", "agent": { "name": "Ada p3" } });
            assert_eq!(answer["data"]["ticketOpened"], ticket, "{answer}");
        } else {
            assert_eq!(extensions(&answer)["code"], "UNAUTHENTICATED");
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_browser_gets_the_explorer_which_loads_nothing_from_elsewhere() {
    let gateway = Fixture::new().await;
    let accept = "text/html,application/xhtml+xml,*/*;q=0.8";
    let response = gateway.get("/graphql").header("accept", accept).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(response.headers().contains_key("content-security-policy"));
    let page = response.text().await.unwrap();
    assert!(page.contains("<title>Ciclo API explorer</title>"));
    assert!(page.contains("ciclo token"), "it says where a token comes from");
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("src="));
    let home = gateway.get("/").header("accept", accept).send().await.unwrap();
    assert_eq!(home.url().path(), "/graphql");
    gateway.stop().await;

    let without = Fixture::with(|config| config.explorer = false).await;
    let (status, _) = answer_of(without.get("/graphql").header("accept", accept)).await;
    assert_eq!(status, 401);
    without.stop().await;
}

#[tokio::test]
async fn only_the_configured_origins_may_call_from_a_browser() {
    let origin = "https://desk.example";
    let gateway = Fixture::with(|config| config.origins = vec![origin.to_owned()]).await;
    for (from, allowed) in [(origin, true), ("https://else.example", false)] {
        let request = reqwest::Client::new().request(reqwest::Method::OPTIONS, gateway.url("/graphql"));
        let request = request.header("origin", from).header("access-control-request-method", "POST");
        let response =
            request.header("access-control-request-headers", "authorization").send().await.unwrap();
        let header =
            response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap());
        assert_eq!(header == Some(from), allowed, "{from}: {header:?}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn health_needs_no_token() {
    let gateway = Fixture::new().await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(gateway.get(path).send().await.unwrap().status(), 200, "{path}");
    }
    assert_eq!(gateway.get("/else").send().await.unwrap().status(), 404);
    gateway.stop().await;
}

#[tokio::test]
async fn a_subscription_goes_out_as_multipart_too_and_its_faults_are_masked() {
    let gateway = Fixture::new().await;
    let request = gateway.post(&json!({ "query": "subscription { ticketBroken { title } }" }));
    let request =
        request.header("accept", "multipart/mixed;subscriptionSpec=1.0").bearer_auth(gateway.token());
    let response = request.send().await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("multipart/mixed"));
    let body = response.text().await.unwrap();
    assert!(
        body.contains("{\"payload\":{") && body.contains("\"INTERNAL\"") && !body.contains("disk"),
        "{body}"
    );
    gateway.stop().await;
}

#[tokio::test]
async fn stopping_ends_the_subscriptions_with_a_word_and_gives_the_port_back() {
    let mut gateway = Fixture::new().await;
    let mut events = gateway.subscribe("subscription { ticketOpened(after: 2) { title } }").await;
    assert!(events.next().await.unwrap()["data"]["ticketOpened"].is_object());
    let running = gateway.take();
    let stopping = tokio::task::spawn_blocking(|| running.stop());
    assert_eq!(
        *extensions(&events.next().await.unwrap()),
        json!({ "code": "UNAVAILABLE", "traceId": TRACE })
    );
    assert_eq!(events.next().await, None);
    drop(events);
    stopping.await.unwrap();
    tokio::net::TcpListener::bind(gateway.address).await.unwrap();
}

#[tokio::test]
async fn a_wrong_configuration_shows_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let key = ciclo_identity::EmbeddedKey::open(folder.path()).unwrap();
    let subgraphs = || async { subgraphs::start().await };

    let mut config = support::config(&key, subgraphs().await);
    config.subgraphs.remove("people");
    let error = support::started(config).await.err().unwrap();
    assert!(matches!(&error, GatewayError::UnknownSubgraph(name) if name == "people"), "{error}");

    let mut config = support::config(&key, subgraphs().await);
    config.supergraph = "type Query {".to_owned();
    assert!(matches!(support::started(config).await.err().unwrap(), GatewayError::Supergraph(_)));

    let mut config = support::config(&key, subgraphs().await);
    config.subgraphs.insert("people".to_owned(), "not a url".to_owned());
    assert!(matches!(support::started(config).await.err().unwrap(), GatewayError::Config(_)));

    let mut config = support::config(&key, subgraphs().await);
    config.jwks = ciclo_gateway::JwksSource::File(folder.path().join("nothing.json"));
    assert!(matches!(support::started(config).await.err().unwrap(), GatewayError::Keys(_)));

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = support::config(&key, subgraphs().await);
    config.listen = taken.local_addr().unwrap();
    assert!(matches!(support::started(config).await.err().unwrap(), GatewayError::Listen { .. }));
}
