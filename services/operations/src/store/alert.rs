//! The table of alerts.

use crate::contract;
use crate::domain::alert::{Alert, AlertHappened};
use ciclo_contracts::operations::v1::AlertEvent;
use ciclo_kernel::{Corrupt, Machine, ids::AlertId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Alert {
    type Id = AlertId;
    type Happened = AlertHappened;
    type Message = AlertEvent;
    const TABLE: &'static str = "alert";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] =
        &["dedup_key", "state", "severity", "title", "service_id", "incident_id", "last_seen", "silence_id"];

    fn id(&self) -> AlertId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.dedup_key.as_str().into(),
            self.state().as_str().into(),
            self.severity.as_str().into(),
            self.title.as_str().into(),
            self.service.map(id_field).into(),
            self.incident.map(id_field).into(),
            self.last_seen.into(),
            self.silenced_by().map(id_field).into(),
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        self.monitoring_events.iter().map(|event| ("monitoring_event", event.to_string())).collect()
    }

    fn happened(what: &AlertHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&AlertHappened>) -> AlertEvent {
        contract::alert::message(self, what)
    }

    fn read(message: AlertEvent) -> Result<Self, Corrupt> {
        contract::alert::record(message)
    }
}
