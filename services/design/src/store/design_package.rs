//! The table of design packages.

use crate::contract;
use crate::domain::design_package::{DesignPackage, DesignPackageHappened};
use ciclo_contracts::design::v1::DesignPackageEvent;
use ciclo_kernel::{Corrupt, Machine, ids::DesignPackageId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for DesignPackage {
    type Id = DesignPackageId;
    type Happened = DesignPackageHappened;
    type Message = DesignPackageEvent;
    const TABLE: &'static str = "design_package";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] =
        &["service_id", "service_name", "number", "purpose", "state", "opened_at", "approved_at"];

    fn id(&self) -> DesignPackageId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            id_field(self.service),
            self.service_name.as_str().into(),
            self.number.into(),
            self.purpose.as_str().into(),
            self.state().as_str().into(),
            self.opened.at.into(),
            self.approval().map(|approval| approval.approved.at).into(),
        ]
    }

    fn happened(what: &DesignPackageHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&DesignPackageHappened>) -> DesignPackageEvent {
        contract::design_package::message(self, what)
    }

    fn read(message: DesignPackageEvent) -> Result<Self, Corrupt> {
        contract::design_package::record(message)
    }
}
