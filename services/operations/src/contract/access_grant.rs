//! Access grants as messages.

use super::facts::{mark, mark_message, optional_mark, small};
use crate::domain::access_grant::{AccessGrant, AccessGrantHappened, AccessGrantState, AccessGrantStatus};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, access_grant_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to an access grant, with the access grant as it is after.
#[must_use]
pub fn message(record: &AccessGrant, what: Option<&AccessGrantHappened>) -> pb::AccessGrantEvent {
    pb::AccessGrantEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The access grant as it was after an event.
pub fn record(message: pb::AccessGrantEvent) -> Result<AccessGrant, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("AccessGrant", "no record"))?;
    let (ended, reason) = (after.ended, after.end_reason);
    let needed = |reason: Option<String>| reason.ok_or_else(|| Corrupt::new("end_reason", "no reason"));
    let status = match convert::state_from_proto::<pb::AccessGrantState, _>("state", after.state)? {
        AccessGrantState::Requested => AccessGrantStatus::Requested,
        AccessGrantState::Verified => AccessGrantStatus::Verified,
        AccessGrantState::Approved => AccessGrantStatus::Approved,
        AccessGrantState::Granted => AccessGrantStatus::Granted,
        AccessGrantState::Expired => AccessGrantStatus::Expired {
            due: convert::instant("valid_until", after.valid_until)?,
            fired: convert::instant("expiry_fired_at", after.expiry_fired_at)?,
        },
        AccessGrantState::Revoked => {
            AccessGrantStatus::Revoked { reason: needed(reason)?, revoked: mark("ended", ended)? }
        }
        AccessGrantState::Rejected => {
            AccessGrantStatus::Rejected { reason: needed(reason)?, rejected: mark("ended", ended)? }
        }
        AccessGrantState::Withdrawn => {
            AccessGrantStatus::Withdrawn { reason, withdrawn: mark("ended", ended)? }
        }
    };
    Ok(AccessGrant {
        id: convert::id("id", &after.id)?,
        person: after.person,
        entitlement: convert::id("entitlement_id", &after.entitlement_id)?,
        entitlement_name: after.entitlement_name,
        service: convert::id("service_id", &after.service_id)?,
        reason: after.reason,
        valid_until: convert::optional_instant("valid_until", after.valid_until)?,
        priority: small("priority", after.priority)?,
        requested: mark("requested", after.requested)?,
        verified: optional_mark("verified", after.verified)?,
        approved: optional_mark("approved", after.approved)?,
        granted: optional_mark("granted", after.granted)?,
        status,
    })
}

fn snapshot(record: &AccessGrant) -> pb::AccessGrant {
    let expiry_fired_at = match &record.status {
        AccessGrantStatus::Expired { fired, .. } => Some(convert::timestamp(*fired)),
        AccessGrantStatus::Requested
        | AccessGrantStatus::Verified
        | AccessGrantStatus::Approved
        | AccessGrantStatus::Granted
        | AccessGrantStatus::Revoked { .. }
        | AccessGrantStatus::Rejected { .. }
        | AccessGrantStatus::Withdrawn { .. } => None,
    };
    pb::AccessGrant {
        id: record.id.to_string(),
        person: record.person.clone(),
        entitlement_id: record.entitlement.to_string(),
        entitlement_name: record.entitlement_name.clone(),
        service_id: record.service.to_string(),
        reason: record.reason.clone(),
        valid_until: record.valid_until.map(convert::timestamp),
        state: convert::state_to_proto::<pb::AccessGrantState, _>(record.state()),
        requested: Some(mark_message(&record.requested)),
        verified: record.verified.as_ref().map(mark_message),
        approved: record.approved.as_ref().map(mark_message),
        granted: record.granted.as_ref().map(mark_message),
        ended: record.ended().map(mark_message),
        end_reason: record.end_reason().map(str::to_owned),
        expiry_fired_at,
        priority: record.priority.into(),
    }
}

fn happened(what: &AccessGrantHappened) -> What {
    match what {
        AccessGrantHappened::Requested => What::Requested(pb::AccessGrantRequested {}),
        AccessGrantHappened::Verified => What::Verified(pb::AccessGrantVerified {}),
        AccessGrantHappened::Approved => What::Approved(pb::AccessGrantApproved {}),
        AccessGrantHappened::Granted => What::Granted(pb::AccessGrantGranted {}),
        AccessGrantHappened::Extended { from, to, reason } => What::Extended(pb::AccessGrantExtended {
            from: Some(convert::timestamp(*from)),
            to: Some(convert::timestamp(*to)),
            reason: reason.clone(),
        }),
        AccessGrantHappened::Expired { due, fired } => What::Expired(pb::AccessGrantExpired {
            due_at: Some(convert::timestamp(*due)),
            fired_at: Some(convert::timestamp(*fired)),
        }),
        AccessGrantHappened::Revoked { reason } => {
            What::Revoked(pb::AccessGrantRevoked { reason: reason.clone() })
        }
        AccessGrantHappened::Rejected { reason } => {
            What::Rejected(pb::AccessGrantRejected { reason: reason.clone() })
        }
        AccessGrantHappened::Withdrawn { reason } => {
            What::Withdrawn(pb::AccessGrantWithdrawn { reason: reason.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        access_grant::tests::grant_in,
        pairs::{at, named},
    };
    use ciclo_kernel::Machine;
    use prost::Message;

    fn reads_back(before: &AccessGrant) {
        let bytes = message(before, None).encode_to_vec();
        assert_eq!(record(pb::AccessGrantEvent::decode(&*bytes).unwrap()).as_ref(), Ok(before));
    }

    #[test]
    fn access_grants_in_every_state_read_back() {
        for state in AccessGrantState::STATES {
            reads_back(&grant_in(*state));
        }
        reads_back(&AccessGrant { valid_until: None, ..grant_in(AccessGrantState::Granted) });
        reads_back(&grant_in(AccessGrantState::Requested).withdraw(None, "lee", at(1)).unwrap().0);
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        let reason = String::new;
        for what in [
            AccessGrantHappened::Requested,
            AccessGrantHappened::Verified,
            AccessGrantHappened::Approved,
            AccessGrantHappened::Granted,
            AccessGrantHappened::Extended { from: at(0), to: at(1), reason: reason() },
            AccessGrantHappened::Expired { due: at(0), fired: at(1) },
            AccessGrantHappened::Revoked { reason: reason() },
            AccessGrantHappened::Rejected { reason: reason() },
            AccessGrantHappened::Withdrawn { reason: None },
        ] {
            named("AccessGrant", what.name());
        }
    }
}
