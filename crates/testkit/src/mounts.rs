//! Tests that need a file system of their own run once more in a mount
//! namespace, where nothing that they mount is seen from outside.

use std::ffi::OsStr;
use std::io::Write;
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

/// True inside the namespace. Outside it runs the test named inside, fails as
/// that fails, and is false: there is nothing left to do.
pub fn inside_own_mounts(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let Some(mut command) = unshare() else {
        // Not `eprintln!`, which the test harness keeps to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: this system gives no mount namespace (unshare)");
        return false;
    };
    command.arg(std::env::current_exe().unwrap()).args([test, "--exact", "--nocapture"]);
    let output = command.env(INSIDE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 passed"), "{test} is not the name of the test:\n{said}");
    false
}

/// Mounts a file system in memory of a size like `4m` on a directory.
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
pub fn make_read_only(directory: &Path) {
    run("mount", &["-o".as_ref(), "remount,ro".as_ref(), directory.as_ref()]);
}

#[track_caller]
fn run(program: &str, arguments: &[&OsStr]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
