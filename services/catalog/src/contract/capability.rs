//! Capabilities as messages.

use super::facts::{in_state, mark, mark_message, optional_retirement, retirement_message};
use crate::domain::capability::{Capability, CapabilityHappened, CapabilityState};
use ciclo_contracts::{
    catalog::v1::{self as pb, capability_event::What},
    convert,
};
use ciclo_kernel::Corrupt;

/// What happened to a capability, with the record as it is after.
#[must_use]
pub fn message(record: &Capability, what: Option<&CapabilityHappened>) -> pb::CapabilityEvent {
    pb::CapabilityEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The record as it was after an event.
pub fn record(message: pb::CapabilityEvent) -> Result<Capability, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Capability", "no record"))?;
    let written: CapabilityState = convert::state_from_proto::<pb::CapabilityState, _>("state", after.state)?;
    let record = Capability {
        id: convert::id("id", &after.id)?,
        name: after.name,
        description: after.description,
        maturity: after.maturity,
        defined: mark("defined", after.defined)?,
        retirement: optional_retirement(after.retirement)?,
    };
    let is = record.state();
    in_state(record, is, written)
}

fn snapshot(record: &Capability) -> pb::Capability {
    pb::Capability {
        id: record.id.to_string(),
        name: record.name.clone(),
        description: record.description.clone(),
        maturity: record.maturity,
        state: convert::state_to_proto::<pb::CapabilityState, _>(record.state()),
        defined: Some(mark_message(&record.defined)),
        retirement: record.retirement.as_ref().map(retirement_message),
    }
}

fn happened(what: &CapabilityHappened) -> What {
    match what {
        CapabilityHappened::Defined => What::Defined(pb::CapabilityDefined {}),
        CapabilityHappened::Revised => What::Revised(pb::CapabilityRevised {}),
        CapabilityHappened::Retired { reason } => {
            What::Retired(pb::CapabilityRetired { reason: reason.clone() })
        }
    }
}
