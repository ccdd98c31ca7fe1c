//! Applies a neighbour's events: each in one transaction with its inbox row,
//! so that every event takes effect once, however often it arrives.

use crate::metrics::{self, Oldest};
use crate::{Subscription, Topics, Transport, TransportError, embedded, envelope, spans};
use async_trait::async_trait;
use ciclo_kernel::trace::{self, TraceContext, spanned};
use ciclo_kernel::{Corrupt, Principal, Tenant};
use ciclo_store::inbox::Arrival;
use ciclo_store::{Database, Error, LogRow, Tx};
use futures::future::join_all;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Span;

/// Tries of an event before it is parked.
const TRIES: u32 = 5;
/// How long an event waits for a record of another neighbour that it needs, before it is parked.
const PATIENCE: Duration = Duration::from_secs(30);
/// Events taken in at once.
const BATCH: usize = 64;
/// Longest pause between tries while the own database is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a service does with the events of one neighbour.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Which events it takes.
    fn topics(&self) -> Topics;
    /// Brings about an event's effect inside the transaction. Events of these
    /// topics that mean nothing here are left alone by answering `Ok`.
    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> ciclo_store::Result<()>;
}

/// One service's consumer of one neighbour.
pub struct Consumer {
    database: Database,
    handler: Arc<dyn Handler>,
    subscription: Box<dyn Subscription>,
    oldest: Arc<Oldest>,
}

impl Consumer {
    /// Subscribes the service that owns `database` to what its handler takes.
    pub async fn start(
        database: Database,
        transport: &dyn Transport,
        handler: Arc<dyn Handler>,
    ) -> Result<Self, TransportError> {
        let subscription = transport.subscribe(database.service(), handler.topics()).await?;
        Ok(Self { database, handler, subscription, oldest: Arc::default() })
    }

    /// Takes in what is there now; how many events that was. Tests and the seed call this; [`Consumer::run`] loops over it.
    pub async fn pump(&mut self) -> Result<usize, TransportError> {
        let events = self.subscription.poll(BATCH).await?;
        self.oldest.waits(events.iter().map(|event| event.at).min());
        let applied = join_all(events.iter().map(|event| self.receive(event))).await;
        for (event, outcome) in events.iter().zip(applied) {
            if let Err(error) = outcome {
                tracing::debug!(%error, event = event.event_id, "tried again on its own");
                self.insist(event).await;
            }
        }
        self.subscription.commit().await?;
        self.oldest.waits(None);
        Ok(events.len())
    }

