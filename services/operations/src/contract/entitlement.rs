//! Entitlements as messages.

use super::facts::{mark, mark_message};
use crate::domain::entitlement::{
    Entitlement, EntitlementHappened, EntitlementState, EntitlementStatus, EntitlementTerms,
};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, entitlement_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to an entitlement, with the entitlement as it is after.
#[must_use]
pub fn message(record: &Entitlement, what: Option<&EntitlementHappened>) -> pb::EntitlementEvent {
    pb::EntitlementEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The entitlement as it was after an event.
pub fn record(message: pb::EntitlementEvent) -> Result<Entitlement, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Entitlement", "no record"))?;
    let status = match convert::state_from_proto::<pb::EntitlementState, _>("state", after.state)? {
        EntitlementState::Active => EntitlementStatus::Active,
        EntitlementState::Retired => {
            EntitlementStatus::Retired { reason: after.reason, retired: mark("retired", after.retired)? }
        }
    };
    let longest =
        after.longest.map(|longest| convert::signed_duration("longest", Some(longest))).transpose()?;
    Ok(Entitlement {
        id: convert::id("id", &after.id)?,
        service: convert::id("service_id", &after.service_id)?,
        terms: EntitlementTerms { name: after.name, description: after.description, longest },
        created: mark("created", after.created)?,
        status,
    })
}

fn snapshot(record: &Entitlement) -> pb::Entitlement {
    let reason = match &record.status {
        EntitlementStatus::Active => None,
        EntitlementStatus::Retired { reason, .. } => reason.clone(),
    };
    pb::Entitlement {
        id: record.id.to_string(),
        service_id: record.service.to_string(),
        name: record.terms.name.clone(),
        description: record.terms.description.clone(),
        longest: record.terms.longest.map(convert::duration),
        state: convert::state_to_proto::<pb::EntitlementState, _>(record.state()),
        created: Some(mark_message(&record.created)),
        retired: record.retired().map(mark_message),
        reason,
    }
}

fn happened(what: &EntitlementHappened) -> What {
    match what {
        EntitlementHappened::Created => What::Created(pb::EntitlementCreated {}),
        EntitlementHappened::Revised => What::Revised(pb::EntitlementRevised {}),
        EntitlementHappened::Retired { reason } => {
            What::Retired(pb::EntitlementRetired { reason: reason.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        entitlement::tests::{entitlement_in, terms},
        pairs::{at, named},
    };
    use ciclo_kernel::Machine;
    use prost::Message;

    fn reads_back(before: &Entitlement) {
        let bytes = message(before, None).encode_to_vec();
        assert_eq!(record(pb::EntitlementEvent::decode(&*bytes).unwrap()).as_ref(), Ok(before));
    }

    #[test]
    fn entitlements_in_every_state_read_back() {
        for state in EntitlementState::STATES {
            reads_back(&entitlement_in(*state));
        }
        let bare = EntitlementTerms { description: None, longest: None, ..terms() };
        let bare = entitlement_in(EntitlementState::Active).revise(bare).unwrap().0;
        reads_back(&bare.retire(None, "jo", at(3)).unwrap().0);
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        for what in [
            EntitlementHappened::Created,
            EntitlementHappened::Revised,
            EntitlementHappened::Retired { reason: None },
        ] {
            named("Entitlement", what.name());
        }
    }
}
