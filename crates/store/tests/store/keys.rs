//! Idempotency keys: the same key answers the same, other arguments are a
//! conflict, and keys belong to a caller of a tenant.

use crate::note::{Happened, Note, code, of, open};
use ciclo_kernel::{Code, Principal, Refusal};
use ciclo_store::idempotency::{KEY_MOST, Key};
use ciclo_store::{Database, Result, Versioned};

fn key(key: &str, arguments: &str) -> Key {
    Key::parse(key, arguments.to_owned()).unwrap()
}

/// A mutation as the API runs it.
async fn keyed(database: &Database, by: &Principal, key: Key, note: &Note) -> Result<Versioned<Note>> {
    let note = note.clone();
    database
        .write_once(by, key, move |tx| {
            Box::pin(async move { tx.create(Ok((note, Happened::Written))).await })
        })
        .await
}

#[tokio::test]
async fn a_key_answers_what_it_answered_even_after_later_changes() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note::new("one"));
    let first = keyed(&notes.database, &ana, key("k", "a"), &note).await.unwrap();
    notes.retitle(&ana, note.id, "two").await;
    let again = keyed(&notes.database, &ana, key("k", "a"), &Note::new("another")).await.unwrap();
    assert_eq!(again, first, "the record as it was then");
    assert_eq!(notes.database.log_after(0, 10).await.unwrap().len(), 2, "nothing was done again");
}

#[tokio::test]
async fn a_key_that_comes_twice_at_once_is_used_once() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note::new("one"));
    let (a, b) = tokio::join!(
        keyed(&notes.database, &ana, key("k", "a"), &note),
        keyed(&notes.database, &ana, key("k", "a"), &note),
    );
    assert_eq!(a.unwrap(), b.unwrap());
    assert_eq!(notes.database.log_after(0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn other_arguments_are_a_conflict() {
    let notes = open().await;
    let ana = of("acme");
    keyed(&notes.database, &ana, key("k", "a"), &Note::new("one")).await.unwrap();
    let other = keyed(&notes.database, &ana, key("k", "b"), &Note::new("two")).await;
    assert_eq!(code(other), Code::IdempotencyConflict);
}

#[tokio::test]
async fn a_key_belongs_to_one_caller_of_one_tenant() {
    let notes = open().await;
    let (ana, mut ben, stranger) = (of("acme"), of("acme"), of("other"));
    ben.subject = "ben".to_owned();
    let mut made = Vec::new();
    for by in [&ana, &ben, &stranger] {
        let note = Note::new("one");
        let answer = keyed(&notes.database, by, key("k", "a"), &note).await.unwrap();
        assert_eq!(answer.record, note, "its own, not another's");
        made.push(note.id);
    }
    assert_eq!(keyed(&notes.database, &ben, key("k", "a"), &Note::new("")).await.unwrap().record.id, made[1]);
}

#[tokio::test]
async fn a_refused_command_does_not_use_up_its_key() {
    let notes = open().await;
    let ana = of("acme");
    let refused = notes.database.write_once(&ana, key("k", "a"), |tx| {
        Box::pin(async move {
            tx.create(Ok((Note::new("one"), Happened::Written))).await?;
            Err::<Versioned<Note>, _>(Refusal::rule("no").into())
        })
    });
    assert_eq!(code(refused.await), Code::RuleViolated);
    assert_eq!(keyed(&notes.database, &ana, key("k", "b"), &Note::new("one")).await.unwrap().version, 1);
}

#[test]
fn a_key_is_printable_ascii_of_a_bounded_length() {
    let longest = "k".repeat(KEY_MOST);
    for good in ["k", "0190a0b0-c0d0", longest.as_str()] {
        assert!(Key::parse(good, String::new()).is_ok(), "{good}");
    }
    for bad in ["", "a b", "é", "a\n", &format!("{longest}k")] {
        assert_eq!(Key::parse(bad, String::new()).unwrap_err().code, Code::Invalid, "{bad}");
    }
}
