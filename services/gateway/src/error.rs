//! Why a gateway does not start.

use std::net::SocketAddr;

/// A gateway that cannot start.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The address cannot be listened on.
    #[error("the gateway cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The supergraph cannot be planned with.
    #[error("the supergraph is not usable: {0}")]
    Supergraph(String),
    /// A subgraph has no address.
    #[error("the supergraph names the subgraph `{0}`, for which no address is configured")]
    UnknownSubgraph(String),
    /// The issuer's keys cannot be had.
    #[error(transparent)]
    Keys(#[from] ciclo_identity::VerifierError),
    /// The router refuses its configuration.
    #[error("the gateway's configuration is not usable: {0}")]
    Config(String),
    /// The gateway's thread ended before it was listening.
    #[error("the gateway's thread ended early: {0}")]
    Thread(String),
}
