//! The table of monitoring events.

use crate::contract;
use crate::domain::monitoring_event::{MonitoringEvent, MonitoringEventHappened};
use ciclo_contracts::operations::v1::MonitoringEventEvent;
use ciclo_kernel::{Corrupt, ids::MonitoringEventId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for MonitoringEvent {
    type Id = MonitoringEventId;
    type Happened = MonitoringEventHappened;
    type Message = MonitoringEventEvent;
    const TABLE: &'static str = "monitoring_event";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] =
        &["source", "external_id", "dedup_key", "severity", "service_id", "received_at"];

    fn id(&self) -> MonitoringEventId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.source.as_str().into(),
            self.external_id.as_deref().into(),
            self.dedup_key.as_str().into(),
            self.severity.as_str().into(),
            self.service.map(id_field).into(),
            self.received_at.into(),
        ]
    }

    fn happened(what: &MonitoringEventHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&MonitoringEventHappened>) -> MonitoringEventEvent {
        contract::monitoring_event::message(self, what)
    }

    fn read(message: MonitoringEventEvent) -> Result<Self, Corrupt> {
        contract::monitoring_event::record(message)
    }
}
