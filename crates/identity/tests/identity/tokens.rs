//! What a token must be to name a caller.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciclo_identity::{AUDIENCE, EMBEDDED_ISSUER, EmbeddedKey, Issuer, Jwks, Verifier};
use ciclo_kernel::{Code, Principal, Role, SignedDuration, Tenant, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A suite with its key and who checks its tokens.
struct Suite {
    directory: TempDir,
    key: EmbeddedKey,
    verifier: Verifier,
}

impl Suite {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = EmbeddedKey::open(directory.path()).unwrap();
        let keys = Jwks::File(key.jwks_file().to_owned());
        let verifier = Verifier::new(keys, EMBEDDED_ISSUER, AUDIENCE).await.unwrap();
        Self { directory, key, verifier }
    }

    /// A token with these claims, signed as the suite does.
    fn signed(&self, claims: &Value) -> String {
        let key = EncodingKey::from_ec_pem(self.key.pem().as_bytes()).unwrap();
        jsonwebtoken::encode(&header("embedded"), claims, &key).unwrap()
    }

    #[track_caller]
    fn refused(&self, token: &str) -> impl Future<Output = String> {
        let place = std::panic::Location::caller();
        async move {
            match self.verifier.token(token).await {
                Err(refusal) if refusal.code == Code::Unauthenticated => refusal.message,
                other => panic!("{place}: {other:?}"),
            }
        }
    }
}

