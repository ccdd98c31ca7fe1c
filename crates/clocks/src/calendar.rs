//! A calendar: which local hours count. Made from its written form only, with
//! every mistake told.

use crate::form::{CalendarForm, OpeningForm, WeekForm, read};
use crate::local::Interval;
use crate::mistakes::Mistakes;
use crate::zone::zone;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the calendar in which every hour counts.
pub const ALWAYS: &str = "24x7";
/// Most holidays of a calendar: 40 years of one every working day.
pub const MAX_HOLIDAYS: usize = 10_000;
/// Most openings of a calendar.
pub const MAX_OPENINGS: usize = 10_000;
/// Most intervals of a day.
pub const MAX_INTERVALS: usize = 48;
/// The years that a date may be of: those whose hours are known.
const YEARS: std::ops::Range<i16> = 1970..2200;

/// A calendar: a zone, weekly local hours, holidays and openings. An interval belongs to the date on which it
/// begins: a holiday takes away the weekly intervals that begin on it, and a night that began before runs on
/// to its end. An opening adds its hours to whatever the date has, holiday or not; overlaps merge.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "CalendarForm", into = "CalendarForm")]
pub struct Calendar {
    zone: TimeZone,
    week: [Vec<Interval>; 7],
    /// Ascending, none twice.
    holidays: Vec<Date>,
    openings: BTreeMap<Date, Vec<Interval>>,
}

impl Calendar {
    /// The calendar in which every hour counts, called [`ALWAYS`].
    #[must_use]
    pub fn always() -> Self {
        let day = vec![Interval::WHOLE_DAY];
        let week = std::array::from_fn(|_| day.clone());
        Self {
            zone: zone("UTC").unwrap_or(TimeZone::UTC),
            week,
            holidays: Vec::new(),
            openings: BTreeMap::new(),
        }
    }

    /// Reads a calendar from JSON of the form [`CalendarForm`]; the errors name each mistake with its path.
    pub fn parse(text: &str) -> Result<Self, Mistakes> {
        read::<CalendarForm>(text)?.try_into()
    }

    /// The calendar as it is written: its zone under the name of the database, dates ascending.
    #[must_use]
    pub fn form(&self) -> CalendarForm {
        let mut weekly = WeekForm::default();
        for day in Weekday::Monday.cycle_forward().take(7) {
            *weekly.day_mut(day) = self.week_of(day).iter().map(|hours| hours.form()).collect();
        }
        let openings = self.openings.iter().map(|(date, hours)| OpeningForm {
            date: date.to_string(),
            hours: hours.iter().map(|hours| hours.form()).collect(),
        });
        CalendarForm {
            zone: self.zone_name().to_owned(),
            weekly,
            holidays: self.holidays.iter().map(Date::to_string).collect(),
            openings: openings.collect(),
        }
    }

    /// The IANA name of its zone.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// Its zone.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether every hour counts.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.holidays.is_empty() && self.week.iter().all(|day| day.iter().any(|hours| hours.is_whole_day()))
    }

    /// The weekly intervals of a day.
    fn week_of(&self, day: Weekday) -> &[Interval] {
        self.week.get(usize::from(day.to_monday_zero_offset().unsigned_abs())).map_or(&[], Vec::as_slice)
    }

    /// The intervals that begin on a date: those of its weekday unless it is a holiday, and its openings.
    pub(crate) fn on(&self, date: Date) -> impl Iterator<Item = Interval> {
        let holiday = self.holidays.binary_search(&date).is_ok();
        let weekly = if holiday { &[] } else { self.week_of(date.weekday()) };
        let openings = self.openings.get(&date).map_or(&[][..], Vec::as_slice);
        weekly.iter().chain(openings).copied()
    }

    /// The holidays from one date to another, both included, that take weekly hours away.
    pub(crate) fn holidays_between(&self, first: Date, last: Date) -> impl Iterator<Item = Date> {
        let begin = self.holidays.partition_point(|day| *day < first);
        let all = self.holidays.iter().skip(begin).take_while(move |day| **day <= last).copied();
        all.filter(|day| !self.week_of(day.weekday()).is_empty())
    }

    /// The last date on which hours begin, when there is a last.
    pub(crate) fn last_date(&self) -> Option<Date> {
        let weekly = self.week.iter().any(|day| !day.is_empty());
        if weekly { None } else { self.openings.keys().next_back().copied() }
    }
}

impl From<Calendar> for CalendarForm {
    fn from(calendar: Calendar) -> Self {
        calendar.form()
    }
}

impl TryFrom<CalendarForm> for Calendar {
    type Error = Mistakes;

    fn try_from(form: CalendarForm) -> Result<Self, Mistakes> {
        let mut wrong = Mistakes::default();
        let zone = zone(&form.zone).unwrap_or_else(|| {
            let shown: String = form.zone.chars().take(60).collect();
            wrong.note("zone", format!("`{shown}` is no IANA time zone, as Europe/Paris is one"));
            TimeZone::UTC
        });
        let week =
            form.weekly.days().map(|(day, hours)| intervals(&format!("weekly.{day}"), hours, &mut wrong));
        room("holidays", form.holidays.len(), MAX_HOLIDAYS, &mut wrong);
        let mut holidays: Vec<Date> = (form.holidays.iter().enumerate())
            .filter_map(|(n, text)| date(&format!("holidays[{n}]"), text, &mut wrong))
            .collect();
        holidays.sort_unstable();
        holidays.dedup();
        room("openings", form.openings.len(), MAX_OPENINGS, &mut wrong);
        let mut openings: BTreeMap<Date, Vec<Interval>> = BTreeMap::new();
        for (n, opening) in form.openings.iter().enumerate() {
            let hours = intervals(&format!("openings[{n}].hours"), &opening.hours, &mut wrong);
            if opening.hours.is_empty() {
                wrong.note(format!("openings[{n}].hours"), "an opening has hours");
            }
            if let Some(date) = date(&format!("openings[{n}].date"), &opening.date, &mut wrong) {
                let day = openings.entry(date).or_default();
                day.extend(hours);
                room(&format!("openings[{n}]"), day.len(), MAX_INTERVALS, &mut wrong);
            }
        }
        if form.openings.is_empty() && form.weekly.days().iter().all(|(_, hours)| hours.is_empty()) {
            wrong.note("weekly", "the calendar never opens: it needs weekly hours or openings");
        }
        wrong.or(Self { zone, week, holidays, openings })
    }
}

/// Reads the intervals of a day.
fn intervals(path: &str, hours: &[(String, String)], wrong: &mut Mistakes) -> Vec<Interval> {
    room(path, hours.len(), MAX_INTERVALS, wrong);
    let read = hours.iter().take(MAX_INTERVALS).enumerate().filter_map(|(n, (start, end))| {
        Interval::parse(start, end).map_err(|why| wrong.note(format!("{path}[{n}]"), why)).ok()
    });
    read.collect()
}

/// Reads a local date.
fn date(path: &str, text: &str, wrong: &mut Mistakes) -> Option<Date> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let read = if plain { text.parse().ok() } else { None };
    let date = read.filter(|date: &Date| YEARS.contains(&date.year()));
    if date.is_none() {
        let shown: String = text.chars().take(20).collect();
        let (first, last) = (YEARS.start, YEARS.end - 1);
        wrong.note(path, format!("`{shown}` is no date: YYYY-MM-DD is, from {first} to {last}"));
    }
    date
}

/// Notes when there is more than there may be.
fn room(path: &str, count: usize, most: usize, wrong: &mut Mistakes) {
    if count > most {
        wrong.note(path, format!("{count} entries; at most {most} are allowed"));
    }
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
