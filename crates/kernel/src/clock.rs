//! The only clock. It is passed in: tests and the seed move it by hand.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tokio::sync::watch;

/// The time of day, from the system or set by hand.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved.
    Manual(Arc<watch::Sender<Timestamp>>),
}

impl Clock {
    /// A clock that stands at `start` until it is moved.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(watch::Sender::new(start)))
    }

    /// Now, to the microsecond, which is what the log keeps.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = match self {
            Self::System => Timestamp::now(),
            Self::Manual(time) => *time.borrow(),
        };
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Moves a manual clock to `to`; the system clock cannot be moved and stays.
    pub fn set(&self, to: Timestamp) {
        if let Self::Manual(time) = self {
            time.send_replace(to);
        }
    }

    /// Moves a manual clock on by `by`.
    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now() + by);
    }

    /// Returns when this clock shows `at` or later.
    pub async fn sleep_until(&self, at: Timestamp) {
        match self {
            Self::System => {
                while let Ok(left) = std::time::Duration::try_from(at.duration_since(Timestamp::now())) {
                    if left.is_zero() {
                        return;
                    }
                    tokio::time::sleep(left.min(std::time::Duration::from_secs(60))).await;
                }
            }
            Self::Manual(time) => {
                let mut moved = time.subscribe();
                // The sender lives in `self`, so waiting cannot fail.
                let _ = moved.wait_for(|now| *now >= at).await;
            }
        }
    }
}
