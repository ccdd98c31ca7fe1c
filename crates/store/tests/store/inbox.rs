//! What was taken in of the neighbours: arrivals, parked events, positions.

use crate::note::{Opened, open, start};
use ciclo_kernel::SignedDuration;
use ciclo_store::LogRow;
use ciclo_store::inbox::Arrival;

fn row(record: &str, version: u64) -> LogRow {
    LogRow {
        sequence: version,
        event_id: format!("event-{record}-{version}"),
        tenant: "acme".to_owned(),
        record_type: "Service".to_owned(),
        record_id: record.to_owned(),
        record_version: version,
        event_type: "ciclo.catalog.v1.ServiceChartered".to_owned(),
        at: start(),
        actor: "ana".to_owned(),
        traceparent: String::new(),
        payload: Vec::new(),
    }
}

async fn arrives(notes: &Opened, source: &'static str, row: LogRow) -> Arrival {
    let look = notes.write("acme", move |tx| {
        Box::pin(async move {
            let arrival = tx.arrival(source, &row).await?;
            if arrival == Arrival::Next {
                tx.applied(source, &row).await?;
            }
            Ok(arrival)
        })
    });
    look.await.unwrap()
}

async fn park(notes: &Opened, row: LogRow, reason: &'static str, tries: u32) {
    let park = notes.write("acme", move |tx| {
        Box::pin(async move { tx.park("catalog", &row, reason, tries, vec![1, 2, 3]).await })
    });
    park.await.unwrap();
}

#[tokio::test]
async fn an_event_is_next_a_duplicate_or_behind_a_gap() {
    let notes = open().await;
    assert_eq!(arrives(&notes, "catalog", row("s", 1)).await, Arrival::Next);
    assert_eq!(arrives(&notes, "catalog", row("s", 1)).await, Arrival::Duplicate);
    assert_eq!(arrives(&notes, "catalog", row("s", 2)).await, Arrival::Next);
    assert_eq!(arrives(&notes, "catalog", row("s", 1)).await, Arrival::Duplicate, "an older one too");
    assert_eq!(arrives(&notes, "catalog", row("s", 4)).await, Arrival::Gap { applied: 2 });
    assert_eq!(arrives(&notes, "catalog", row("s", 3)).await, Arrival::Next, "a gap is not applied");
    assert_eq!(arrives(&notes, "catalog", row("s", 4)).await, Arrival::Next);
    assert_eq!(arrives(&notes, "catalog", row("t", 2)).await, Arrival::Gap { applied: 0 });
    assert_eq!(arrives(&notes, "design", row("s", 1)).await, Arrival::Next, "each source by itself");
}

#[tokio::test]
async fn a_parked_event_holds_back_its_own_record_only() {
    let notes = open().await;
    arrives(&notes, "catalog", row("s", 1)).await;
    park(&notes, row("s", 2), "poison", 5).await;
    assert_eq!(arrives(&notes, "catalog", row("s", 3)).await, Arrival::Behind);
    assert_eq!(arrives(&notes, "catalog", row("t", 1)).await, Arrival::Next);
    assert_eq!(arrives(&notes, "design", row("s", 3)).await, Arrival::Gap { applied: 0 });
    assert_eq!(arrives(&notes, "catalog", row("s", 2)).await, Arrival::Next, "it may be tried again");
}

#[tokio::test]
async fn parked_events_are_kept_as_they_came_and_taken_out() {
    let notes = open().await;
    park(&notes, row("s", 3), "behind", 1).await;
    park(&notes, row("s", 2), "first reason", 5).await;
    notes.clock.advance(SignedDuration::from_secs(1));
    park(&notes, row("t", 1), "poison", 5).await;
    park(&notes, row("s", 2), "second reason", 6).await;
    let of_s = notes.database.parked_of("catalog", "s").await.unwrap();
    assert_eq!(of_s.iter().map(|parked| parked.record_version).collect::<Vec<_>>(), [2, 3]);
    let again = &of_s[0];
    assert_eq!((again.reason.as_str(), again.tries, again.parked_at), ("second reason", 6, start()));
    assert_eq!((again.event_id.as_str(), again.envelope.as_slice()), ("event-s-2", &[1, 2, 3][..]));
    let all = notes.database.parked(None, 10).await.unwrap();
    assert_eq!(all.iter().map(|parked| parked.record_id.as_str()).collect::<Vec<_>>(), ["s", "s", "t"]);
    assert_eq!(notes.database.parked(Some("acme"), 1).await.unwrap().len(), 1);
    let unpark = notes.write("acme", |tx| Box::pin(async move { tx.unpark("catalog", &row("s", 2)).await }));
    unpark.await.unwrap();
    assert_eq!(notes.database.parked_of("catalog", "s").await.unwrap(), of_s[1..]);
    assert_eq!(notes.database.parked_of("design", "s").await.unwrap(), []);
}

#[tokio::test]
async fn positions_are_kept_per_source() {
    let notes = open().await;
    let set = notes.write("suite", |tx| {
        Box::pin(async move {
            tx.set_position("a", 5).await?;
            tx.set_position("b", 7).await?;
            tx.set_position("a", 6).await
        })
    });
    set.await.unwrap();
    let position = async |source| notes.database.position(source).await.unwrap();
    assert_eq!((position("a").await, position("b").await, position("c").await), (6, 7, 0));
}
