//! The table of alert rules.

use crate::contract;
use crate::domain::alert_rule::{AlertRule, AlertRuleHappened};
use ciclo_contracts::operations::v1::AlertRuleEvent;
use ciclo_kernel::{Corrupt, Machine, ids::AlertRuleId};
use ciclo_store::{Field, Record};

impl Record for AlertRule {
    type Id = AlertRuleId;
    type Happened = AlertRuleHappened;
    type Message = AlertRuleEvent;
    const TABLE: &'static str = "alert_rule";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["name", "state"];

    fn id(&self) -> AlertRuleId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![self.terms.name.as_str().into(), self.state().as_str().into()]
    }

    fn happened(what: &AlertRuleHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&AlertRuleHappened>) -> AlertRuleEvent {
        contract::alert_rule::message(self, what)
    }

    fn read(message: AlertRuleEvent) -> Result<Self, Corrupt> {
        contract::alert_rule::record(message)
    }
}
