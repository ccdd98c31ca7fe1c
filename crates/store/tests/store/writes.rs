//! Commands: saved with their event or not at all, in the order they came,
//! answered after the commit, and no harm to those that share it.

use crate::note::{Happened, Note, code, of, open, open_at, refusal, retitle, save};
use ciclo_kernel::{Code, Refusal, SignedDuration};
use ciclo_store::Error;
use futures::future::join_all;
use tokio::task::unconstrained;

#[tokio::test]
async fn a_record_is_made_and_changed_with_its_version() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note::new("one"));
    let made = notes.save(&ana, &note).await;
    assert_eq!((made.version, made.changed_at), (1, notes.clock.now()));
    notes.clock.advance(SignedDuration::from_secs(5));
    let changed = notes.retitle(&ana, note.id, "two").await;
    assert_eq!((changed.version, changed.changed_at), (2, notes.clock.now()));
    let read = notes.database.reader(&ana).find::<Note>(note.id).await.unwrap().unwrap();
    assert_eq!(read, changed, "what is read is what was answered");
    assert_eq!(read.record.title, "two");
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_with_both_versions() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note::new("one"));
    notes.save(&ana, &note).await;
    notes.retitle(&ana, note.id, "two").await;
    let stale = refusal(retitle(&notes.database, &ana, note.id, Some(1), "three").await);
    assert_eq!(stale.code, Code::Conflict);
    assert_eq!((&stale.facts["expectedVersion"], &stale.facts["actualVersion"]), (&1.into(), &2.into()));
    assert_eq!(retitle(&notes.database, &ana, note.id, Some(2), "three").await.unwrap().version, 3);
    assert_eq!(code(retitle(&notes.database, &ana, Note::new("").id, None, "x").await), Code::NotFound);
}

#[tokio::test]
async fn of_two_changes_from_one_version_one_wins() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note::new("one"));
    notes.save(&ana, &note).await;
    let titles = ["a", "b", "c", "d"];
    let raced = join_all(titles.map(|title| retitle(&notes.database, &ana, note.id, Some(1), title))).await;
    let (won, lost): (Vec<_>, Vec<_>) = raced.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 3));
    assert!(lost.into_iter().all(|lost| code(lost) == Code::Conflict));
}

#[tokio::test]
async fn a_record_that_was_loaded_before_another_change_is_not_saved_over_it() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note::new("one"));
    let loaded = notes.save(&ana, &note).await;
    notes.retitle(&ana, note.id, "two").await;
    let late = notes.database.write(&ana, |tx| {
        Box::pin(async move { tx.change_loaded(loaded, None, |note, _, _| note.titled("late")).await })
    });
    assert_eq!(code(late.await), Code::Conflict);
    let stands = notes.database.reader(&ana).find::<Note>(note.id).await.unwrap().unwrap();
    assert_eq!((stands.version, stands.record.title.as_str()), (2, "two"));
}

#[tokio::test]
async fn a_command_that_refuses_leaves_nothing() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note { items: vec!["x".to_owned()], ..Note::new("one") });
    let (id, again) = (note.id, note.clone());
    let refused = notes.database.write(&ana, move |tx| {
        Box::pin(async move {
            tx.create(Ok((again, Happened::Written))).await?;
            tx.set_timer(&id.to_string(), "look", Some(tx.now())).await?;
            tx.set_position("elsewhere", 7).await?;
            Err::<(), _>(Refusal::rule("no").into())
        })
    });
    assert_eq!(code(refused.await), Code::RuleViolated);
    let reader = notes.database.reader(&ana);
    assert_eq!(reader.find::<Note>(id).await.unwrap(), None);
    assert_eq!(reader.by_link::<Note>("item", &["x".to_owned()], 9).await.unwrap(), []);
    assert_eq!(notes.database.log_after(0, 9).await.unwrap(), []);
    assert_eq!(notes.database.next_timers(9).await.unwrap(), []);
    assert_eq!(notes.database.position("elsewhere").await.unwrap(), 0);
    assert_eq!(*notes.database.tail().borrow(), 0);
}

