//! The table of integrations.

use crate::contract;
use crate::domain::integration::{Integration, IntegrationHappened};
use ciclo_contracts::operations::v1::IntegrationEvent;
use ciclo_kernel::{Corrupt, Machine, ids::IntegrationId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

/// The column that finds an integration by its key, whose ever it is.
pub const KEY_HASH: &str = "key_hash";

impl Record for Integration {
    type Id = IntegrationId;
    type Happened = IntegrationHappened;
    type Message = IntegrationEvent;
    const TABLE: &'static str = "integration";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["name", "state", "service_id", KEY_HASH];

    fn id(&self) -> IntegrationId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.name.as_str().into(),
            self.state().as_str().into(),
            self.service.map(id_field).into(),
            self.key_hash.as_str().into(),
        ]
    }

    fn happened(what: &IntegrationHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&IntegrationHappened>) -> IntegrationEvent {
        contract::integration::message(self, what)
    }

    fn read(message: IntegrationEvent) -> Result<Self, Corrupt> {
        contract::integration::record(message)
    }
}
