//! Integrations and their routing keys: making one, and finding whose it is.

use super::neighbours::service_is_known;
use crate::domain::integration::{CreateIntegration, Integration, IntegrationState};
use crate::store::integration::KEY_HASH;
use ciclo_kernel::ids::ServiceId;
use ciclo_kernel::{Principal, Role};
use ciclo_store::{Database, Result, Tx, Versioned};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Length of a routing key, in characters.
pub const KEY: usize = 32;

/// A fresh routing key: [`KEY`] hex digits, of which 122 bits nobody can guess.
#[must_use]
pub fn fresh_key() -> String {
    Uuid::new_v4().simple().to_string()
}

/// What is kept of a routing key: its SHA-256, in hex. It needs no salt, for no key is likelier than another.
#[must_use]
pub fn hash(key: &str) -> String {
    Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes an integration with the fingerprint of its key.
///
/// `NOT_FOUND` when there is no such service.
pub async fn create(
    tx: &mut Tx,
    name: String,
    service: Option<ServiceId>,
    key_hash: String,
) -> Result<Versioned<Integration>> {
    if let Some(service) = service {
        service_is_known(tx, service).await?;
    }
    let input = CreateIntegration { name, service, key_hash };
    let made = Integration::create(tx.fresh(), input, tx.by(), tx.now());
    tx.create(made).await
}

/// The integration that a routing key is of, and who acts when it sends something; none when the key counts for
/// nothing. It tells nobody whether there was such a key.
pub async fn of_key(database: &Database, key: &str) -> Result<Option<(Principal, Integration)>> {
    let found = database.of_anybody::<Integration>(KEY_HASH, &hash(key)).await?;
    Ok(found.map(|(tenant, found)| (tenant, found.record)).filter(|(_, found)| counts(found)).map(
        |(tenant, integration)| {
            let subject = format!("integration:{}", integration.name);
            (Principal { tenant, subject, roles: vec![Role::Integration] }, integration)
        },
    ))
}

/// Whether an integration's key still counts, as the transaction sees it.
pub async fn still_counts(tx: &Tx, integration: &Integration) -> Result<bool> {
    Ok(tx.find::<Integration>(integration.id).await?.is_some_and(|found| counts(&found.record)))
}

fn counts(integration: &Integration) -> bool {
    match integration.state() {
        IntegrationState::Active => true,
        IntegrationState::Revoked => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_letters_and_digits_and_never_the_same() {
        let (one, other) = (fresh_key(), fresh_key());
        assert!(one.len() == KEY && one.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_ne!((&one, hash(&one)), (&other, hash(&other)));
        assert_eq!(hash("").len(), 64);
    }
}
