//! Six processes whose callers have their tokens from an OpenID provider.

use crate::faults::{charter, ground, packages};
use crate::support::{Suite, binary};
use axum::Router;
use axum::routing::get;
use ciclo_identity::EmbeddedKey;
use ciclo_testkit::process::{Client, directory, token};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use std::process::Command;
use tempfile::TempDir;
use tokio::net::TcpListener;

const ISSUER: &str = "https://login.example";
const AUDIENCE: &str = "service-desk";

/// A provider: a key of its own, and its key set over HTTP.
struct Provider {
    key: EmbeddedKey,
    jwks_url: String,
    _directory: TempDir,
}

impl Provider {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = EmbeddedKey::open(directory.path()).unwrap();
        let set = key.jwks().to_owned();
        let app = Router::new().route("/keys", get(|| async { set }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let jwks_url = format!("http://{}/keys", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { key, jwks_url, _directory: directory }
    }

    /// What each process is told of the provider.
    fn arguments(&self) -> Vec<String> {
        let told = ["--issuer", ISSUER, "--audience", AUDIENCE, "--jwks-url", &self.jwks_url];
        told.map(str::to_owned).to_vec()
    }

    fn token(&self, role: &str) -> String {
        let now = jsonwebtoken::get_current_timestamp();
        let claims = json!({
            "iss": ISSUER, "aud": [AUDIENCE], "sub": "ana", "tenant": "acme", "roles": [role],
            "iat": now, "exp": now + 600,
        });
        let key = EncodingKey::from_ec_pem(self.key.pem().as_bytes()).unwrap();
        jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_come_from_the_provider_and_neighbours_from_the_suite() {
    let provider = Provider::start().await;
    let suite = Suite::six_with(&provider.arguments());
    let client = Client::new(&suite.gateway, &provider.token("admin"));
    let ground = ground(&client).await;
    let service = charter(&client, "mail", &ground, |_, _, _| ()).await.expect("chartered");
    assert_eq!(packages(&client, &service).await, 1, "design reads the catalog's log");

    // The suite's own key is for neighbours only, and the provider's for callers only.
    let own = suite.client("admin").send("{ services { totalCount } }", json!({})).await;
    assert_eq!(own.code(), "UNAUTHENTICATED");
    let http = reqwest::Client::new();
    let catalog = suite.service("catalog");
    for (token, status) in
        [(provider.token("subgraph"), 401), (token(binary(), &suite.data, "subgraph", "suite"), 200)]
    {
        let log = http.get(format!("{catalog}/internal/log?after=0")).bearer_auth(&token);
        assert_eq!(log.send().await.unwrap().status(), status);
        let query = http.post(format!("{catalog}/graphql")).bearer_auth(&token);
        let answer = query.json(&json!({ "query": "{ services { totalCount } }" })).send().await.unwrap();
        assert_eq!(answer.status() == 401, status == 200, "and the API takes the other");
    }
}

#[test]
fn settings_that_do_not_go_together_are_all_named_at_once() {
    let (_directory, data) = directory();
    let arguments =
        ["--jwks-url", "http://127.0.0.1:1/keys", "--audience", AUDIENCE, "--listen", "0.0.0.0:0"];
    let output = Command::new(binary()).args(arguments).arg("--data").arg(data).output().expect("runs");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    for mistake in ["go together", "CICLO_AUDIENCE", "not a loopback address"] {
        assert!(told.contains(mistake), "{mistake}: {told}");
    }
}
