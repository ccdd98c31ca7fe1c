//! The table of customers.

use crate::contract;
use crate::domain::customer::{Customer, CustomerHappened};
use ciclo_contracts::catalog::v1::CustomerEvent;
use ciclo_kernel::{Corrupt, Machine, ids::CustomerId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Customer {
    type Id = CustomerId;
    type Happened = CustomerHappened;
    type Message = CustomerEvent;
    const TABLE: &'static str = "customer";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["name", "state", "market_space_id", "segment"];

    fn id(&self) -> CustomerId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.name.as_str().into(),
            self.state().as_str().into(),
            self.market_space.map(id_field).into(),
            self.segment.as_deref().into(),
        ]
    }

    fn happened(what: &CustomerHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&CustomerHappened>) -> CustomerEvent {
        contract::customer::message(self, what)
    }

    fn read(message: CustomerEvent) -> Result<Self, Corrupt> {
        contract::customer::record(message)
    }
}
