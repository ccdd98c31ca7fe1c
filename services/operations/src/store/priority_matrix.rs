//! The table of priority matrixs.

use crate::contract;
use crate::domain::priority_matrix::{PriorityMatrix, PriorityMatrixHappened};
use ciclo_contracts::operations::v1::PriorityMatrixEvent;
use ciclo_kernel::{Corrupt, ids::PriorityMatrixId};
use ciclo_store::{Field, Record};

impl Record for PriorityMatrix {
    type Id = PriorityMatrixId;
    type Happened = PriorityMatrixHappened;
    type Message = PriorityMatrixEvent;
    const TABLE: &'static str = "priority_matrix";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[];

    fn id(&self) -> PriorityMatrixId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        Vec::new()
    }

    fn happened(what: &PriorityMatrixHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&PriorityMatrixHappened>) -> PriorityMatrixEvent {
        contract::priority_matrix::message(self, what)
    }

    fn read(message: PriorityMatrixEvent) -> Result<Self, Corrupt> {
        contract::priority_matrix::record(message)
    }
}
