//! The Kafka transport against the contract, on a real broker.

use crate::relay::{PATIENCE, events, ids, noted};
use crate::source::{append, open};
use async_trait::async_trait;
use ciclo_kernel::Timestamp;
use ciclo_kernel::ids::{AgreementId, RecordId, RequirementId};
use ciclo_store::{Database, LogRow};
use ciclo_testkit::Broker;
use ciclo_transport::contract::{self, Event, Harness, SOURCE};
use ciclo_transport::kafka::{TopicSettings, message, topics};
use ciclo_transport::{Kafka, KafkaOptions, Relay, Subscription, Topics, Transport};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

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

const ONE_TOPIC: Topics = Topics { source: SOURCE, record_types: &[RequirementId::TYPE] };
const BOTH: Topics = Topics { source: SOURCE, record_types: &[RequirementId::TYPE, AgreementId::TYPE] };

/// Polls until so many rows have come.
async fn take(from: &mut Box<dyn Subscription>, wanted: usize) -> Vec<LogRow> {
    let mut found = Vec::new();
    let all = async {
        while found.len() < wanted {
            found.extend(from.poll(wanted - found.len()).await.unwrap());
        }
    };
    timeout(PATIENCE, all).await.unwrap();
    found
}

/// A row of a record of the source.
fn row(record: &str, version: u64) -> LogRow {
    LogRow { event_type: "test.source.v1.Told".to_owned(), ..crate::scripted::row(record, version) }
}

/// Writes to the topic of requirements what no service of ours would.
async fn intrude(options: &KafkaOptions, headers: OwnedHeaders, key: Option<&str>, payload: Option<&[u8]>) {
    let servers =
        [("bootstrap.servers", options.brokers.as_str())].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let producer: FutureProducer = servers.into_iter().collect::<ClientConfig>().create().unwrap();
    let topic = topics::name(&options.prefix, SOURCE, RequirementId::TYPE);
    let (key, payload) = (key.map(str::as_bytes), payload);
    let record = FutureRecord { key, payload, ..FutureRecord::<[u8], [u8]>::to(&topic) };
    producer.send(FutureRecord { headers: Some(headers), ..record }, PATIENCE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_event_is_passed_over_and_counted() {
    let Some(broker) = Broker::shared().await else { return };
    let options = KafkaOptions { topics: one_partition(), ..options(broker) };
    let kafka = with_topics(options.clone()).await;
    let whole = || {
        let headers = message::headers(SOURCE, &row("a", 9));
        headers
            .iter()
            .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(value) }))
    };
    let (garbled, foreign) = (OwnedHeaders::new(), OwnedHeaders::new());
    let another = message::headers(SOURCE, &LogRow { record_type: "Agreement".to_owned(), ..row("a", 9) });
    let another = another
        .iter()
        .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(value) }));
    intrude(&options, foreign, None, None).await;
    kafka.publish(SOURCE, &[row("a", 1)]).await.unwrap();
    let garbled = garbled.insert(Header { key: "ce_id", value: Some(&[0xff_u8, 0][..]) });
    intrude(&options, garbled, Some("a"), Some(b"not an event")).await;
    intrude(&options, another, Some("a"), Some(b"of another topic")).await;
    kafka.publish(SOURCE, &[row("a", 2)]).await.unwrap();
    // Nobody can tell by its headers that its data is garbage: the consumer parks that.
    intrude(&options, whole(), Some("a"), Some(b"garbage")).await;

    let mut reading = kafka.subscribe("strict", BOTH).await.unwrap();
    let found = take(&mut reading, 3).await;
    assert_eq!(found[..2], [row("a", 1), row("a", 2)]);
    assert_eq!(found[2].payload, b"garbage");
    assert_eq!(kafka.unreadable(), 3);
    reading.commit().await.unwrap();
    drop(reading);

    intrude(&options, OwnedHeaders::new(), None, Some(b"last")).await;
    kafka.publish(SOURCE, &[row("a", 3)]).await.unwrap();
    let mut reading = kafka.subscribe("strict", BOTH).await.unwrap();
    timeout(PATIENCE, reading.ready()).await.unwrap().unwrap();
    assert_eq!(take(&mut reading, 1).await, [row("a", 3)], "they are behind the commit");
    assert_eq!(kafka.unreadable(), 4);
}

fn one_partition() -> TopicSettings {
    TopicSettings { partitions: 1, ..TopicSettings::default() }
}

/// Reads as one of a group, and hands on what it has read before it commits.
fn reader(
    mut reading: Box<dyn Subscription>,
    name: &'static str,
    to: mpsc::UnboundedSender<(&'static str, LogRow)>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            for row in reading.poll(20).await.unwrap() {
                to.send((name, row)).unwrap();
            }
            reading.commit().await.unwrap();
        }
    })
}

/// What a group has read of some records.
#[derive(Default)]
struct Taken {
    versions: HashMap<String, u64>,
    readers: HashSet<&'static str>,
}

