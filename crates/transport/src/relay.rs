//! Publishes a service's own log, in its order, from where it has published to.
//!
//! What is published is noted after it is acknowledged: a relay that ends
//! between the two publishes rows again, which consumers drop, and leaves none out.

use crate::{Transport, TransportError, metrics};
use async_trait::async_trait;
use ciclo_kernel::{Principal, SignedDuration, Tenant, Timestamp};
use ciclo_store::{Database, LogRow};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// The position that says what is published, and the lead that a relay has.
pub const NAME: &str = "relay>kafka";
/// Rows published at once.
const BATCH: u64 = 1000;
/// Pause before what failed is tried again.
const AGAIN: Duration = Duration::from_millis(250);
/// Pause before another process is asked to yield the lead again.
const TURN: Duration = Duration::from_secs(1);

/// Decides which of a service's processes relays its log.
#[async_trait]
pub trait Leads: Send + Sync {
    /// Takes the lead in `name`; `None` while another process has it.
    async fn lead(&self, name: &str) -> ciclo_store::Result<Option<Box<dyn Held>>>;
}

/// A lead that is held until it is dropped or lost.
#[async_trait]
pub trait Held: Send {
    /// Returns when it is lost.
    async fn lost(&mut self);
}

#[async_trait]
impl Leads for Database {
    async fn lead(&self, name: &str) -> ciclo_store::Result<Option<Box<dyn Held>>> {
        let lead = Database::lead(self, name).await?;
        Ok(lead.map(|lead| Box::new(lead) as Box<dyn Held>))
    }
}

#[async_trait]
impl Held for ciclo_store::Lead {
    async fn lost(&mut self) {
        ciclo_store::Lead::lost(self).await;
    }
}

/// How far a relay is, for metrics. Cheap to read while it works.
pub struct Gauge {
    published: AtomicU64,
    oldest: AtomicI64,
}

/// No row waits.
const NONE: i64 = i64::MIN;

impl Default for Gauge {
    fn default() -> Self {
        Self { published: AtomicU64::new(0), oldest: AtomicI64::new(NONE) }
    }
}

impl Gauge {
    /// Rows published since the start, those that were published again included.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    /// How long the oldest row that is not published has waited; `None` when none does, and in a process that does not lead.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        let oldest = self.oldest.load(Ordering::Relaxed);
        let oldest = (oldest != NONE).then(|| Timestamp::from_microsecond(oldest).ok()).flatten()?;
        Some(now.duration_since(oldest))
    }

    fn waits(&self, oldest: Option<&LogRow>) {
        self.oldest.store(oldest.map_or(NONE, |row| row.at.as_microsecond()), Ordering::Relaxed);
    }
}

/// Publishes one service's log.
pub struct Relay {
    log: Database,
    transport: Arc<dyn Transport>,
    leads: Arc<dyn Leads>,
    gauge: Arc<Gauge>,
}

impl Relay {
    /// A relay of a service's log; the log's database decides who leads.
    #[must_use]
    pub fn new(log: Database, transport: Arc<dyn Transport>) -> Self {
        let leads = Arc::new(log.clone());
        Self { log, transport, leads, gauge: Arc::default() }
    }

    /// The same with another who decides who leads.
    #[must_use]
    pub fn led_by(self, leads: Arc<dyn Leads>) -> Self {
        Self { leads, ..self }
    }

    /// How far it is.
    #[must_use]
    pub fn gauge(&self) -> Arc<Gauge> {
        self.gauge.clone()
    }

    /// Relays until the future is dropped, whenever it leads.
    pub async fn run(self) {
        metrics::relay(&self.log, &self.gauge);
        loop {
            match self.leads.lead(NAME).await {
                Ok(Some(mut held)) => {
                    tracing::info!(service = self.log.service(), "relays");
                    tokio::select! {
                        () = self.relay() => {}
                        () = held.lost() => tracing::warn!(service = self.log.service(), "no longer relays"),
                    }
                    self.gauge.waits(None);
                }
                Ok(None) => tokio::time::sleep(TURN).await,
                Err(fault) => {
                    tracing::warn!(%fault, service = self.log.service(), "asking to relay");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    /// Publishes what is in the log and what comes, until something fails that a fresh start mends.
    async fn relay(&self) {
        loop {
            if let Err(fault) = self.follow().await {
                tracing::warn!(%fault, service = self.log.service(), "relaying");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    async fn follow(&self) -> Result<(), TransportError> {
        let mut tail = self.log.tail();
        let mut noted = self.log.position(NAME).await?;
        let mut rows = self.log.log_after(noted, BATCH).await?;
        let mut published = noted;
        loop {
            self.gauge.waits(rows.first());
            let Some(last) = rows.last().map(|row| row.sequence) else {
                self.note(published, noted).await?;
                noted = published;
                tail.wait_for(|tail| *tail > published).await.map_err(|_| ended())?;
                rows = self.log.log_after(published, BATCH).await?;
                continue;
            };
            // While a batch is on its way, the one before is noted and the next is read.
            let sending = self.transport.publish(self.log.service(), &rows);
            let reading = async { Ok(self.log.log_after(last, BATCH).await?) };
            let ((), (), next) = tokio::try_join!(sending, self.note(published, noted), reading)?;
            self.gauge.published.fetch_add(rows.len() as u64, Ordering::Relaxed);
            noted = published;
            published = last;
            rows = next;
        }
    }

    /// Notes what is published, if that is not noted yet.
    async fn note(&self, published: u64, noted: u64) -> Result<(), TransportError> {
        if published == noted {
            return Ok(());
        }
        // Positions belong to no tenant; the name only says who writes.
        let tenant = Tenant::parse("suite").map_err(|why| TransportError(why.to_string()))?;
        let principal = Principal::service(tenant, self.log.service());
        let note = self
            .log
            .write(&principal, move |tx| Box::pin(async move { tx.set_position(NAME, published).await }));
        Ok(note.await?)
    }
}

fn ended() -> TransportError {
    TransportError("the log has closed".to_owned())
}
