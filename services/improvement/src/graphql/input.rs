//! What inputs and fields have in common.

use crate::domain;
use crate::domain::facts::Mark;
use async_graphql::ID;
use ciclo_api::{Instant, Long, TargetKind, TicketType, mutate};
use ciclo_kernel::{Refusal, ids::RecordId};

/// Declares the input of a verb on a record that is there: which record, the version that the caller saw, the
/// idempotency key, and the verb's own fields.
macro_rules! verb_input {
    (
        $(#[$doc:meta])*
        $name:ident of $record:literal { $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(async_graphql::InputObject, Clone, Debug)]
        pub struct $name {
            #[doc = $record]
            pub id: async_graphql::ID,
            /// The version that the caller saw.
            pub expected_version: i32,
            /// The caller's key: the same key with the same arguments answers the same and does nothing again.
            pub idempotency_key: String,
            $($(#[$fdoc])* pub $field: $type,)*
        }
    };
}
pub(crate) use verb_input;

/// The typed id of an input that may be left out; `BAD_ID` for another type's.
pub fn optional_id<I: RecordId>(id: Option<&ID>) -> Result<Option<I>, Refusal> {
    id.map(mutate::id).transpose()
}

/// When a move was made, if it was.
pub fn at(mark: Option<&Mark>) -> Option<Instant> {
    mark.map(|mark| Instant(mark.at))
}

/// Who made a move, if it was made.
pub fn by(mark: Option<&Mark>) -> Option<&str> {
    mark.map(|mark| mark.by.as_str())
}

/// A ticket type as all subgraphs write it.
pub fn ticket_type(ticket_type: domain::facts::TicketType) -> TicketType {
    match ticket_type {
        domain::facts::TicketType::Incident => TicketType::Incident,
        domain::facts::TicketType::ServiceRequest => TicketType::ServiceRequest,
        domain::facts::TicketType::Problem => TicketType::Problem,
        domain::facts::TicketType::Alert => TicketType::Alert,
        domain::facts::TicketType::AccessGrant => TicketType::AccessGrant,
    }
}

/// The suite's word for what a target limits.
pub fn target_kind(kind: domain::facts::TargetKind) -> TargetKind {
    match kind {
        domain::facts::TargetKind::Response => TargetKind::Response,
        domain::facts::TargetKind::Resolution => TargetKind::Resolution,
    }
}

/// A count in the API.
pub fn long(count: u32) -> Long {
    Long(i64::from(count))
}
