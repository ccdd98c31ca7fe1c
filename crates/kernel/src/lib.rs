//! What every part of Ciclo agrees on: ids, the clock, refusals, roles and
//! tenants, checked texts and state machines. Knows no service, no storage and
//! no wire format.

pub mod clock;
pub mod ids;
pub mod machine;
pub mod measure;
pub mod principal;
pub mod refusal;
pub mod text;
pub mod trace;

pub use clock::Clock;
pub use jiff::{SignedDuration, Timestamp};
pub use machine::Machine;
pub use principal::{Principal, Role, Tenant};
pub use refusal::{Code, Corrupt, Refusal};

/// The most changes that a subscription carries: what lies between a service and a client has room for all of
/// them, so that none is left out however slowly they are read. Then it ends, and is resumed behind its last cursor.
pub const CHANGES_MOST: usize = 2_000;

/// What a verb of a machine answers: the record as it is after and what
/// happened, or why not.
pub type Decision<R, E> = Result<(R, E), Refusal>;
