//! A PostgreSQL database. Several processes of a service may share it: one
//! writes at a time, by a lock of the database, so that commands see each other
//! as they do in one process, and the log's sequences become visible in their order.

use crate::backend::Whose;
use crate::error::{Error, Result};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgListener};
use sea_orm::sqlx::{self, Connection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement,
};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

/// Longest that a connection is waited for.
const ACQUIRE: Duration = Duration::from_secs(5);
/// After this long without use a connection is tried before it is used.
const STALE: Duration = Duration::from_secs(10);
/// Pause before a listener that failed listens again.
const AGAIN: Duration = Duration::from_millis(500);
/// What a session may take: a statement, a lock, and a transaction that says nothing.
/// The last ends the hold of a writer whose process or network is gone.
const LIMITS: [(&str, &str); 6] = [
    ("statement_timeout", "30s"),
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "4s"),
    ("tcp_keepalives_idle", "2"),
    ("tcp_keepalives_interval", "1"),
    ("tcp_keepalives_count", "1"),
];
/// How statements are planned. A session plans a statement once, often while its table is small, when
/// reading all of it is cheapest; the plan has to be right when the table has grown. So by an index,
/// which every statement here has; and nothing is compiled for the few rows that it reads.
const PLANS: [(&str, &str); 2] = [("enable_seqscan", "off"), ("jit", "off")];
/// How often a session that has a lock is asked whether it still stands, and how long it may take to say so.
const LOOK: Duration = Duration::from_secs(1);

/// A PostgreSQL database, made with the locale C, whose order is that of SQLite.
#[derive(Clone)]
pub struct Postgres {
    /// `postgres://role@host:5432/database`.
    pub url: String,
    /// The role's password, when the URL has none.
    pub password: Option<String>,
    /// Connections that read, at most; one more writes and one listens.
    pub connections: u32,
    /// Whether opening brings the schema up to date, or refuses one that is behind.
    pub migrate: bool,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the URL nor the password: both can hold a secret.
        f.debug_struct("Postgres").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// A number for a lock or a channel of a service: the same in every process.
fn key(service: &str, what: &str) -> i64 {
    let name = format!("ciclo {what} {service}");
    // FNV-1a: any spread will do, locks are per database.
    name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    }) as i64
}

fn channel(service: &str) -> String {
    format!("ciclo_log_{service}")
}

fn options(postgres: &Postgres, most: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(postgres.url.as_str());
    let password = postgres.password.clone();
    options
        .min_connections(0)
        .max_connections(most)
        .sqlx_logging(false)
        .acquire_timeout(ACQUIRE)
        .connect_timeout(ACQUIRE)
        .test_before_acquire_if_idle_for(STALE)
        .map_sqlx_postgres_opts(move |options| tuned(options, password.as_deref()));
    options
}

fn tuned(mut options: PgConnectOptions, password: Option<&str>) -> PgConnectOptions {
    if let Some(password) = password {
        options = options.password(password);
    }
    options.application_name("ciclo").statement_cache_capacity(256).options(LIMITS).options(PLANS)
}

/// A session of its own that has a lock, until it is dropped.
pub(crate) struct Session {
    connection: PgConnection,
}

impl Session {
    /// Takes a lock, unless another session has it.
    pub(crate) async fn lock(postgres: &Postgres, what: &str) -> Result<Option<Self>> {
        let options: PgConnectOptions = postgres.url.parse().map_err(fault)?;
        let mut connection =
            PgConnection::connect_with(&tuned(options, postgres.password.as_deref())).await.map_err(fault)?;
        let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(key(what, "lead"))
            .fetch_one(&mut connection)
            .await
            .map_err(fault)?;
        Ok(taken.then_some(Self { connection }))
    }

    /// Returns when the session no longer stands, and with it the lock.
    pub(crate) async fn lost(&mut self) {
        loop {
            tokio::time::sleep(LOOK).await;
            let stands = tokio::time::timeout(LOOK, self.connection.ping()).await;
            if !matches!(stands, Ok(Ok(()))) {
                return;
            }
        }
    }
}

/// Connects once.
pub(crate) async fn connect(postgres: &Postgres) -> Result<DatabaseConnection, DbErr> {
    sea_orm::Database::connect(options(postgres, 1)).await
}

/// Connects for writing, and checks that the database orders text as SQLite does.
pub(crate) async fn open_writer(postgres: &Postgres) -> Result<DatabaseConnection> {
    let connection = connect(postgres).await?;
    let asked = "SELECT datcollate AS found FROM pg_database WHERE datname = current_database()";
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, asked)).await?;
    let found: String = row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or_default();
    if found == "C" || found == "POSIX" { Ok(connection) } else { Err(Error::Locale(found)) }
}

/// Waits until no other process of the service writes.
pub(crate) async fn be_the_writer(transaction: &DatabaseTransaction, service: &str) -> Result<(), DbErr> {
    let lock = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_advisory_xact_lock($1)",
        [key(service, "writer").into()],
    );
    transaction.execute_raw(lock).await.map(|_| ())
}

/// Sets whose rows the rest of a transaction sees.
pub(crate) async fn wall(db: &impl ConnectionTrait, whose: Whose<'_>) -> Result<(), DbErr> {
    let set = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT set_config('ciclo.tenant', $1, true)",
        [name(whose).into()],
    );
    db.execute_raw(set).await.map(|_| ())
}

