//! The table of entitlements.

use crate::contract;
use crate::domain::entitlement::{Entitlement, EntitlementHappened};
use ciclo_contracts::operations::v1::EntitlementEvent;
use ciclo_kernel::{Corrupt, Machine, ids::EntitlementId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Entitlement {
    type Id = EntitlementId;
    type Happened = EntitlementHappened;
    type Message = EntitlementEvent;
    const TABLE: &'static str = "entitlement";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["service_id", "name", "state"];

    fn id(&self) -> EntitlementId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![id_field(self.service), self.terms.name.as_str().into(), self.state().as_str().into()]
    }

    fn happened(what: &EntitlementHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&EntitlementHappened>) -> EntitlementEvent {
        contract::entitlement::message(self, what)
    }

    fn read(message: EntitlementEvent) -> Result<Self, Corrupt> {
        contract::entitlement::record(message)
    }
}
