//! Records, their log and what hangs on them, on SQL. Shared by all services;
//! knows none of them. A service names its tables in its own `store` room.
//!
//! - [`Database`] opens the file, runs the migrations and owns the one lane of writes.
//! - [`Tx`] is one command's transaction: records, log rows, timers, copies.
//! - [`Reader`] reads for one caller: no query is built without the tenant.
//! - [`log`] is the append-only event log with its five uses.

pub mod appends;
mod backend;
mod batch;
pub mod copies;
pub mod database;
pub mod error;
pub mod filter;
pub mod gauges;
pub mod history;
pub mod idempotency;
pub mod inbox;
mod lane;
pub mod lead;
pub mod log;
mod only;
pub mod reader;
pub mod record;
pub mod schema;
mod spans;
pub mod sql;
pub mod timers;
pub mod tx;

pub use backend::{Place, Postgres};
pub use copies::Copied;
pub use database::{Database, Options};
pub use error::{Error, Result};
pub use filter::{Filter, Order, Page, PageRequest, Test};
pub use gauges::Gauges;
pub use lead::Lead;
pub use log::{LogRow, Position};
pub use reader::Reader;
pub use record::{Field, Record, Versioned};
pub use sea_orm_migration::prelude::MigrationTrait;
pub use tx::Tx;
