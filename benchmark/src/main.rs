//! What the suite can do on this machine, beside what the machine itself can
//! do: one table, a line a figure, with the goal that it is held against. It
//! never fails on a figure.

// The queries of a service in one process nest their futures this deep.
#![recursion_limit = "512"]

mod bare;
mod create;
mod distributed;
mod effect;
mod effort;
mod intake;
mod kafka;
mod machine;
mod postgres;
mod reads;
mod stage;
mod table;
mod timers;
mod world;

use crate::effort::Effort;
use crate::table::{Times, heading, line};
use crate::world::Gateway;
use anyhow::{Context, Result};
use ciclo_testkit::process::Process;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the suite is started.
const STARTS: usize = 5;
/// How long it is idle before its memory is read.
const IDLE: Duration = Duration::from_secs(5);
/// How many clients create incidents at once.
const CLIENTS: [usize; 3] = [1, 8, 32];

/// What the command line says.
#[derive(clap::Parser)]
struct Args {
    /// The executable `ciclo`.
    ciclo: PathBuf,
    /// Take a twentieth of every measurement: shows that the benchmark runs, its figures mean little.
    #[arg(long)]
    brief: bool,
    /// Each service a process of its own on PostgreSQL, and Kafka between them.
    #[arg(long)]
    distributed: bool,
    /// The same under load for ten minutes, with the memory of each process every minute.
    #[arg(long, conflicts_with = "distributed")]
    soak: bool,
    /// The operation stage alone, with up to a million incidents.
    #[arg(long, conflicts_with_all = ["distributed", "soak"])]
    stage: bool,
}

fn main() -> Result<()> {
    let args = <Args as clap::Parser>::parse();
    let effort = if args.brief { Effort::BRIEF } else { Effort::WHOLE };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        if args.distributed {
            distributed::run(&args.ciclo, effort).await
        } else if args.soak {
            distributed::soak(&args.ciclo, effort).await
        } else if args.stage {
            stage::run(effort).await
        } else {
            run(&args.ciclo, effort).await
        }
    })
}

/// Starts the suite in a data directory.
fn start(ciclo: &Path, data: &Path) -> Result<Process> {
    let data = data.display().to_string();
    Process::start(ciclo, &["--data", &data, "--listen", "127.0.0.1:0"], "Ctrl-C").map_err(anyhow::Error::msg)
}

async fn run(ciclo: &Path, effort: Effort) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let data = directory.path().join("data");

    heading("The machine");
    line("cores", machine::cores() as f64, "", "");
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0);
    line("processes that ran or waited in the minute before", load, "", "");
    Times::of(machine::syncs(directory.path())?).lines("append of 8 KiB with fdatasync", "");

    let suite = start(ciclo, &data)?;
    let world = world::make(&Gateway::new(&suite.url("explorer"), &data)).await?;
    suite.terminate();

    heading("Start and memory, with data");
    let mut starts = Vec::new();
    let mut last = None;
    for _ in 0..effort.times(STARTS) {
        if let Some(process) = last.take() {
            Process::terminate(process);
        }
        let process = start(ciclo, &data)?;
        starts.push(process.started_in);
        last = Some(process);
    }
    let suite = last.context("a start")?;
    line("start to ready, median", Times::of(starts).percentile(50), "ms", "goal: 2,000");
    tokio::time::sleep(effort.time(IDLE)).await;
    line("idle memory of the whole suite (VmRSS)", machine::resident(suite.id())?, "MB", "goal: 150");

    let gateway = Gateway::new(&suite.url("explorer"), &data);
    creates(&gateway, &suite, &world, directory.path(), effort).await?;

    heading("Reads through the gateway, 1 client");
    let times = reads::incident(&gateway, &world, effort).await?;
    times.lines("incident with service, clocks, agreement, items, change", "");

    heading("Commit to effect in a neighbour, some 30 events a second");
    let effects = effect::measure(&gateway, &world, effect::Load::Light, effort).await?;
    line("events", effects.recorded.len() as f64, "", "");
    effects.recorded.lines("clock stopped until its result is kept, by the records", "goal: 50");
    effects.subscribed.lines("clock stopped until a subscriber has its result", "goal: 50");

    timers::show(&gateway, &world.hasty.id, effort).await?;
    let operations = suite.url("Alertmanager intake").replace("/intake/alertmanager", "");
    intake::show(&gateway, &operations, suite.id(), effort).await?;

    heading("Impact over 1,000 items and 5,000 relations to depth 10");
    let impact = reads::impact(&gateway, &world, effort).await?;
    line("items reached", impact.reached as f64, "", "");
    impact.depths.lines("services, agreements, depth of every item", "goal: 50");
    impact.names.lines("name and class of every item beside", "");

    heading("After all that");
    line("memory of the whole suite (VmRSS)", machine::resident(suite.id())?, "MB", "");
    suite.terminate();
    Ok(())
}

/// Incidents created, beside what SQLite does with their rows.
async fn creates(
    gateway: &Gateway,
    suite: &Process,
    world: &world::World,
    directory: &Path,
    effort: Effort,
) -> Result<()> {
    heading("Incidents created through the gateway (two rows and an idempotency key each)");
    let mut rate = 0.0;
    for clients in CLIENTS {
        let created = create::measure(gateway, suite.id(), clients, &world.unpromised.id, effort).await?;
        rate = created.rate;
        line(&format!("{clients} at once: created"), created.rate, "1/s", "");
        created.times.lines(&format!("{clients} at once: answered"), "");
        shares(clients, &created.share);
    }
    let operations = directory.join("data/operations.sqlite");
    let indexed = bare::rate(&operations, directory, true, effort).await?;
    line("bare SQLite, the same two rows with their indexes", indexed, "1/s", "");
    let plain = bare::rate(&operations, directory, false, effort).await?;
    line("bare SQLite, the same two rows without indexes", plain, "1/s", "");
    line("32 at once to bare with indexes", rate / indexed, "", "goal: 0.4");
    line("32 at once to bare without indexes", rate / plain, "", "");
    let promised = create::measure(gateway, suite.id(), 32, &world.service.id, effort).await?;
    line("32 at once, two clocks started with each (six rows)", promised.rate, "1/s", "");
    promised.times.lines("32 at once, two clocks started with each: answered", "");
    Ok(())
}

fn shares(clients: usize, share: &machine::Share) {
    line(&format!("{clients} at once: cores that the suite had"), share.suite, "", "");
    line(&format!("{clients} at once: cores that this benchmark had"), share.bench, "", "");
    line(&format!("{clients} at once: cores that others had"), share.others, "", "");
}
