//! Runs services: data directory, telemetry, HTTP with identity and health,
//! consumers, shutdown. What differs between one process and many (addresses,
//! feeds, databases) is passed in; a service never asks.

pub mod data;
mod gauges;
pub mod graphql;
pub mod http;
pub mod part;
mod spans;
pub mod telemetry;

pub use data::{DataDirectory, DataError};
pub use graphql::GraphQl;
pub use part::{Part, Running, Verifiers};
