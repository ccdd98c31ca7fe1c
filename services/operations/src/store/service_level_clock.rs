//! The table of service level clocks.

use crate::contract;
use crate::domain::service_level_clock::{ServiceLevelClock, ServiceLevelClockHappened};
use ciclo_contracts::operations::v1::ServiceLevelClockEvent;
use ciclo_kernel::{Corrupt, Machine, ids::ServiceLevelClockId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for ServiceLevelClock {
    type Id = ServiceLevelClockId;
    type Happened = ServiceLevelClockHappened;
    type Message = ServiceLevelClockEvent;
    const TABLE: &'static str = "service_level_clock";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "subject_id",
        "kind",
        "state",
        "service_id",
        "agreement_id",
        "priority",
        "started_at",
        "breached",
        "calendar_id",
        "calendar_version",
    ];

    fn id(&self) -> ServiceLevelClockId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.subject.id.as_str().into(),
            self.kind.as_str().into(),
            self.state.as_str().into(),
            id_field(self.service),
            id_field(self.promise.agreement),
            self.promise.priority.into(),
            self.started_at.into(),
            self.breach.is_some().into(),
            self.promise.calendar.id().map(id_field).into(),
            self.promise.calendar.version().into(),
        ]
    }

    fn happened(what: &ServiceLevelClockHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&ServiceLevelClockHappened>) -> ServiceLevelClockEvent {
        contract::service_level_clock::message(self, what)
    }

    fn read(message: ServiceLevelClockEvent) -> Result<Self, Corrupt> {
        contract::service_level_clock::record(message)
    }
}
