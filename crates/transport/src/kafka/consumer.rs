//! Reads topics as a group. An offset moves when the effects of the rows before
//! it are committed; whatever happens before that, the rows come again.

use super::{Kafka, blocking, fault, message, topics};
use crate::{Subscription, Topics, TransportError};
use async_trait::async_trait;
use ciclo_store::LogRow;
use futures::FutureExt;
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Message, Offset, TopicPartitionList};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// Longest time to wait for a share of the partitions before nothing is said to be there.
const JOIN: Duration = Duration::from_secs(10);
/// Longest time to wait for a first row, once there are partitions.
const SETTLE: Duration = Duration::from_millis(250);

type Reader = Arc<StreamConsumer<Share>>;

/// Whether the group has given out its partitions yet.
struct Share {
    given: watch::Sender<bool>,
}

impl ClientContext for Share {}

impl ConsumerContext for Share {
    fn post_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(partitions) => {
                tracing::debug!(count = partitions.count(), "partitions given");
                self.given.send_replace(true);
            }
            Rebalance::Revoke(partitions) => {
                tracing::debug!(count = partitions.count(), "partitions taken away");
            }
            Rebalance::Error(error) => tracing::warn!(%error, "sharing partitions"),
        }
    }
}

/// A group's reading of one service's topics.
pub(super) struct Reading {
    reader: Option<Reader>,
    topics: Topics,
    prefix: String,
    /// The next offset of each partition that has been read from since the last commit.
    passed: HashMap<(String, i32), i64>,
    /// Whether offsets are stored that the brokers have not acknowledged.
    pending: bool,
    /// A row that came while the reader waited, with its place.
    ahead: Option<(LogRow, (String, i32), i64)>,
    unreadable: Arc<AtomicU64>,
}

impl Reading {
    pub(super) fn new(kafka: &Kafka, group: &str, topics: Topics) -> Result<Self, TransportError> {
        let prefix = &kafka.options.prefix;
        // A group for each neighbour: what is new on one's topics moves no partition of another's.
        let group = format!("{prefix}.{group}-from-{}", topics.source);
        let share = Share { given: watch::Sender::new(false) };
        let reader: StreamConsumer<Share> =
            kafka.options.consumer(&group).create_with_context(share).map_err(fault)?;
        let names: Vec<String> =
            topics.record_types.iter().map(|of| topics::name(prefix, topics.source, of)).collect();
        reader.subscribe(&names.iter().map(String::as_str).collect::<Vec<_>>()).map_err(fault)?;
        Ok(Self {
            reader: Some(Arc::new(reader)),
            topics,
            prefix: prefix.clone(),
            passed: HashMap::new(),
            pending: false,
            ahead: None,
            unreadable: kafka.unreadable.clone(),
        })
    }

    fn reader(&self) -> Result<Reader, TransportError> {
        self.reader.clone().ok_or_else(|| TransportError("the reading has ended".to_owned()))
    }

    /// The row that a message carries. One that carries none is passed over: it has no record and
    /// no version, so there is nothing to park it by, and it stays on its topic, where the log says.
    fn row(&mut self, message: &BorrowedMessage<'_>) -> Option<LogRow> {
        let read = message::read(self.topics.source, message);
        let wanted = read.and_then(|row| {
            let known = self.topics.record_types.contains(&row.record_type.as_str());
            let right = message.topic().ends_with(&topics::name("", self.topics.source, &row.record_type));
            if known && right {
                Ok(row)
            } else {
                Err(ciclo_kernel::Corrupt::new("ce_recordtype", "of another topic"))
            }
        });
        match wanted {
            Ok(row) => Some(row),
            Err(why) => {
                self.unreadable.fetch_add(1, Ordering::Relaxed);
                let (topic, partition, offset) = (message.topic(), message.partition(), message.offset());
                tracing::error!(%why, topic, partition, offset, "passed over a message that is no event");
                None
            }
        }
    }

    fn pass(&mut self, place: (String, i32), offset: i64) {
        self.passed.insert(place, offset + 1);
    }

