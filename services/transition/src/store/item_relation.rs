//! The table of item relations. While it holds, a relation links to both of its items.

use crate::contract;
use crate::domain::{ItemRelation, ItemRelationHappened, ItemRelationState};
use ciclo_contracts::transition::v1::ItemRelationEvent;
use ciclo_kernel::{Corrupt, Machine, ids::ItemRelationId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for ItemRelation {
    type Id = ItemRelationId;
    type Happened = ItemRelationHappened;
    type Message = ItemRelationEvent;
    const TABLE: &'static str = "item_relation";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["source_id", "target_id", "kind", "state"];

    fn id(&self) -> ItemRelationId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            id_field(self.source_id),
            id_field(self.target_id),
            self.kind.as_str().into(),
            self.state().as_str().into(),
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        match self.state() {
            ItemRelationState::Active => {
                vec![("item", self.source_id.to_string()), ("item", self.target_id.to_string())]
            }
            ItemRelationState::Removed => Vec::new(),
        }
    }

    fn happened(what: &ItemRelationHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&ItemRelationHappened>) -> ItemRelationEvent {
        contract::item_relation::message(self, what)
    }

    fn read(message: ItemRelationEvent) -> Result<Self, Corrupt> {
        contract::item_relation::record(message)
    }
}
