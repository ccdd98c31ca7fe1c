//! The log as history and as the past: versions without holes, every row with
//! who and when and in which trace, fields from what to what.

use crate::note::{Note, of, open};
use ciclo_kernel::SignedDuration;
use ciclo_kernel::trace::{TraceContext, within};
use ciclo_store::Position;
use serde_json::{Value, json};

#[tokio::test]
async fn versions_have_no_holes_and_sequences_grow() {
    let notes = open().await;
    let ana = of("acme");
    let (one, two) = (Note::new("one"), Note::new("two"));
    notes.save(&ana, &one).await;
    notes.save(&ana, &two).await;
    for n in 0..10 {
        notes.retitle(&ana, if n % 3 == 0 { two.id } else { one.id }, &n.to_string()).await;
    }
    let rows = notes.database.log_after(0, 100).await.unwrap();
    assert_eq!(rows.len(), 12);
    assert!(rows.windows(2).all(|two| two[0].sequence < two[1].sequence));
    for id in [one.id, two.id] {
        let versions = rows.iter().filter(|row| row.record_id == id.to_string());
        let versions: Vec<u64> = versions.map(|row| row.record_version).collect();
        assert_eq!(versions, (1..=versions.len() as u64).collect::<Vec<_>>());
    }
    let mut ids: Vec<_> = rows.iter().map(|row| &row.event_id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 12, "every event has an id of its own");
    let behind = notes.database.log_after(rows[4].sequence, 3).await.unwrap();
    assert_eq!(behind, rows[5..8]);
    assert_eq!(notes.database.log_after(u64::MAX, 3).await.unwrap(), [], "beyond every row");
}

#[tokio::test]
async fn a_row_says_what_happened_to_what_when_by_whom_and_in_which_trace() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note::new("one"));
    let trace = TraceContext::fresh();
    notes.clock.advance(SignedDuration::from_micros(123_456));
    within(trace, notes.save(&ana, &note)).await;
    let rows = notes.database.reader(&ana).changes::<Note>(None, 0, 10).await.unwrap();
    let row = &rows[0];
    assert_eq!(row.event_type, "ciclo.design.v1.RequirementRaised");
    assert_eq!((row.record_type.as_str(), row.record_id.as_str()), ("Requirement", &*note.id.to_string()));
    assert_eq!((row.tenant.as_str(), row.actor.as_str()), ("acme", "ana"));
    assert_eq!((row.at, row.traceparent.as_str()), (notes.clock.now(), &*trace.to_string()));
    assert_eq!(ciclo_store::sql::decode::<Note>(&row.payload).unwrap(), note, "the record as it is after");
}

#[tokio::test]
async fn the_past_is_the_newest_version_at_or_before_an_instant() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note::new("1"));
    let tick = SignedDuration::from_micros(1);
    let before = notes.clock.now() - tick;
    notes.save(&ana, &note).await;
    let mut instants = vec![notes.clock.now()];
    for n in 2..=5 {
        notes.clock.advance(SignedDuration::from_hours(1));
        notes.retitle(&ana, note.id, &n.to_string()).await;
        instants.push(notes.clock.now());
    }
    let reader = notes.database.reader(&ana);
    assert_eq!(reader.as_of::<Note>(note.id, before).await.unwrap(), None, "it did not exist yet");
    for (n, at) in instants.iter().enumerate() {
        let then = reader.as_of::<Note>(note.id, *at).await.unwrap().unwrap();
        assert_eq!((then.version, then.record.title), (n as u64 + 1, (n + 1).to_string()));
        assert_eq!(then.changed_at, *at);
        let earlier = reader.as_of::<Note>(note.id, *at - tick).await.unwrap();
        assert_eq!(earlier.map_or(0, |then| then.version), n as u64, "a microsecond before");
    }
}

#[tokio::test]
async fn two_changes_at_one_instant_show_the_later_version() {
    let notes = open().await;
    let (ana, note) = (of("acme"), Note::new("1"));
    notes.save(&ana, &note).await;
    notes.retitle(&ana, note.id, "2").await;
    let then = notes.database.reader(&ana).as_of::<Note>(note.id, notes.clock.now()).await;
    assert_eq!(then.unwrap().unwrap().version, 2);
}

#[tokio::test]
async fn history_names_the_fields_from_what_to_what() {
    let notes = open().await;
    let (ana, mut ben) = (of("acme"), of("acme"));
    ben.subject = "ben".to_owned();
    let note = Note { about: Some("long".to_owned()), ..Note::new("one") };
    notes.save(&ana, &note).await;
    notes.clock.advance(SignedDuration::from_secs(1));
    let id = note.id;
    let shorten = notes.database.write(&ben, move |tx| {
        Box::pin(async move {
            let shorter = |note: Note| Note { about: None, rank: Some(3), ..note };
            let what = |note, _: &str, _| Ok((shorter(note), crate::note::Happened::Changed));
            tx.change::<Note>(id, None, what).await
        })
    });
    shorten.await.unwrap();
    let history = notes.database.reader(&ana).history::<Note>(id).await.unwrap();
    assert_eq!(history.iter().map(|entry| entry.version).collect::<Vec<_>>(), [1, 2]);
    let made: Vec<&str> = history[0].changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(made, ["description", "dropReason", "id", "serviceId", "title"]);
    assert!(history[0].changes.iter().all(|change| change.from == Value::Null));
    let (second, at) = (&history[1], notes.clock.now());
    assert_eq!(
        (second.actor.as_str(), second.at, second.event_type.as_str()),
        ("ben", at, "ciclo.design.v1.RequirementRevised")
    );
    let changes: Vec<_> = second.changes.iter().map(|c| (c.field.as_str(), &c.from, &c.to)).collect();
    let (long, three) = (json!("long"), json!("3"));
    assert_eq!(changes, [("description", &long, &Value::Null), ("evidence", &Value::Null, &three)]);
}

#[tokio::test]
async fn changes_are_of_one_type_or_one_record_behind_a_place() {
    let notes = open().await;
    let ana = of("acme");
    let (one, two) = (Note::new("one"), Note::new("two"));
    notes.save(&ana, &one).await;
    notes.save(&ana, &two).await;
    notes.retitle(&ana, one.id, "more").await;
    let reader = notes.database.reader(&ana);
    let all = reader.changes::<Note>(None, 0, 10).await.unwrap();
    assert_eq!(all.len(), 3);
    let of_one = reader.changes::<Note>(Some(&one.id.to_string()), all[0].sequence, 10).await.unwrap();
    assert_eq!(of_one, all[2..]);
    assert_eq!(reader.changes::<Note>(None, all[0].sequence, 1).await.unwrap(), all[1..2]);
}

#[test]
fn a_cursor_reads_back_in_its_own_service_only() {
    assert_eq!(Position::parse("notes", &Position(7).cursor("notes")).unwrap(), Position(7));
    for bad in
        ["", "notes", "notes.", "notes.-1", "notes.+1", "notes.x", "other.7", "notes.9223372036854775808"]
    {
        assert!(Position::parse("notes", bad).is_err(), "{bad}");
    }
}
