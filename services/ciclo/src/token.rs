//! `ciclo token`: a token of the embedded suite.

use anyhow::{Context, Result, bail};
use ciclo_identity::{EmbeddedKey, Issuer};
use ciclo_kernel::{Principal, Role, SignedDuration, Tenant, Timestamp};
use clap::Args;
use std::path::{Path, PathBuf};

/// What the token shall say.
#[derive(Args, Clone, Debug)]
pub struct TokenArgs {
    /// A role; repeat it for more. See docs/roles.md.
    #[arg(long = "role", required = true)]
    pub roles: Vec<String>,
    /// The tenant.
    #[arg(long, default_value = "demo")]
    pub tenant: String,
    /// The caller's name, kept with every change.
    #[arg(long, default_value = "ana")]
    pub subject: String,
    /// For how long it holds, as `12h` or `PT12H`.
    #[arg(long, default_value = "12h")]
    pub lifetime: String,
    /// The data directory whose key signs it.
    #[arg(long, env = "CICLO_DATA", default_value = "./ciclo-data")]
    pub data: PathBuf,
}

impl TokenArgs {
    /// Issues the token.
    pub fn issue(&self) -> Result<String> {
        let roles = self.roles.iter().map(|role| parse_role(role)).collect::<Result<Vec<_>>>()?;
        let principal =
            Principal { tenant: Tenant::parse(&self.tenant)?, subject: self.subject.clone(), roles };
        let lifetime: SignedDuration =
            self.lifetime.parse().with_context(|| format!("--lifetime {}", self.lifetime))?;
        issue(&self.data, &principal, lifetime)
    }
}

fn parse_role(text: &str) -> Result<Role> {
    let Some(role) = Role::parse(text) else {
        let known: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        bail!("there is no role {text}; the roles are {}", known.join(", "));
    };
    Ok(role)
}

/// A token for a caller, signed with the key of a data directory.
pub fn issue(data: &Path, principal: &Principal, lifetime: SignedDuration) -> Result<String> {
    let key = EmbeddedKey::open(data)?;
    Ok(Issuer::new(&key)?.issue(principal, Timestamp::now(), lifetime)?)
}
