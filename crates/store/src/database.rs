//! One service's database: its file, its migrations, its readers, and the way
//! into its lane of writes.

use crate::error::{Error, Result};
use crate::lane::{self, Job};
use crate::reader::Reader;
use crate::tx::Tx;
use ciclo_kernel::{Clock, Corrupt, Principal};
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ConnectOptions, DatabaseConnection};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{mpsc, oneshot, watch};

/// How to open a database.
pub struct Options {
    /// The service it belongs to, for example `operations`.
    pub service: &'static str,
    /// Its SQLite file; made when it is not there.
    pub file: PathBuf,
    /// The migrations, the base first.
    pub migrations: crate::schema::Migrations,
    /// The clock that stamps every event.
    pub clock: Clock,
}

/// Connections that read.
const READERS: u32 = 4;

/// One service's database.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    service: &'static str,
    clock: Clock,
    read: DatabaseConnection,
    lane: mpsc::Sender<Job>,
    tail: watch::Receiver<u64>,
    statements: AtomicU64,
}

impl Database {
    /// Opens the file, brings its schema up to date and starts the lane.
    ///
    /// Fails when the file cannot be written, or was made by a newer version.
    pub async fn open(options: Options) -> Result<Self> {
        let refused = |why: String| Error::File { file: options.file.clone(), why };
        // SQLite would open a file that it may not write, and fail at the first command.
        std::fs::File::options()
            .append(true)
            .create(true)
            .open(&options.file)
            .map_err(|why| refused(why.to_string()))?;
        let write = connect(&options.file, 1).await.map_err(|why| refused(why.to_string()))?;
        crate::schema::migrate(&write, options.migrations).await?;
        let read = connect(&options.file, READERS).await?;
        let last = crate::log::last_sequence(&read).await?;
        let (tail_tx, tail) = watch::channel(last);
        let (lane, jobs) = mpsc::channel(1024);
        tokio::spawn(lane::run(options.file, write, jobs, tail_tx, options.clock.clone()));
        let inner = Inner {
            service: options.service,
            clock: options.clock,
            read,
            lane,
            tail,
            statements: AtomicU64::new(0),
        };
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

    /// Statements that readers have sent since the start, for tests that count them.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.inner.statements.load(Ordering::Relaxed)
    }

    pub(crate) fn read(&self) -> &DatabaseConnection {
        self.inner.statements.fetch_add(1, Ordering::Relaxed);
        &self.inner.read
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.inner.read.ping().await?)
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
        let (outcome, answer) = oneshot::channel();
        let slot = Arc::new(std::sync::Mutex::new(None));
        let filled = slot.clone();
        let job = Job {
            principal: principal.clone(),
            trace: ciclo_kernel::trace::current(),
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
                let answer = match (result, committed) {
                    (Some(Err(error)), _) => Err(error),
                    (Some(result), Ok(())) => result,
                    (_, Err(why)) => Err(Error::Commit(why)),
                    (None, Ok(())) => Err(Error::Stopping),
                };
                // The caller may have gone; its command stands all the same.
                let _ = outcome.send(answer);
            }),
        };
        self.inner.lane.send(job).await.map_err(|_| Error::Stopping)?;
        answer.await.map_err(|_| Error::Stopping)?
    }
}

/// Connects to a file with at most so many connections.
pub(crate) async fn connect(
    file: &Path,
    connections: u32,
) -> std::result::Result<DatabaseConnection, sea_orm::DbErr> {
    use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
    // The path is set below: in a URL, some of its characters would mean something else.
    let mut options = ConnectOptions::new("sqlite://file");
    let path = file.to_owned();
    options
        .min_connections(1)
        .max_connections(connections)
        .sqlx_logging(false)
        .acquire_timeout(std::time::Duration::from_secs(5))
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // Full: what is acknowledged is on the disk, power cut or not.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(std::time::Duration::from_secs(5))
                .statement_cache_capacity(256)
        });
    sea_orm::Database::connect(options).await
}
