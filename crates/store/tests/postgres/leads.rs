//! One process at a time leads: the database's lock decides.

use crate::note::{open, open_at};
use ciclo_testkit::postgres::Server;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::time::{Duration, Instant};

/// How long another process may take to lead after the one before has gone.
const TAKEOVER: Duration = Duration::from_secs(5);

#[tokio::test]
async fn one_leads_and_another_when_it_has_gone() {
    let notes = open().await;
    let other = open_at(notes.place.clone(), &notes.clock).await.unwrap();
    let lead = notes.database.lead("relay").await.unwrap().expect("nobody else does");
    assert!(other.lead("relay").await.unwrap().is_none());
    assert!(other.lead("something else").await.unwrap().is_some());
    drop(lead);
    let begun = Instant::now();
    while other.lead("relay").await.unwrap().is_none() {
        assert!(begun.elapsed() < TAKEOVER);
    }
}

#[tokio::test]
async fn a_lead_is_lost_with_its_session() {
    let notes = open().await;
    let mut lead = notes.database.lead("relay").await.unwrap().expect("nobody else does");
    let server = Server::shared();
    let admin = server.connect(&server.place("postgres", "postgres")).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted \
               AND database = (SELECT oid FROM pg_database WHERE datname = $1)";
    let ciclo_store::Place::Postgres(place) = &notes.place else { panic!("in a file") };
    let name = place.url.rsplit_once('?').unwrap().0.rsplit_once('/').unwrap().1;
    admin.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, end, [name.into()])).await.unwrap();
    tokio::time::timeout(TAKEOVER, lead.lost()).await.expect("it notices");
}
