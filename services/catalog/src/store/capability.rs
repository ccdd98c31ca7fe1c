//! The table of capabilities.

use crate::contract;
use crate::domain::capability::{Capability, CapabilityHappened};
use ciclo_contracts::catalog::v1::CapabilityEvent;
use ciclo_kernel::{Corrupt, Machine, ids::CapabilityId};
use ciclo_store::{Field, Record};

impl Record for Capability {
    type Id = CapabilityId;
    type Happened = CapabilityHappened;
    type Message = CapabilityEvent;
    const TABLE: &'static str = "capability";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["name", "state", "maturity"];

    fn id(&self) -> CapabilityId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![self.name.as_str().into(), self.state().as_str().into(), self.maturity.into()]
    }

    fn happened(what: &CapabilityHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&CapabilityHappened>) -> CapabilityEvent {
        contract::capability::message(self, what)
    }

    fn read(message: CapabilityEvent) -> Result<Self, Corrupt> {
        contract::capability::record(message)
    }
}
