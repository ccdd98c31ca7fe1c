//! One service's database: its place, its migrations, its readers, and the way
//! into its lane of writes.

use crate::backend::{Place, Postgres, Purpose, Readers, Reading, Whose, Writer, postgres};
use crate::error::{Error, Result};
use crate::gauges::Gauges;
use crate::lane::{self, Job};
use crate::reader::Reader;
use crate::spans;
use crate::tx::Tx;
use ciclo_kernel::{Clock, Corrupt, Principal, trace};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::DbBackend;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::Span;

/// How to open a database.
pub struct Options {
    /// The service it belongs to, for example `operations`.
    pub service: &'static str,
    /// Where it is.
    pub place: Place,
    /// The migrations, the base first.
    pub migrations: crate::schema::Migrations,
    /// The clock that stamps every event.
    pub clock: Clock,
}

/// One service's database.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    service: &'static str,
    clock: Clock,
    readers: Readers,
    lane: mpsc::Sender<Job>,
    tail: watch::Receiver<u64>,
    statements: AtomicU64,
    postgres: Option<Postgres>,
    gauges: Arc<Gauges>,
}

impl Database {
    /// Opens the place, brings its schema up to date and starts the lane.
    ///
    /// Fails when it cannot be written, or was made by a newer version.
    pub async fn open(options: Options) -> Result<Self> {
        let Options { service, place, migrations, clock } = options;
        let mut writer = Writer::open(place.clone(), service).await?;
        crate::schema::migrate(&mut writer, &place, migrations).await?;
        let readers = Readers::open(&place).await?;
        let gauges = Arc::<Gauges>::default();
        let purpose = Purpose { service, table: "log" };
        let last = crate::log::last_sequence(&readers.get(Whose::All, purpose, &gauges).await?).await?;
        let (known, tail) = watch::channel(last);
        let (lane, jobs) = mpsc::channel(1024);
        tokio::spawn(lane::run(writer, jobs, known.clone(), clock.clone(), gauges.clone()));
        let postgres = match place {
            Place::File(_) => None,
            Place::Postgres(place) => Some(place),
        };
        if let Some(place) = postgres.clone() {
            tokio::spawn(postgres::listen(place, service, known));
        }
        let statements = AtomicU64::new(0);
        let inner = Inner { service, clock, readers, lane, tail, statements, postgres, gauges };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The service's name.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.inner.service
    }

    /// The clock of this service.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// A reader for one caller.
    #[must_use]
    pub fn reader(&self, principal: &Principal) -> Reader {
        Reader::new(self.clone(), principal.tenant.clone())
    }

    /// The sequence of the newest committed log row, as it grows.
    #[must_use]
    pub fn tail(&self) -> watch::Receiver<u64> {
        self.inner.tail.clone()
    }

    /// The PostgreSQL database that it is, if it is one.
    pub(crate) fn postgres(&self) -> Option<&Postgres> {
        self.inner.postgres.as_ref()
    }

    /// Statements that readers have sent since the start, for tests that count them.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.inner.statements.load(Ordering::Relaxed)
    }

    /// What it is busy with, for metrics.
    #[must_use]
    pub fn gauges(&self) -> Arc<Gauges> {
        self.inner.gauges.clone()
    }

    /// Connections that read, at most.
    #[must_use]
    pub fn readers(&self) -> u64 {
        self.inner.readers.most()
    }

    /// The conventions' name of what it is.
    #[must_use]
    pub fn system(&self) -> &'static str {
        spans::system(if self.inner.postgres.is_some() { DbBackend::Postgres } else { DbBackend::Sqlite })
    }

    /// A connection for one statement over one tenant's rows of a table.
    pub(crate) async fn read(&self, tenant: &str, table: &'static str) -> Result<Reading<'_>> {
        self.reading(Whose::Tenant(tenant), table).await
    }

    /// A connection for one statement over everybody's rows of a table.
    pub(crate) async fn read_all(&self, table: &'static str) -> Result<Reading<'_>> {
        self.reading(Whose::All, table).await
    }

    async fn reading(&self, whose: Whose<'_>, table: &'static str) -> Result<Reading<'_>> {
        let Inner { service, readers, gauges, statements, .. } = &*self.inner;
        statements.fetch_add(1, Ordering::Relaxed);
        readers.get(whose, Purpose { service, table }, gauges).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        let Inner { service, readers, gauges, .. } = &*self.inner;
        let purpose = Purpose { service, table: "" };
        Ok(readers.get(Whose::All, purpose, gauges).await?.connection().ping().await?)
    }

    /// Runs one command in a transaction of its own and answers after the commit.
    ///
    /// A command that refuses or fails leaves nothing behind. Commands run one
    /// after the other in the order they came; those that wait together share a
    /// commit, each behind a savepoint. One that panics has failed, like any other.
    pub async fn write<T, F>(&self, principal: &Principal, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.command(principal, None, work).await
    }

    /// [`Database::write`] of a command that may answer an idempotency key.
    pub(crate) async fn command<T, F>(&self, principal: &Principal, key: Option<String>, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let span = || spans::command(self.system(), self.service());
        trace::spanned_inside(span, async {
            let outcome = self.submit(principal, key, work).await;
            spans::ended(&Span::current(), &outcome);
            outcome
        })
        .await
    }

    /// Sends a command to the lane and waits for its answer.
    async fn submit<T, F>(&self, principal: &Principal, key: Option<String>, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let span = Span::current();
        let (outcome, answer) = oneshot::channel();
        let slot = Arc::new(std::sync::Mutex::new(None));
        let filled = slot.clone();
        let job = Job {
            principal: principal.clone(),
            key,
            trace: trace::current(),
            sent: Instant::now(),
            run: Box::new(move |tx| {
                Box::pin(async move {
                    let result = AssertUnwindSafe(async { work(tx).await }).catch_unwind().await;
                    let result =
                        result.unwrap_or_else(|_| Err(Corrupt::new("a command", "it panicked").into()));
                    let keep = result.is_ok();
                    *filled.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(result);
                    keep
                })
            }),
            done: Box::new(move |committed| {
                let result = slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
                if let Ok(together) = committed {
                    spans::together(&span, together);
                }
                let answer = match (result, committed) {
                    (Some(Err(error)), _) => Err(error),
                    (Some(result), Ok(_)) => result,
                    (_, Err(why)) => Err(Error::Commit(why)),
                    (None, Ok(_)) => Err(Error::Stopping),
                };
                // The caller may have gone; its command stands all the same.
                let _ = outcome.send(answer);
            }),
        };
        self.inner.lane.send(job).await.map_err(|_| Error::Stopping)?;
        answer.await.map_err(|_| Error::Stopping)?
    }
}
