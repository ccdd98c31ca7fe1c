//! Where the tests' notes are: in a database of their own.

use ciclo_store::Place;
use ciclo_testkit::postgres::Server;
use tempfile::TempDir;

/// A place that nobody has used, with a directory that is removed after.
pub async fn fresh() -> (Place, TempDir) {
    (Place::Postgres(Server::shared().database("notes").await), tempfile::tempdir().unwrap())
}
