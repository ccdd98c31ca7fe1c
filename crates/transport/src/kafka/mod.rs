//! The transport for who outgrows one process: Apache Kafka, by librdkafka,
//! which is seen here only.
//!
//! A record type has a topic ([`topics`]), a row is a CloudEvent on it
//! ([`message`]), keyed by its record, so that a record's rows stay in order. A
//! service's relay publishes; a group for each neighbour reads.
//!
//! What is on a topic but is no event of ours stops nobody: it is passed over,
//! with an error in the log that says where it is, and counted. A row that can
//! be read but not applied is the consumer's to park.

mod consumer;
pub mod message;
mod options;
mod producer;
pub mod topics;

pub use options::{KafkaOptions, Mechanism, Sasl, Secret, Security, TopicSettings};

use crate::{Subscription, Topics, Transport, TransportError};
use async_trait::async_trait;
use ciclo_store::LogRow;
use rdkafka::admin::AdminClient;
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, KafkaResult};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The transport over a Kafka cluster.
pub struct Kafka {
    options: KafkaOptions,
    publisher: producer::Publisher,
    unreadable: Arc<AtomicU64>,
}

impl Kafka {
    /// A transport; it connects when it is used. Fails when the options cannot be.
    pub fn new(options: KafkaOptions) -> Result<Self, TransportError> {
        let publisher = producer::Publisher::new(&options)?;
        Ok(Self { options, publisher, unreadable: Arc::default() })
    }

    /// Makes those topics of a service's record types that are missing.
    pub async fn make_topics(&self, service: &str, record_types: &[&str]) -> Result<(), TransportError> {
        let names: Vec<String> =
            record_types.iter().map(|of| topics::name(&self.options.prefix, service, of)).collect();
        topics::make(&self.options, &names).await
    }

    /// Waits until a broker answers, so long at most.
    pub async fn answers(&self, within: Duration) -> Result<(), TransportError> {
        let admin: AdminClient<DefaultClientContext> = self.options.admin().create().map_err(fault)?;
        let asked = blocking(move || admin.inner().fetch_metadata(None, within).map(|_| ())).await;
        asked.map_err(fault)
    }

    /// Messages that were passed over since the start, because they were no events.
    #[must_use]
    pub fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Transport for Kafka {
    async fn publish(&self, source: &str, rows: &[LogRow]) -> Result<(), TransportError> {
        self.publisher.publish(source, rows).await
    }

    async fn subscribe(
        &self,
        group: &'static str,
        topics: Topics,
    ) -> Result<Box<dyn Subscription>, TransportError> {
        Ok(Box::new(consumer::Reading::new(self, group, topics)?))
    }
}

/// What went wrong, without the values of settings: one of them may be the password.
fn fault(error: KafkaError) -> TransportError {
    TransportError(match error {
        KafkaError::ClientConfig(_, why, setting, _) => format!("the setting {setting}: {why}"),
        other => other.to_string(),
    })
}

/// Runs a call that blocks where it holds nobody up.
async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> KafkaResult<T> + Send + 'static,
) -> KafkaResult<T> {
    tokio::task::spawn_blocking(call).await.unwrap_or(Err(KafkaError::Canceled))
}
