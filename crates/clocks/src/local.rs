//! Local hours, and the instants that they are: rule 2 for a single interval.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use std::fmt;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A local interval `[start, end)` that begins on some date: at least a minute, at most 24 hours long by the
/// clocks on the wall. An end at or before the start is on the next day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Interval {
    /// Minutes after midnight, below 1440.
    start: u16,
    /// Minutes after midnight, at most 1440.
    end: u16,
}

/// A local time as `HH:MM`, in minutes after midnight; `24:00` is read too.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str| {
        let plain = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        if plain { digits.parse::<u16>().ok() } else { None }
    };
    let (hour, minute) = (two(hour)?, two(minute)?);
    (minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
}

impl Interval {
    /// From midnight to midnight.
    pub(crate) const WHOLE_DAY: Self = Self { start: 0, end: DAY };

    /// Reads an interval as it is written.
    pub(crate) fn parse(start: &str, end: &str) -> Result<Self, String> {
        let read = |text: &str| {
            minutes(text).ok_or_else(|| {
                let shown: String = text.chars().take(20).collect();
                format!("`{shown}` is no time of day: HH:MM is, from 00:00 to 23:59, as an end to 24:00")
            })
        };
        let (start, end) = (read(start)?, read(end)?);
        if start == DAY {
            return Err("24:00 is an end only: a start at midnight is 00:00".to_owned());
        }
        Ok(Self { start, end })
    }

    /// The interval as it is written.
    pub(crate) fn form(self) -> (String, String) {
        let text = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        (text(self.start), text(self.end))
    }

    /// Whether it is a whole day from midnight to midnight.
    pub(crate) fn is_whole_day(self) -> bool {
        self.start == 0 && (self.end == DAY || self.end == 0)
    }

    /// The instants of an interval that begins on a date; none when a change of the clocks leaves nothing of
    /// it, or when they lie outside what instants there are.
    pub(crate) fn on(self, date: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let last = if self.end <= self.start { date.tomorrow().ok()? } else { date };
        let start = instant(zone, at(date, self.start)?, false)?;
        let end = instant(zone, at(last, self.end)?, true)?;
        (start < end).then_some((start, end))
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = self.form();
        write!(f, "{start}–{end}")
    }
}

/// A local time on a date; 1440 minutes are the midnight at its end.
fn at(date: Date, minutes: u16) -> Option<DateTime> {
    let (date, minutes) = if minutes == DAY { (date.tomorrow().ok()?, 0) } else { (date, minutes) };
    let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    Some(date.at(hour, minute, 0, 0))
}

