//! What the database itself keeps apart: tenants by its row level security,
//! services by their roles; and what it refuses at the start.

use crate::note::{Note, migrations, of, open, open_at, save};
use ciclo_kernel::Clock;
use ciclo_store::{Database, Error, Options, Place, Postgres};
use ciclo_testkit::postgres::Server;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

fn place(place: &Place) -> &Postgres {
    match place {
        Place::Postgres(place) => place,
        Place::File(_) => panic!("in a file"),
    }
}

async fn count(raw: &DatabaseConnection, from: &str) -> Result<i64, sea_orm::DbErr> {
    let asked = Statement::from_string(DbBackend::Postgres, format!("SELECT count(*) AS n FROM \"{from}\""));
    raw.query_one_raw(asked).await?.unwrap().try_get("", "n")
}

#[tokio::test]
async fn a_query_that_forgets_the_tenant_sees_one_tenant_or_nothing() {
    let notes = open().await;
    for (tenant, title) in [("acme", "one"), ("acme", "two"), ("beta", "three")] {
        save(&notes.database, &of(tenant), &Note { items: vec!["x".to_owned()], ..Note::new(title) })
            .await
            .unwrap();
    }
    let raw = Server::shared().connect(place(&notes.place)).await;
    for table in ["note", "log", "link"] {
        let unsaid = count(&raw, table).await.unwrap_err().to_string();
        assert!(unsaid.contains("ciclo.tenant"), "{table}: a session that did not say whose rows: {unsaid}");
    }
    raw.execute_unprepared("SELECT set_config('ciclo.tenant', 'acme', false)").await.unwrap();
    assert_eq!((count(&raw, "note").await, count(&raw, "log").await), (Ok(2), Ok(2)));
    raw.execute_unprepared("SELECT set_config('ciclo.tenant', 'beta', false)").await.unwrap();
    assert_eq!(count(&raw, "note").await, Ok(1));
    let steal = "UPDATE note SET tenant = 'acme'";
    assert!(raw.execute_unprepared(steal).await.unwrap_err().to_string().contains("row-level security"));
    raw.execute_unprepared("SELECT set_config('ciclo.tenant', 'gamma', false)").await.unwrap();
    assert_eq!(count(&raw, "note").await, Ok(0));
}

#[tokio::test]
async fn every_table_with_a_tenant_is_behind_the_wall() {
    let notes = open().await;
    let raw = Server::shared().connect(place(&notes.place)).await;
    let asked = "SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
                 WHERE c.relkind = 'r' AND a.attname = 'tenant' AND c.relnamespace = 'public'::regnamespace \
                 AND NOT (c.relrowsecurity AND c.relforcerowsecurity)";
    let open = raw.query_all_raw(Statement::from_string(DbBackend::Postgres, asked)).await.unwrap();
    let open: Vec<String> = open.iter().map(|row| row.try_get("", "name").unwrap()).collect();
    assert_eq!(open, Vec::<String>::new());
}

#[tokio::test]
async fn a_role_reaches_no_other_services_database() {
    let server = Server::shared();
    let (own, neighbours) = (server.database("design").await, server.database("catalog").await);
    let (_, role) = own.url.split_once("://").unwrap();
    let (_, there) = neighbours.url.split_once('@').unwrap();
    let url = format!("postgres://{}@{there}", role.split_once('@').unwrap().0);
    let strayed = Postgres { url, ..own };
    let options =
        Options { service: "notes", place: Place::Postgres(strayed), migrations, clock: Clock::System };
    let refused = Database::open(options).await.map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("permission denied for database"), "{refused}");
}

#[tokio::test]
async fn a_database_that_a_newer_version_has_migrated_is_refused() {
    let notes = open().await;
    let raw = Server::shared().connect(place(&notes.place)).await;
    let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
    raw.execute_unprepared(later).await.unwrap();
    match open_at(notes.place.clone(), &notes.clock).await.map(|_| ()) {
        Err(Error::Newer(step)) => assert_eq!(step, "m9999_later"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_process_that_may_not_migrate_refuses_a_schema_that_is_behind() {
    let fresh = Server::shared().database("notes").await;
    let waiting = Postgres { migrate: false, ..fresh.clone() };
    match open_at(Place::Postgres(waiting.clone()), &Clock::System).await.map(|_| ()) {
        Err(Error::Behind(steps)) => assert!(steps.starts_with("m0001_base"), "{steps}"),
        other => panic!("{other:?}"),
    }
    open_at(Place::Postgres(fresh), &Clock::System).await.unwrap();
    open_at(Place::Postgres(waiting), &Clock::System).await.expect("now it is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_migrate_at_once_migrate_once() {
    let fresh = Server::shared().database("notes").await;
    let openings = (0..6).map(|_| open_at(Place::Postgres(fresh.clone()), &Clock::System));
    for opened in futures::future::join_all(openings).await {
        opened.unwrap();
    }
}

#[tokio::test]
async fn a_database_that_orders_text_by_a_language_is_refused() {
    let server = Server::shared();
    let admin = server.connect(&server.place("postgres", "postgres")).await;
    let made = "CREATE DATABASE spoken TEMPLATE template0 LOCALE 'C.UTF-8' ENCODING 'UTF8'";
    admin.execute_unprepared(made).await.unwrap();
    let spoken = Place::Postgres(server.place("postgres", "spoken"));
    match open_at(spoken, &Clock::System).await.map(|_| ()) {
        Err(Error::Locale(found)) => assert_eq!(found, "C.UTF-8"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_place_never_shows_its_secrets() {
    let place = Postgres {
        url: "postgres://design:hidden@db/design".to_owned(),
        password: Some("hidden".to_owned()),
        connections: 8,
        migrate: true,
    };
    assert!(!format!("{place:?} {:?}", Place::Postgres(place.clone())).contains("hidden"));
}
