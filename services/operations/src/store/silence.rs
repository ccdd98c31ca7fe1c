//! The table of silences.

use crate::contract;
use crate::domain::silence::{Silence, SilenceHappened};
use ciclo_contracts::operations::v1::SilenceEvent;
use ciclo_kernel::{Corrupt, Machine, ids::SilenceId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Silence {
    type Id = SilenceId;
    type Happened = SilenceHappened;
    type Message = SilenceEvent;
    const TABLE: &'static str = "silence";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["state", "cause", "service_id", "starts_at", "ends_at"];

    fn id(&self) -> SilenceId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.state().as_str().into(),
            self.terms.cause.as_str().into(),
            self.terms.service.map(id_field).into(),
            self.terms.starts_at.into(),
            self.terms.ends_at.into(),
        ]
    }

    fn happened(what: &SilenceHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&SilenceHappened>) -> SilenceEvent {
        contract::silence::message(self, what)
    }

    fn read(message: SilenceEvent) -> Result<Self, Corrupt> {
        contract::silence::record(message)
    }
}