impl Taken {
    /// Takes in rows until all records have reached a version; none may skip one.
    async fn reach(&mut self, version: u64, from: &mut mpsc::UnboundedReceiver<(&'static str, LogRow)>) {
        while self.versions.values().filter(|reached| **reached >= version).count() < RECORDS {
            let (name, row) = timeout(PATIENCE, from.recv()).await.unwrap().unwrap();
            let reached = self.versions.entry(row.record_id).or_default();
            assert!(row.record_version <= *reached + 1, "version {} after {reached}", row.record_version);
            *reached = row.record_version.max(*reached);
            self.readers.insert(name);
        }
    }
}

const RECORDS: usize = 50;
/// Rounds of rows while a group shares out anew.
const MOST_ROUNDS: u64 = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn two_readers_share_the_partitions_and_one_takes_over() {
    let Some(broker) = Broker::shared().await else { return };
    let kafka = with_topics(options(broker)).await;
    let round = |version| (0..RECORDS).map(|n| row(&format!("record-{n}"), version)).collect::<Vec<_>>();
    let (to, mut from) = mpsc::unbounded_channel();
    let mut taken = Taken::default();
    let one = reader(kafka.subscribe("shared", ONE_TOPIC).await.unwrap(), "one", to.clone());
    kafka.publish(SOURCE, &round(1)).await.unwrap();
    taken.reach(1, &mut from).await;

    let two = reader(kafka.subscribe("shared", ONE_TOPIC).await.unwrap(), "two", to);
    let mut version = 1;
    while !taken.readers.contains("two") {
        assert!(version < MOST_ROUNDS, "the other gets no part");
        version += 1;
        kafka.publish(SOURCE, &round(version)).await.unwrap();
        taken.reach(version, &mut from).await;
    }

    kafka.publish(SOURCE, &round(version + 1)).await.unwrap();
    // Wherever it is now: what it has read and not handed on comes again to the other.
    one.abort();
    assert!(one.await.unwrap_err().is_cancelled());
    kafka.publish(SOURCE, &round(version + 2)).await.unwrap();
    taken.reach(version + 2, &mut from).await;
    two.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_too_large_stops_those_behind_it() {
    let Some(broker) = Broker::shared().await else { return };
    let kafka = with_topics(options(broker)).await;
    let mut rows = [row("a", 1), row("a", 2), row("a", 3)];
    rows[1].payload = vec![0; 9 << 20];
    assert!(kafka.publish(SOURCE, &rows).await.is_err());
    rows[1].payload = vec![0; 3 << 20];
    kafka.publish(SOURCE, &rows[1..]).await.unwrap();
    let mut reading = kafka.subscribe("large", BOTH).await.unwrap();
    assert_eq!(take(&mut reading, 3).await, rows, "none came before an earlier one");
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_made_as_stated_and_left_as_they_are() {
    let Some(broker) = Broker::shared().await else { return };
    let retention = Some(Duration::from_secs(86_400));
    let stated = TopicSettings { partitions: 3, retention, ..TopicSettings::default() };
    let options = KafkaOptions { topics: stated, ..options(broker) };
    with_topics(options.clone()).await;
    with_topics(KafkaOptions { topics: one_partition(), ..options.clone() }).await;

    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &options.brokers);
    let admin: AdminClient<DefaultClientContext> = config.create().unwrap();
    let topic = topics::name(&options.prefix, SOURCE, AgreementId::TYPE);
    let found = admin.inner().fetch_metadata(Some(&topic), PATIENCE).unwrap();
    assert_eq!(found.topics()[0].partitions().len(), 3);
    let asked = [ResourceSpecifier::Topic(&topic)];
    let described = admin.describe_configs(&asked, &AdminOptions::new()).await.unwrap().remove(0).unwrap();
    for (key, value) in options.topics.settings() {
        assert_eq!(described.get(key).unwrap().value.as_deref(), Some(value.as_str()), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_gone_for_a_while_costs_no_row() {
    let Some(mut broker) = Broker::start().await else { return };
    let directory = tempfile::tempdir().unwrap();
    let log = open(directory.path(), SOURCE).await;
    let kafka = Arc::new(with_topics(options(&broker)).await);
    let relay = Relay::new(log.clone(), kafka.clone());
    let gauge = relay.gauge();
    let relay = tokio::spawn(relay.run());
    let ids = ids();
    let mut rows = append(&log, &events(&ids, 0, 500)).await;
    let mut reading = kafka.subscribe("patient", BOTH).await.unwrap();
    let mut found = take(&mut reading, 300).await;
    reading.commit().await.unwrap();

    noted(&log).await;
    broker.stop();
    rows.extend(append(&log, &events(&ids, 500, 500)).await);
    assert!(kafka.answers(Duration::from_millis(100)).await.is_err());
    broker.restart().await;
    let rest = async {
        while found.len() < rows.len() {
            // While brokers are away, reading says so now and then.
            if let Ok(more) = reading.poll(100).await {
                found.extend(more);
            }
        }
        reading.commit().await
    };
    timeout(2 * PATIENCE, rest).await.unwrap().unwrap();
    found.sort_by_key(|row| row.sequence);
    assert_eq!(found, rows, "each once, as nobody crashed");
    noted(&log).await;
    assert_eq!((gauge.published(), gauge.age(Timestamp::now())), (1000, None));
    relay.abort();
}
