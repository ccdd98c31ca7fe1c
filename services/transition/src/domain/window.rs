//! Half-open spans of time: the start is inside, the end is not.

use ciclo_kernel::{Refusal, SignedDuration, Timestamp};

/// A span of time from `start` (inside) to `end` (outside): `[10:00, 11:00)` and `[11:00, 12:00)` do not overlap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Window {
    /// A window that is not empty; `field` names the argument in the refusal.
    pub fn new(field: &str, start: Timestamp, end: Timestamp) -> Result<Self, Refusal> {
        if start < end {
            Ok(Self { start, end })
        } else {
            Err(Refusal::invalid(field, format!("the end {end} is not after the start {start}")))
        }
    }

    /// Whether an instant is inside.
    #[must_use]
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// How long it is.
    #[must_use]
    pub fn length(self) -> SignedDuration {
        self.end.duration_since(self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_is_inside_and_the_end_is_not() {
        let [ten, eleven] = [36_000, 39_600].map(|s| Timestamp::from_second(s).unwrap());
        let window = Window::new("window", ten, eleven).unwrap();
        assert!(window.contains(ten));
        assert!(!window.contains(eleven));
        assert_eq!(window.length(), SignedDuration::from_hours(1));
        assert!(Window::new("window", ten, ten).is_err());
        assert!(Window::new("window", eleven, ten).is_err());
    }
}
