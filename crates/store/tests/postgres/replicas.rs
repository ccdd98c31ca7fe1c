//! Several processes of one service on one database, here as several stores.

use crate::note::{Note, of, open, open_at, retitle, save};
use ciclo_store::{Database, LogRow};
use futures::future::join_all;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::collections::HashMap;

/// Writes of each replica.
const WRITES: usize = 300;
/// Replicas that write.
const WRITERS: usize = 3;
/// Readers of the log, each on its own replica.
const READERS: usize = 3;

/// Follows the log by its tail until it has so many rows.
async fn follow(database: Database, rows: usize) -> Vec<LogRow> {
    let (mut seen, mut tail) = (Vec::<LogRow>::new(), database.tail());
    while seen.len() < rows {
        let at = seen.last().map_or(0, |row| row.sequence);
        tail.wait_for(|tail| *tail > at).await.unwrap();
        seen.extend(database.log_after(at, 50).await.unwrap());
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn no_reader_misses_a_row_that_commits_late() {
    let notes = open().await;
    let mut readers = Vec::new();
    for _ in 0..READERS {
        let replica = open_at(notes.place.clone(), &notes.clock).await.unwrap();
        // Each change is a row too.
        readers.push(tokio::spawn(follow(replica, 2 * WRITERS * WRITES)));
    }
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let replica = open_at(notes.place.clone(), &notes.clock).await.unwrap();
        writers.push(tokio::spawn(async move {
            let by = of("acme");
            let works = (0..WRITES).map(|n| write_slowly(&replica, &by, n % 50 == writer));
            join_all(works).await
        }));
    }
    let mut written = Vec::new();
    for writer in writers {
        written.extend(writer.await.unwrap());
    }
    for reader in readers {
        let seen = reader.await.unwrap();
        assert_eq!(seen.len(), 2 * written.len());
        assert!(seen.windows(2).all(|two| two[0].sequence < two[1].sequence), "each once, in order");
        let mut versions: HashMap<&str, Vec<u64>> = HashMap::new();
        for row in &seen {
            versions.entry(&row.record_id).or_default().push(row.record_version);
        }
        assert!(
            written.iter().all(|id| versions[id.as_str()] == [1, 2]),
            "none lost, each record's in order"
        );
    }
}

/// Saves a note and changes it; a long one holds its transaction open between its rows and its commit.
async fn write_slowly(replica: &Database, by: &ciclo_kernel::Principal, long: bool) -> String {
    let note = Note::new("one");
    let id = note.id;
    let saved = replica.write(by, move |tx| {
        Box::pin(async move {
            let saved = tx.create(Ok((note, crate::note::Happened::Written))).await?;
            if long {
                tx.set_timer(&saved.record.id.to_string(), "look", Some(tx.now())).await?;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            Ok(saved)
        })
    });
    saved.await.unwrap();
    retitle(replica, by, id, None, "two").await.unwrap();
    id.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_replicas_see_each_other_as_those_of_one_process_do() {
    let notes = open().await;
    let by = of("acme");
    let first = save(&notes.database, &by, &Note::new("0")).await.unwrap().record.id;
    let other = open_at(notes.place.clone(), &notes.clock).await.unwrap();
    let counts = (0..100).map(|n| {
        let (database, by) = (if n % 2 == 0 { &notes.database } else { &other }, by.clone());
        async move {
            let count = database.write(&by, move |tx| {
                Box::pin(async move {
                    // Reads what all before have made of it, and writes one more.
                    let before = tx.get::<Note>(first).await?;
                    let next = before.record.title.parse::<u32>().unwrap() + 1;
                    tx.change_loaded(before, None, |note, _, _| note.titled(&next.to_string())).await
                })
            });
            count.await.unwrap();
        }
    });
    join_all(counts).await;
    let found = other.reader(&by).find::<Note>(first).await.unwrap().unwrap();
    assert_eq!((found.record.title.as_str(), found.version), ("100", 101), "none was lost, none in conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hold_of_a_writer_that_is_gone_ends() {
    let notes = open().await;
    let by = of("acme");
    save(&notes.database, &by, &Note::new("one")).await.unwrap();
    let other = open_at(notes.place.clone(), &notes.clock).await.unwrap();
    let (entered, inside) = tokio::sync::oneshot::channel();
    let (database, gone) = (notes.database.clone(), by.clone());
    let held = tokio::spawn(async move {
        let write = database.write(&gone, |tx| {
            Box::pin(async move {
                tx.create(Ok((Note::new("held"), crate::note::Happened::Written))).await?;
                entered.send(()).unwrap();
                // As a process does whose network is cut in the middle of its transaction.
                std::future::pending::<ciclo_store::Result<()>>().await
            })
        });
        write.await
    });
    inside.await.unwrap();
    let begun = std::time::Instant::now();
    save(&other, &by, &Note::new("two")).await.unwrap();
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
    held.abort();
    let found = other.reader(&by).count::<Note>(&ciclo_store::Filter::All(vec![])).await.unwrap();
    assert_eq!(found, 2, "what was held was never acknowledged, and is not there");
}

#[tokio::test]
async fn connections_that_the_server_ends_are_made_again() {
    let notes = open().await;
    let by = of("acme");
    save(&notes.database, &by, &Note::new("one")).await.unwrap();
    let place = match &notes.place {
        ciclo_store::Place::Postgres(place) => place,
        ciclo_store::Place::File(_) => panic!("in a file"),
    };
    let (database, reads) = (&notes.database, &by);
    // More at once than there are connections.
    let counts = || {
        (0..20)
            .map(|_| async { database.reader(reads).count::<Note>(&ciclo_store::Filter::All(vec![])).await })
    };
    for count in join_all(counts()).await {
        assert_eq!(count.unwrap(), 1);
    }
    let server = ciclo_testkit::postgres::Server::shared();
    // The admin ends all sessions of the database: as a failover does.
    let admin = server.connect(&server.place("postgres", "postgres")).await;
    let name = place.url.rsplit_once('?').unwrap().0.rsplit_once('/').unwrap().1;
    let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1";
    admin.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, end, [name.into()])).await.unwrap();
    save(&notes.database, &by, &Note::new("two"))
        .await
        .expect("a writer that lost its connection makes another");
    for count in join_all(counts()).await {
        assert_eq!(count.expect("and so does a reader"), 2);
    }
}
