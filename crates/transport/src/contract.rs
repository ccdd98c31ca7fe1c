//! The contract of a transport, as a suite of checks.
