//! Integrations as messages.

use super::facts::{id_text, mark, mark_message};
use crate::domain::integration::{Integration, IntegrationHappened, IntegrationState, IntegrationStatus};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, integration_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to an integration, with the integration as it is after.
#[must_use]
pub fn message(record: &Integration, what: Option<&IntegrationHappened>) -> pb::IntegrationEvent {
    pb::IntegrationEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The integration as it was after an event.
pub fn record(message: pb::IntegrationEvent) -> Result<Integration, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Integration", "no record"))?;
    let status = match convert::state_from_proto::<pb::IntegrationState, _>("state", after.state)? {
        IntegrationState::Active => IntegrationStatus::Active,
        IntegrationState::Revoked => {
            IntegrationStatus::Revoked { reason: after.reason, revoked: mark("revoked", after.revoked)? }
        }
    };
    Ok(Integration {
        id: convert::id("id", &after.id)?,
        name: after.name,
        service: convert::optional_id("service_id", &after.service_id)?,
        key_hash: after.key_hash,
        created: mark("created", after.created)?,
        status,
    })
}

fn snapshot(record: &Integration) -> pb::Integration {
    let (revoked, reason) = match &record.status {
        IntegrationStatus::Active => (None, None),
        IntegrationStatus::Revoked { reason, revoked } => (Some(mark_message(revoked)), reason.clone()),
    };
    pb::Integration {
        id: record.id.to_string(),
        name: record.name.clone(),
        service_id: id_text(record.service),
        key_hash: record.key_hash.clone(),
        state: convert::state_to_proto::<pb::IntegrationState, _>(record.state()),
        created: Some(mark_message(&record.created)),
        revoked,
        reason,
    }
}

fn happened(what: &IntegrationHappened) -> What {
    match what {
        IntegrationHappened::Created => What::Created(pb::IntegrationCreated {}),
        IntegrationHappened::Revoked { reason } => {
            What::Revoked(pb::IntegrationRevoked { reason: reason.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{integration::tests::integration_in, pairs::named};
    use ciclo_kernel::Machine;
    use prost::Message;

    #[test]
    fn integrations_in_every_state_read_back() {
        for state in IntegrationState::STATES {
            let made = integration_in(*state);
            for before in [made.clone(), Integration { service: None, ..made }] {
                let bytes = message(&before, None).encode_to_vec();
                assert_eq!(record(pb::IntegrationEvent::decode(&*bytes).unwrap()).unwrap(), before);
            }
        }
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        for what in [IntegrationHappened::Created, IntegrationHappened::Revoked { reason: None }] {
            named("Integration", what.name());
        }
    }
}
