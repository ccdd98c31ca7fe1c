//! The table of deployments.

use crate::contract;
use crate::domain::{Deployment, DeploymentHappened};
use ciclo_contracts::transition::v1::DeploymentEvent;
use ciclo_kernel::{Corrupt, Machine, ids::DeploymentId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for Deployment {
    type Id = DeploymentId;
    type Happened = DeploymentHappened;
    type Message = DeploymentEvent;
    const TABLE: &'static str = "deployment";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &["transition_id", "package_name", "environment", "state"];

    fn id(&self) -> DeploymentId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            id_field(self.transition_id),
            self.package_name.as_str().into(),
            self.environment.as_str().into(),
            self.state().as_str().into(),
        ]
    }

    fn happened(what: &DeploymentHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&DeploymentHappened>) -> DeploymentEvent {
        contract::deployment::message(self, what)
    }

    fn read(message: DeploymentEvent) -> Result<Self, Corrupt> {
        contract::deployment::record(message)
    }
}
