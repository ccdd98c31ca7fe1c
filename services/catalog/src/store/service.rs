//! The table of services.

use crate::contract;
use crate::domain::service::{PortfolioPart, Service, ServiceHappened};
use ciclo_contracts::catalog::v1::ServiceEvent;
use ciclo_kernel::{Corrupt, Machine, ids::ServiceId};
use ciclo_store::{Field, Record};

impl Record for Service {
    type Id = ServiceId;
    type Happened = ServiceHappened;
    type Message = ServiceEvent;
    const TABLE: &'static str = "service";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] =
        &["state", "part", "view", "name", "owner", "family", "criticality", "on_hold", "operational_since"];

    fn id(&self) -> ServiceId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.state().as_str().into(),
            self.state().part().map(PortfolioPart::as_str).into(),
            self.view.as_str().into(),
            self.name.as_str().into(),
            self.owner.as_deref().into(),
            self.family.as_deref().into(),
            self.criticality.into(),
            self.hold.is_some().into(),
            self.status.operation().map(|operation| operation.since.at).into(),
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        let market_spaces = self.audience.market_spaces.iter().map(|id| ("market_space", id.to_string()));
        let customers = self.audience.customers.iter().map(|id| ("customer", id.to_string()));
        let objectives = self.supports.iter().map(|support| ("objective", support.objective.to_string()));
        let capabilities = self.needs.iter().map(|need| ("capability", need.capability.to_string()));
        let services = self.depends_on.iter().map(|id| ("service", id.to_string()));
        market_spaces.chain(customers).chain(objectives).chain(capabilities).chain(services).collect()
    }

    fn happened(what: &ServiceHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&ServiceHappened>) -> ServiceEvent {
        contract::service::message(self, what)
    }

    fn read(message: ServiceEvent) -> Result<Self, Corrupt> {
        contract::service::record(message)
    }
}
