//! What a database is busy with, as numbers that are cheap to keep and to read:
//! for metrics. They count from the start of the process.

use ciclo_kernel::{SignedDuration, Timestamp};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// No instant is known.
const NONE: i64 = i64::MIN;

/// The numbers of one database.
pub struct Gauges {
    commits: AtomicU64,
    commands: AtomicU64,
    waited: AtomicU64,
    lent: AtomicU64,
    timer: AtomicI64,
    parked: AtomicU64,
    oldest: AtomicI64,
}

impl Default for Gauges {
    fn default() -> Self {
        let zero = AtomicU64::default;
        Self {
            commits: zero(),
            commands: zero(),
            waited: zero(),
            lent: zero(),
            timer: AtomicI64::new(NONE),
            parked: zero(),
            oldest: AtomicI64::new(NONE),
        }
    }
}

impl Gauges {
    /// Commits of the lane of writes.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Commands that were in those commits.
    #[must_use]
    pub fn commands(&self) -> u64 {
        self.commands.load(Ordering::Relaxed)
    }

    /// How long those commands waited for their turn, all together.
    #[must_use]
    pub fn waited(&self) -> Duration {
        Duration::from_micros(self.waited.load(Ordering::Relaxed))
    }

    /// Connections that read now.
    #[must_use]
    pub fn lent(&self) -> u64 {
        self.lent.load(Ordering::Relaxed)
    }

    /// How late the earliest timer is; zero when none is.
    #[must_use]
    pub fn late(&self, now: Timestamp) -> SignedDuration {
        since(&self.timer, now).unwrap_or_default().max(SignedDuration::ZERO)
    }

    /// Parked events, as of the last look.
    #[must_use]
    pub fn parked(&self) -> u64 {
        self.parked.load(Ordering::Relaxed)
    }

    /// How long the oldest parked event has been parked; `None` when none is.
    #[must_use]
    pub fn parked_for(&self, now: Timestamp) -> Option<SignedDuration> {
        since(&self.oldest, now)
    }

    /// A batch of commands begins, which waited so long all together.
    pub(crate) fn batch(&self, commands: usize, waited: Duration) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.commands.fetch_add(commands as u64, Ordering::Relaxed);
        self.waited.fetch_add(u64::try_from(waited.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// A connection is lent until the answer is dropped.
    pub(crate) fn lend(&self) -> Lent<'_> {
        self.lent.fetch_add(1, Ordering::Relaxed);
        Lent(self)
    }

    /// When the next timer is due.
    pub(crate) fn next_timer(&self, due: Option<Timestamp>) {
        self.timer.store(due.map_or(NONE, Timestamp::as_microsecond), Ordering::Relaxed);
    }

    /// How many events are parked, and since when the oldest is.
    pub(crate) fn are_parked(&self, count: u64, oldest: Option<Timestamp>) {
        self.parked.store(count, Ordering::Relaxed);
        self.oldest.store(oldest.map_or(NONE, Timestamp::as_microsecond), Ordering::Relaxed);
    }
}

/// The time since an instant, if it is known.
fn since(instant: &AtomicI64, now: Timestamp) -> Option<SignedDuration> {
    let known = instant.load(Ordering::Relaxed);
    let instant = (known != NONE).then(|| Timestamp::from_microsecond(known).ok()).flatten()?;
    Some(now.duration_since(instant))
}

/// A connection on loan.
pub(crate) struct Lent<'a>(&'a Gauges);

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.0.lent.fetch_sub(1, Ordering::Relaxed);
    }
}
