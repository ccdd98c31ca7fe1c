//! The relay: everything in the log is published, in order, by one at a time,
//! and again rather than never.

use crate::recorded::Recorded;
use crate::source::{append, open};
use async_trait::async_trait;
use ciclo_kernel::ids::{AgreementId, RecordId, RequirementId};
use ciclo_kernel::{SignedDuration, Timestamp};
use ciclo_store::{Database, LogRow};
use ciclo_transport::contract::{Event, SOURCE};
use ciclo_transport::relay::{Gauge, Held, Leads, NAME, Relay};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longest time that anything here may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

/// Events of two records, one after the other, a hundred a second.
pub fn events(ids: &[String; 2], from: i64, count: i64) -> Vec<Event> {
    (from..from + count)
        .map(|n| Event {
            tenant: "acme",
            actor: "ana".to_owned(),
            record_type: [RequirementId::TYPE, AgreementId::TYPE][(n % 2) as usize],
            record_id: ids[(n % 2) as usize].clone(),
            at: at(n / 100),
            trace: None,
            bytes: n.to_string().into_bytes(),
        })
        .collect()
}

/// The ids of the two records.
pub fn ids() -> [String; 2] {
    [RequirementId::at(at(0)).to_string(), AgreementId::at(at(0)).to_string()]
}

/// A log whose relay publishes to a transport that writes down what it gets.
struct Relayed {
    _directory: TempDir,
    ids: [String; 2],
    log: Database,
    to: Recorded,
}

impl Relayed {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = open(directory.path(), SOURCE).await;
        Self { _directory: directory, ids: ids(), log, to: Recorded::default() }
    }

    fn relay(&self) -> Relay {
        Relay::new(self.log.clone(), Arc::new(self.to.clone()))
    }

    fn start(&self) -> (JoinHandle<()>, Arc<Gauge>) {
        let relay = self.relay();
        let gauge = relay.gauge();
        (tokio::spawn(relay.run()), gauge)
    }

    async fn append(&self, from: i64, count: i64) -> Vec<LogRow> {
        append(&self.log, &events(&self.ids, from, count)).await
    }
}

/// Ends a relay as a crash would, and returns when nothing of it is left.
async fn crash(relay: JoinHandle<()>) {
    relay.abort();
    assert!(relay.await.unwrap_err().is_cancelled());
}

/// Returns when a log's relay has noted its last row as published.
pub async fn noted(log: &Database) {
    let last = *log.tail().borrow();
    let all = async {
        while log.position(NAME).await.unwrap() < last {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, all).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_there_and_comes_is_published_in_order() {
    let suite = Relayed::new().await;
    let mut rows = suite.append(0, 2500).await;
    let (relay, gauge) = suite.start();
    suite.to.has(2500).await;
    rows.extend(suite.append(2500, 3).await);
    suite.to.has(2503).await;
    noted(&suite.log).await;
    assert_eq!(suite.to.rows(), rows, "every row, once, by sequence");
    assert_eq!(gauge.published(), 2503);
    crash(relay).await;

    let later = suite.append(2503, 1).await;
    let (relay, gauge) = suite.start();
    suite.to.has(2504).await;
    noted(&suite.log).await;
    assert_eq!(suite.to.rows()[2503..], later, "it goes on behind what it noted");
    assert_eq!(gauge.published(), 1);
    crash(relay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_published_again_from_what_was_noted() {
    let suite = Relayed::new().await;
    // One comes to nothing, others stop on the way.
    for stop in [0, 1, 700, 999] {
        suite.to.stop_after(stop);
    }
    let rows = suite.append(0, 3000).await;
    let (relay, gauge) = suite.start();
    noted(&suite.log).await;
    suite.to.assert_no_gap(&rows);
    assert_eq!(suite.to.rows().len(), 3000 + 1700);
    assert_eq!(gauge.published(), 3000);
    crash(relay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_repeats_rows_and_leaves_none_out() {
    let suite = Relayed::new().await;
    let rows = suite.append(0, 5000).await;
    for crashed_at in [1, 1001, 1500, 4000] {
        let (relay, _) = suite.start();
        suite.to.has(crashed_at).await;
        crash(relay).await;
    }
    let (relay, _) = suite.start();
    noted(&suite.log).await;
    suite.to.assert_no_gap(&rows);
    crash(relay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_row_that_waits_has_an_age() {
    let suite = Relayed::new().await;
    suite.to.hold(true);
    suite.append(1000, 3).await;
    let (relay, gauge) = suite.start();
    suite.to.is_asked().await;
    assert_eq!(gauge.age(at(70)), Some(SignedDuration::from_secs(60)));
    suite.to.hold(false);
    noted(&suite.log).await;
    assert_eq!((gauge.age(at(70)), gauge.published()), (None, 3));
    crash(relay).await;
}

/// A lead that one at a time has, and that can be taken away.
struct Turns {
    one: Arc<Semaphore>,
    taken_away: watch::Sender<u32>,
}

struct Turn {
    _one: OwnedSemaphorePermit,
    taken_away: watch::Receiver<u32>,
}

#[async_trait]
impl Leads for Turns {
    async fn lead(&self, name: &str) -> ciclo_store::Result<Option<Box<dyn Held>>> {
        assert_eq!(name, NAME);
        let taken_away = self.taken_away.subscribe();
        let one = self.one.clone().try_acquire_owned().ok();
        Ok(one.map(|one| Box::new(Turn { _one: one, taken_away }) as Box<dyn Held>))
    }
}

#[async_trait]
impl Held for Turn {
    async fn lost(&mut self) {
        self.taken_away.changed().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_relays_at_a_time_and_another_takes_over() {
    let suite = Relayed::new().await;
    let turns = Arc::new(Turns { one: Arc::new(Semaphore::new(1)), taken_away: watch::Sender::new(0) });
    let relays: Vec<_> = (0..2).map(|_| tokio::spawn(suite.relay().led_by(turns.clone()).run())).collect();
    let mut rows = suite.append(0, 1000).await;
    suite.to.has(1000).await;
    for round in 1..=2 {
        turns.taken_away.send_modify(|times| *times += 1);
        rows.extend(suite.append(round * 1000, 1000).await);
        noted(&suite.log).await;
    }
    suite.to.assert_no_gap(&rows);
    assert_eq!(suite.to.most_at_once(), 1);
    for relay in relays {
        crash(relay).await;
    }
}
