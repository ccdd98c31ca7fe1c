//! A service level clock as its facts: everything else is derived from them, so
//! the same facts give the same answers after any restart. Rules 4 to 8.

use crate::due::{Never, reached, share, used};
use crate::hours::Hours;
use crate::pause::Pauses;
use crate::segment::{Segment, segments};
use jiff::{SignedDuration, Timestamp};

/// The facts of a clock. The calendar is a fact as well, with its editions; it is passed in as [`Hours`],
/// because many clocks share it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clock {
    /// When it was opened.
    pub start: Timestamp,
    /// The target that it was opened with; a negative one counts as none.
    pub target: SignedDuration,
    /// The times that do not count.
    pub pauses: Pauses,
    /// The targets that took its place, the first one first.
    pub retargets: Vec<Retarget>,
}

/// A new target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retarget {
    /// From when it counts; not before the one before it.
    pub at: Timestamp,
    /// The new target.
    pub target: SignedDuration,
}

/// A broken promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Breach {
    /// The instant at which the target was used up.
    pub due: Timestamp,
    /// From when it is broken: right after it was due, or at the change of the target.
    pub since: Timestamp,
    /// Whether the change of the target broke it: the new one was used up before.
    pub retargeted: bool,
}

impl Clock {
    /// A clock with a single target and no pauses.
    #[must_use]
    pub fn new(start: Timestamp, target: SignedDuration) -> Self {
        Self { start, target, pauses: Pauses::default(), retargets: Vec::new() }
    }

    /// When it begins to run: its start, or the next opening; none when the calendar never opens again. Its
    /// pauses do not matter.
    #[must_use]
    pub fn opens_at(&self, hours: &Hours) -> Option<Timestamp> {
        hours.opening(self.start)
    }

    /// The target that counts at an instant.
    #[must_use]
    pub fn target_at(&self, at: Timestamp) -> SignedDuration {
        let given = self.retargets.iter().rev().find(|retarget| retarget.at <= at);
        given.map_or(self.target, |retarget| retarget.target)
    }

    /// When its last target is used up, by all its facts; that instant still keeps the promise.
    pub fn due(&self, hours: &Hours) -> Result<Timestamp, Never> {
        reached(hours, self.start, &self.pauses, self.target_at(Timestamp::MAX))
    }

    /// When the target of an instant is used up, if a pause that is open ends at that instant.
    pub fn due_if_resumed(&self, hours: &Hours, at: Timestamp) -> Result<Timestamp, Never> {
        reached(hours, self.start, &self.pauses.clone().ended(at), self.target_at(at))
    }

    /// When a percentage of its last target is used: always within hours, their end included.
    pub fn threshold(&self, hours: &Hours, percent: u8) -> Result<Timestamp, Never> {
        reached(hours, self.start, &self.pauses, share(self.target_at(Timestamp::MAX), percent))
    }

    /// The time used at an instant.
    #[must_use]
    pub fn used(&self, hours: &Hours, at: Timestamp) -> SignedDuration {
        used(hours, self.start, &self.pauses, at)
    }

    /// What is left of the target at an instant; negative after it is used up.
    #[must_use]
    pub fn left(&self, hours: &Hours, at: Timestamp) -> SignedDuration {
        self.target_at(at).saturating_sub(self.used(hours, at))
    }

    /// The breach by an instant: that of its stop, or now. Stopping when it is due keeps the promise. The
    /// first breach stays, whatever target follows.
    #[must_use]
    pub fn breach(&self, hours: &Hours, until: Timestamp) -> Option<Breach> {
        let first = Retarget { at: self.start, target: self.target };
        let phases: Vec<_> = std::iter::once(first).chain(self.retargets.iter().copied()).collect();
        phases.iter().enumerate().take_while(|(_, phase)| phase.at <= until).find_map(|(n, phase)| {
            let end = phases.get(n + 1).map_or(until, |next| next.at.min(until));
            let due = reached(hours, self.start, &self.pauses, phase.target).ok()?;
            let retargeted = n > 0 && due < phase.at;
            let since = if retargeted { phase.at } else { due };
            (due < end || retargeted).then_some(Breach { due, since, retargeted })
        })
    }

    /// The segments that explain it, from its start to an instant.
    #[must_use]
    pub fn segments(&self, hours: &Hours, at: Timestamp) -> Vec<Segment> {
        segments(hours, self.start, &self.pauses, at)
    }
}
