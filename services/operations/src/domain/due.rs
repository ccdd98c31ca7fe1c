//! What is due next of a ticket: the earliest instant that a clock of it which
//! runs promises. The ticket keeps it, so that lists can sort by it; clocks
//! that stand promise no instant.

use super::service_level_clock::{ServiceLevelClock, ServiceLevelClockState, TargetKind};
use ciclo_clocks::Hours;
use ciclo_kernel::{Timestamp, ids::ServiceLevelClockId};

/// What the clocks of a ticket promise next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Due {
    /// The earliest instant that a clock which runs promises.
    pub at: Timestamp,
    /// Which time that clock measures.
    pub kind: TargetKind,
    /// The clock.
    pub clock: ServiceLevelClockId,
}

impl Due {
    /// What a clock promises; none while it stands, when it has its result, or when its calendar does not have so
    /// many hours.
    #[must_use]
    pub fn of(clock: &ServiceLevelClock, hours: &Hours, at: Timestamp) -> Option<Self> {
        match clock.state {
            ServiceLevelClockState::Running => {
                let due = clock.due(hours, at)?;
                Some(Self { at: due, kind: clock.kind, clock: clock.id })
            }
            ServiceLevelClockState::Paused
            | ServiceLevelClockState::Stopped
            | ServiceLevelClockState::Cancelled => None,
        }
    }
}

/// A record that clocks measure.
pub trait Timed {
    /// Where it keeps what is due next; none for one that does not keep it.
    fn due_mut(&mut self) -> Option<&mut Option<Due>> {
        None
    }
}

/// It is in no queue.
impl Timed for super::alert::Alert {}
/// It is in no queue.
impl Timed for super::access_grant::AccessGrant {}