    /// Takes in events until the future is dropped.
    pub async fn run(mut self) {
        metrics::consumer(&self.database, self.handler.topics().source, &self.oldest);
        loop {
            let step = match self.pump().await {
                Ok(0) => self.subscription.ready().await,
                Ok(_) => Ok(()),
                Err(error) => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    Err(error)
                }
            };
            if let Err(error) = step {
                tracing::debug!(%error, source = self.handler.topics().source, "reading a neighbour's log");
            }
        }
    }

    async fn receive(&self, event: &LogRow) -> Result<(), Error> {
        let (system, destination) = (self.subscription.system(), self.subscription.destination(event));
        let span = spans::process(self.database.service(), system, &destination, event);
        caused(span, event, receive(&self.database, &self.handler, event)).await
    }

    /// Tries an event again, and parks it when it cannot be applied. While the
    /// own database is away it waits: then nothing is wrong with the event.
    ///
    /// What the first try said may hold no longer: an earlier event of the
    /// record may have been applied, or parked, since.
    async fn insist(&self, event: &LogRow) {
        let began = Instant::now();
        let mut tries = 1;
        let mut pause = Duration::from_millis(10);
        loop {
            let Err(error) = self.receive(event).await else { return };
            let may_pass = match error {
                Error::NotArrived { .. } => began.elapsed() < PATIENCE,
                _ => error.is_passing(),
            };
            tries += u32::from(!may_pass);
            if tries >= TRIES || matches!(error, Error::Corrupt(_)) {
                let source = self.handler.topics().source;
                match park(&self.database, source, event, &error.to_string(), tries).await {
                    Ok(()) => return,
                    Err(fault) => tracing::error!(%fault, event = event.event_id, "parking an event"),
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

fn principal(database: &Database, event: &LogRow) -> Result<Principal, Error> {
    Ok(Principal::service(Tenant::parse(&event.tenant)?, database.service()))
}

/// Applies an event if it is the next of its record. A duplicate is dropped.
async fn receive(database: &Database, handler: &Arc<dyn Handler>, event: &LogRow) -> Result<(), Error> {
    let source = handler.topics().source;
    let principal = principal(database, event)?;
    let (handler, event) = (handler.clone(), event.clone());
    let work = database.write(&principal, move |tx| {
        Box::pin(async move {
            match tx.arrival(source, &event).await? {
                Arrival::Duplicate => Ok(()),
                Arrival::Next => {
                    handler.apply(tx, &event).await?;
                    // It may have been parked when it came before.
                    tx.unpark(source, &event).await?;
                    tx.applied(source, &event).await
                }
                Arrival::Behind => {
                    Err(Corrupt::new("inbox", "an earlier event of this record is parked").into())
                }
                Arrival::Gap { applied } => {
                    let why = format!(
                        "version {} arrived after {applied}: an event is missing",
                        event.record_version
                    );
                    Err(Corrupt::new("inbox", why).into())
                }
            }
        })
    });
    work.await
}

/// Runs what is done with an event in a span of its own, which the event caused.
async fn caused(
    span: Span,
    event: &LogRow,
    work: impl Future<Output = Result<(), Error>>,
) -> Result<(), Error> {
    spanned(span, TraceContext::parse(&event.traceparent), async {
        let outcome = work.await;
        if outcome.is_err() {
            spans::failed(&Span::current(), "not_applied");
        }
        let trace_id = trace::context().map(TraceContext::trace_id);
        tracing::debug!(event = event.event_type, trace_id, ok = outcome.is_ok(), "consumed");
        outcome
    })
    .await
}

async fn park(
    database: &Database,
    source: &'static str,
    event: &LogRow,
    reason: &str,
    tries: u32,
) -> Result<(), Error> {
    tracing::error!(source, event = event.event_type, record = event.record_id, reason, "parked");
    // Of no tenant, as positions are: even an event that names none can be parked.
    let principal = Principal::service(Tenant::parse("suite")?, database.service());
    let (event, reason) = (event.clone(), reason.to_owned());
    let bytes = envelope::encode(source, &event);
    database
        .write(&principal, move |tx| {
            Box::pin(async move { tx.park(source, &event, &reason, tries, bytes).await })
        })
        .await
}

/// Tries the parked events of a record again, oldest first, and stops at the
/// first that still fails; how many were applied.
pub async fn retry(database: &Database, handler: &Arc<dyn Handler>, record_id: &str) -> Result<usize, Error> {
    let source = handler.topics().source;
    let mut applied = 0;
    for parked in database.parked_of(source, record_id).await? {
        let event = envelope::decode(&parked.envelope)?;
        let principal = principal(database, &event)?;
        let again = handler.clone();
        let span = spans::process(database.service(), embedded::SYSTEM, "parked", &event);
        let cause = event.clone();
        let work = database.write(&principal, move |tx| {
            Box::pin(async move {
                tx.unpark(source, &event).await?;
                match tx.arrival(source, &event).await? {
                    Arrival::Duplicate => Ok(()),
                    Arrival::Next => {
                        again.apply(tx, &event).await?;
                        tx.applied(source, &event).await
                    }
                    Arrival::Gap { applied } => {
                        let why = format!("version {} is still missing: replay {source}", applied + 1);
                        Err(Corrupt::new("inbox", why).into())
                    }
                    Arrival::Behind => Err(Corrupt::new("inbox", "an earlier event is missing").into()),
                }
            })
        });
        caused(span, &cause, work).await?;
        applied += 1;
    }
    Ok(applied)
}
