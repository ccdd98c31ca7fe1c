//! The file: opened again, by a newer version, read-only, on a full disk.

use crate::note::{Happened, Note, of, open, open_at, save, start};
use ciclo_kernel::Clock;
use ciclo_store::{Error, Filter};
use ciclo_testkit::mounts::{fill, inside_own_mounts, make_read_only, mount_small};
use futures::future::join_all;
use sea_orm::ConnectionTrait;
use std::fs;
use std::path::Path;

/// Waits until the lane has closed the file: SQLite removes its log beside it then.
async fn closed(directory: &Path) {
    while directory.join("notes.sqlite-wal").exists() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn everything_is_there_when_the_file_is_opened_again() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note { items: vec!["x".to_owned()], ..Note::new("one") });
    notes.save(&ana, &note).await;
    let changed = notes.retitle(&ana, note.id, "two").await;
    let tail = *notes.database.tail().borrow();
    let beside = notes.database.write(&ana, |tx| {
        Box::pin(async move {
            tx.set_position("catalog", 42).await?;
            tx.set_timer("r", "look", Some(tx.now())).await
        })
    });
    beside.await.unwrap();
    let (file, clock, directory) =
        (notes._directory.path().join("notes.sqlite"), notes.clock, notes._directory);
    drop(notes.database);
    closed(directory.path()).await;

    let again = open_at(file.clone(), &clock).await.unwrap();
    let reader = again.reader(&ana);
    assert_eq!(reader.find::<Note>(note.id).await.unwrap(), Some(changed));
    assert_eq!(reader.history::<Note>(note.id).await.unwrap().len(), 2);
    assert_eq!(reader.by_link::<Note>("item", &["x".to_owned()], 9).await.unwrap().len(), 1);
    assert_eq!(again.position("catalog").await.unwrap(), 42);
    assert_eq!(again.next_timers(9).await.unwrap().len(), 1);
    assert_eq!(*again.tail().borrow(), tail, "subscribers go on where they were");
    save(&again, &ana, &Note::new("three")).await.unwrap();
    assert!(*again.tail().borrow() > tail);
}

#[tokio::test]
async fn a_path_may_have_any_characters() {
    let directory = tempfile::tempdir().unwrap();
    let odd = directory.path().join("a ?b=1#c %41 é");
    fs::create_dir(&odd).unwrap();
    let file = odd.join("notes.sqlite");
    let database = open_at(file.clone(), &Clock::manual(start())).await.unwrap();
    save(&database, &of("acme"), &Note::new("one")).await.unwrap();
    assert!(file.exists());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "and nowhere else");
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let notes = open().await;
    let (file, clock, directory) =
        (notes._directory.path().join("notes.sqlite"), notes.clock, notes._directory);
    drop(notes.database);
    closed(directory.path()).await;
    let raw = sea_orm::Database::connect(format!("sqlite://{}", file.display())).await.unwrap();
    let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)";
    raw.execute_unprepared(later).await.unwrap();
    raw.close().await.unwrap();
    let before = fs::read(&file).unwrap();
    match open_at(file.clone(), &clock).await {
        Err(Error::Newer(step)) => assert_eq!(step, "m9999_later"),
        other => panic!("opened: {:?}", other.map(|_| ())),
    }
    closed(directory.path()).await;
    assert_eq!(fs::read(&file).unwrap(), before);
}

/// What opening a file says when it is refused.
async fn refused(file: &Path) -> String {
    let error = open_at(file.to_owned(), &Clock::manual(start())).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains(&file.display().to_string()), "it names the file: {said}");
    said
}

#[tokio::test]
async fn a_file_that_is_none_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    refused(directory.path()).await;
    refused(&directory.path().join("missing/notes.sqlite")).await;
    let other = directory.path().join("other");
    fs::write(&other, "not a database, but long enough to be looked at as one. ".repeat(40)).unwrap();
    assert!(refused(&other).await.contains("not a database"));
}

#[test]
fn a_read_only_file_system_is_refused() {
    if !inside_own_mounts("files::a_read_only_file_system_is_refused") {
        return;
    }
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let directory = tempfile::tempdir().unwrap();
        mount_small(directory.path(), "4m");
        let file = directory.path().join("notes.sqlite");
        let database = open_at(file.clone(), &Clock::manual(start())).await.unwrap();
        save(&database, &of("acme"), &Note::new("one")).await.unwrap();
        drop(database);
        closed(directory.path()).await;
        make_read_only(directory.path());
        assert!(refused(&file).await.contains("Read-only"));
        assert!(refused(&directory.path().join("new.sqlite")).await.contains("Read-only"));
    });
}

#[test]
fn a_full_disk_refuses_for_now_and_harms_nothing() {
    if !inside_own_mounts("files::a_full_disk_refuses_for_now_and_harms_nothing") {
        return;
    }
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let directory = tempfile::tempdir().unwrap();
        mount_small(directory.path(), "8m");
        let (file, ballast) = (directory.path().join("notes.sqlite"), directory.path().join("ballast"));
        let database = open_at(file.clone(), &Clock::manual(start())).await.unwrap();
        let ana = of("acme");
        let mut kept = vec![save(&database, &ana, &Note::new("before")).await.unwrap().record.id];
        for round in 0..3 {
            fill(&ballast);
            // Small ones fail at the commit; a large one outgrows SQLite's cache and fails on the way.
            let small: Vec<Note> = (0..20).map(|n| Note::new(&n.to_string())).collect();
            let small = small.iter().map(|note| save(&database, &ana, note));
            for refused in join_all(small).await {
                let error = refused.expect_err("no space for it");
                assert!(error.is_passing(), "{error:?}");
            }
            let (first, beside) = (Note::new("first"), Note::new("beside"));
            let large = Note::new(&"long ".repeat(1_000_000));
            let together = database.write(&ana, |tx| {
                Box::pin(async move {
                    tx.create(Ok((first, Happened::Written))).await?;
                    tx.create(Ok((large, Happened::Written))).await
                })
            });
            let (together, neighbour) = tokio::join!(together, save(&database, &ana, &beside));
            for error in [together.expect_err("no space"), neighbour.expect_err("no space")] {
                assert!(error.is_passing(), "{error:?}");
            }
            let reader = database.reader(&ana);
            assert_eq!(reader.count::<Note>(&Filter::All(vec![])).await.unwrap(), kept.len() as u64);
            fs::remove_file(&ballast).unwrap();
            let after = save(&database, &ana, &Note::new(&round.to_string())).await.unwrap();
            kept.push(after.record.id);
        }
        let rows = database.log_after(0, 100).await.unwrap();
        let logged: Vec<String> = rows.into_iter().map(|row| row.record_id).collect();
        assert_eq!(logged, kept.iter().map(ToString::to_string).collect::<Vec<_>>());
    });
}