/// Writes 300 notes at once; every third refuses after it has written, every
/// tenth breaks a constraint, one panics.
#[tokio::test(flavor = "multi_thread")]
async fn those_that_fail_do_no_harm_to_their_neighbours() {
    let notes = open().await;
    let ana = of("acme");
    let written: Vec<Note> = (0..300).map(|n| Note::new(&n.to_string())).collect();
    let fails = |n: usize| n.is_multiple_of(3) || n.is_multiple_of(10) || n == 151;
    let writes = written.iter().cloned().enumerate().map(|(n, note)| {
        notes.database.write(&ana, move |tx| {
            Box::pin(async move {
                let saved = tx.create(Ok((note.clone(), Happened::Written))).await?;
                assert!(n != 151, "a command that panics, on purpose");
                if n.is_multiple_of(3) {
                    return Err(Refusal::rule("every third").into());
                }
                if n.is_multiple_of(10) {
                    return tx.create(Ok((note, Happened::Written))).await;
                }
                Ok(saved)
            })
        })
    });
    // Unconstrained: a task that has done much is made to wait, and its writes would change places.
    let answers = unconstrained(join_all(writes)).await;
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(answer.is_err(), fails(n), "{n}: {answer:?}");
        assert!(!matches!(answer, Err(Error::Commit(_) | Error::Stopping)), "{n}: {answer:?}");
    }
    let rows = notes.database.log_after(0, 1000).await.unwrap();
    let in_log: Vec<&str> = rows.iter().map(|row| row.record_id.as_str()).collect();
    let kept = written.iter().enumerate().filter(|(n, _)| !fails(*n));
    let kept: Vec<String> = kept.map(|(_, note)| note.id.to_string()).collect();
    assert_eq!(in_log, kept, "exactly those that were acknowledged, in the order they came");
    assert!(rows.windows(2).all(|two| two[0].sequence < two[1].sequence));
    let count = notes.database.reader(&ana).count::<Note>(&ciclo_store::Filter::All(vec![])).await;
    assert_eq!(count.unwrap(), kept.len() as u64);
    assert!(save(&notes.database, &ana, &Note::new("after")).await.is_ok(), "the lane goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_is_committed_and_the_tail_knows() {
    let notes = open().await;
    let ana = of("acme");
    let elsewhere = open_at(notes.place.clone(), &notes.clock).await.unwrap();
    let notes = &notes;
    let checks = (0..100).map(|n| {
        let (note, by, other) = (Note::new(&n.to_string()), ana.clone(), elsewhere.clone());
        async move {
            save(&notes.database, &by, &note).await.unwrap();
            let tail = *notes.database.tail().borrow();
            let rows = other.reader(&by).changes::<Note>(Some(&note.id.to_string()), 0, 9).await.unwrap();
            assert_eq!(rows.len(), 1, "another connection sees it");
            assert!(rows[0].sequence <= tail);
        }
    });
    join_all(checks).await;
}

#[tokio::test]
async fn a_command_whose_caller_has_gone_stands_all_the_same() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note::new("one"));
    let (entered, inside) = tokio::sync::oneshot::channel();
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let (id, database, by) = (note.id, notes.database.clone(), ana.clone());
    let caller = tokio::spawn(async move {
        let write = database.write(&by, |tx| {
            Box::pin(async move {
                entered.send(()).unwrap();
                released.await.unwrap();
                tx.create(Ok((note, Happened::Written))).await
            })
        });
        write.await
    });
    inside.await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    release.send(()).unwrap();
    notes.database.tail().wait_for(|tail| *tail > 0).await.unwrap();
    assert!(notes.database.reader(&ana).find::<Note>(id).await.unwrap().is_some());
}
