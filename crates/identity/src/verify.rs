//! Checking tokens: signature by key set, issuer, audience, expiry.

use crate::token::Claims;
use ciclo_kernel::{Clock, Code, Principal, Refusal, SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

/// Where the provider's keys are.
#[derive(Clone, Debug)]
pub enum Jwks {
    /// In a file.
    File(PathBuf),
    /// At a URL.
    Url(String),
}

/// A key set that cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("the key set at {place}: {why}")]
pub struct VerifierError {
    place: String,
    why: String,
}

/// Signatures that a provider may use: asymmetric ones only.
const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::EdDSA,
];
/// Tokens whose check is remembered.
const REMEMBERED: usize = 4096;
/// For a key that is not in the set, the set is asked for again at most this often.
const REFRESH: SignedDuration = SignedDuration::from_secs(30);
/// A set this old is asked for again: a key that its issuer took out of it counts no longer.
const KEYS_HOLD: SignedDuration = SignedDuration::from_mins(10);

/// Checks tokens. Cheap to clone.
#[derive(Clone)]
pub struct Verifier {
    inner: Arc<Inner>,
}

struct Inner {
    source: Jwks,
    issuer: String,
    audience: String,
    clock: Clock,
    /// When the key set was last asked for.
    asked: Mutex<Timestamp>,
    known: RwLock<Known>,
}

/// A key set, and the tokens that were checked with it.
struct Known {
    keys: Arc<JwkSet>,
    /// Each with its caller and expiry: a signature is checked once.
    checked: HashMap<String, (Principal, i64)>,
}

impl Verifier {
    /// Reads the key set and checks tokens with it from then on.
    pub async fn new(source: Jwks, issuer: &str, audience: &str) -> Result<Self, VerifierError> {
        Self::with_clock(source, issuer, audience, Clock::System).await
    }

    /// [`Verifier::new`], with the clock that says which tokens have expired.
    pub async fn with_clock(
        source: Jwks,
        issuer: &str,
        audience: &str,
        clock: Clock,
    ) -> Result<Self, VerifierError> {
        let known = Known { keys: Arc::new(fetch(&source).await?), checked: HashMap::new() };
        Ok(Self {
            inner: Arc::new(Inner {
                source,
                issuer: issuer.to_owned(),
                audience: audience.to_owned(),
                asked: Mutex::new(clock.now()),
                clock,
                known: RwLock::new(known),
            }),
        })
    }

    /// The caller that an `Authorization` header names.
    pub async fn header(&self, header: Option<&str>) -> Result<Principal, Refusal> {
        let token = header
            .and_then(|header| header.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(|| unauthenticated("a bearer token is needed"))?;
        self.token(token).await
    }

    /// The caller that a token names.
    pub async fn token(&self, token: &str) -> Result<Principal, Refusal> {
        self.renew(KEYS_HOLD).await;
        if let Some((principal, until)) = self.known().checked.get(token) {
            self.in_time(*until)?;
            return Ok(principal.clone());
        }
        let (claims, keys) = self.check(token).await?;
        let principal = claims.principal().map_err(|why| unauthenticated(&why.message))?;
        let mut known = self.inner.known.write().unwrap_or_else(PoisonError::into_inner);
        // The keys may be others by now; then it is checked again.
        if Arc::ptr_eq(&known.keys, &keys) {
            if known.checked.len() >= REMEMBERED {
                known.checked.clear();
            }
            known.checked.insert(token.to_owned(), (principal.clone(), claims.exp));
        }
        Ok(principal)
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.inner.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn in_time(&self, until: i64) -> Result<(), Refusal> {
        let holds = until > self.inner.clock.now().as_second();
        holds.then_some(()).ok_or_else(|| unauthenticated("the token has expired"))
    }

    /// Checks a token; its claims, and the keys that it was checked with.
    async fn check(&self, token: &str) -> Result<(Claims, Arc<JwkSet>), Refusal> {
        let header =
            jsonwebtoken::decode_header(token).map_err(|_| unauthenticated("the token is not a JWT"))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(unauthenticated("the token's signature algorithm is not accepted"));
        }
        let (key, keys) = self.key(header.kid.as_deref()).await?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.inner.issuer]);
        validation.set_audience(&[&self.inner.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = 0;
        // Here and for tokens that are remembered, our clock says what has expired.
        validation.validate_exp = false;
        let data = jsonwebtoken::decode::<Claims>(token, &key, &validation)
            .map_err(|why| unauthenticated(&format!("the token is not valid: {why}")))?;
        self.in_time(data.claims.exp)?;
        Ok((data.claims, keys))
    }

    /// The key of a name, and the set it is in: the one that is known, or else the issuer's newest.
    async fn key(&self, kid: Option<&str>) -> Result<(DecodingKey, Arc<JwkSet>), Refusal> {
        let keys = self.known().keys.clone();
        if let Some(key) = find(&keys, kid) {
            return Ok((key, keys));
        }
        self.renew(REFRESH).await;
        let keys = self.known().keys.clone();
        let key = find(&keys, kid).ok_or_else(|| unauthenticated("the token's key is not in the key set"))?;
        Ok((key, keys))
    }

    /// Asks for the key set again when that was last done so long ago: a provider rotates its keys.
    async fn renew(&self, after: SignedDuration) {
        {
            let now = self.inner.clock.now();
            let mut asked = self.inner.asked.lock().unwrap_or_else(PoisonError::into_inner);
            if now.duration_since(*asked).abs() < after {
                return;
            }
            *asked = now;
        }
        match fetch(&self.inner.source).await {
            Ok(keys) => {
                let mut known = self.inner.known.write().unwrap_or_else(PoisonError::into_inner);
                if *known.keys != keys {
                    *known = Known { keys: Arc::new(keys), checked: HashMap::new() };
                }
            }
            Err(error) => tracing::warn!(%error, "asking for the key set again"),
        }
    }
}

/// The key of a name; a set of one key needs no name.
fn find(keys: &JwkSet, kid: Option<&str>) -> Option<DecodingKey> {
    let key = match kid {
        Some(kid) => keys.find(kid),
        None if keys.keys.len() == 1 => keys.keys.first(),
        None => None,
    };
    key.and_then(|key| DecodingKey::from_jwk(key).ok())
}

async fn fetch(source: &Jwks) -> Result<JwkSet, VerifierError> {
    let failed = |place: String, why: String| VerifierError { place, why };
    let (place, text) = match source {
        Jwks::File(path) => {
            let place = path.display().to_string();
            let text = tokio::fs::read_to_string(path)
                .await
                .map_err(|why| failed(place.clone(), why.to_string()))?;
            (place, text)
        }
        Jwks::Url(url) => {
            let answer = reqwest::Client::new().get(url).timeout(Duration::from_secs(10)).send().await;
            let answer = answer.and_then(reqwest::Response::error_for_status);
            let answer = answer.map_err(|why| failed(url.clone(), why.to_string()))?;
            (url.clone(), answer.text().await.map_err(|why| failed(url.clone(), why.to_string()))?)
        }
    };
    serde_json::from_str(&text).map_err(|why| failed(place, why.to_string()))
}

fn unauthenticated(why: &str) -> Refusal {
    Refusal::new(Code::Unauthenticated, why)
}
