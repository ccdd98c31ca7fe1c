//! The contract of a transport, as a suite of checks that every one passes:
//! `contract::check(async || MyHarness::fresh().await).await` in a test of it.

use crate::{Subscription, Topics, TransportError};
use async_trait::async_trait;
use ciclo_kernel::ids::{AgreementId, RecordId, RequirementId};
use ciclo_kernel::trace::TraceContext;
use ciclo_kernel::{SignedDuration, Timestamp};
use ciclo_store::LogRow;
use std::collections::BTreeMap;
use std::time::Duration;

/// The service whose log the checks read.
pub const SOURCE: &str = "source";
/// Longest time that new rows may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// Rows of the largest check.
const MANY: usize = 10_000;

const BOTH: Topics = Topics { source: SOURCE, record_types: &[RequirementId::TYPE, AgreementId::TYPE] };
const AGREEMENTS: Topics = Topics { source: SOURCE, record_types: &[AgreementId::TYPE] };

/// An event that a harness appends to the log of [`SOURCE`].
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The tenant.
    pub tenant: &'static str,
    /// Who did it.
    pub actor: String,
    /// The record's type: `Requirement` or `Agreement`.
    pub record_type: &'static str,
    /// The record's id. Its first event makes the record, each later one is its next version.
    pub record_id: String,
    /// When it happened.
    pub at: Timestamp,
    /// The trace it happened in; none outside of one.
    pub trace: Option<TraceContext>,
    /// Bytes that the log row's payload contains.
    pub bytes: Vec<u8>,
}

/// A transport with a log to read, as the checks see it.
#[async_trait(?Send)]
pub trait Harness {
    /// Appends events to the log, in this order, and publishes them; the rows
    /// as the log has them. Events of the same instant may share a commit.
    async fn append(&mut self, events: Vec<Event>) -> Vec<LogRow>;
    /// Subscribes a group.
    async fn subscribe(&self, group: &'static str, topics: Topics) -> Box<dyn Subscription>;
    /// Ends the processes at both sides and starts them again on their data.
    async fn restart(&mut self);
}

/// Runs every check on a harness of its own.
///
/// # Panics
/// When the transport breaks its contract.
pub async fn check<H: Harness>(fresh: impl AsyncFn() -> H) {
    nothing_is_there_before_the_first_row(fresh().await).await;
    rows_arrive_as_they_are_in_the_log(fresh().await).await;
    rows_arrive_in_order_per_record(fresh().await).await;
    what_is_not_committed_comes_again(fresh().await).await;
    a_group_goes_on_behind_its_commit(fresh().await).await;
    what_was_fetched_ahead_is_not_committed(fresh().await).await;
    groups_read_by_themselves(fresh().await).await;
    other_record_types_are_passed_over(fresh().await).await;
    new_rows_wake_a_reader(fresh().await).await;
    many_rows_arrive(fresh().await).await;
}

fn start() -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(500_000)
}

fn event(record_type: &'static str, record_id: &str, bytes: &[u8]) -> Event {
    Event {
        tenant: "acme",
        actor: "ana".to_owned(),
        record_type,
        record_id: record_id.to_owned(),
        at: start(),
        trace: None,
        bytes: bytes.to_vec(),
    }
}

/// Events of several records of both types, one record after the other, round and round.
fn interleaved(records: usize, rounds: usize) -> Vec<Event> {
    let records: Vec<(&str, String)> = (0..records)
        .map(|n| match n % 2 {
            0 => (RequirementId::TYPE, RequirementId::at(start()).to_string()),
            _ => (AgreementId::TYPE, AgreementId::at(start()).to_string()),
        })
        .collect();
    (0..rounds)
        .flat_map(|round| records.iter().map(move |(kind, id)| event(kind, id, round.to_string().as_bytes())))
        .collect()
}

