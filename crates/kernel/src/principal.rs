//! Who is calling: a subject with roles, inside one tenant.

use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A tenant: the wall that no query crosses. 1 to 63 of `a-z`, `0-9`, `-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Tenant(String);

impl Tenant {
    /// Checks a tenant's name.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let fits = (1..=63).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refusal::invalid("tenant", "a tenant is 1 to 63 of a-z, 0-9 and -"))
        }
    }

    /// The tenant's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! roles {
    ($($(#[doc = $doc:literal])* $name:ident = $wire:literal),* $(,)?) => {
        /// What a caller may do. The table of fields and roles is docs/roles.md.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum Role { $($(#[doc = $doc])* #[serde(rename = $wire)] $name),* }

        impl Role {
            /// Every role, in the order of the documents.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The role as it is written in a token.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $wire),* } }
            /// What the role is for, for the documents.
            #[must_use]
            pub fn about(self) -> &'static str { match self { $(Self::$name => concat!($($doc),*)),* } }
            /// Reads a written role.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> { Self::ALL.iter().copied().find(|r| r.as_str() == text) }
        }
    };
}

roles! {
    /// Sees to the installation itself: parked events, retries, every record.
    Admin = "admin",
    /// Owns the portfolio: market spaces, customers, services, offerings.
    PortfolioManager = "portfolio-manager",
    /// Designs services: requirements, packages, agreements.
    Designer = "designer",
    /// Leads transitions, changes, items and deployments.
    ChangeManager = "change-manager",
    /// Votes on changes and packages.
    Approver = "approver",
    /// Works on tickets: incidents, requests, problems, alerts.
    Agent = "agent",
    /// Leads reviews, recommendations and initiatives.
    ImprovementManager = "improvement-manager",
    /// Asks for offerings and follows the own requests.
    Requester = "requester",
    /// Reads everything of the tenant, changes nothing.
    Viewer = "viewer",
    /// Sends alerts and other input from outside.
    Integration = "integration",
    /// Another service of the suite, that reads this one's log.
    Subgraph = "subgraph",
}

/// A caller, or a service that acts on an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Principal {
    /// The tenant whose records the caller can reach.
    pub tenant: Tenant,
    /// The caller's name, as the provider gave it; kept with every change.
    pub subject: String,
    /// What the caller may do.
    pub roles: Vec<Role>,
}

impl Principal {
    /// Whether the caller has one of these roles.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// A service acting on an event of a tenant.
    #[must_use]
    pub fn service(tenant: Tenant, name: &str) -> Self {
        Self { tenant, subject: format!("service:{name}"), roles: vec![Role::Admin] }
    }
}