    /// Takes in a message; the row, if it carries one.
    fn take(&mut self, message: &BorrowedMessage<'_>) -> Option<LogRow> {
        let row = self.row(message);
        self.pass((message.topic().to_owned(), message.partition()), message.offset());
        row
    }
}

/// The next message, if one is there or comes soon.
async fn soon(reader: &Reader) -> Option<Result<BorrowedMessage<'_>, KafkaError>> {
    let mut given = reader.context().given.subscribe();
    let joined = async {
        // Until the group has given out its partitions, nobody knows what is there.
        let _ = timeout(JOIN, given.wait_for(|given| *given)).await;
    };
    tokio::select! {
        biased;
        message = reader.recv() => return Some(message),
        () = joined => {}
    }
    timeout(SETTLE, reader.recv()).await.ok()
}

/// Whether an error says no more than that the group is sharing out its partitions anew.
fn is_rebalance(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::RebalanceInProgress
                | RDKafkaErrorCode::IllegalGeneration
                | RDKafkaErrorCode::UnknownMemberId
                | RDKafkaErrorCode::State
                | RDKafkaErrorCode::AssignmentLost
                | RDKafkaErrorCode::PollExceeded
        )
    )
}

#[async_trait]
impl Subscription for Reading {
    async fn poll(&mut self, most: usize) -> Result<Vec<LogRow>, TransportError> {
        let reader = self.reader()?;
        let mut rows = Vec::new();
        if most > 0
            && let Some((row, place, offset)) = self.ahead.take()
        {
            self.pass(place, offset);
            rows.push(row);
        }
        while rows.len() < most {
            let next = if rows.is_empty() { soon(&reader).await } else { reader.recv().now_or_never() };
            match next {
                None => break,
                Some(Ok(message)) => rows.extend(self.take(&message)),
                Some(Err(error)) if is_rebalance(&error) => tracing::debug!(%error, "reading goes on"),
                Some(Err(error)) if rows.is_empty() => return Err(fault(error)),
                Some(Err(error)) => {
                    tracing::warn!(%error, "reading");
                    break;
                }
            }
        }
        Ok(rows)
    }

    async fn ready(&mut self) -> Result<(), TransportError> {
        let reader = self.reader()?;
        while self.ahead.is_none() {
            match reader.recv().await {
                Ok(message) => {
                    let place = (message.topic().to_owned(), message.partition());
                    match self.row(&message) {
                        Some(row) => self.ahead = Some((row, place, message.offset())),
                        None => self.pass(place, message.offset()),
                    }
                }
                Err(error) if is_rebalance(&error) => tracing::debug!(%error, "reading goes on"),
                Err(error) => return Err(fault(error)),
            }
        }
        Ok(())
    }

    fn system(&self) -> &'static str {
        "kafka"
    }

    fn destination(&self, row: &LogRow) -> String {
        topics::name(&self.prefix, self.topics.source, &row.record_type)
    }

    async fn commit(&mut self) -> Result<(), TransportError> {
        let reader = self.reader()?;
        if !self.passed.is_empty() {
            let mut offsets = TopicPartitionList::with_capacity(self.passed.len());
            for ((topic, partition), next) in self.passed.drain() {
                offsets.add_partition_offset(&topic, partition, Offset::Offset(next)).map_err(fault)?;
            }
            if let Err(error) = reader.store_offsets(&offsets) {
                // Of partitions that another has by now: to that one the rows come again.
                tracing::debug!(%error, "offsets that are no longer ours");
            }
            self.pending = true;
        }
        if !self.pending {
            return Ok(());
        }
        match blocking(move || reader.commit_consumer_state(CommitMode::Sync)).await {
            Ok(()) => self.pending = false,
            Err(error) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::NoOffset) => {
                self.pending = false;
            }
            Err(error) if is_rebalance(&error) => {
                tracing::debug!(%error, "committed when the group has its shares");
            }
            Err(error) => return Err(fault(error)),
        }
        Ok(())
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        // Leaving the group takes a round to the brokers: no thread of the runtime waits for it.
        if let (Some(reader), Ok(runtime)) = (self.reader.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn_blocking(move || drop(reader));
        }
    }
}
