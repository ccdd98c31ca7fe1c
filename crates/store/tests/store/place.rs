//! Where the tests' notes are: in a file.

use ciclo_store::Place;
use tempfile::TempDir;

/// A place that nobody has used, with the directory that is removed after.
pub async fn fresh() -> (Place, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    (directory.path().join("notes.sqlite").into(), directory)
}
