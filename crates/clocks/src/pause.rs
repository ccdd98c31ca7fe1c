//! Pauses: the times that do not count, and their union.

use jiff::Timestamp;

/// A time that does not count: `[from, to)`, open while `to` is none. One that ends at or before its
/// beginning takes nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Pause {
    /// When it began.
    pub from: Timestamp,
    /// When it ended; none while it lasts.
    pub to: Option<Timestamp>,
    /// Why, as the record says it: `CALLER`, `CHANGE`, `PROBLEM`, `SUPPLIER`, or `RESOLVED`.
    pub reason: String,
}

/// Pauses as a union: in order, none within another. Where some overlap, the time is that of the one that
/// began first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pauses(Vec<Pause>);

impl Pauses {
    /// The union of pauses that come in any order. The same pauses give the same union.
    #[must_use]
    pub fn union(mut pauses: Vec<Pause>) -> Self {
        let end = |pause: &Pause| pause.to.unwrap_or(Timestamp::MAX);
        pauses.sort_by(|one, other| {
            (one.from, end(one), &one.reason).cmp(&(other.from, end(other), &other.reason))
        });
        let mut here = Timestamp::MIN;
        pauses.retain_mut(|pause| {
            pause.from = pause.from.max(here);
            let takes = pause.from < end(pause);
            here = here.max(end(pause));
            takes
        });
        Self(pauses)
    }

    /// The pauses, the first one first; only the last can be open.
    #[must_use]
    pub fn all(&self) -> &[Pause] {
        &self.0
    }

    /// The same, but one that is open ends at an instant.
    #[must_use]
    pub fn ended(mut self, at: Timestamp) -> Self {
        if let Some(open) = self.0.last_mut().filter(|pause| pause.to.is_none()) {
            open.to = Some(at);
            if open.from >= at {
                self.0.pop();
            }
        }
        self
    }
}

impl FromIterator<Pause> for Pauses {
    fn from_iter<I: IntoIterator<Item = Pause>>(pauses: I) -> Self {
        Self::union(pauses.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(from: i64, to: Option<i64>, reason: &str) -> Pause {
        let at = |second| Timestamp::from_second(second).unwrap();
        Pause { from: at(from), to: to.map(at), reason: reason.to_owned() }
    }

    #[test]
    fn a_union_has_an_order_and_no_overlaps() {
        let given = [
            pause(50, None, "d"),
            pause(0, Some(10), "a"),
            pause(5, Some(20), "b"),
            pause(6, Some(9), "c"),
            pause(30, Some(30), "e"),
            pause(40, Some(35), "f"),
            pause(60, Some(70), "g"),
        ];
        let expected = [pause(0, Some(10), "a"), pause(10, Some(20), "b"), pause(50, None, "d")];
        assert_eq!(Pauses::union(given.to_vec()).all(), expected);
        assert_eq!(given.iter().rev().cloned().collect::<Pauses>().all(), expected);
        let at = |second| Timestamp::from_second(second).unwrap();
        let ended = Pauses::union(given.to_vec()).ended(at(55));
        assert_eq!(ended.all().last(), Some(&pause(50, Some(55), "d")));
        assert_eq!(Pauses::union(given.to_vec()).ended(at(50)).all().len(), 2);
    }
}
