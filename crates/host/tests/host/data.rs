//! The data directory: one process at a time, and clear words when it cannot be used.

use ciclo_host::{DataDirectory, DataError};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// Between its fork and its exec, a child holds whatever another test holds at that time: one at a time.
static ALONE: Mutex<()> = Mutex::new(());
/// Which directory a child of a test holds.
const CHILD: &str = "CICLO_TEST_HELD_DIRECTORY";

#[test]
fn a_service_is_held_once_and_given_back() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let directory = tempfile::tempdir().unwrap();
    let data = DataDirectory::open(&directory.path().join("made/when/missing")).unwrap();
    let held = data.hold("design").unwrap();
    let error = data.hold("design").unwrap_err();
    assert!(matches!(error, DataError::InUse { service: "design", .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("design") && said.contains(&data.path().display().to_string()), "{said}");
    let _other = data.hold("catalog").unwrap();
    drop(held);
    let _again = data.hold("design").unwrap();
    assert_eq!(data.file("design"), data.path().join("design.sqlite"));
}

/// Holds a directory until it is killed, when it is run as the child of the test below.
#[test]
fn child() {
    if let Some(directory) = std::env::var_os(CHILD) {
        let _held = DataDirectory::open(Path::new(&directory)).unwrap().hold("design").unwrap();
        println!("held");
        let _ = std::io::stdin().read_line(&mut String::new());
    }
}

#[test]
fn another_process_is_in_the_way_until_it_dies() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["data::child", "--exact", "--nocapture"]).env(CHILD, directory.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("held")));
    let data = DataDirectory::open(directory.path()).unwrap();
    assert!(matches!(data.hold("design"), Err(DataError::InUse { .. })));
    child.kill().unwrap();
    child.wait().unwrap();
    let _held = data.hold("design").unwrap();
}

#[test]
fn a_directory_that_cannot_be_written_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let error = DataDirectory::open(&file.join("data")).unwrap_err();
    assert!(matches!(&error, DataError::NotWritable { path, .. } if path.starts_with(&file)), "{error}");
    // Nobody can make a file there, root neither.
    let read_only = DataDirectory::open(Path::new("/proc/self")).unwrap();
    let error = read_only.hold("design").unwrap_err();
    assert!(matches!(error, DataError::NotWritable { .. }), "{error}");
    assert!(error.to_string().contains("/proc/self"), "{error}");
}
