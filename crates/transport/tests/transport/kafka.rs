//! The Kafka transport against the contract, on a real broker.

use crate::source::{append, open};
use async_trait::async_trait;
use ciclo_kernel::ids::{AgreementId, RecordId, RequirementId};
use ciclo_store::{Database, LogRow};
use ciclo_testkit::Broker;
use ciclo_transport::contract::{self, Event, Harness, SOURCE};
use ciclo_transport::{Kafka, KafkaOptions, Subscription, Topics, Transport};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// Options that share neither topic nor group with any other test.
pub fn options(broker: &Broker) -> KafkaOptions {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    KafkaOptions { prefix, ..KafkaOptions::new(&broker.address()) }
}

/// A transport with the topics of the source's two record types.
pub async fn with_topics(options: KafkaOptions) -> Kafka {
    let kafka = Kafka::new(options).unwrap();
    kafka.make_topics(SOURCE, &[RequirementId::TYPE, AgreementId::TYPE]).await.unwrap();
    kafka
}

/// A log, and a transport that carries it.
struct Suite {
    directory: TempDir,
    log: Database,
    kafka: Kafka,
    options: KafkaOptions,
}

impl Suite {
    async fn new(broker: &Broker) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = open(directory.path(), SOURCE).await;
        let options = options(broker);
        let kafka = with_topics(options.clone()).await;
        Self { directory, log, kafka, options }
    }
}

#[async_trait(?Send)]
impl Harness for Suite {
    async fn append(&mut self, events: Vec<Event>) -> Vec<LogRow> {
        let rows = append(&self.log, &events).await;
        self.kafka.publish(SOURCE, &rows).await.unwrap();
        rows
    }

    async fn subscribe(&self, group: &'static str, topics: Topics) -> Box<dyn Subscription> {
        self.kafka.subscribe(group, topics).await.unwrap()
    }

    async fn restart(&mut self) {
        self.log = open(self.directory.path(), SOURCE).await;
        self.kafka = Kafka::new(self.options.clone()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_broker() {
    let Some(broker) = Broker::shared().await else { return };
    contract::check(async || Suite::new(broker).await).await;
}
