//! Timers: the earliest first, one of a kind for a record, moved and cleared.

use crate::note::{open, start};
use ciclo_kernel::{SignedDuration, Timestamp};

async fn set(
    notes: &crate::note::Opened,
    tenant: &str,
    record: &str,
    kind: &'static str,
    due: Option<Timestamp>,
) {
    let record = record.to_owned();
    let set = notes.write(tenant, move |tx| Box::pin(async move { tx.set_timer(&record, kind, due).await }));
    set.await.unwrap();
}

#[tokio::test]
async fn timers_come_earliest_first_and_move() {
    let notes = open().await;
    let at = |hours| Some(start() + SignedDuration::from_hours(hours));
    set(&notes, "acme", "r1", "respond", at(3)).await;
    set(&notes, "acme", "r1", "resolve", at(9)).await;
    set(&notes, "other", "r2", "respond", at(1)).await;
    set(&notes, "other", "r1", "respond", at(2)).await;
    let order = async |limit| {
        let timers = notes.database.next_timers(limit).await.unwrap();
        timers.into_iter().map(|t| format!("{} {} {}", t.tenant, t.record_id, t.kind)).collect::<Vec<_>>()
    };
    assert_eq!(
        order(10).await,
        ["other r2 respond", "other r1 respond", "acme r1 respond", "acme r1 resolve"]
    );
    set(&notes, "acme", "r1", "resolve", at(0)).await;
    set(&notes, "other", "r2", "respond", None).await;
    set(&notes, "other", "r2", "respond", None).await;
    assert_eq!(order(10).await, ["acme r1 resolve", "other r1 respond", "acme r1 respond"]);
    assert_eq!(order(1).await, ["acme r1 resolve"]);
    assert_eq!(notes.database.next_timers(1).await.unwrap()[0].due_at, start());
}