#[track_caller]
fn good<T>(outcome: Result<T, TransportError>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

/// Polls until so many rows have come, or nothing comes for too long.
async fn take(from: &mut Box<dyn Subscription>, wanted: usize, most: usize) -> Vec<LogRow> {
    let mut found = Vec::new();
    while found.len() < wanted {
        let rows = good(from.poll(most.min(wanted - found.len())).await);
        assert!(rows.len() <= most.min(wanted - found.len()), "a batch has at most what was asked for");
        if rows.is_empty() {
            let ready = tokio::time::timeout(PATIENCE, from.ready()).await;
            good(ready.unwrap_or_else(|_| panic!("{} of {wanted} rows have come", found.len())));
        }
        found.extend(rows);
    }
    found
}

/// The rows by record, in the order they came.
fn by_record(rows: &[LogRow]) -> BTreeMap<&str, Vec<&LogRow>> {
    let mut records: BTreeMap<&str, Vec<&LogRow>> = BTreeMap::new();
    for row in rows {
        records.entry(&row.record_id).or_default().push(row);
    }
    records
}

async fn nothing_is_there_before_the_first_row(mut harness: impl Harness) {
    let mut reading = harness.subscribe("early", BOTH).await;
    assert_eq!(good(reading.poll(10).await), []);
    good(reading.commit().await);
    let rows = harness.append(interleaved(2, 1)).await;
    assert_eq!(by_record(&take(&mut reading, 2, 10).await), by_record(&rows));
}

async fn rows_arrive_as_they_are_in_the_log(mut harness: impl Harness) {
    let trace = TraceContext::fresh();
    let every_byte: Vec<u8> = (0..=255).collect();
    let at = |micros| start() + SignedDuration::from_micros(micros);
    let mut events = interleaved(6, 1);
    for (event, (tenant, actor, micros, trace, bytes)) in events.iter_mut().zip([
        ("acme", "ana", 0, None, Vec::new()),
        ("other", "Ωmega, \"quoted\" 日本", 1, Some(trace), every_byte),
        ("a-1", "service:catalog", 999_999, Some(trace.child()), vec![0; 1]),
        ("acme", "a b=c;d", 1_000_000, None, vec![255; 100]),
        ("other", "ana@example.org", 1_000_001, Some(TraceContext::fresh()), vec![7; 300_000]),
        ("acme", "ana", 3_600_000_123, None, "naïve".into()),
    ]) {
        *event = Event { tenant, actor: actor.to_owned(), at: at(micros), trace, bytes, ..event.clone() };
    }
    let rows = harness.append(events.clone()).await;
    for (row, event) in rows.iter().zip(&events) {
        assert_eq!((row.tenant.as_str(), &row.actor), (event.tenant, &event.actor));
        assert_eq!((row.at, row.record_version), (event.at, 1));
        assert_eq!((row.record_type.as_str(), &row.record_id), (event.record_type, &event.record_id));
        assert_eq!(row.traceparent, event.trace.map(|trace| trace.to_string()).unwrap_or_default());
        assert!(row.payload.ends_with(&event.bytes), "the harness keeps the bytes");
    }
    let mut reading = harness.subscribe("exact", BOTH).await;
    let found = take(&mut reading, rows.len(), 10).await;
    assert_eq!(by_record(&found), by_record(&rows), "every header and every byte");
}

async fn rows_arrive_in_order_per_record(mut harness: impl Harness) {
    let rows = harness.append(interleaved(5, 20)).await;
    let mut reading = harness.subscribe("order", BOTH).await;
    let found = take(&mut reading, 100, 7).await;
    for (record, found) in by_record(&found) {
        let versions: Vec<u64> = found.iter().map(|row| row.record_version).collect();
        assert_eq!(versions, (1..=20).collect::<Vec<u64>>(), "{record}");
    }
    assert_eq!(by_record(&found), by_record(&rows));
    assert_eq!(good(reading.poll(10).await), [], "and no more than those");
}

async fn what_is_not_committed_comes_again(mut harness: impl Harness) {
    let rows = harness.append(interleaved(3, 4)).await;
    let mut reading = harness.subscribe("again", BOTH).await;
    assert_eq!(take(&mut reading, 12, 5).await.len(), 12);
    drop(reading);
    harness.restart().await;
    let mut reading = harness.subscribe("again", BOTH).await;
    assert_eq!(by_record(&take(&mut reading, 12, 5).await), by_record(&rows));
}

async fn a_group_goes_on_behind_its_commit(mut harness: impl Harness) {
    let rows = harness.append(interleaved(1, 10)).await;
    let mut reading = harness.subscribe("resume", BOTH).await;
    assert_eq!(take(&mut reading, 4, 4).await, rows[..4]);
    good(reading.commit().await);
    assert_eq!(take(&mut reading, 3, 3).await, rows[4..7], "a commit takes nothing away");
    drop(reading);
    harness.restart().await;
    let later = harness.append(vec![event(RequirementId::TYPE, &rows[0].record_id, b"later")]).await;
    let mut reading = harness.subscribe("resume", BOTH).await;
    let found = take(&mut reading, 7, 50).await;
    assert_eq!(found[..6], rows[4..]);
    assert_eq!(found[6..], later[..], "what came while it was away");
    good(reading.commit().await);
    drop(reading);
    harness.restart().await;
    let mut reading = harness.subscribe("resume", BOTH).await;
    assert_eq!(good(reading.poll(10).await), []);
}

async fn what_was_fetched_ahead_is_not_committed(mut harness: impl Harness) {
    let mut reading = harness.subscribe("ahead", BOTH).await;
    assert_eq!(good(reading.poll(10).await), []);
    let rows = harness.append(interleaved(1, 10)).await;
    good(reading.ready().await);
    assert_eq!(take(&mut reading, 3, 3).await, rows[..3]);
    good(reading.commit().await);
    drop(reading);
    harness.restart().await;
    let mut reading = harness.subscribe("ahead", BOTH).await;
    assert_eq!(take(&mut reading, 7, 50).await, rows[3..]);
}

async fn groups_read_by_themselves(mut harness: impl Harness) {
    let rows = harness.append(interleaved(2, 5)).await;
    let mut one = harness.subscribe("one", BOTH).await;
    let mut two = harness.subscribe("two", BOTH).await;
    assert_eq!(by_record(&take(&mut one, 10, 10).await), by_record(&rows));
    good(one.commit().await);
    assert_eq!(by_record(&take(&mut two, 10, 3).await), by_record(&rows));
    drop((one, two));
    harness.restart().await;
    let mut one = harness.subscribe("one", BOTH).await;
    let mut two = harness.subscribe("two", BOTH).await;
    assert_eq!(good(one.poll(10).await), [], "it has committed");
    assert_eq!(take(&mut two, 10, 10).await.len(), 10, "it has not");
}

async fn other_record_types_are_passed_over(mut harness: impl Harness) {
    let requirement = RequirementId::at(start()).to_string();
    let agreement = AgreementId::at(start()).to_string();
    // More of the other type than a batch holds, in front, between and behind.
    let mut events = vec![event(RequirementId::TYPE, &requirement, b"other"); 40];
    events[20] = event(AgreementId::TYPE, &agreement, b"wanted");
    events[30] = event(AgreementId::TYPE, &agreement, b"wanted too");
    let rows = harness.append(events).await;
    let mut reading = harness.subscribe("types", AGREEMENTS).await;
    let found = take(&mut reading, 2, 4).await;
    assert_eq!(found, [rows[20].clone(), rows[30].clone()]);
    assert_eq!(good(reading.poll(4).await), []);
    good(reading.commit().await);
    drop(reading);
    harness.restart().await;
    let mut reading = harness.subscribe("types", AGREEMENTS).await;
    assert_eq!(good(reading.poll(4).await), []);
}

async fn new_rows_wake_a_reader(mut harness: impl Harness) {
    let mut reading = harness.subscribe("wake", BOTH).await;
    let record = RequirementId::at(start()).to_string();
    for round in 0..3u8 {
        assert_eq!(good(reading.poll(10).await), []);
        let next = event(RequirementId::TYPE, &record, &[round]);
        let (found, rows) = tokio::join!(take(&mut reading, 1, 10), harness.append(vec![next]));
        assert_eq!(found, rows);
        good(reading.commit().await);
    }
}

async fn many_rows_arrive(mut harness: impl Harness) {
    let rows = harness.append(interleaved(100, MANY / 100)).await;
    let mut reading = harness.subscribe("many", BOTH).await;
    let found = take(&mut reading, MANY, 512).await;
    assert_eq!(by_record(&found), by_record(&rows));
}