fn header(kid: &str) -> Header {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(kid.to_owned());
    header
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

/// Claims that hold, with one of them set to something else; null takes it out.
fn claims(name: &str, value: Value) -> Value {
    let mut claims = json!({
        "iss": EMBEDDED_ISSUER, "aud": AUDIENCE, "sub": "ana", "tenant": "acme",
        "roles": ["agent"], "iat": now(), "exp": now() + 600,
    });
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

#[tokio::test]
async fn an_issued_token_names_its_caller() {
    let suite = Suite::new().await;
    let ana = Principal {
        tenant: Tenant::parse("acme").unwrap(),
        subject: "ana".to_owned(),
        roles: vec![Role::Agent, Role::Viewer],
    };
    let issuer = Issuer::new(&suite.key).unwrap();
    let token = issuer.issue(&ana, Timestamp::now(), SignedDuration::from_mins(5)).unwrap();
    assert_eq!(suite.verifier.token(&token).await.unwrap(), ana);
    assert_eq!(suite.verifier.token(&token).await.unwrap(), ana, "and again, remembered");
    for header in [format!("Bearer {token}"), format!("bearer  {token} ")] {
        assert_eq!(suite.verifier.header(Some(&header)).await.unwrap(), ana);
    }
    for header in [None, Some(""), Some(token.as_str()), Some(&format!("Basic {token}")), Some("Bearer ")] {
        assert_eq!(
            suite.verifier.header(header).await.unwrap_err().code,
            Code::Unauthenticated,
            "{header:?}"
        );
    }
}

#[tokio::test]
async fn a_token_outside_its_time_is_refused() {
    let suite = Suite::new().await;
    let expired = suite.refused(&suite.signed(&claims("exp", json!(now() - 1)))).await;
    assert!(expired.contains("expired"), "{expired}");
    suite.refused(&suite.signed(&claims("exp", Value::Null))).await;
    suite.refused(&suite.signed(&claims("exp", json!("never")))).await;
    suite.refused(&suite.signed(&claims("nbf", json!(now() + 600)))).await;
    let begun = suite.signed(&claims("nbf", json!(now() - 1)));
    assert!(suite.verifier.token(&begun).await.is_ok());
}

#[tokio::test]
async fn a_token_of_another_issuer_or_for_another_audience_is_refused() {
    let suite = Suite::new().await;
    for (claim, value) in [
        ("iss", json!("https://elsewhere.invalid")),
        ("iss", json!(format!("{EMBEDDED_ISSUER}/"))),
        ("iss", Value::Null),
        ("aud", json!("elsewhere")),
        ("aud", json!(["elsewhere", "another"])),
        ("aud", json!([])),
        ("aud", Value::Null),
    ] {
        suite.refused(&suite.signed(&claims(claim, value))).await;
    }
    let several = suite.signed(&claims("aud", json!(["elsewhere", AUDIENCE])));
    assert!(suite.verifier.token(&several).await.is_ok(), "one of several audiences is this one");
}

#[tokio::test]
async fn a_token_without_a_good_tenant_or_subject_is_refused() {
    let suite = Suite::new().await;
    for (claim, value) in [
        ("tenant", Value::Null),
        ("tenant", json!("")),
        ("tenant", json!("No Tenant")),
        ("tenant", json!(["acme"])),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!("a\nb")),
    ] {
        suite.refused(&suite.signed(&claims(claim, value))).await;
    }
}

#[tokio::test]
async fn unknown_roles_mean_nothing_and_none_are_no_roles() {
    let suite = Suite::new().await;
    let token = suite.signed(&claims("roles", json!(["root", "agent", "ADMIN", "", "viewer"])));
    assert_eq!(suite.verifier.token(&token).await.unwrap().roles, [Role::Agent, Role::Viewer]);
    let token = suite.signed(&claims("roles", Value::Null));
    assert_eq!(suite.verifier.token(&token).await.unwrap().roles, []);
    suite.refused(&suite.signed(&claims("roles", json!("admin")))).await;
}

#[tokio::test]
async fn a_providers_token_may_leave_out_when_it_was_issued() {
    let suite = Suite::new().await;
    assert!(suite.verifier.token(&suite.signed(&claims("iat", Value::Null))).await.is_ok());
}

#[tokio::test]
async fn a_token_of_another_key_is_refused() {
    let (suite, other) = (Suite::new().await, Suite::new().await);
    assert_ne!(suite.key.jwks(), other.key.jwks());
    suite.refused(&other.signed(&claims("sub", json!("mallory")))).await;
    let key = EncodingKey::from_ec_pem(suite.key.pem().as_bytes()).unwrap();
    let unknown = jsonwebtoken::encode(&header("unknown"), &claims("sub", json!("ana")), &key).unwrap();
    let why = suite.refused(&unknown).await;
    assert!(why.contains("not in the key set"), "{why}");
    let mut nameless = header("");
    nameless.kid = None;
    let nameless = jsonwebtoken::encode(&nameless, &claims("sub", json!("ana")), &key).unwrap();
    assert!(suite.verifier.token(&nameless).await.is_ok(), "a set of one key needs no name");
}

#[tokio::test]
async fn a_token_that_was_changed_is_refused() {
    let suite = Suite::new().await;
    let good = suite.signed(&claims("sub", json!("ana")));
    let better = URL_SAFE_NO_PAD.encode(claims("roles", json!(["admin"])).to_string());
    let parts: Vec<&str> = good.split('.').collect();
    suite.refused(&format!("{}.{better}.{}", parts[0], parts[2])).await;
    for broken in [
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        parts[1].to_owned(),
        String::new(),
        "a.b.c".to_owned(),
        "é".repeat(10_000),
    ] {
        suite.refused(&broken).await;
    }
}

#[tokio::test]
async fn no_signature_and_a_signature_with_the_public_key_are_refused() {
    let suite = Suite::new().await;
    let claims = claims("roles", json!(["admin"]));
    let body = URL_SAFE_NO_PAD.encode(claims.to_string());
    for none in ["none", "None", "NONE", "nOnE"] {
        let head = json!({ "alg": none, "typ": "JWT", "kid": "embedded" }).to_string();
        suite.refused(&format!("{}.{body}.", URL_SAFE_NO_PAD.encode(head))).await;
    }
    // The public key is no secret: whoever has it must not be able to sign with it.
    let set: Value = serde_json::from_str(suite.key.jwks()).unwrap();
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(set["keys"][0][name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let jwks = std::fs::read(suite.directory.path().join("keys/jwks.json")).unwrap();
    for secret in [point, jwks, suite.key.jwks().as_bytes().to_vec()] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let mut header = header("embedded");
            header.alg = algorithm;
            let key = EncodingKey::from_secret(&secret);
            let why = suite.refused(&jsonwebtoken::encode(&header, &claims, &key).unwrap()).await;
            assert!(why.contains("algorithm"), "{why}");
        }
    }
}

#[tokio::test]
async fn a_key_set_that_cannot_be_had_is_an_error_that_names_it() {
    let suite = Suite::new().await;
    let missing = suite.directory.path().join("nowhere.json");
    let error = Verifier::new(Jwks::File(missing), EMBEDDED_ISSUER, AUDIENCE).await.map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("nowhere.json"), "{error}");
    let garbled = suite.directory.path().join("garbled.json");
    std::fs::write(&garbled, "{}").unwrap();
    assert!(Verifier::new(Jwks::File(garbled), EMBEDDED_ISSUER, AUDIENCE).await.is_err());
    let closed = Jwks::Url("http://127.0.0.1:1/jwks".to_owned());
    let error = Verifier::new(closed, EMBEDDED_ISSUER, AUDIENCE).await.map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("127.0.0.1:1"), "{error}");
}
