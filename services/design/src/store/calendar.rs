//! The table of calendars.

use crate::contract;
use crate::domain::calendar::{Calendar, CalendarHappened};
use ciclo_contracts::design::v1::CalendarEvent;
use ciclo_kernel::{Corrupt, Machine, ids::CalendarId};
use ciclo_store::{Field, Record};

impl Record for Calendar {
    type Id = CalendarId;
    type Happened = CalendarHappened;
    type Message = CalendarEvent;
    const TABLE: &'static str = "calendar";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["name", "state", "defined_at"];

    fn id(&self) -> CalendarId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![self.name.as_str().into(), self.state().as_str().into(), self.defined.at.into()]
    }

    fn happened(what: &CalendarHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&CalendarHappened>) -> CalendarEvent {
        contract::calendar::message(self, what)
    }

    fn read(message: CalendarEvent) -> Result<Self, Corrupt> {
        contract::calendar::record(message)
    }
}
