//! The table of market spaces.

use crate::contract;
use crate::domain::market_space::{MarketSpace, MarketSpaceHappened};
use ciclo_contracts::catalog::v1::MarketSpaceEvent;
use ciclo_kernel::{Corrupt, Machine, ids::MarketSpaceId};
use ciclo_store::{Field, Record};

impl Record for MarketSpace {
    type Id = MarketSpaceId;
    type Happened = MarketSpaceHappened;
    type Message = MarketSpaceEvent;
    const TABLE: &'static str = "market_space";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["name", "state"];

    fn id(&self) -> MarketSpaceId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![self.name.as_str().into(), self.state().as_str().into()]
    }

    fn happened(what: &MarketSpaceHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&MarketSpaceHappened>) -> MarketSpaceEvent {
        contract::market_space::message(self, what)
    }

    fn read(message: MarketSpaceEvent) -> Result<Self, Corrupt> {
        contract::market_space::record(message)
    }
}
