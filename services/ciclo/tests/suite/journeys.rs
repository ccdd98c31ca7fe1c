//! The journeys of the loop through the gateway, in one process and as six.

use crate::support::{Suite, binary};
use std::process::Command;

/// The demonstration against a running suite: it exits 0 only if each effect was read back.
fn demonstrate(suite: &Suite) {
    let demo = Command::new(binary())
        .args(["demo", "--gateway", &suite.gateway, "--tenant", "acme", "--data"])
        .arg(&suite.data)
        .output()
        .expect("runs");
    let (told, said) = (String::from_utf8_lossy(&demo.stdout), String::from_utf8_lossy(&demo.stderr));
    assert!(demo.status.success(), "{told}\n{said}");
    assert!(told.contains("Every effect was read back."), "{told}");
}

#[test]
fn the_lifecycle_goes_once_round_in_one_process() {
    let suite = Suite::one();
    demonstrate(&suite);
    assert_eq!(suite.terminate(), [Some(0)]);
}

#[test]
fn the_lifecycle_goes_once_round_as_six_processes() {
    let suite = Suite::six();
    demonstrate(&suite);
    assert!(suite.terminate().iter().all(|code| *code == Some(0)));
}
