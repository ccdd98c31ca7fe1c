//! The table of transitions.

use crate::contract;
use crate::domain::{Transition, TransitionHappened, TransitionPhase};
use ciclo_contracts::transition::v1::TransitionEvent;
use ciclo_kernel::{Corrupt, Machine, ids::TransitionId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Transition {
    type Id = TransitionId;
    type Happened = TransitionHappened;
    type Message = TransitionEvent;
    const TABLE: &'static str = "transition";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] =
        &["service_id", "service_name", "design_package_id", "state", "outcome"];

    fn id(&self) -> TransitionId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        let outcome = match &self.phase {
            TransitionPhase::Closed { outcome, .. } => Some(outcome.as_str()),
            TransitionPhase::Planning
            | TransitionPhase::BuildAndTest
            | TransitionPhase::Pilot
            | TransitionPhase::DeploymentPlanning
            | TransitionPhase::Deployment
            | TransitionPhase::Review { .. }
            | TransitionPhase::Cancelled { .. } => None,
        };
        vec![
            id_field(self.service_id),
            self.service_name.as_str().into(),
            id_field(self.design_package_id),
            self.state().as_str().into(),
            outcome.into(),
        ]
    }

    fn happened(what: &TransitionHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&TransitionHappened>) -> TransitionEvent {
        contract::transition::message(self, what)
    }

    fn read(message: TransitionEvent) -> Result<Self, Corrupt> {
        contract::transition::record(message)
    }
}
