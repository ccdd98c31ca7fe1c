//! Business objectives as messages.

use super::facts::{in_state, mark, mark_message, optional_retirement, retirement_message};
use crate::domain::business_objective::{
    BusinessObjective, BusinessObjectiveHappened, BusinessObjectiveState,
};
use ciclo_contracts::{
    catalog::v1::{self as pb, business_objective_event::What},
    convert,
};
use ciclo_kernel::Corrupt;

/// What happened to a business objective, with the record as it is after.
#[must_use]
pub fn message(
    record: &BusinessObjective,
    what: Option<&BusinessObjectiveHappened>,
) -> pb::BusinessObjectiveEvent {
    pb::BusinessObjectiveEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The record as it was after an event.
pub fn record(message: pb::BusinessObjectiveEvent) -> Result<BusinessObjective, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("BusinessObjective", "no record"))?;
    let written: BusinessObjectiveState =
        convert::state_from_proto::<pb::BusinessObjectiveState, _>("state", after.state)?;
    let record = BusinessObjective {
        id: convert::id("id", &after.id)?,
        name: after.name,
        description: after.description,
        weight: after.weight,
        defined: mark("defined", after.defined)?,
        retirement: optional_retirement(after.retirement)?,
    };
    let is = record.state();
    in_state(record, is, written)
}

fn snapshot(record: &BusinessObjective) -> pb::BusinessObjective {
    pb::BusinessObjective {
        id: record.id.to_string(),
        name: record.name.clone(),
        description: record.description.clone(),
        weight: record.weight,
        state: convert::state_to_proto::<pb::BusinessObjectiveState, _>(record.state()),
        defined: Some(mark_message(&record.defined)),
        retirement: record.retirement.as_ref().map(retirement_message),
    }
}

fn happened(what: &BusinessObjectiveHappened) -> What {
    match what {
        BusinessObjectiveHappened::Defined => What::Defined(pb::BusinessObjectiveDefined {}),
        BusinessObjectiveHappened::Revised => What::Revised(pb::BusinessObjectiveRevised {}),
        BusinessObjectiveHappened::Retired { reason } => {
            What::Retired(pb::BusinessObjectiveRetired { reason: reason.clone() })
        }
    }
}
