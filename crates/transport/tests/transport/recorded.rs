//! A transport that writes down what is published, and can be told to fail.

use crate::relay::PATIENCE;
use async_trait::async_trait;
use ciclo_store::LogRow;
use ciclo_transport::{Subscription, Topics, Transport, TransportError};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tokio::time::timeout;

/// What was published. Cheap to clone.
#[derive(Clone, Default)]
pub struct Recorded(Arc<Inner>);

#[derive(Default)]
struct Inner {
    rows: watch::Sender<Vec<LogRow>>,
    /// How many rows of the next batches go through before they fail.
    stops: Mutex<VecDeque<usize>>,
    held: watch::Sender<bool>,
    asked: watch::Sender<usize>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Recorded {
    /// The next batch that has no such order yet fails after so many rows.
    pub fn stop_after(&self, rows: usize) {
        self.0.stops.lock().unwrap().push_back(rows);
    }

    /// Batches wait, or go on.
    pub fn hold(&self, held: bool) {
        self.0.held.send_replace(held);
    }

    /// Returns when a batch has been handed over.
    pub async fn is_asked(&self) {
        let mut asked = self.0.asked.subscribe();
        timeout(PATIENCE, asked.wait_for(|times| *times > 0)).await.unwrap().unwrap();
    }

    /// Returns when so many rows are published.
    pub async fn has(&self, count: usize) {
        let mut rows = self.0.rows.subscribe();
        timeout(PATIENCE, rows.wait_for(|rows| rows.len() >= count)).await.unwrap().unwrap();
    }

    /// What is published, in its order.
    pub fn rows(&self) -> Vec<LogRow> {
        self.0.rows.borrow().clone()
    }

    /// The most batches that were on their way at the same time.
    pub fn most_at_once(&self) -> usize {
        self.0.most_at_once.load(Ordering::SeqCst)
    }

    /// All rows are there, and none before an earlier one of its record was.
    #[track_caller]
    pub fn assert_no_gap(&self, rows: &[LogRow]) {
        let mut reached: HashMap<String, u64> = HashMap::new();
        let mut first_seen = Vec::new();
        for row in self.rows() {
            let version = reached.entry(row.record_id.clone()).or_default();
            assert!(row.record_version <= *version + 1, "{} skips from {version}", row.record_version);
            if row.record_version > *version {
                *version = row.record_version;
                first_seen.push(row);
            }
        }
        assert_eq!(first_seen, rows);
    }
}

#[async_trait]
impl Transport for Recorded {
    async fn publish(&self, _: &str, rows: &[LogRow]) -> Result<(), TransportError> {
        let at_once = self.0.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        let _done = Done(&self.0.at_once);
        self.0.asked.send_modify(|times| *times += 1);
        self.0.held.subscribe().wait_for(|held| !held).await.unwrap();
        let stop = self.0.stops.lock().unwrap().pop_front();
        for row in &rows[..stop.unwrap_or(rows.len())] {
            self.0.rows.send_modify(|all| all.push(row.clone()));
            // A relay may end here.
            tokio::task::yield_now().await;
        }
        stop.map_or(Ok(()), |_| Err(TransportError("told to".to_owned())))
    }

    async fn subscribe(&self, _: &'static str, _: Topics) -> Result<Box<dyn Subscription>, TransportError> {
        Err(TransportError("it is only written to".to_owned()))
    }
}

struct Done<'a>(&'a AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
