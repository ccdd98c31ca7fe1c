//! The table of offerings.

use crate::contract;
use crate::domain::offering::{Offering, OfferingHappened};
use ciclo_contracts::catalog::v1::OfferingEvent;
use ciclo_kernel::{Corrupt, Machine, ids::OfferingId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Offering {
    type Id = OfferingId;
    type Happened = OfferingHappened;
    type Message = OfferingEvent;
    const TABLE: &'static str = "offering";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "service_id",
        "state",
        "name",
        "visible",
        // The service again while customers see the offering: what they see under a service is one look-up.
        "visible_service_id",
        "service_operational",
        "approval_needed",
    ];

    fn id(&self) -> OfferingId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            id_field(self.service),
            self.state().as_str().into(),
            self.name.as_str().into(),
            self.is_visible().into(),
            self.is_visible().then(|| id_field(self.service)).into(),
            self.service_operational.into(),
            self.approval_needed.into(),
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        self.eligible.iter().map(|id| ("customer", id.to_string())).collect()
    }

    fn happened(what: &OfferingHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&OfferingHappened>) -> OfferingEvent {
        contract::offering::message(self, what)
    }

    fn read(message: OfferingEvent) -> Result<Self, Corrupt> {
        contract::offering::record(message)
    }
}
