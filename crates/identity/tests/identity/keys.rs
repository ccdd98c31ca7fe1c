//! The embedded suite's key: one for all who start together, for its owner's eyes only.

use ciclo_identity::{EmbeddedKey, KeyError};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;

/// Where a child of a test opens its key.
const CHILD: &str = "CICLO_TEST_KEY_DIRECTORY";

fn files(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory.join("keys")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_key_is_made_once_and_readable_by_its_owner_only() {
    let directory = tempfile::tempdir().unwrap();
    let first = EmbeddedKey::open(directory.path()).unwrap();
    let again = EmbeddedKey::open(directory.path()).unwrap();
    assert_eq!((first.pem(), first.jwks()), (again.pem(), again.jwks()));
    let mode =
        |file: &str| fs::metadata(directory.path().join("keys").join(file)).unwrap().permissions().mode();
    assert_eq!(mode("signing-key.pem") & 0o777, 0o600);
    assert!(!first.jwks().contains("\"d\""), "the set holds the public half only");
    assert_eq!(fs::read_to_string(first.jwks_file()).unwrap(), first.jwks());
    assert_eq!(files(directory.path()), ["jwks.json", "signing-key.pem"], "and nothing is left beside them");
}

#[test]
fn a_key_set_that_does_not_fit_the_key_is_written_anew() {
    let directory = tempfile::tempdir().unwrap();
    let key = EmbeddedKey::open(directory.path()).unwrap();
    fs::write(key.jwks_file(), "{\"keys\":[]}").unwrap();
    let again = EmbeddedKey::open(directory.path()).unwrap();
    assert_eq!(fs::read_to_string(again.jwks_file()).unwrap(), key.jwks());
}

#[test]
fn a_file_that_holds_no_key_is_an_error_and_stays() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("keys")).unwrap();
    let file = directory.path().join("keys/signing-key.pem");
    fs::write(&file, "somebody's notes").unwrap();
    match EmbeddedKey::open(directory.path()) {
        Err(KeyError::Unreadable { path, .. }) => assert_eq!(path, file),
        other => panic!("{:?}", other.map(|_| ()).map_err(|error| error.to_string())),
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "somebody's notes");
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let error = EmbeddedKey::open(&file).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
}

#[test]
fn threads_that_start_together_get_one_key() {
    for _ in 0..20 {
        let directory = tempfile::tempdir().unwrap();
        let together = Barrier::new(8);
        let keys: Vec<String> = std::thread::scope(|scope| {
            let open = || {
                together.wait();
                EmbeddedKey::open(directory.path()).unwrap().pem().to_owned()
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(files(directory.path()), ["jwks.json", "signing-key.pem"]);
    }
}

/// Prints the public half, when it is run as the child of the test below.
#[test]
fn child() {
    if let Some(directory) = std::env::var_os(CHILD) {
        println!("set: {}", EmbeddedKey::open(Path::new(&directory)).unwrap().jwks());
    }
}

#[test]
fn processes_that_start_together_get_one_key() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["keys::child", "--exact", "--nocapture"]).env(CHILD, directory.path());
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..6).map(|_| start()).collect();
    let sets: Vec<String> = children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            let set = said.lines().find_map(|line| line.split_once("set: "));
            set.unwrap_or_else(|| panic!("no key: {said}")).1.to_owned()
        })
        .collect();
    let key = EmbeddedKey::open(directory.path()).unwrap();
    assert!(sets.iter().all(|set| set == key.jwks()));
    assert_eq!(files(directory.path()), ["jwks.json", "signing-key.pem"]);
}
