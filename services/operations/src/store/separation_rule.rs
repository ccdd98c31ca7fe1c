//! The table of separation rules.

use crate::contract;
use crate::domain::separation_rule::{SeparationRule, SeparationRuleHappened, SeparationRuleState};
use ciclo_contracts::operations::v1::SeparationRuleEvent;
use ciclo_kernel::{
    Corrupt, Machine,
    ids::{EntitlementId, SeparationRuleId},
};
use ciclo_store::{Field, Filter, Record};

/// The role of the entitlements that a rule names.
const ENTITLEMENT: &str = "entitlement";

/// The rules that are at work.
#[must_use]
pub fn at_work() -> Filter {
    Filter::is("state", SeparationRuleState::Enabled.as_str())
}

/// The rules that name an entitlement.
#[must_use]
pub fn naming(entitlement: EntitlementId) -> Filter {
    Filter::Linked(ENTITLEMENT, vec![entitlement.to_string()])
}

impl Record for SeparationRule {
    type Id = SeparationRuleId;
    type Happened = SeparationRuleHappened;
    type Message = SeparationRuleEvent;
    const TABLE: &'static str = "separation_rule";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["name", "state"];

    fn id(&self) -> SeparationRuleId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![self.terms.name.as_str().into(), self.state().as_str().into()]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        self.terms.entitlements.iter().map(|entitlement| (ENTITLEMENT, entitlement.to_string())).collect()
    }

    fn happened(what: &SeparationRuleHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&SeparationRuleHappened>) -> SeparationRuleEvent {
        contract::separation_rule::message(self, what)
    }

    fn read(message: SeparationRuleEvent) -> Result<Self, Corrupt> {
        contract::separation_rule::record(message)
    }
}
