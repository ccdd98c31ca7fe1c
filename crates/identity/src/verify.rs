//! Checking tokens: signature by key set, issuer, audience, expiry.

use crate::token::Claims;
use ciclo_kernel::{Code, Principal, Refusal};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

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
/// The key set is asked for again at most this often.
const REFRESH: Duration = Duration::from_secs(30);

/// Checks tokens. Cheap to clone.
#[derive(Clone)]
pub struct Verifier {
    inner: Arc<Inner>,
}

struct Inner {
    source: Jwks,
    issuer: String,
    audience: String,
    keys: RwLock<JwkSet>,
    refreshed: Mutex<Instant>,
    /// Checked tokens with their expiry: a signature is checked once.
    checked: RwLock<HashMap<String, (Principal, i64)>>,
}

impl Verifier {
    /// Reads the key set and checks tokens with it from then on.
    pub async fn new(source: Jwks, issuer: &str, audience: &str) -> Result<Self, VerifierError> {
        let keys = fetch(&source).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                source,
                issuer: issuer.to_owned(),
                audience: audience.to_owned(),
                keys: RwLock::new(keys),
                refreshed: Mutex::new(Instant::now()),
                checked: RwLock::default(),
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
        let now = jsonwebtoken::get_current_timestamp().cast_signed();
        {
            let checked = self.inner.checked.read().unwrap_or_else(PoisonError::into_inner);
            if let Some((principal, until)) = checked.get(token) {
                return if *until > now {
                    Ok(principal.clone())
                } else {
                    Err(unauthenticated("the token has expired"))
                };
            }
        }
        let claims = self.check(token).await?;
        let principal = claims.principal().map_err(|why| unauthenticated(&why.message))?;
        let mut checked = self.inner.checked.write().unwrap_or_else(PoisonError::into_inner);
        if checked.len() >= REMEMBERED {
            checked.clear();
        }
        checked.insert(token.to_owned(), (principal.clone(), claims.exp));
        Ok(principal)
    }

    async fn check(&self, token: &str) -> Result<Claims, Refusal> {
        let header =
            jsonwebtoken::decode_header(token).map_err(|_| unauthenticated("the token is not a JWT"))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(unauthenticated("the token's signature algorithm is not accepted"));
        }
        let key = match self.key(header.kid.as_deref()) {
            Some(key) => key,
            None => {
                self.refresh().await;
                self.key(header.kid.as_deref())
                    .ok_or_else(|| unauthenticated("the token's key is not in the key set"))?
            }
        };
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.inner.issuer]);
        validation.set_audience(&[&self.inner.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = 0;
        let data = jsonwebtoken::decode::<Claims>(token, &key, &validation)
            .map_err(|why| unauthenticated(&format!("the token is not valid: {why}")))?;
        Ok(data.claims)
    }

    fn key(&self, kid: Option<&str>) -> Option<DecodingKey> {
        let keys = self.inner.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = match kid {
            Some(kid) => keys.find(kid),
            None if keys.keys.len() == 1 => keys.keys.first(),
            None => None,
        };
        key.and_then(|key| DecodingKey::from_jwk(key).ok())
    }

    /// Asks for the key set again: a provider rotates its keys.
    async fn refresh(&self) {
        {
            let mut refreshed = self.inner.refreshed.lock().unwrap_or_else(PoisonError::into_inner);
            if refreshed.elapsed() < REFRESH {
                return;
            }
            *refreshed = Instant::now();
        }
        match fetch(&self.inner.source).await {
            Ok(keys) => *self.inner.keys.write().unwrap_or_else(PoisonError::into_inner) = keys,
            Err(error) => tracing::warn!(%error, "asking for the key set again"),
        }
    }
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
