//! The federation gateway: one GraphQL API over the five services.
//!
//! The planner, the executor and the HTTP server are those of `hive-router`;
//! this crate owns how it is configured, who may use it, and which errors a
//! client sees. It owns no business rule and no schema: the supergraph is
//! composed from the services' own by `tools/compose`.

// The server's middlewares nest deeply as types.
#![recursion_limit = "256"]

mod auth;
mod config;
mod error;
mod explorer;
mod mask;
mod plugin;
mod router;
mod server;
mod spans;
mod stream;

pub use ciclo_identity::Jwks as JwksSource;
pub use config::{GatewayConfig, Limits};
pub use error::GatewayError;
pub use server::{Gateway, RunningGateway};

/// The gateway's name among the parts of the suite.
pub const NAME: &str = "gateway";
/// Where the API and the explorer page are.
pub const GRAPHQL_PATH: &str = "/graphql";
/// The supergraph of the suite's five services.
pub const SUPERGRAPH: &str = include_str!("../supergraph.graphql");
