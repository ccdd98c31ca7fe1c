//! What rdkafka and the broker do by themselves: messages of the size of an
//! event, with the settings of the relay, to a topic and back.

use crate::effort::Effort;
use anyhow::{Context, Result};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::time::{Duration, Instant};

/// Messages that are sent.
const MESSAGES: usize = 200_000;
/// Octets of a message's value, as an incident's event has.
const VALUE: usize = 600;
/// Partitions, as the services' topics have.
const PARTITIONS: i32 = 6;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one look for a message takes at most.
const POLL: Duration = Duration::from_millis(100);
/// Pause while the producer's queue is full.
const FULL: Duration = Duration::from_millis(1);

/// Messages a second.
pub struct Rates {
    /// From the first that is sent until the last is on the broker.
    pub produced: f64,
    /// From the first that is read to the last.
    pub consumed: f64,
}

/// Sends messages and reads them.
pub async fn rates(brokers: &str, effort: Effort) -> Result<Rates> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers);
    let admin: AdminClient<DefaultClientContext> = config.create()?;
    let topic = NewTopic::new("bare", PARTITIONS, TopicReplication::Fixed(1));
    for made in admin.create_topics(&[topic], &AdminOptions::new()).await? {
        made.map_err(|(_, why)| anyhow::anyhow!("making a topic: {why}"))?;
    }
    let messages = effort.times(MESSAGES);
    tokio::task::spawn_blocking(move || {
        Ok(Rates { produced: produce(&config, messages)?, consumed: consume(&config, messages)? })
    })
    .await?
}

fn produce(config: &ClientConfig, messages: usize) -> Result<f64> {
    let mut config = config.clone();
    for (name, value) in
        [("enable.idempotence", "true"), ("acks", "all"), ("linger.ms", "5"), ("compression.type", "lz4")]
    {
        config.set(name, value);
    }
    let producer: ThreadedProducer<DefaultProducerContext> = config.create()?;
    // Half of it says nothing, as in a real message.
    let value: Vec<u8> = (0..VALUE).map(|at| if at % 2 == 0 { (at * 7) as u8 } else { b' ' }).collect();
    let begun = Instant::now();
    for number in 0..messages {
        let key = format!("inc_{number:032x}");
        let mut record = BaseRecord::to("bare").key(&key).payload(&value);
        while let Err((why, back)) = producer.send(record) {
            anyhow::ensure!(
                matches!(why, KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull)),
                "sending: {why}"
            );
            std::thread::sleep(FULL);
            record = back;
        }
    }
    producer.flush(PATIENCE)?;
    Ok(messages as f64 / begun.elapsed().as_secs_f64())
}

fn consume(config: &ClientConfig, messages: usize) -> Result<f64> {
    let mut config = config.clone();
    // A consumer names a group, though one that is given its partitions never joins it.
    config.set("group.id", "bare").set("enable.auto.commit", "false");
    let consumer: BaseConsumer = config.create()?;
    let mut partitions = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        partitions.add_partition_offset("bare", partition, Offset::Beginning)?;
    }
    consumer.assign(&partitions)?;
    let deadline = Instant::now() + PATIENCE;
    let mut first = None;
    for number in 0..messages {
        // Nothing may also mean that it saw something else than a message.
        loop {
            anyhow::ensure!(Instant::now() < deadline, "{number} of {messages} messages were read");
            if let Some(message) = consumer.poll(POLL) {
                message?;
                break;
            }
        }
        first.get_or_insert_with(Instant::now);
    }
    let first = first.context("no messages")?;
    Ok((messages - 1) as f64 / first.elapsed().as_secs_f64())
}
