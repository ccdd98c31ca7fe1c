//! Who is calling: tokens of an OpenID provider, or of the embedded suite's own
//! key, checked at the gateway and again in every service.

pub mod keys;
pub mod token;
pub mod verify;

pub use keys::{EmbeddedKey, KeyError};
pub use token::{Claims, Issuer};
pub use verify::{Jwks, Verifier, VerifierError};

/// The issuer that the embedded suite names in its tokens.
pub const EMBEDDED_ISSUER: &str = "https://ciclo.invalid/embedded";
/// The audience that the suite expects unless configured otherwise.
pub const AUDIENCE: &str = "ciclo";
