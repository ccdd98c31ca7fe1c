//! The table of problems.

use crate::contract;
use crate::domain::problem::{Problem, ProblemHappened};
use ciclo_contracts::operations::v1::ProblemEvent;
use ciclo_kernel::{Corrupt, Machine, ids::ProblemId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Problem {
    type Id = ProblemId;
    type Happened = ProblemHappened;
    type Message = ProblemEvent;
    const TABLE: &'static str = "problem";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "state",
        "priority",
        "title",
        "service_id",
        "change_id",
        "opened_at",
        "duplicate_of_id",
        "group_name",
        "person",
        "queue_at",
        "due_kind",
    ];

    fn id(&self) -> ProblemId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.state().as_str().into(),
            self.priority.into(),
            self.title.as_str().into(),
            id_field(self.service),
            self.change.map(id_field).into(),
            self.opened.at.into(),
            self.duplicate_of().map(id_field).into(),
            self.group.clone().into(),
            self.person.clone().into(),
            self.queued().map(|queued| queued.place()).into(),
            self.due.map(|due| due.kind.as_str()).into(),
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        let incidents = self.incidents.iter().map(|incident| ("incident", incident.to_string()));
        incidents.chain(self.items.iter().map(|item| ("item", item.to_string()))).collect()
    }

    fn happened(what: &ProblemHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&ProblemHappened>) -> ProblemEvent {
        contract::problem::message(self, what)
    }

    fn read(message: ProblemEvent) -> Result<Self, Corrupt> {
        contract::problem::record(message)
    }
}
