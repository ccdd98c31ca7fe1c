//! What a verifier remembers ends in time: tokens when they expire, keys when their issuer changes them.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use ciclo_identity::{AUDIENCE, EMBEDDED_ISSUER, EmbeddedKey, Jwks, Verifier};
use ciclo_kernel::{Clock, Code, SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A provider's key under a name of its own.
struct Key {
    kid: &'static str,
    key: EmbeddedKey,
    _directory: TempDir,
}

impl Key {
    fn new(kid: &'static str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = EmbeddedKey::open(directory.path()).unwrap();
        Self { kid, key, _directory: directory }
    }

    /// A token that holds for so long after the start of the test.
    fn token(&self, start: Timestamp, holds: SignedDuration) -> String {
        let claims = json!({
            "iss": EMBEDDED_ISSUER, "aud": AUDIENCE, "sub": "ana", "tenant": "acme", "roles": ["agent"],
            "exp": (start + holds).as_second(),
        });
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.to_owned());
        let key = EncodingKey::from_ec_pem(self.key.pem().as_bytes()).unwrap();
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    }
}

/// Keys as a set.
fn set(keys: &[&Key]) -> String {
    let public = keys.iter().map(|key| {
        let mut found: Value = serde_json::from_str(key.key.jwks()).unwrap();
        found["keys"][0]["kid"] = json!(key.kid);
        found["keys"][0].take()
    });
    json!({ "keys": public.collect::<Vec<_>>() }).to_string()
}

/// Where a provider shows its keys; nothing while it is away.
enum Shown {
    File(PathBuf),
    Url(Arc<Mutex<Option<String>>>),
}

impl Shown {
    async fn url() -> (Self, Jwks) {
        let shown = Arc::<Mutex<Option<String>>>::default();
        let read = shown.clone();
        let keys = async move || read.lock().unwrap().clone().ok_or(StatusCode::BAD_GATEWAY);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, Router::new().route("/keys", get(keys))).await });
        (Self::Url(shown), Jwks::Url(url))
    }

    fn show(&self, keys: Option<String>) {
        match (self, keys) {
            (Self::Url(shown), keys) => *shown.lock().unwrap() = keys,
            (Self::File(path), Some(keys)) => std::fs::write(path, keys).unwrap(),
            (Self::File(path), None) => std::fs::remove_file(path).unwrap(),
        }
    }
}

async fn refused(verifier: &Verifier, token: &str) -> String {
    let refusal = verifier.token(token).await.unwrap_err();
    assert_eq!(refusal.code, Code::Unauthenticated);
    refusal.message
}

/// A provider that rotates its keys: the new one is shown beside the old one, then alone.
async fn rotates(shown: Shown, source: Jwks) {
    let start = Timestamp::now();
    let clock = Clock::manual(start);
    let (old, new) = (Key::new("old"), Key::new("new"));
    let (by_old, by_new) =
        (old.token(start, SignedDuration::from_hours(9)), new.token(start, SignedDuration::from_hours(9)));
    shown.show(Some(set(&[&old])));
    let verifier =
        Verifier::with_clock(source, EMBEDDED_ISSUER, AUDIENCE, clock.clone()).await.expect("reads the keys");
    assert!(verifier.token(&by_old).await.is_ok());

    shown.show(Some(set(&[&old, &new])));
    let early = refused(&verifier, &by_new).await;
    assert!(early.contains("not in the key set"), "it was asked just now: {early}");
    clock.advance(SignedDuration::from_secs(30));
    assert!(verifier.token(&by_new).await.is_ok(), "a key that is new is asked for");
    assert!(verifier.token(&by_old).await.is_ok());

    shown.show(None);
    clock.advance(SignedDuration::from_hours(1));
    assert!(verifier.token(&by_old).await.is_ok(), "while the provider is away, its last word counts");

    shown.show(Some(set(&[&new])));
    clock.advance(SignedDuration::from_mins(10));
    let withdrawn = refused(&verifier, &by_old).await;
    assert!(withdrawn.contains("not in the key set"), "remembered, and withdrawn: {withdrawn}");
    assert!(verifier.token(&by_new).await.is_ok());
}

#[tokio::test]
async fn rotated_keys_in_a_file_are_picked_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jwks.json");
    rotates(Shown::File(path.clone()), Jwks::File(path)).await;
}

#[tokio::test]
async fn rotated_keys_at_a_url_are_picked_up() {
    let (shown, source) = Shown::url().await;
    rotates(shown, source).await;
}

#[tokio::test]
async fn a_token_that_is_remembered_is_refused_once_it_has_expired() {
    let start = Timestamp::now();
    let clock = Clock::manual(start);
    let key = Key::new("only");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jwks.json");
    std::fs::write(&path, set(&[&key])).unwrap();
    let verifier = Verifier::with_clock(Jwks::File(path), EMBEDDED_ISSUER, AUDIENCE, clock.clone());
    let verifier = verifier.await.unwrap();
    let token = key.token(start, SignedDuration::from_secs(60));
    assert!(verifier.token(&token).await.is_ok());
    clock.advance(SignedDuration::from_secs(59));
    assert!(verifier.token(&token).await.is_ok(), "it is remembered");
    clock.advance(SignedDuration::from_secs(1));
    for _ in 0..2 {
        let why = refused(&verifier, &token).await;
        assert!(why.contains("expired"), "{why}");
    }
}
