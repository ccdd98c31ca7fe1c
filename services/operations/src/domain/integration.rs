//! An integration: a tool outside that sends events and cannot carry a token. It shows a routing key instead, of
//! which only the SHA-256 is kept.

use super::facts::Mark;
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{IntegrationId, ServiceId},
    machine, text,
};

/// Longest name, in characters: the caller of an incident holds it, with `integration:` before it.
pub const NAME: usize = 100;

machine! {
    machine "integration";
    /// Whether an integration's key counts.
    states IntegrationState {
        /// Its key counts.
        Active = "ACTIVE" { Revoke => Revoked },
        /// Its key counts no longer. Final.
        Revoked = "REVOKED" {},
    }
    /// What can be done to an integration.
    verbs IntegrationVerb {
        Revoke = "revoke",
    }
}

/// Where an integration stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IntegrationStatus {
    /// Its key counts.
    Active,
    /// Its key counts no longer.
    Revoked {
        /// Why; none when nobody said.
        reason: Option<String>,
        /// Who revoked it, and when.
        revoked: Mark,
    },
}

/// What it takes to make an integration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreateIntegration {
    /// What it is called, in at most [`NAME`] characters.
    pub name: String,
    /// The service that its events are about; none when that is left open.
    pub service: Option<ServiceId>,
    /// The SHA-256 of its routing key, in hex.
    pub key_hash: String,
}

/// A tool outside that sends events with a routing key of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Integration {
    /// The integration.
    pub id: IntegrationId,
    /// What it is called.
    pub name: String,
    /// The service that its events are about; none when that is left open.
    pub service: Option<ServiceId>,
    /// The SHA-256 of its routing key, in hex.
    pub key_hash: String,
    /// Who made it, and when.
    pub created: Mark,
    /// Where it stands.
    pub status: IntegrationStatus,
}

/// What happened to an integration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IntegrationHappened {
    /// It was made, and its key counts.
    Created,
    /// It was revoked.
    Revoked {
        /// Why; none when nobody said.
        reason: Option<String>,
    },
}

impl IntegrationHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Revoked { .. } => "Revoked",
        }
    }
}

impl Integration {
    /// Makes an integration; its key counts at once.
    pub fn create(
        id: IntegrationId,
        input: CreateIntegration,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, IntegrationHappened> {
        let CreateIntegration { name, service, key_hash } = input;
        if key_hash.len() != 64 || !key_hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Refusal::invalid("keyHash", "64 hex digits are needed"));
        }
        let name = text::line("name", &name)?;
        if name.chars().count() > NAME {
            let why = format!("at most {NAME} characters are allowed");
            return Err(Refusal::invalid("name", why).with("limit", NAME));
        }
        let created = Mark::new(by, at);
        let integration = Self { id, name, service, key_hash, created, status: IntegrationStatus::Active };
        Ok((integration, IntegrationHappened::Created))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> IntegrationState {
        match self.status {
            IntegrationStatus::Active => IntegrationState::Active,
            IntegrationStatus::Revoked { .. } => IntegrationState::Revoked,
        }
    }

    /// Revokes it, for good: its key counts no longer.
    pub fn revoke(
        mut self,
        reason: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, IntegrationHappened> {
        self.state().go(IntegrationVerb::Revoke)?;
        let reason = text::optional_body("reason", reason)?;
        self.status = IntegrationStatus::Revoked { reason: reason.clone(), revoked: Mark::new(by, at) };
        Ok((self, IntegrationHappened::Revoked { reason }))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::pairs::{at, every_pair, id};

    pub(crate) fn input() -> CreateIntegration {
        CreateIntegration {
            name: "Zabbix – Europe".to_owned(),
            service: Some(id()),
            key_hash: "0a".repeat(32),
        }
    }

    pub(crate) fn integration_in(state: IntegrationState) -> Integration {
        let made = Integration::create(id(), input(), "jo", at(0)).unwrap().0;
        match state {
            IntegrationState::Active => made,
            IntegrationState::Revoked => made.revoke(Some("leaked"), "jo", at(1)).unwrap().0,
        }
    }

    #[test]
    fn the_table_is_that_of_the_rules() {
        insta::assert_snapshot!("integration", IntegrationState::table());
        every_pair(integration_in, Integration::state, |record, verb| {
            Ok(match verb {
                IntegrationVerb::Revoke => record.revoke(None, "jo", at(5))?.0,
            })
        });
    }

    #[test]
    fn an_integration_has_a_name_and_a_fingerprint() {
        let refused =
            |input| Integration::create(id(), input, "jo", at(0)).unwrap_err().facts["field"].clone();
        for name in [" ".to_owned(), "é".repeat(NAME + 1)] {
            assert_eq!(refused(CreateIntegration { name, ..input() }), "name");
        }
        for hash in [String::new(), "0a".repeat(16), "zz".repeat(32)] {
            assert_eq!(refused(CreateIntegration { key_hash: hash, ..input() }), "keyHash");
        }
    }
}
