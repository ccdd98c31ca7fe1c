//! What explains a clock: the parts of its life, each with the fact behind it. Rule 9.

use crate::editions::Edition;
use crate::hours::{FIRST, HORIZON, Hours, Part};
use crate::pause::Pauses;
use jiff::Timestamp;
use jiff::civil::Date;
use std::fmt;

/// What a segment of a clock is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SegmentKind {
    /// The clock ran.
    Running,
    /// The clock stood within hours, for a reason.
    Paused,
    /// No hours: nothing counted, paused or not.
    OutOfHours,
}

impl SegmentKind {
    /// The kind as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::OutOfHours => "OUT_OF_HOURS",
        }
    }
}

/// The rule or the fact behind a segment. It reads as a sentence's end: "the clock ran: …".
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Because {
    /// Every hour counts.
    Always,
    /// The calendar is open.
    Open {
        /// Its zone.
        zone: String,
    },
    /// A pause.
    Pause {
        /// Its reason, as the record says it.
        reason: String,
    },
    /// The calendar is closed.
    Closed {
        /// The holidays in this time that took weekly hours away.
        holidays: Vec<Date>,
    },
    /// The first edition of the calendar was not valid yet.
    NoCalendar,
    /// No hours are known so early or so late.
    Unknown,
}

impl Because {
    /// The kind of segment that it makes.
    #[must_use]
    pub fn kind(&self) -> SegmentKind {
        match self {
            Self::Always | Self::Open { .. } => SegmentKind::Running,
            Self::Pause { .. } => SegmentKind::Paused,
            Self::Closed { .. } | Self::NoCalendar | Self::Unknown => SegmentKind::OutOfHours,
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("every hour counts (24x7)"),
            Self::Open { zone } => write!(f, "within the calendar's hours ({zone})"),
            Self::Pause { reason } => write!(f, "paused: {reason}"),
            Self::Closed { holidays } => {
                f.write_str("outside the calendar's hours")?;
                holidays.iter().try_for_each(|holiday| write!(f, ", holiday {holiday}"))
            }
            Self::NoCalendar => f.write_str("no edition of the calendar was valid yet"),
            Self::Unknown => write!(f, "no hours are known before {FIRST} and from {HORIZON} on"),
        }
    }
}

/// A part of a clock's life, `[from, to)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// When the part began.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
    /// The rule or the fact behind it.
    pub because: Because,
}

impl Segment {
    /// What the clock did.
    #[must_use]
    pub fn kind(&self) -> SegmentKind {
        self.because.kind()
    }
}

/// The segments of a clock from its start to an instant: they meet, and add up to the whole time. A part ends
/// where what the clock does changes, or the fact behind it: another pause, another edition of the calendar.
#[must_use]
pub fn segments(hours: &Hours, start: Timestamp, pauses: &Pauses, at: Timestamp) -> Vec<Segment> {
    let mut parts: Vec<(Part, Option<&str>)> = Vec::new();
    let mut here = start;
    for pause in pauses.all() {
        let from = pause.from.clamp(here, at.max(here));
        let to = pause.to.unwrap_or(at).clamp(from, at.max(from));
        add(hours.parts(here, from), None, &mut parts);
        add(hours.parts(from, to), Some(&pause.reason), &mut parts);
        here = to;
    }
    add(hours.parts(here, at), None, &mut parts);
    let all = hours.editions().all();
    let segment = |(part, reason): &(Part, Option<&str>)| {
        let edition = part.edition.and_then(|index| all.get(index));
        Segment { from: part.from, to: part.to, because: because(part, *reason, edition) }
    };
    parts.iter().map(segment).collect()
}

/// Adds parts, with the reason of the pause that they are in. A pause leaves no trace outside hours, so what
/// is closed before it and goes on within it is one part, and so are pauses for one reason that meet.
fn add<'a>(new: Vec<Part>, reason: Option<&'a str>, parts: &mut Vec<(Part, Option<&'a str>)>) {
    for part in new {
        let reason = reason.filter(|_| part.open);
        match parts.last_mut() {
            Some((last, before))
                if (last.to, last.open, last.edition, *before)
                    == (part.from, part.open, part.edition, reason) =>
            {
                last.to = part.to;
            }
            _ => parts.push((part, reason)),
        }
    }
}

/// The fact behind a part.
fn because(part: &Part, reason: Option<&str>, edition: Option<&Edition>) -> Because {
    match (part.open, reason, edition) {
        (true, Some(reason), _) => Because::Pause { reason: reason.to_owned() },
        (true, None, Some(edition)) if edition.calendar.is_always() => Because::Always,
        (true, None, Some(edition)) => Because::Open { zone: edition.calendar.zone_name().to_owned() },
        (_, _, None) => Because::NoCalendar,
        (false, ..) if part.to <= FIRST || part.from >= HORIZON => Because::Unknown,
        (false, _, Some(edition)) => {
            Because::Closed { holidays: edition.calendar.holidays_within(part.from, part.to) }
        }
    }
}
