//! The table of target results, one row a clock.

use crate::contract;
use crate::domain::target_result::{TargetResult, TargetResultHappened};
use ciclo_contracts::improvement::v1::TargetResultEvent;
use ciclo_kernel::{Corrupt, Machine, Timestamp, ids::TargetResultId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for TargetResult {
    type Id = TargetResultId;
    type Happened = TargetResultHappened;
    type Message = TargetResultEvent;
    const TABLE: &'static str = "target_result";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "clock_id",
        "subject_id",
        "service_id",
        "agreement_id",
        "kind",
        "priority",
        "state",
        "breached",
        "due_at",
        "stopped_at",
        "breached_at",
    ];

    fn id(&self) -> TargetResultId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        let clock = &self.clock;
        vec![
            id_field(clock.clock_id),
            clock.subject.id().into(),
            id_field(clock.service_id),
            id_field(clock.agreement_id),
            clock.kind.as_str().into(),
            clock.priority.into(),
            self.state().as_str().into(),
            self.breached().into(),
            // What is never due comes after all that is.
            clock.due_at.unwrap_or(Timestamp::MAX).into(),
            self.stopped_at().into(),
            self.breached_at().into(),
        ]
    }

    fn happened(what: &TargetResultHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&TargetResultHappened>) -> TargetResultEvent {
        contract::target_result::message(self, what)
    }

    fn read(message: TargetResultEvent) -> Result<Self, Corrupt> {
        contract::target_result::record(message)
    }
}
