//! What to do about a test whose tools are not on the machine.

use std::io::Write;

/// Says loudly that the tests that need something are skipped.
///
/// # Panics
/// When nothing may be skipped: when the environment says `CI=true`.
pub fn skip(what: &str, why: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no {what}: {why}");
    // Not by `eprintln`: the harness keeps to itself what tests that pass have printed.
    let loud = format!("\n!!!! SKIPPED: what needs {what}: {why}\n\n");
    // Who has closed standard error does not want to know.
    let _ = std::io::stderr().write_all(loud.as_bytes());
}
