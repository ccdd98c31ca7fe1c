//! The same figures with each service a process of its own on PostgreSQL, and
//! Kafka between them, beside what those can do by themselves.

use crate::effort::Effort;
use crate::table::{heading, line};
use crate::world::{Gateway, World};
use crate::{create, effect, kafka, machine, postgres, reads, timers, world};
use anyhow::{Context, Result};
use ciclo::services::NAMES;
use ciclo_store::Postgres;
use ciclo_testkit::broker::Broker;
use ciclo_testkit::postgres::Server;
use ciclo_testkit::process::Process;
use futures::future::try_join_all;
use sea_orm::sqlx::{self, Row};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long it is idle before its memory is read.
const IDLE: Duration = Duration::from_secs(5);
/// How long it is under load to see whether memory grows.
const SOAK: Duration = Duration::from_secs(600);
/// How many clients create incidents at once.
const CLIENTS: [usize; 3] = [1, 8, 32];
/// Log rows that a relay has before it when it is timed.
const BACKLOG: usize = 200_000;
/// How long the relay may take for them.
const PATIENCE: Duration = Duration::from_secs(120);

/// The processes, and where they are.
struct Distributed {
    ciclo: PathBuf,
    data: PathBuf,
    places: BTreeMap<&'static str, Postgres>,
    addresses: BTreeMap<&'static str, String>,
    brokers: String,
    processes: BTreeMap<&'static str, Process>,
}

impl Distributed {
    async fn start(ciclo: &Path, directory: &Path, server: &Server, broker: &Broker) -> Result<Self> {
        let mut all = Self {
            ciclo: ciclo.to_owned(),
            data: directory.join("data"),
            places: BTreeMap::new(),
            addresses: BTreeMap::new(),
            brokers: broker.address(),
            processes: BTreeMap::new(),
        };
        let own = std::process::id();
        for (number, name) in (1u16..).zip(NAMES) {
            all.places.insert(name, server.database(name).await);
            // A loopback address of this process's own, whose ports nobody else takes.
            let host = format!("127.{}.{}.1", 1 + (own >> 8) % 250, own % 250);
            all.addresses.insert(name, format!("{host}:{}", 4000 + number));
            all.resume(name)?;
        }
        let urls: Vec<String> =
            NAMES.iter().map(|name| format!("{name}=http://{}", all.addresses[name])).collect();
        let gateway = all.serve("gateway", "127.0.0.1:0", &["--service", &urls.join(",")])?;
        all.processes.insert("gateway", gateway);
        Ok(all)
    }

    /// Starts a service where it was.
    fn resume(&mut self, name: &'static str) -> Result<()> {
        let place = &self.places[name];
        let secret = self.data.with_extension(name);
        std::fs::write(&secret, place.password.as_deref().unwrap_or_default())?;
        let secret = secret.display().to_string();
        let besides = [
            "--database-url",
            &place.url,
            "--database-password-file",
            &secret,
            "--kafka-brokers",
            &self.brokers,
        ];
        let process = self.serve(name, &self.addresses[name], &besides)?;
        self.processes.insert(name, process);
        Ok(())
    }

    fn serve(&self, name: &str, listen: &str, besides: &[&str]) -> Result<Process> {
        let data = self.data.display().to_string();
        let mut arguments = vec!["serve", name, "--data", &data, "--listen", listen];
        arguments.extend(besides);
        Process::start(&self.ciclo, &arguments, "ready").map_err(anyhow::Error::msg)
    }

    fn gateway(&self) -> Gateway {
        Gateway::new(&self.processes["gateway"].url("gateway"), &self.data)
    }
}

/// Lets 32 clients create incidents through the gateway, and prints the memory of each process every minute.
pub async fn soak(ciclo: &Path, effort: Effort) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let server = Server::start(true);
    // Without one it has said so.
    let Some(broker) = Broker::start().await else { return Ok(()) };
    let suite = Distributed::start(ciclo, directory.path(), &server, &broker).await?;
    let gateway = suite.gateway();
    let world = world::make(&gateway).await?;
    let (until, created) = (Instant::now() + effort.time(SOAK), Arc::new(AtomicUsize::new(0)));
    let connections = try_join_all((0..CLIENTS[2]).map(|_| gateway.connection())).await?;
    let workers = connections.into_iter().map(|connection| {
        let (service, created) = (world.service.id.clone(), created.clone());
        tokio::spawn(async move {
            while Instant::now() < until {
                create::open(&connection, &service, &[]).await?;
                created.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        })
    });
    let workers: Vec<_> = workers.collect();
    let interval = effort.time(SOAK) / 10;
    for number in 1..=10 {
        let before = created.load(Ordering::Relaxed);
        tokio::time::sleep(interval).await;
        heading(&format!("Tenth {number} of {} s, 32 clients (VmRSS)", effort.time(SOAK).as_secs()));
        let made = created.load(Ordering::Relaxed) - before;
        line("incidents created", made as f64 / interval.as_secs_f64(), "1/s", "");
        for (name, process) in &suite.processes {
            line(name, machine::resident(process.id())?, "MB", "");
        }
    }
    for worker in workers {
        worker.await??;
    }
    Ok(())
}

