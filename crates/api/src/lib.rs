//! The GraphQL conventions of every service: sessions, access, ids, scalars,
//! lists with filters and cursors, history, `asOf`, mutations with versions and
//! idempotency keys, and subscriptions that resume. Knows no service.

pub mod access;
pub mod change;
pub mod entity;
pub mod error;
pub mod filters;
pub mod history;
pub mod list;
pub mod load;
pub mod mutate;
pub mod parked;
pub mod record;
pub mod scalars;
pub mod schema;
pub mod scope;
pub mod session;
pub mod shared;

pub use access::{Access, AccessCheck, EVERYBODY, STAFF};
pub use async_graphql;
pub use error::{ApiError, ApiResult};
pub use mutate::{create, mutate, update};
pub use pastey;
pub use scalars::{Duration, Instant, Json};
pub use session::Session;
pub use shared::{Long, Money, MoneyInput, TargetKind, TicketType};
