//! What a gateway is told, with defaults for all but the essentials.

use crate::SUPERGRAPH;
use ciclo_identity::Jwks;
use ciclo_kernel::Code;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// The configuration of one gateway.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The composed supergraph, as SDL.
    pub supergraph: String,
    /// Each subgraph's base URL by its name in the supergraph, `http://127.0.0.1:4001`. GraphQL is
    /// expected at `<base>/graphql`, subscriptions at `<base>/graphql/ws`; a subgraph of the
    /// supergraph that is missing here is an error at start.
    pub subgraphs: BTreeMap<String, String>,
    /// Whose tokens are accepted.
    pub issuer: String,
    /// The audience that a token must name.
    pub audience: String,
    /// The issuer's keys.
    pub jwks: Jwks,
    /// How much one request may ask for.
    pub limits: Limits,
    /// Whether the schema can be asked for (with a token).
    pub introspection: bool,
    /// Whether browsers get the explorer page at `/graphql` (without a token).
    pub explorer: bool,
    /// The codes of subgraph errors that reach the client as they are.
    pub refusals: Vec<String>,
    /// Origins of browser applications on other hosts; none by default.
    pub origins: Vec<String>,
    /// Threads that serve requests; at least one.
    pub workers: usize,
    /// How long one call of a subgraph may take.
    pub subgraph_timeout: Duration,
    /// How long `stop` waits for the requests at work.
    pub drain: Duration,
    /// The path of the liveness check.
    pub live_path: String,
    /// The path of the readiness check.
    pub ready_path: String,
}

/// How much one request may ask for. A refusal names the limit in `limit`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Deepest nesting of fields.
    pub max_depth: usize,
    /// Most tokens of a document.
    pub max_tokens: usize,
    /// Most aliases of an operation.
    pub max_aliases: usize,
    /// Most directives of an operation.
    pub max_directives: usize,
    /// Largest request body, in bytes.
    pub max_body_bytes: usize,
    /// Most WebSockets and streams that are open at the same time.
    pub max_streams: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 15,
            max_tokens: 5_000,
            max_aliases: 50,
            max_directives: 50,
            max_body_bytes: 1024 * 1024,
            max_streams: 1_000,
        }
    }
}

impl GatewayConfig {
    /// A gateway over the suite's own supergraph, with every limit on.
    #[must_use]
    pub fn new(
        listen: SocketAddr,
        subgraphs: BTreeMap<String, String>,
        issuer: &str,
        audience: &str,
        jwks: Jwks,
    ) -> Self {
        Self {
            listen,
            supergraph: SUPERGRAPH.to_owned(),
            subgraphs,
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            jwks,
            limits: Limits::default(),
            introspection: true,
            explorer: true,
            refusals: Code::ALL.iter().map(|code| code.as_str().to_owned()).collect(),
            origins: Vec::new(),
            workers: 2,
            subgraph_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(10),
            live_path: "/health/live".to_owned(),
            ready_path: "/health/ready".to_owned(),
        }
    }
}
