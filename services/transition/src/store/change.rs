//! The table of changes. A change links to its items, and to the people whose vote is asked now.

use crate::contract;
use crate::domain::{Change, ChangeHappened};
use ciclo_contracts::transition::v1::ChangeEvent;
use ciclo_kernel::{Corrupt, Machine, ids::ChangeId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Change {
    type Id = ChangeId;
    type Happened = ChangeHappened;
    type Message = ChangeEvent;
    const TABLE: &'static str = "change";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "title",
        "state",
        "requester",
        "drafted_by",
        "assignee",
        "transition_id",
        "window_start",
        "window_end",
        "outcome",
    ];

    fn id(&self) -> ChangeId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.title.as_str().into(),
            self.state().as_str().into(),
            self.requester.as_str().into(),
            self.drafted_by.as_str().into(),
            self.assignee.as_deref().into(),
            self.transition_id.map(id_field).into(),
            self.window.map(|window| window.start).into(),
            self.window.map(|window| window.end).into(),
            self.implementation().map(|done| done.outcome.as_str()).into(),
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        let items = self.item_ids.iter().map(|item| ("item", item.to_string()));
        items.chain(self.voters().into_iter().map(|person| ("voter", person.to_owned()))).collect()
    }

    fn happened(what: &ChangeHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&ChangeHappened>) -> ChangeEvent {
        contract::change::message(self, what)
    }

    fn read(message: ChangeEvent) -> Result<Self, Corrupt> {
        contract::change::record(message)
    }
}
