//! The table of agreements, one row a version.

use crate::contract;
use crate::domain::agreement::{Agreement, AgreementHappened, AgreementParty};
use ciclo_contracts::design::v1::AgreementEvent;
use ciclo_kernel::{Corrupt, Machine, ids::AgreementId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

/// The service of a version that has not ended, null afterwards.
pub const STANDING: &str = "standing_service_id";

impl Record for Agreement {
    type Id = AgreementId;
    type Happened = AgreementHappened;
    type Message = AgreementEvent;
    const TABLE: &'static str = "agreement";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "service_id",
        "service_name",
        STANDING,
        "family_id",
        "number",
        "kind",
        "state",
        "customer_id",
        "party_name",
        "valid_from",
        "valid_until",
        "drafted_at",
    ];

    fn id(&self) -> AgreementId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        let (customer, name) = match &self.party {
            AgreementParty::Customer(customer) => (id_field(*customer), Field::Null),
            AgreementParty::Group(name) | AgreementParty::Supplier(name) => {
                (Field::Null, name.as_str().into())
            }
        };
        vec![
            id_field(self.service),
            self.service_name.as_str().into(),
            (!self.state().ended()).then(|| id_field(self.service)).into(),
            id_field(self.family),
            self.number.into(),
            self.kind().as_str().into(),
            self.state().as_str().into(),
            customer,
            name,
            self.terms.valid_from.into(),
            self.terms.valid_until.into(),
            self.drafted.at.into(),
        ]
    }

    fn happened(what: &AgreementHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&AgreementHappened>) -> AgreementEvent {
        contract::agreement::message(self, what)
    }

    fn read(message: AgreementEvent) -> Result<Self, Corrupt> {
        contract::agreement::record(message)
    }
}