/// The instant of a local time. One that comes twice is the later instant for an end and the earlier for a
/// start; one that does not exist moves forward by the gap, because the clocks before it still count.
fn instant(zone: &TimeZone, local: DateTime, end: bool) -> Option<Timestamp> {
    let offset = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } => before,
        AmbiguousOffset::Fold { before, after } => {
            if end {
                after
            } else {
                before
            }
        }
    };
    offset.to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::zone;
    use jiff::civil::date;

    /// The instants of an interval, as texts.
    fn on(name: &str, date: Date, start: &str, end: &str) -> Option<(String, String)> {
        let found = Interval::parse(start, end).unwrap().on(date, &zone(name).unwrap());
        found.map(|(from, to)| (from.to_string(), to.to_string()))
    }

    fn some(from: &str, to: &str) -> Option<(String, String)> {
        Some((from.to_owned(), to.to_owned()))
    }

    #[test]
    fn times_are_read_strictly() {
        for wrong in
            ["9:00", "09:0", "24:01", "25:00", "09:60", "09:00:00", "+9:00", "", "09.00", " 09:00", "٠٩:٠٠"]
        {
            assert!(Interval::parse(wrong, "17:00").is_err(), "{wrong}");
            assert!(Interval::parse("00:00", wrong).is_err(), "{wrong}");
        }
        assert!(Interval::parse("24:00", "17:00").unwrap_err().contains("24:00 is an end only"));
        assert_eq!(Interval::parse("22:00", "06:00").unwrap().to_string(), "22:00–06:00");
        assert!(Interval::parse("00:00", "24:00").unwrap().is_whole_day());
        assert!(Interval::parse("00:00", "00:00").unwrap().is_whole_day());
        assert!(!Interval::parse("09:00", "09:00").unwrap().is_whole_day());
    }

    #[test]
    fn a_time_that_comes_twice_is_early_as_a_start_and_late_as_an_end() {
        let back = date(2026, 10, 25);
        assert_eq!(
            on("Europe/Paris", back, "02:30", "04:00"),
            some("2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z")
        );
        assert_eq!(
            on("Europe/Paris", back, "01:00", "02:30"),
            some("2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z")
        );
        assert_eq!(
            on("Europe/Paris", back, "02:15", "02:45"),
            some("2026-10-25T00:15:00Z", "2026-10-25T01:45:00Z")
        );
    }

    #[test]
    fn a_time_that_does_not_exist_moves_forward_by_the_gap() {
        let forth = date(2026, 3, 29);
        assert_eq!(
            on("Europe/Paris", forth, "02:30", "04:00"),
            some("2026-03-29T01:30:00Z", "2026-03-29T02:00:00Z")
        );
        assert_eq!(
            on("Europe/Paris", forth, "01:00", "02:30"),
            some("2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z")
        );
        assert_eq!(
            on("Europe/Paris", forth, "02:15", "02:45"),
            some("2026-03-29T01:15:00Z", "2026-03-29T01:45:00Z")
        );
        // The hour that is left out has no instants at all, nor has what would end before it begins.
        assert_eq!(on("Europe/Paris", forth, "02:00", "03:00"), None);
        assert_eq!(on("Europe/Paris", forth, "02:30", "03:15"), None);
    }

    #[test]
    fn half_an_hour_changes_at_lord_howe() {
        let (forth, back) = (date(2026, 10, 4), date(2027, 4, 4));
        assert_eq!(
            on("Australia/Lord_Howe", forth, "02:15", "03:00"),
            some("2026-10-03T15:45:00Z", "2026-10-03T16:00:00Z")
        );
        assert_eq!(
            on("Australia/Lord_Howe", back, "01:45", "01:50"),
            some("2027-04-03T14:45:00Z", "2027-04-03T15:20:00Z")
        );
    }

    #[test]
    fn the_hours_of_a_date_that_a_zone_skips_move_to_the_next_one() {
        // Apia went from the 29th to the 31st of December 2011 at midnight.
        let friday = on("Pacific/Apia", date(2011, 12, 30), "09:00", "17:00");
        assert_eq!(friday, on("Pacific/Apia", date(2011, 12, 31), "09:00", "17:00"));
        assert_eq!(
            on("Pacific/Apia", date(2011, 12, 29), "22:00", "06:00"),
            some("2011-12-30T08:00:00Z", "2011-12-30T16:00:00Z")
        );
    }

    #[test]
    fn midnights_that_do_not_exist_or_come_twice() {
        // Cairo skips the first hour of 2026-04-24; Havana had that of 2019-11-03 twice.
        assert_eq!(
            on("Africa/Cairo", date(2026, 4, 24), "00:00", "02:00"),
            some("2026-04-23T22:00:00Z", "2026-04-23T23:00:00Z")
        );
        assert_eq!(
            on("Africa/Cairo", date(2026, 4, 23), "23:00", "24:00"),
            some("2026-04-23T21:00:00Z", "2026-04-23T22:00:00Z")
        );
        assert_eq!(
            on("America/Havana", date(2019, 11, 2), "23:00", "24:00"),
            some("2019-11-03T03:00:00Z", "2019-11-03T05:00:00Z")
        );
    }
}
