//! The table of requirements.

use crate::contract;
use crate::domain::requirement::{Requirement, RequirementHappened, RequirementSource};
use ciclo_contracts::design::v1::RequirementEvent;
use ciclo_kernel::{Corrupt, Machine, ids::RequirementId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Requirement {
    type Id = RequirementId;
    type Happened = RequirementHappened;
    type Message = RequirementEvent;
    const TABLE: &'static str = "requirement";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] =
        &["service_id", "state", "kind", "priority", "title", "package_id", "recommendation_id"];

    fn id(&self) -> RequirementId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        let recommendation = match &self.source {
            RequirementSource::ByHand => None,
            RequirementSource::Recommendation { id, .. } => Some(id_field(*id)),
        };
        vec![
            id_field(self.service),
            self.state().as_str().into(),
            self.wording.kind.as_str().into(),
            self.wording.priority.as_str().into(),
            self.wording.title.as_str().into(),
            self.tracing.package.map(id_field).into(),
            recommendation.into(),
        ]
    }

    fn happened(what: &RequirementHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&RequirementHappened>) -> RequirementEvent {
        contract::requirement::message(self, what)
    }

    fn read(message: RequirementEvent) -> Result<Self, Corrupt> {
        contract::requirement::record(message)
    }
}
