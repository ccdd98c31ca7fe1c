//! The machine's own limits, and what a process takes of it, from `/proc`.

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Appends and `fdatasync`s that are timed.
const SYNCS: usize = 300;
/// What is appended before each: two pages of a write-ahead log.
const APPENDED: [u8; 8192] = [7; 8192];
/// What the kernel counts processor time in: 100 ticks a second on every Linux that this runs on.
const TICKS_A_SECOND: f64 = 100.0;

/// How many cores there are.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// How long an append of two pages with its `fdatasync` takes in a directory.
pub fn syncs(directory: &Path) -> Result<Vec<Duration>> {
    let path = directory.join("synced");
    let mut file = File::create(&path)?;
    let times = (0..SYNCS)
        .map(|_| {
            let begun = Instant::now();
            file.write_all(&APPENDED)?;
            file.sync_data()?;
            Ok(begun.elapsed())
        })
        .collect();
    fs::remove_file(path)?;
    times
}

/// The resident memory of a process in megabytes (10⁶ bytes).
pub fn resident(process: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}

/// The processor time that a process has had so far, in seconds.
pub fn processor(process: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold anything; what follows is numbered from the state on.
    let (_, rest) = stat.rsplit_once(") ").context("stat")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let ticks = |at: usize| fields.get(at).context("stat")?.parse::<f64>().context("stat");
    Ok((ticks(11)? + ticks(12)?) / TICKS_A_SECOND)
}

/// The processor time that all processes have had so far, in seconds.
pub fn busy() -> Result<f64> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat.lines().next().context("cpu")?;
    let ticks = line.split_whitespace().skip(1).map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    // user, nice, system, then idle and iowait, then irq and softirq
    let busy = ticks.iter().take(7).sum::<f64>() - ticks.iter().skip(3).take(2).sum::<f64>();
    Ok(busy / TICKS_A_SECOND)
}

/// Who had the processors over a while: cores' worth, by process.
pub struct Shares {
    begun: Instant,
    process: u32,
    at_begin: [f64; 3],
}

/// Cores' worth of processor time.
pub struct Share {
    /// Of the suite.
    pub suite: f64,
    /// Of the benchmark itself.
    pub bench: f64,
    /// Of everybody else.
    pub others: f64,
}

impl Shares {
    /// Begins to count, for the suite's process.
    pub fn begin(process: u32) -> Result<Self> {
        Ok(Self { begun: Instant::now(), process, at_begin: counted(process)? })
    }

    /// What it came to.
    pub fn end(&self) -> Result<Share> {
        let now = counted(self.process)?;
        let took = self.begun.elapsed().as_secs_f64();
        let [suite, bench, all] = [0, 1, 2].map(|at| (now[at] - self.at_begin[at]) / took);
        Ok(Share { suite, bench, others: (all - suite - bench).max(0.0) })
    }
}

fn counted(process: u32) -> Result<[f64; 3]> {
    Ok([processor(process)?, processor(std::process::id())?, busy()?])
}
