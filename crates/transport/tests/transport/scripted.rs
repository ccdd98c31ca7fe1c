//! A transport that hands over what a test wrote down, as often as it wrote it.

use async_trait::async_trait;
use ciclo_kernel::Timestamp;
use ciclo_store::LogRow;
use ciclo_transport::{Subscription, Topics, Transport, TransportError};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// A row of a record of the source.
pub fn row(record: &str, version: u64) -> LogRow {
    LogRow {
        sequence: version,
        event_id: format!("event-{record}-{version}"),
        tenant: "acme".to_owned(),
        record_type: "Requirement".to_owned(),
        record_id: record.to_owned(),
        record_version: version,
        event_type: "test.source.v1.RequirementTold".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        actor: "ana".to_owned(),
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
        payload: vec![1, 2, 3],
    }
}

/// Batches that are handed over one after the other. Cheap to clone.
#[derive(Clone, Default)]
pub struct Scripted {
    batches: Arc<Mutex<VecDeque<Vec<LogRow>>>>,
    commits: Arc<Mutex<usize>>,
}

impl Scripted {
    /// Hands over these rows next, as one batch.
    pub fn push(&self, rows: Vec<LogRow>) {
        self.batches.lock().unwrap().push_back(rows);
    }

    /// How often the reader has committed.
    pub fn commits(&self) -> usize {
        *self.commits.lock().unwrap()
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn publish(&self, _: &str, _: &[LogRow]) -> Result<(), TransportError> {
        Ok(())
    }

    async fn subscribe(&self, _: &'static str, _: Topics) -> Result<Box<dyn Subscription>, TransportError> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl Subscription for Scripted {
    fn system(&self) -> &'static str {
        "scripted"
    }
    fn destination(&self, row: &LogRow) -> String {
        row.record_type.clone()
    }
    async fn poll(&mut self, _: usize) -> Result<Vec<LogRow>, TransportError> {
        Ok(self.batches.lock().unwrap().pop_front().unwrap_or_default())
    }

    async fn ready(&mut self) -> Result<(), TransportError> {
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), TransportError> {
        *self.commits.lock().unwrap() += 1;
        Ok(())
    }
}
