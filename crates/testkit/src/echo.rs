//! What a broker may do at its worst, to all topics at once: deliver again what
//! it has delivered, in another order.

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::OwnedMessage;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long the broker may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one look for a message takes at most.
const POLL: Duration = Duration::from_millis(100);

/// Publishes every message of the topics whose names begin so once more, each partition's newest
/// first; how many those are.
///
/// # Panics
/// When the broker does not answer.
pub async fn backwards(brokers: &str, prefix: &str) -> usize {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers);
    let (reading, prefix) = (config.clone(), prefix.to_owned());
    let messages = tokio::task::spawn_blocking(move || everything(reading, &prefix)).await.expect("read");
    let producer: FutureProducer = config.create().expect("a producer");
    let mut sent = Vec::with_capacity(messages.len());
    for message in messages.iter().rev() {
        let (key, payload) = (message.key(), message.payload());
        let mut record = FutureRecord { key, payload, ..FutureRecord::<[u8], [u8]>::to(message.topic()) };
        record.partition = Some(message.partition());
        record.headers = message.headers().cloned();
        sent.push(producer.send_result(record).map_err(|(why, _)| why).expect("queued"));
    }
    for delivery in sent {
        delivery.await.expect("answered").map_err(|(why, _)| why).expect("delivered");
    }
    messages.len()
}

/// Every message of the topics, those of a partition in their order.
fn everything(mut config: ClientConfig, prefix: &str) -> Vec<OwnedMessage> {
    // A consumer names a group, though one that is given its partitions never joins it.
    config.set("group.id", "echo").set("enable.auto.commit", "false");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let metadata = consumer.fetch_metadata(None, PATIENCE).expect("metadata");
    let (mut partitions, mut ends) = (TopicPartitionList::new(), HashMap::new());
    for topic in metadata.topics().iter().filter(|topic| topic.name().starts_with(prefix)) {
        for partition in topic.partitions() {
            let place = (topic.name().to_owned(), partition.id());
            let (low, high) = consumer.fetch_watermarks(&place.0, place.1, PATIENCE).expect("watermarks");
            if low < high {
                partitions.add_partition_offset(&place.0, place.1, Offset::Beginning).expect("added");
                ends.insert(place, high);
            }
        }
    }
    consumer.assign(&partitions).expect("assigned");
    let deadline = Instant::now() + PATIENCE;
    let mut messages = Vec::new();
    while !ends.is_empty() {
        assert!(Instant::now() < deadline, "{ends:?} are not reached");
        let Some(message) = consumer.poll(POLL) else { continue };
        let message = message.expect("read").detach();
        let place = (message.topic().to_owned(), message.partition());
        if ends.get(&place).is_some_and(|end| message.offset() + 1 >= *end) {
            ends.remove(&place);
        }
        messages.push(message);
    }
    messages
}
