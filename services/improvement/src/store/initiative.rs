//! The table of the improvement register.

use crate::contract;
use crate::domain::initiative::{Initiative, InitiativeHappened};
use ciclo_contracts::improvement::v1::InitiativeEvent;
use ciclo_kernel::{Corrupt, Machine, ids::InitiativeId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Initiative {
    type Id = InitiativeId;
    type Happened = InitiativeHappened;
    type Message = InitiativeEvent;
    const TABLE: &'static str = "initiative";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "title",
        "owner",
        "state",
        "phase",
        "service_id",
        "recommendation_id",
        "planned_end",
        "deferred_until",
    ];

    fn id(&self) -> InitiativeId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.title.as_str().into(),
            self.owner.as_str().into(),
            self.state().as_str().into(),
            self.phase().map(|phase| phase.as_str()).into(),
            self.service_id.map(id_field).into(),
            self.recommendation_id.map(id_field).into(),
            self.milestones.plan.as_ref().map(|plan| plan.end).into(),
            self.deferred_until().into(),
        ]
    }

    fn happened(what: &InitiativeHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&InitiativeHappened>) -> InitiativeEvent {
        contract::initiative::message(self, what)
    }

    fn read(message: InitiativeEvent) -> Result<Self, Corrupt> {
        contract::initiative::record(message)
    }
}
