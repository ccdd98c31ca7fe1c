//! The table of configuration items. An item links to the services that rest on it directly.

use crate::contract;
use crate::domain::{ConfigurationItem, ConfigurationItemHappened};
use ciclo_contracts::transition::v1::ConfigurationItemEvent;
use ciclo_kernel::{Corrupt, Machine, ids::ConfigurationItemId};
use ciclo_store::{Field, Record};

impl Record for ConfigurationItem {
    type Id = ConfigurationItemId;
    type Happened = ConfigurationItemHappened;
    type Message = ConfigurationItemEvent;
    const TABLE: &'static str = "configuration_item";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["name", "class", "state", "criticality"];

    fn id(&self) -> ConfigurationItemId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.name.as_str().into(),
            self.class.as_str().into(),
            self.state().as_str().into(),
            self.criticality.into(),
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        self.service_ids.iter().map(|service| ("service", service.to_string())).collect()
    }

    fn happened(what: &ConfigurationItemHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&ConfigurationItemHappened>) -> ConfigurationItemEvent {
        contract::configuration_item::message(self, what)
    }

    fn read(message: ConfigurationItemEvent) -> Result<Self, Corrupt> {
        contract::configuration_item::record(message)
    }
}
