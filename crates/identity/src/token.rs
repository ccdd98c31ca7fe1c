//! What a token says, and issuing one with the embedded key.

use crate::keys::{EmbeddedKey, KEY_ID};
use crate::{AUDIENCE, EMBEDDED_ISSUER};
use ciclo_kernel::{Principal, Refusal, Role, SignedDuration, Tenant, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Deserializer, Serialize};

/// The claims that the suite reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// Who it is for: one audience, or the first of several.
    #[serde(deserialize_with = "first_audience")]
    pub aud: String,
    /// The caller.
    pub sub: String,
    /// The caller's tenant.
    pub tenant: String,
    /// The caller's roles; unknown ones mean nothing here.
    #[serde(default)]
    pub roles: Vec<String>,
    /// When it was issued, in seconds since 1970; 0 when the provider does not say.
    #[serde(default)]
    pub iat: i64,
    /// Until when it holds, in seconds since 1970.
    pub exp: i64,
}

/// An audience as providers write it: a text, or a list of texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

fn first_audience<'de, D: Deserializer<'de>>(claim: D) -> Result<String, D::Error> {
    Ok(match Audience::deserialize(claim)? {
        Audience::One(audience) => audience,
        Audience::Several(audiences) => audiences.into_iter().next().unwrap_or_default(),
    })
}

impl Claims {
    /// The caller that the claims name.
    pub fn principal(&self) -> Result<Principal, Refusal> {
        Ok(Principal {
            tenant: Tenant::parse(&self.tenant)?,
            subject: ciclo_kernel::text::line("sub", &self.sub)?,
            roles: self.roles.iter().filter_map(|role| Role::parse(role)).collect(),
        })
    }
}

/// Issues tokens of the embedded suite.
#[derive(Clone)]
pub struct Issuer {
    key: EncodingKey,
}

impl Issuer {
    /// An issuer with the embedded key.
    pub fn new(key: &EmbeddedKey) -> Result<Self, jsonwebtoken::errors::Error> {
        Ok(Self { key: EncodingKey::from_ec_pem(key.pem().as_bytes())? })
    }

    /// A token for a caller that holds for `lifetime` from `now` on.
    pub fn issue(
        &self,
        principal: &Principal,
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = Claims {
            iss: EMBEDDED_ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: principal.subject.clone(),
            tenant: principal.tenant.as_str().to_owned(),
            roles: principal.roles.iter().map(|role| role.as_str().to_owned()).collect(),
            iat: now.as_second(),
            exp: (now + lifetime).as_second(),
        };
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(KEY_ID.to_owned());
        jsonwebtoken::encode(&header, &claims, &self.key)
    }
}
