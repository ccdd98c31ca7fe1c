//! Carries log rows from one service to the consumers of another.
//!
//! [`Transport`] is the interface; [`embedded`] reads the neighbours' logs in
//! the same process or over HTTP, [`kafka`] goes over brokers. [`consumer`] applies what arrives, once each,
//! and parks what it cannot. [`contract`] is the suite that every transport passes.

pub mod consumer;
pub mod contract;
pub mod embedded;
pub mod envelope;
pub mod kafka;
mod metrics;
pub mod relay;
mod spans;

pub use consumer::{Consumer, Handler};
pub use embedded::{Embedded, Feed};
pub use kafka::{Kafka, KafkaOptions};
pub use relay::Relay;

use async_trait::async_trait;
use ciclo_store::LogRow;

/// What a consumer reads: these record types of one service's log.
#[derive(Clone, Copy, Debug)]
pub struct Topics {
    /// The service whose log it is.
    pub source: &'static str,
    /// The record types; other rows are passed over.
    pub record_types: &'static [&'static str],
}

/// The transport failed for now; the caller tries again.
#[derive(Debug, thiserror::Error)]
#[error("transport: {0}")]
pub struct TransportError(pub String);

impl From<ciclo_store::Error> for TransportError {
    fn from(error: ciclo_store::Error) -> Self {
        Self(error.to_string())
    }
}

/// Carries log rows between services: at least once, in order per record.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Makes rows of a service's log available to all groups. A transport that
    /// reads the log itself has nothing to do here.
    async fn publish(&self, source: &str, rows: &[LogRow]) -> Result<(), TransportError>;

    /// Reads topics as a group, from where the group has committed.
    async fn subscribe(
        &self,
        group: &'static str,
        topics: Topics,
    ) -> Result<Box<dyn Subscription>, TransportError>;
}

/// A group's reading of topics.
#[async_trait]
pub trait Subscription: Send + Sync {
    /// What is there now, at most `most` rows, in order per record; empty when there is nothing.
    async fn poll(&mut self, most: usize) -> Result<Vec<LogRow>, TransportError>;
    /// Returns when there may be something to poll.
    async fn ready(&mut self) -> Result<(), TransportError>;
    /// The name of what carries, as the conventions for messaging have it.
    fn system(&self) -> &'static str;
    /// Where a row was read.
    fn destination(&self, row: &LogRow) -> String;
    /// Everything polled so far is taken in: after a restart the group goes on from here.
    async fn commit(&mut self) -> Result<(), TransportError>;
}
