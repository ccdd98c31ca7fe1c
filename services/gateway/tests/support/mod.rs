//! A gateway over two tiny subgraphs, and clients of it.

pub mod subgraphs;

use ciclo_gateway::{Gateway, GatewayConfig, GatewayError, JwksSource, RunningGateway};
use ciclo_identity::{AUDIENCE, Claims, EMBEDDED_ISSUER, EmbeddedKey};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;

pub const SUPERGRAPH: &str = include_str!("supergraph.graphql");
pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A gateway that runs, and what its clients need.
pub struct Fixture {
    gateway: Option<RunningGateway>,
    pub address: SocketAddr,
    pub key: EmbeddedKey,
    client: reqwest::Client,
    _folder: tempfile::TempDir,
}

/// An answer: the HTTP status and the JSON.
pub type Answer = (u16, Value);

pub async fn started(config: GatewayConfig) -> Result<RunningGateway, GatewayError> {
    tokio::task::spawn_blocking(|| Gateway::start(config)).await.unwrap()
}

impl Fixture {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A gateway whose configuration is changed first.
    pub async fn with(change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = EmbeddedKey::open(folder.path()).unwrap();
        let mut config = config(&key, subgraphs::start().await);
        change(&mut config);
        let gateway = started(config).await.unwrap();
        let address = gateway.address();
        Self { gateway: Some(gateway), address, key, client: reqwest::Client::new(), _folder: folder }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A token of an agent.
    pub fn token(&self) -> String {
        self.token_with(|_| {})
    }

    /// A token whose claims are changed first.
    pub fn token_with(&self, change: impl FnOnce(&mut Claims)) -> String {
        let now = jsonwebtoken::get_current_timestamp().cast_signed();
        let mut claims = Claims {
            iss: EMBEDDED_ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: "ada".to_owned(),
            tenant: "acme".to_owned(),
            roles: vec!["agent".to_owned()],
            iat: now - 60,
            exp: now + 3600,
        };
        change(&mut claims);
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(ciclo_identity::keys::KEY_ID.to_owned());
        let key = EncodingKey::from_ec_pem(self.key.pem().as_bytes()).unwrap();
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    }

    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(self.url(path))
    }

    pub fn post(&self, body: &Value) -> reqwest::RequestBuilder {
        self.client.post(self.url("/graphql")).json(body)
    }

    /// Asks with a token and a trace.
    pub async fn ask(&self, query: &str) -> Answer {
        let request = self.post(&json!({ "query": query }));
        answer_of(request.bearer_auth(self.token()).header("traceparent", TRACEPARENT)).await
    }

    /// Asks with a given token, or none.
    pub async fn ask_as(&self, token: Option<&str>, query: &str) -> Answer {
        let request = self.post(&json!({ "query": query }));
        answer_of(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
        .await
    }

    /// Subscribes by server-sent events.
    pub async fn subscribe(&self, query: &str) -> Events {
        let request = self.post(&json!({ "query": query })).bearer_auth(self.token());
        let response = request
            .header("accept", "text/event-stream")
            .header("traceparent", TRACEPARENT)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events { response, read: String::new() }
    }

    pub async fn stop(mut self) {
        if let Some(gateway) = self.gateway.take() {
            tokio::task::spawn_blocking(|| gateway.stop()).await.unwrap();
        }
    }

    /// The gateway, to be stopped by the test itself.
    pub fn take(&mut self) -> RunningGateway {
        self.gateway.take().unwrap()
    }
}

pub fn config(key: &EmbeddedKey, subgraphs: BTreeMap<String, String>) -> GatewayConfig {
    let jwks = JwksSource::File(key.jwks_file().to_owned());
    let listen = "127.0.0.1:0".parse().unwrap();
    let mut config = GatewayConfig::new(listen, subgraphs, EMBEDDED_ISSUER, AUDIENCE, jwks);
    config.supergraph = SUPERGRAPH.to_owned();
    config
}

pub async fn answer_of(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}")))
}

/// The events of a subscription.
pub struct Events {
    response: reqwest::Response,
    read: String,
}

impl Events {
    /// The next event's data; `None` once the stream is complete.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                self.read = rest.to_owned();
                match data {
                    Some(data) => return Some(serde_json::from_str(&data).unwrap()),
                    // A comment that keeps the connection alive, or the end.
                    None => continue,
                }
            }
            match self.response.chunk().await.ok().flatten() {
                Some(chunk) => self.read.push_str(std::str::from_utf8(&chunk).unwrap()),
                None => return None,
            }
        }
    }
}
