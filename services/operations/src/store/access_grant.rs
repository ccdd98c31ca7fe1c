//! The table of access grants. Its columns `held_from` and `held_until` say from when until when the person holds it,
//! so that who has what at an instant is one condition on them. Both are missing until it is granted; an end that is
//! open is the last of all instants.

use crate::contract;
use crate::domain::access_grant::{AccessGrant, AccessGrantHappened};
use ciclo_contracts::operations::v1::AccessGrantEvent;
use ciclo_kernel::{Corrupt, Machine, Timestamp, ids::AccessGrantId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Filter, Record, Test};

/// The column of who gets the access.
pub const PERSON: &str = "person";
/// The column of who asked for it.
pub const REQUESTER: &str = "requester";
/// The column of what they get.
pub const ENTITLEMENT: &str = "entitlement_id";
/// The column of the service that it is on.
pub const SERVICE: &str = "service_id";

const HELD_FROM: &str = "held_from";
const HELD_UNTIL: &str = "held_until";

/// The access grants that were held at an instant.
#[must_use]
pub fn held_at(at: Timestamp) -> Filter {
    Filter::All(vec![
        Filter::Column(HELD_FROM, Test::AtMost(at.into())),
        Filter::Column(HELD_UNTIL, Test::Above(at.into())),
    ])
}

impl Record for AccessGrant {
    type Id = AccessGrantId;
    type Happened = AccessGrantHappened;
    type Message = AccessGrantEvent;
    const TABLE: &'static str = "access_grant";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "state",
        PERSON,
        REQUESTER,
        ENTITLEMENT,
        SERVICE,
        "requested_at",
        "valid_until",
        HELD_FROM,
        HELD_UNTIL,
    ];

    fn id(&self) -> AccessGrantId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        let held = self.held();
        vec![
            self.state().as_str().into(),
            self.person.as_str().into(),
            self.requested.by.as_str().into(),
            id_field(self.entitlement),
            id_field(self.service),
            self.requested.at.into(),
            self.valid_until.into(),
            held.map(|(from, _)| from).into(),
            held.map(|(_, until)| until.unwrap_or(Timestamp::MAX)).into(),
        ]
    }

    fn happened(what: &AccessGrantHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&AccessGrantHappened>) -> AccessGrantEvent {
        contract::access_grant::message(self, what)
    }

    fn read(message: AccessGrantEvent) -> Result<Self, Corrupt> {
        contract::access_grant::record(message)
    }
}
