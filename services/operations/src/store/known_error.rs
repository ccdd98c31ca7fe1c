//! The table of known errors.

use crate::contract;
use crate::domain::known_error::{KnownError, KnownErrorHappened, KnownErrorState};
use ciclo_contracts::operations::v1::KnownErrorEvent;
use ciclo_kernel::{Corrupt, Machine, ids::KnownErrorId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

/// The column of the service that a known error is offered for, missing while it is not offered.
pub const OFFERED_SERVICE: &str = "offered_service_id";
/// The role of the items that a known error is offered for, while it is.
pub const OFFERED_ITEM: &str = "offered_item";

impl Record for KnownError {
    type Id = KnownErrorId;
    type Happened = KnownErrorHappened;
    type Message = KnownErrorEvent;
    const TABLE: &'static str = "known_error";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["state", "title", "service_id", "problem_id", OFFERED_SERVICE];

    fn id(&self) -> KnownErrorId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        let offered = self.state() == KnownErrorState::Published;
        vec![
            self.state().as_str().into(),
            self.text.title.as_str().into(),
            id_field(self.service),
            id_field(self.problem),
            offered.then(|| id_field(self.service)).into(),
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        let offered = self.state() == KnownErrorState::Published;
        let items = self.text.items.iter();
        items
            .flat_map(|item| {
                let offer = offered.then(|| (OFFERED_ITEM, item.to_string()));
                [Some(("item", item.to_string())), offer].into_iter().flatten()
            })
            .collect()
    }

    fn happened(what: &KnownErrorHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&KnownErrorHappened>) -> KnownErrorEvent {
        contract::known_error::message(self, what)
    }

    fn read(message: KnownErrorEvent) -> Result<Self, Corrupt> {
        contract::known_error::record(message)
    }
}
