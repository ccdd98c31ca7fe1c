//! Tests that need a file system of their own run once more in a mount
//! namespace, where nothing that they mount is seen from outside.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

const INSIDE: &str = "CICLO_TEST_OWN_MOUNTS";

fn unshare() -> Option<Command> {
    // Root needs no user namespace, and may not be allowed one.
    [&["--mount"][..], &["--user", "--map-root-user", "--mount"]].into_iter().find_map(|flags| {
        let tried = Command::new("unshare").args(flags).arg("true").output();
        let works = tried.is_ok_and(|output| output.status.success());
        works.then(|| {
            let mut command = Command::new("unshare");
            command.args(flags);
            command
        })
    })
}

fn skipped(test: &str, why: &str) {
    // Not `eprintln!`, which the test harness keeps to itself. Who has closed standard error does not want to know.
    let _ = writeln!(io::stderr(), "SKIPPED {test}: {why}");
}

/// True inside the namespace. Outside it runs the test named inside, fails as
/// that fails, and is false: there is nothing left to do.
///
/// # Panics
/// When the test fails inside.
#[must_use]
pub fn inside_own_mounts(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let Some(mut command) = unshare() else {
        skipped(test, "this system gives no mount namespace (unshare)");
        return false;
    };
    command.arg(std::env::current_exe().expect("a test")).args([test, "--exact", "--nocapture"]);
    let output = command.env(INSIDE, "1").output().expect("unshare runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 passed"), "{test} is not the name of the test:\n{said}");
    false
}

/// [`inside_own_mounts`] for a test that runs programs as other users there, for which one has to be
/// root outside.
///
/// # Panics
/// As that.
#[must_use]
pub fn inside_own_mounts_of_root(test: &str) -> bool {
    let root = fs::metadata("/proc/self").is_ok_and(|of| of.uid() == 0);
    if !root {
        skipped(test, "only root can run programs as other users in a mount namespace");
    }
    root && inside_own_mounts(test)
}

/// Mounts a file system in memory of a size like `4m` on a directory.
///
/// # Panics
/// Outside such a namespace.
pub fn mount_small(directory: &Path, size: &str) {
    run(
        "mount",
        &[
            "-t".as_ref(),
            "tmpfs".as_ref(),
            "-o".as_ref(),
            format!("size={size}").as_ref(),
            "tmpfs".as_ref(),
            directory.as_ref(),
        ],
    );
}

/// Makes what is mounted on a directory read-only.
///
/// # Panics
/// When nothing is mounted there.
pub fn make_read_only(directory: &Path) {
    run("mount", &["-o".as_ref(), "remount,ro".as_ref(), directory.as_ref()]);
}

/// Fills a file system to the last byte with a file on it.
///
/// # Panics
/// When the file cannot be made.
pub fn fill(file: &Path) {
    let mut ballast = File::create(file).expect("a file");
    for size in [64 * 1024, 512, 1] {
        let block = vec![0; size];
        while ballast.write_all(&block).is_ok() {}
    }
}

#[track_caller]
fn run(program: &str, arguments: &[&OsStr]) {
    let output = Command::new(program).args(arguments).output().expect("mount runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
