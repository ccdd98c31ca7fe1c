//! Subscriptions over graphql-transport-ws: the token comes in `connection_init`.

use crate::service::Service;
use ciclo_kernel::Role;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A client's side of a connection.
pub struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    /// Connects; with a token in the upgrade's header if given.
    pub async fn connect(service: &Service, token: Option<&str>) -> Self {
        let url = format!("ws://{}/graphql/ws", service.running.address());
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
        if let Some(token) = token {
            headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        Self(connect_async(request).await.unwrap().0)
    }

    pub async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next message; `None` when the connection was closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(Error::Protocol(_) | Error::ConnectionClosed)) | None => {
                    return None;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }
}

#[tokio::test]
async fn a_subscription_runs_for_the_caller_that_the_init_names() {
    let service = Service::start().await;
    let token = service.token(&[Role::Viewer]);
    for payload in [
        json!({ "Authorization": format!("Bearer {token}") }),
        json!({ "authorization": format!("Bearer {token}") }),
        json!({ "headers": { "Authorization": format!("Bearer {token}") } }),
    ] {
        let mut client = Client::connect(&service, None).await;
        client.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(client.next().await.unwrap()["type"], "connection_ack");
        client.subscribe("1", "subscription { count(to: 2) }").await;
        for n in 1..=2 {
            let next = client.next().await.unwrap();
            assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("1")));
            assert_eq!(next["payload"]["data"]["count"], format!("{n} for ana"));
        }
        assert_eq!(client.next().await.unwrap(), json!({ "type": "complete", "id": "1" }));
    }
}

#[tokio::test]
async fn the_token_may_come_with_the_upgrade() {
    let service = Service::start().await;
    let token = service.token(&[Role::Viewer]);
    let mut client = Client::connect(&service, Some(&token)).await;
    client.send(json!({ "type": "connection_init" })).await;
    assert_eq!(client.next().await.unwrap()["type"], "connection_ack");
}

#[tokio::test]
async fn without_a_token_that_holds_there_is_no_connection() {
    let service = Service::start().await;
    for init in [
        json!({ "type": "connection_init" }),
        json!({ "type": "connection_init", "payload": {} }),
        json!({ "type": "connection_init", "payload": { "Authorization": "Bearer not.a.token" } }),
        json!({ "type": "connection_init", "payload": { "headers": { "Authorization": "Basic x" } } }),
    ] {
        let mut client = Client::connect(&service, None).await;
        client.send(init.clone()).await;
        assert_eq!(client.next().await, None, "{init}");
    }
    let bad_upgrade = Some("not.a.token");
    let mut client = Client::connect(&service, bad_upgrade).await;
    client.send(json!({ "type": "connection_init" })).await;
    assert_eq!(client.next().await, None);
    let mut client = Client::connect(&service, None).await;
    client.subscribe("1", "subscription { count(to: 1) }").await;
    assert_eq!(client.next().await, None, "nothing before the init");
}

#[tokio::test]
async fn a_role_that_may_not_follow_gets_the_refusal() {
    let service = Service::start().await;
    let token = service.token(&[Role::Integration]);
    let mut client = Client::connect(&service, None).await;
    let payload = json!({ "Authorization": format!("Bearer {token}") });
    client.send(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(client.next().await.unwrap()["type"], "connection_ack");
    client.subscribe("1", "subscription { count(to: 1) }").await;
    let refused = client.next().await.unwrap();
    assert!(refused.to_string().contains("FORBIDDEN"), "{refused}");
}
