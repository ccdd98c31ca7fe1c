//! The table of incidents.

use crate::contract;
use crate::domain::incident::{Incident, IncidentHappened, OpenedByRule};
use ciclo_contracts::operations::v1::IncidentEvent;
use ciclo_kernel::{Corrupt, Machine, ids::IncidentId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Incident {
    type Id = IncidentId;
    type Happened = IncidentHappened;
    type Message = IncidentEvent;
    const TABLE: &'static str = "incident";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "state",
        "priority",
        "impact",
        "urgency",
        "title",
        "caller",
        "service_id",
        "group_name",
        "person",
        "opened_at",
        "major",
        "alert_id",
        "parent_id",
        "problem_id",
        "caused_by_change_id",
        "known_error_id",
        "queue_at",
        "due_kind",
        "alert_group",
    ];

    fn id(&self) -> IncidentId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.state().as_str().into(),
            self.priority.into(),
            self.impact.into(),
            self.urgency.into(),
            self.title.as_str().into(),
            self.caller.as_str().into(),
            id_field(self.service),
            self.group.clone().into(),
            self.person.clone().into(),
            self.opened.at.into(),
            self.major.as_str().into(),
            self.alert.map(id_field).into(),
            self.links.parent.map(id_field).into(),
            self.links.problem.map(id_field).into(),
            self.links.caused_by_change.map(id_field).into(),
            self.links.known_error.map(id_field).into(),
            self.queued().map(|queued| queued.place()).into(),
            self.due.map(|due| due.kind.as_str()).into(),
            self.rule.as_ref().and_then(OpenedByRule::group_key).into(),
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        self.items.iter().map(|item| ("item", item.to_string())).collect()
    }

    fn happened(what: &IncidentHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&IncidentHappened>) -> IncidentEvent {
        contract::incident::message(self, what)
    }

    fn read(message: IncidentEvent) -> Result<Self, Corrupt> {
        contract::incident::record(message)
    }
}
