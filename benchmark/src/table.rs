//! The table that is printed, and what a set of measured times comes to.

use std::time::Duration;

/// Prints the heading of a group of figures.
pub fn heading(text: &str) {
    println!("\n{text}");
}

/// Prints a figure with its unit and the goal that it is held against, if there is one.
pub fn line(what: &str, figure: f64, unit: &str, goal: &str) {
    let digits = if figure < 10.0 { 2 } else { usize::from(figure < 1000.0) };
    println!("{}", format!("  {what:<66} {figure:>9.digits$} {unit:<6} {goal}").trim_end());
}

/// Times that were measured.
#[derive(Default)]
pub struct Times {
    sorted: Vec<Duration>,
}

impl Times {
    /// Of these times.
    #[must_use]
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self { sorted: times }
    }

    /// The time that so many of a hundred do not exceed, in milliseconds; zero when there are none.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.sorted.len() * percent).div_ceil(100).max(1);
        self.sorted.get(rank - 1).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Prints p50 and p99, the goal on the latter.
    pub fn lines(&self, what: &str, goal: &str) {
        line(&format!("{what}, p50"), self.percentile(50), "ms", "");
        line(&format!("{what}, p99"), self.percentile(99), "ms", goal);
    }
}
