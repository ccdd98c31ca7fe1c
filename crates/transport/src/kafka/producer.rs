//! Sends rows: many at a time, those of a record in their order, and none
//! given up. What is sent twice is there once, unless the process ends between.

use super::{KafkaOptions, fault, message, topics};
use crate::{TransportError, spans};
use ciclo_store::LogRow;
use rdkafka::error::KafkaError;
use rdkafka::producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer};
use rdkafka::types::RDKafkaErrorCode;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tracing::Span;

/// Pause while the messages of others fill the queue.
const FULL: Duration = Duration::from_millis(10);

/// Sends rows to the brokers.
pub(super) struct Publisher {
    options: KafkaOptions,
    producer: Mutex<FutureProducer>,
}

impl Publisher {
    /// A publisher; it connects when it has something to send.
    pub(super) fn new(options: &KafkaOptions) -> Result<Self, TransportError> {
        let producer = options.producer().create().map_err(fault)?;
        Ok(Self { options: options.clone(), producer: Mutex::new(producer) })
    }

    /// Sends rows of a service's log, and returns when all of them are acknowledged by every
    /// copy that counts. While the brokers are away it waits.
    ///
    /// Stops at the first row that cannot be sent: none is sent before an earlier one.
    pub(super) async fn publish(&self, service: &str, rows: &[LogRow]) -> Result<(), TransportError> {
        let producer = self.producer()?;
        let mut underway = VecDeque::with_capacity(rows.len());
        let mut outcome = Ok(());
        for row in rows {
            outcome = self.send(&producer, service, row, &mut underway).await;
            if outcome.is_err() {
                break;
            }
        }
        for delivery in underway {
            outcome = outcome.and(delivery.end().await);
        }
        outcome
    }

    /// The producer; a fresh one when the last can send no more.
    fn producer(&self) -> Result<FutureProducer, TransportError> {
        let mut producer = self.producer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((code, why)) = producer.client().fatal_error() {
            tracing::error!(%code, why, "the producer is beyond repair: a fresh one goes on");
            *producer = self.options.producer().create().map_err(fault)?;
        }
        Ok(producer.clone())
    }

    async fn send(
        &self,
        producer: &FutureProducer,
        service: &str,
        row: &LogRow,
        underway: &mut VecDeque<Underway>,
    ) -> Result<(), TransportError> {
        let topic = topics::name(&self.options.prefix, service, &row.record_type);
        let (span, place) = spans::send(service, &topic, row).unzip();
        let mut record = FutureRecord::to(&topic)
            .key(&row.record_id)
            .payload(&row.payload)
            .headers(message::owned_headers(service, row, place));
        loop {
            match producer.send_result(record) {
                Ok(delivery) => {
                    underway.push_back(Underway { delivery, span });
                    return Ok(());
                }
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    match underway.pop_front() {
                        Some(oldest) => oldest.end().await?,
                        None => tokio::time::sleep(FULL).await,
                    }
                }
                Err((why, _)) => return Err(fault(why)),
            }
        }
    }
}

/// A row that is not acknowledged yet, with its span.
struct Underway {
    delivery: DeliveryFuture,
    span: Option<Span>,
}

impl Underway {
    async fn end(self) -> Result<(), TransportError> {
        let outcome = match self.delivery.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err((why, _))) => Err(fault(why)),
            Err(_) => Err(TransportError("the producer has ended".to_owned())),
        };
        if let (Some(span), Err(_)) = (&self.span, &outcome) {
            spans::failed(span, "delivery");
        }
        outcome
    }
}
