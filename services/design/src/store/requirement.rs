//! The table of requirements.

use crate::contract;
use crate::domain::requirement::{Requirement, RequirementHappened};
use ciclo_contracts::design::v1::RequirementEvent;
use ciclo_kernel::{Corrupt, Machine, ids::RequirementId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

/// The service of a requirement that waits for a design package, null otherwise.
pub const WAITS_FOR: &str = "waits_for_service_id";

impl Record for Requirement {
    type Id = RequirementId;
    type Happened = RequirementHappened;
    type Message = RequirementEvent;
    const TABLE: &'static str = "requirement";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "service_id",
        "state",
        "kind",
        "priority",
        "title",
        "package_id",
        WAITS_FOR,
        "recommendation_id",
        "raised_at",
    ];

    fn id(&self) -> RequirementId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            id_field(self.service),
            self.state().as_str().into(),
            self.wording.kind.as_str().into(),
            self.wording.priority.as_str().into(),
            self.wording.title.as_str().into(),
            self.tracing.package.map(id_field).into(),
            self.waits().then(|| id_field(self.service)).into(),
            self.recommendation().map(id_field).into(),
            self.raised.at.into(),
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
