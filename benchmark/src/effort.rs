//! How much is measured: all of it for figures, a small part to try the benchmark itself.

use std::time::Duration;

/// The part of every measurement that is taken.
#[derive(Clone, Copy)]
pub struct Effort {
    part: u32,
}

impl Effort {
    /// Everything: figures worth quoting.
    pub const WHOLE: Self = Self { part: 1 };
    /// A twentieth: shows that the benchmark runs, its figures mean little.
    pub const BRIEF: Self = Self { part: 20 };

    /// The part of a time that is measured.
    #[must_use]
    pub fn time(self, whole: Duration) -> Duration {
        whole / self.part
    }

    /// The part of a number of repetitions, at least one.
    #[must_use]
    pub fn times(self, whole: usize) -> usize {
        (whole / self.part as usize).max(1)
    }
}
