//! What every service answers over HTTP, and to whom.

use crate::service::Service;
use ciclo_kernel::{Principal, Role, Tenant};
use ciclo_store::LogRow;
use reqwest::StatusCode;
use serde_json::{Value, json};

const BODY_MOST: usize = 1024 * 1024;

async fn code(answer: reqwest::Response) -> Value {
    let body: Value = answer.json().await.unwrap();
    body["errors"][0]["extensions"]["code"].clone()
}

#[tokio::test]
async fn a_request_needs_a_token_that_holds() {
    let service = Service::start().await;
    let post = || service.client.post(service.url("/graphql")).json(&json!({ "query": "{ me }" }));
    let token = service.token(&[Role::Viewer]);
    for request in [
        post(),
        post().bearer_auth(""),
        post().bearer_auth("not.a.token"),
        post().bearer_auth(&token[..token.len() - 4]),
        post().header("authorization", &token),
        post().basic_auth("ana", Some(&token)),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(code(answer).await, "UNAUTHENTICATED");
    }
    let answer: Value = post().bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["me"], "ana of acme");
}

#[tokio::test]
async fn a_role_that_may_not_is_refused_with_those_that_may() {
    let service = Service::start().await;
    let answer = service.query(&[Role::Viewer], "{ admins }").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "the request was fine; the field is refused");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(body["errors"][0]["extensions"]["allowed"], json!(["admin"]));
    let body: Value = service.query(&[Role::Admin], "{ admins }").send().await.unwrap().json().await.unwrap();
    assert_eq!(body["data"]["admins"], true);
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused() {
    let service = Service::start().await;
    let token = service.token(&[Role::Viewer]);
    for body in ["", "{", "null", "{ me }", "\u{0}"] {
        let post = service.client.post(service.url("/graphql")).bearer_auth(&token).body(body);
        let answer = post.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(code(answer).await, "INVALID", "{body}");
    }
}

#[tokio::test]
async fn a_body_has_a_mebibyte_at_most() {
    let service = Service::start().await;
    let token = service.token(&[Role::Viewer]);
    let mut body = json!({ "query": "{ me }" }).to_string();
    body.push_str(&" ".repeat(BODY_MOST - body.len()));
    let post = |body: String| service.client.post(service.url("/graphql")).bearer_auth(&token).body(body);
    assert_eq!(post(body.clone()).send().await.unwrap().status(), StatusCode::OK);
    body.push(' ');
    let answer = post(body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let body: Value = answer.json().await.unwrap();
    let facts = &body["errors"][0]["extensions"];
    assert_eq!((&facts["code"], &facts["limit"]), (&json!("LIMIT_EXCEEDED"), &json!(BODY_MOST)));
}

#[tokio::test]
async fn health_needs_no_token_and_shows_what_is_parked() {
    let service = Service::start().await;
    let live = service.client.get(service.url("/health/live")).send().await.unwrap();
    assert_eq!((live.status(), live.text().await.unwrap().as_str()), (StatusCode::OK, "live"));
    let ready = async || {
        let answer = service.client.get(service.url("/health/ready")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json::<Value>().await.unwrap()
    };
    let before = ready().await;
    assert_eq!((&before["service"], &before["database"]), (&json!("small"), &json!("answers")));
    assert_eq!((&before["parkedEvents"], &before["logSequence"]), (&json!(0), &json!(0)));
    let principal = Principal::service(Tenant::parse("acme").unwrap(), "small");
    let park = service.database.write(&principal, |tx| {
        Box::pin(async move {
            let row = LogRow {
                sequence: 1,
                event_id: "event".to_owned(),
                tenant: "acme".to_owned(),
                record_type: "Service".to_owned(),
                record_id: "record".to_owned(),
                record_version: 1,
                event_type: "Told".to_owned(),
                at: tx.now(),
                actor: "ana".to_owned(),
                traceparent: String::new(),
                payload: Vec::new(),
            };
            tx.park("neighbour", &row, "poison", 5, Vec::new()).await
        })
    });
    park.await.unwrap();
    assert_eq!(ready().await["parkedEvents"], 1);
}

#[tokio::test]
async fn the_log_is_for_the_other_services() {
    let service = Service::start().await;
    let get = |query: &str| service.client.get(service.url(&format!("/internal/log?{query}")));
    assert_eq!(get("after=0").send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let all_others: Vec<Role> = Role::ALL.iter().copied().filter(|role| *role != Role::Subgraph).collect();
    for roles in [&[][..], &[Role::Admin], &[Role::Integration], &all_others] {
        let answer = get("after=0").bearer_auth(service.token(roles)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{roles:?}");
        assert_eq!(code(answer).await, "FORBIDDEN");
    }
    let neighbour = service.token(&[Role::Subgraph]);
    for query in
        ["after=0", "after=0&limit=0&wait=0", "after=18446744073709551615&limit=18446744073709551615"]
    {
        let answer = get(query).bearer_auth(&neighbour).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{query}");
        assert_eq!(answer.bytes().await.unwrap().len(), 0, "an empty batch");
    }
    for query in ["", "after=-1", "after=x", "after=0&limit=x"] {
        let answer = get(query).bearer_auth(&neighbour).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
    }
    let mutation = service.query(&[Role::Subgraph], "{ me }").send().await.unwrap();
    assert_eq!(code(mutation).await, "FORBIDDEN", "and a service is nobody in the API");
}