/// Takes all figures and prints them.
pub async fn run(ciclo: &Path, effort: Effort) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let server = Server::start(true);
    // Without one it has said so.
    let Some(broker) = Broker::start().await else { return Ok(()) };
    let mut suite = Distributed::start(ciclo, directory.path(), &server, &broker).await?;
    let world = world::make(&suite.gateway()).await?;

    heading("Idle memory of each process (VmRSS)");
    tokio::time::sleep(effort.time(IDLE)).await;
    for (name, process) in &suite.processes {
        line(name, machine::resident(process.id())?, "MB", "goal: 64");
    }

    creates(&suite, &world, effort).await?;

    heading("Reads through the gateway, 1 client");
    let times = reads::incident(&suite.gateway(), &world, effort).await?;
    times.lines("incident with service, clocks, agreement, items, change", "");

    heading("Commit to effect in a neighbour, at a third of the writes that 32 clients come to");
    let effects = effect::measure(&suite.gateway(), &world, effect::Load::Third, effort).await?;
    line("incidents resolved", effects.rate, "1/s", "");
    effects.recorded.lines("clock stopped until its result is kept, by the records", "goal: 100");
    effects.subscribed.lines("clock stopped until a subscriber has its result", "goal: 100");

    timers::show(&suite.gateway(), &world.hasty.id, effort).await?;

    heading("From the log to Kafka");
    let relayed = relay(&mut suite, effort.times(BACKLOG)).await?;
    line("events relayed", relayed, "1/s", "goal: 20,000");
    let bare = kafka::rates(&broker.address(), effort).await?;
    line("bare rdkafka, messages of that size: produced", bare.produced, "1/s", "");
    line("bare rdkafka, messages of that size: consumed", bare.consumed, "1/s", "");
    line("events relayed to bare produced", relayed / bare.produced, "", "");

    heading("Memory after all that (VmRSS)");
    for (name, process) in &suite.processes {
        line(name, machine::resident(process.id())?, "MB", "");
    }
    Ok(())
}

/// Incidents created, at the service and through the gateway, beside what PostgreSQL does with their rows.
async fn creates(suite: &Distributed, world: &World, effort: Effort) -> Result<()> {
    heading("Incidents created (two rows and an idempotency key each)");
    let operations = suite.processes["operations"].id();
    let service = Gateway::new(&format!("http://{}/graphql", suite.addresses["operations"]), &suite.data);
    let gateway = suite.gateway();
    let mut rates = [0.0; 2];
    for clients in CLIENTS {
        for (rate, (of, by)) in
            rates.iter_mut().zip([("at the service", &service), ("through the gateway", &gateway)])
        {
            let created = create::measure(by, operations, clients, &world.unpromised.id, effort).await?;
            *rate = created.rate;
            line(&format!("{clients} at once, {of}: created"), created.rate, "1/s", "");
            created.times.lines(&format!("{clients} at once, {of}: answered"), "");
            line(&format!("{clients} at once, {of}: cores that operations had"), created.share.suite, "", "");
            line(
                &format!("{clients} at once, {of}: cores that all others had"),
                created.share.others,
                "",
                "",
            );
        }
    }
    let bare = postgres::rate(&suite.places["operations"], 32, effort).await?;
    line("bare PostgreSQL, the same two rows with their indexes, 32 at once", bare, "1/s", "");
    line("32 at once, at the service to bare", rates[0] / bare, "", "goal: 0.5");
    line("32 at once, through the gateway to bare", rates[1] / bare, "", "goal: 0.35");
    Ok(())
}

/// Events a second that the relay of operations publishes when it finds so many.
async fn relay(suite: &mut Distributed, rows: usize) -> Result<f64> {
    if let Some(process) = suite.processes.remove("operations") {
        process.terminate();
    }
    let mut connection = postgres::connect(&suite.places["operations"]).await?;
    // Copies of a real event, each of a record of its own. Nobody consumes them: they are of a type that no neighbour reads.
    let copies = "INSERT INTO log (event_id, tenant, record_type, record_id, record_version, event_type, at, actor, traceparent, payload) \
        SELECT e.event_id || n, e.tenant, e.record_type, e.record_id || n, 1, e.event_type, e.at, e.actor, e.traceparent, e.payload \
        FROM (SELECT * FROM log WHERE record_type = 'Incident' ORDER BY sequence DESC LIMIT 1) e, generate_series(1, $1) n";
    let rows = i32::try_from(rows)?;
    sqlx::query(copies).bind(rows).execute(&mut connection).await?;
    let last: i64 = sqlx::query("SELECT max(sequence) FROM log").fetch_one(&mut connection).await?.get(0);
    let asked = "SELECT coalesce(max(sequence), 0) FROM position WHERE source = $1";
    let mut position = async || -> Result<i64> {
        let row = sqlx::query(asked).bind(ciclo_transport::relay::NAME).fetch_one(&mut connection).await?;
        Ok(row.get(0))
    };
    let before = position().await?;
    suite.resume("operations")?;
    let begun = Instant::now();
    let (mut first, mut seen) = (None, before);
    while seen < last {
        anyhow::ensure!(begun.elapsed() < PATIENCE, "the relay is at {seen} of {last}");
        tokio::time::sleep(Duration::from_millis(10)).await;
        seen = position().await?;
        // From its first batch on: what goes before is its start.
        if first.is_none() && seen > before {
            first = Some((Instant::now(), seen));
        }
    }
    let (from, at) = first.context("it relayed")?;
    Ok((last - at) as f64 / from.elapsed().as_secs_f64())
}
