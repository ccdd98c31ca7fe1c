//! The calendar that a clock goes by: in the version that it was computed with,
//! so that an edit leaves what was computed before as it was.

use ciclo_clocks::ALWAYS;
use ciclo_kernel::{
    Refusal,
    ids::{CalendarId, RecordId},
};
use std::fmt;

/// The calendar whose hours count for a clock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ClockCalendar {
    /// `24x7`: every hour counts.
    Always,
    /// A calendar of design, as it was in one of its versions.
    Version {
        /// The calendar.
        id: CalendarId,
        /// The version of its record.
        version: u64,
    },
}

impl ClockCalendar {
    /// Reads `24x7`, or the id of a calendar with the version.
    pub fn read(written: &str, version: u64) -> Result<Self, Refusal> {
        if written == ALWAYS {
            return Ok(Self::Always);
        }
        Ok(Self::Version { id: CalendarId::parse(written)?, version })
    }

    /// The calendar's id; none when every hour counts.
    #[must_use]
    pub fn id(self) -> Option<CalendarId> {
        match self {
            Self::Always => None,
            Self::Version { id, .. } => Some(id),
        }
    }

    /// The calendar's version; none when every hour counts.
    #[must_use]
    pub fn version(self) -> Option<u64> {
        match self {
            Self::Always => None,
            Self::Version { version, .. } => Some(version),
        }
    }
}

impl fmt::Display for ClockCalendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str(ALWAYS),
            Self::Version { id, .. } => id.fmt(f),
        }
    }
}
