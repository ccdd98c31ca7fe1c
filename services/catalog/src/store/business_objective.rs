//! The table of business objectives.

use crate::contract;
use crate::domain::business_objective::{BusinessObjective, BusinessObjectiveHappened};
use ciclo_contracts::catalog::v1::BusinessObjectiveEvent;
use ciclo_kernel::{Corrupt, Machine, ids::BusinessObjectiveId};
use ciclo_store::{Field, Record};

impl Record for BusinessObjective {
    type Id = BusinessObjectiveId;
    type Happened = BusinessObjectiveHappened;
    type Message = BusinessObjectiveEvent;
    const TABLE: &'static str = "business_objective";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["name", "state", "weight"];

    fn id(&self) -> BusinessObjectiveId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![self.name.as_str().into(), self.state().as_str().into(), self.weight.into()]
    }

    fn happened(what: &BusinessObjectiveHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&BusinessObjectiveHappened>) -> BusinessObjectiveEvent {
        contract::business_objective::message(self, what)
    }

    fn read(message: BusinessObjectiveEvent) -> Result<Self, Corrupt> {
        contract::business_objective::record(message)
    }
}
