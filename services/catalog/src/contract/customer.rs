//! Customers as messages.

use super::facts::{in_state, mark, mark_message, optional_retirement, retirement_message};
use crate::domain::customer::{Customer, CustomerHappened, CustomerState};
use ciclo_contracts::{
    catalog::v1::{self as pb, customer_event::What},
    convert,
};
use ciclo_kernel::Corrupt;

/// What happened to a customer, with the record as it is after.
#[must_use]
pub fn message(record: &Customer, what: Option<&CustomerHappened>) -> pb::CustomerEvent {
    pb::CustomerEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The record as it was after an event.
pub fn record(message: pb::CustomerEvent) -> Result<Customer, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Customer", "no record"))?;
    let written: CustomerState = convert::state_from_proto::<pb::CustomerState, _>("state", after.state)?;
    let record = Customer {
        id: convert::id("id", &after.id)?,
        name: after.name,
        description: after.description,
        market_space: convert::optional_id("market_space_id", &after.market_space_id)?,
        segment: after.segment,
        defined: mark("defined", after.defined)?,
        retirement: optional_retirement(after.retirement)?,
    };
    let is = record.state();
    in_state(record, is, written)
}

fn snapshot(record: &Customer) -> pb::Customer {
    pb::Customer {
        id: record.id.to_string(),
        name: record.name.clone(),
        description: record.description.clone(),
        market_space_id: record.market_space.map(|id| id.to_string()).unwrap_or_default(),
        segment: record.segment.clone(),
        state: convert::state_to_proto::<pb::CustomerState, _>(record.state()),
        defined: Some(mark_message(&record.defined)),
        retirement: record.retirement.as_ref().map(retirement_message),
    }
}

fn happened(what: &CustomerHappened) -> What {
    match what {
        CustomerHappened::Defined => What::Defined(pb::CustomerDefined {}),
        CustomerHappened::Revised => What::Revised(pb::CustomerRevised {}),
        CustomerHappened::Retired { reason } => What::Retired(pb::CustomerRetired { reason: reason.clone() }),
    }
}
