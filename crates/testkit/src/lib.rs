//! What tests of several crates share: a service on a database of its own with
//! a clock that stands still, callers, events as neighbours would send them, and
//! a broker, a collector of OTLP.

pub mod balancer;
pub mod broker;
pub mod collector;
pub mod echo;
pub mod events;
pub mod follower;
pub mod ledger;
pub mod mounts;
pub mod postgres;
pub mod process;
pub mod service;
pub mod skip;
pub mod wire;

pub use broker::Broker;
pub use service::{Answer, TestService, caller, start, tenant};