fn name(whose: Whose<'_>) -> &str {
    match whose {
        Whose::Tenant(tenant) => tenant,
        Whose::All => EVERYBODY,
    }
}

/// What stands for all tenants; no tenant can be called so.
const EVERYBODY: &str = "*";

/// The statements that put a table's rows behind the wall of their tenant. A
/// session that has not said whose rows it wants gets an error, not an empty answer.
pub(crate) fn walls(table: &str) -> [String; 3] {
    let setting = "current_setting('ciclo.tenant')";
    [
        format!("ALTER TABLE \"{table}\" ENABLE ROW LEVEL SECURITY"),
        // The role owns its tables: without this its own rows would be open to it.
        format!("ALTER TABLE \"{table}\" FORCE ROW LEVEL SECURITY"),
        format!(
            "CREATE POLICY tenant ON \"{table}\" USING (tenant = {setting} OR {setting} = '{EVERYBODY}')"
        ),
    ]
}

/// Notifies the service's processes of the newest sequence, when the transaction commits.
pub(crate) async fn tell(transaction: &DatabaseTransaction, service: &str, last: u64) -> Result<(), DbErr> {
    let notify = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_notify($1, $2)",
        [channel(service).into(), last.to_string().into()],
    );
    transaction.execute_raw(notify).await.map(|_| ())
}

/// Hears of log rows that other processes commit, until nobody asks any more.
pub(crate) async fn listen(postgres: Postgres, service: &'static str, tail: watch::Sender<u64>) {
    loop {
        tokio::select! {
            () = tail.closed() => return,
            Err(fault) = hear(&postgres, service, &tail) => {
                tracing::debug!(%fault, service, "listening for the log");
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn hear(postgres: &Postgres, service: &str, tail: &watch::Sender<u64>) -> Result<()> {
    let pool = sea_orm::Database::connect(options(postgres, 1)).await?;
    let mut listener = PgListener::connect_with(pool.get_postgres_connection_pool()).await.map_err(fault)?;
    listener.listen(&channel(service)).await.map_err(fault)?;
    loop {
        // What was committed before it listened, or while its connection was lost.
        sqlx::query("SELECT set_config('ciclo.tenant', $1, false)")
            .bind(EVERYBODY)
            .execute(&mut listener)
            .await
            .map_err(fault)?;
        let last: i64 = sqlx::query_scalar("SELECT coalesce(max(sequence), 0) FROM log")
            .fetch_one(&mut listener)
            .await
            .map_err(fault)?;
        grow(tail, last.unsigned_abs());
        while let Some(told) = listener.try_recv().await.map_err(fault)? {
            if let Ok(last) = told.payload().parse() {
                grow(tail, last);
            }
        }
    }
}

fn fault(fault: sqlx::Error) -> DbErr {
    DbErr::Conn(sea_orm::RuntimeErr::SqlxError(std::sync::Arc::new(fault)))
}

/// Moves the known end of the log forward.
pub(crate) fn grow(tail: &watch::Sender<u64>, last: u64) {
    tail.send_if_modified(|known| {
        let grew = last > *known;
        *known = (*known).max(last);
        grew
    });
}

/// Sets whose rows a session sees from now on.
async fn set(db: &DatabaseConnection, whose: Whose<'_>) -> Result<(), DbErr> {
    let set = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT set_config('ciclo.tenant', $1, false)",
        [name(whose).into()],
    );
    db.execute_raw(set).await.map(|_| ())
}

/// Connections that read, each lent to one statement at a time behind its wall.
pub(crate) struct Readers {
    free: Mutex<Vec<DatabaseConnection>>,
    permits: Semaphore,
    most: u64,
}

/// A connection on loan.
pub(crate) struct Lease<'a> {
    connection: Option<DatabaseConnection>,
    readers: &'a Readers,
    _permit: SemaphorePermit<'a>,
}

impl Readers {
    pub(crate) async fn open(postgres: &Postgres) -> Result<Self> {
        let mut free = Vec::new();
        for _ in 0..postgres.connections.max(1) {
            let mut options = options(postgres, 1);
            options.connect_lazy(true);
            free.push(sea_orm::Database::connect(options).await?);
        }
        let most = free.len();
        Ok(Self { permits: Semaphore::new(most), free: Mutex::new(free), most: most as u64 })
    }

    /// How many connections there are.
    pub(crate) fn most(&self) -> u64 {
        self.most
    }

    /// Lends a connection that sees these rows.
    pub(crate) async fn lease(&self, whose: Whose<'_>) -> Result<Lease<'_>> {
        let waited = tokio::time::timeout(ACQUIRE, self.permits.acquire()).await;
        let permit = waited.map_err(|_| Error::Busy)?.map_err(|_| Error::Stopping)?;
        let connection = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let lease = Lease { connection, readers: self, _permit: permit };
        match set(lease.connection(), whose).await {
            // Its server was started again, or somebody between them forgot it: it is made anew.
            Err(DbErr::Exec(_) | DbErr::Query(_)) => set(lease.connection(), whose).await?,
            outcome => outcome?,
        }
        Ok(lease)
    }
}

impl Lease<'_> {
    pub(crate) fn connection(&self) -> &DatabaseConnection {
        self.connection.as_ref().expect("as many permits as connections")
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut free = self.readers.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.extend(self.connection.take());
    }
}
