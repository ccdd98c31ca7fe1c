//! Market spaces as messages.

use super::facts::{in_state, mark, mark_message, optional_retirement, retirement_message};
use crate::domain::market_space::{MarketSpace, MarketSpaceHappened, MarketSpaceState};
use ciclo_contracts::{
    catalog::v1::{self as pb, market_space_event::What},
    convert,
};
use ciclo_kernel::Corrupt;

/// What happened to a market space, with the record as it is after.
#[must_use]
pub fn message(record: &MarketSpace, what: Option<&MarketSpaceHappened>) -> pb::MarketSpaceEvent {
    pb::MarketSpaceEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The record as it was after an event.
pub fn record(message: pb::MarketSpaceEvent) -> Result<MarketSpace, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("MarketSpace", "no record"))?;
    let written: MarketSpaceState =
        convert::state_from_proto::<pb::MarketSpaceState, _>("state", after.state)?;
    let record = MarketSpace {
        id: convert::id("id", &after.id)?,
        name: after.name,
        description: after.description,
        defined: mark("defined", after.defined)?,
        retirement: optional_retirement(after.retirement)?,
    };
    let is = record.state();
    in_state(record, is, written)
}

fn snapshot(record: &MarketSpace) -> pb::MarketSpace {
    pb::MarketSpace {
        id: record.id.to_string(),
        name: record.name.clone(),
        description: record.description.clone(),
        state: convert::state_to_proto::<pb::MarketSpaceState, _>(record.state()),
        defined: Some(mark_message(&record.defined)),
        retirement: record.retirement.as_ref().map(retirement_message),
    }
}

fn happened(what: &MarketSpaceHappened) -> What {
    match what {
        MarketSpaceHappened::Defined => What::Defined(pb::MarketSpaceDefined {}),
        MarketSpaceHappened::Revised => What::Revised(pb::MarketSpaceRevised {}),
        MarketSpaceHappened::Retired { reason } => {
            What::Retired(pb::MarketSpaceRetired { reason: reason.clone() })
        }
    }
}
