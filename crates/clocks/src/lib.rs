//! Calendars and service level clocks: which hours count, when a target is due,
//! how much of it is used, and the segments that explain both. Pure: no input or
//! output, no clock of its own, and time zones that are compiled in, so the same
//! facts give the same answer on every machine.
//!
//! Source: the nine rules of service level clocks in the field's rules; "rule 2"
//! in this crate is the second of them:
//!
//! 1. Instants are UTC; a calendar has a zone, weekly hours, holidays, openings, all effective-dated.
//! 2. Each local interval becomes UTC first; an ambiguous start is the earlier instant, an ambiguous end the
//!    later; a local time that does not exist moves forward by the gap; an end at or before its start is on
//!    the next day; overlaps merge.
//! 3. Due is the earliest instant at which the target is used. The end counts.
//! 4. A clock that is opened outside hours starts at the next opening; a zero target is due at the start.
//! 5. Pauses are a union; outside hours they change nothing; after a breach they undo nothing.
//! 6. A new target keeps the start and the pauses; when its instant is past, that is a breach at the change.
//! 7. A threshold is the instant at which its part of the target is used.
//! 8. Everything is derived from recorded facts.
//! 9. The segments of a clock add up to the whole.

mod calendar;
mod clock;
mod due;
mod editions;
mod form;
mod hours;
mod local;
mod mistakes;
mod object;
mod open;
mod pause;
mod segment;
mod zone;

pub use calendar::{ALWAYS, Calendar, MAX_HOLIDAYS, MAX_INTERVALS, MAX_OPENINGS};
pub use clock::{Breach, Clock, Retarget};
pub use due::{Never, later, reached, share, used};
pub use editions::{Edition, Editions, MAX_EDITIONS};
pub use form::{CalendarForm, EditionForm, OpeningForm, WeekForm};
pub use hours::{FIRST, HORIZON, Hours};
pub use mistakes::{Mistake, Mistakes};
pub use pause::{Pause, Pauses};
pub use segment::{Because, Segment, SegmentKind, segments};
pub use zone::{zone_data_version, zone_names};
