//! Which hours count, in the API: as they are in the file of `ciclo clock`, read and written.

use crate::domain::calendar::refused;
use async_graphql::{InputObject, SimpleObject};
use ciclo_clocks::{Calendar, CalendarForm, OpeningForm, WeekForm};
use ciclo_kernel::Refusal;

/// Which hours count: weekly local hours in a zone, less holidays, more openings. An interval belongs to the date on
/// which it begins.
#[derive(SimpleObject, Clone, Debug)]
pub struct CalendarHours {
    /// An IANA name, for example `Europe/Paris`.
    pub zone: String,
    /// The hours of each weekday.
    pub weekly: CalendarWeek,
    /// The local dates whose weekly hours do not count, as `2026-05-01`, ascending.
    pub holidays: Vec<String>,
    /// Hours on single dates, beside the weekly ones and on holidays too, ascending.
    pub openings: Vec<CalendarOpening>,
}

/// Hours on a single local date.
#[derive(SimpleObject, Clone, Debug)]
pub struct CalendarOpening {
    /// The local date, as `2026-05-02`.
    pub date: String,
    /// Its hours: pairs of a start and an end, as `["09:00", "12:00"]`.
    pub hours: Vec<Vec<String>>,
}

/// Hours on a single local date.
#[derive(InputObject, Clone, Debug)]
pub struct CalendarOpeningInput {
    /// The local date, as `2026-05-02`.
    pub date: String,
    /// Its hours: pairs of a start and an end, as `["09:00", "12:00"]`.
    pub hours: Vec<Vec<String>>,
}

/// Which hours count.
#[derive(InputObject, Clone, Debug)]
pub struct CalendarHoursInput {
    /// An IANA name, for example `Europe/Paris`.
    pub zone: String,
    /// The hours of each weekday; none when left out.
    pub weekly: Option<CalendarWeekInput>,
    /// The local dates whose weekly hours do not count, as `2026-05-01`, at most 10,000.
    pub holidays: Option<Vec<String>>,
    /// Hours on single dates, beside the weekly ones and on holidays too, at most 10,000.
    pub openings: Option<Vec<CalendarOpeningInput>>,
}

/// Declares a week, read and written: they differ only in that a day can be left out of what is written.
macro_rules! week {
    ($($day:ident of $called:literal),*) => {
        /// The hours of each weekday: pairs of a start and an end, as `["09:00", "17:00"]`; an end at or before its start is on the next day.
        #[derive(SimpleObject, Clone, Debug)]
        pub struct CalendarWeek {
            $(#[doc = $called] pub $day: Vec<Vec<String>>,)*
        }

        /// The hours of each weekday: pairs of a start and an end, as `["09:00", "17:00"]`; an end at or before its start is on the next day.
        #[derive(InputObject, Clone, Debug)]
        pub struct CalendarWeekInput {
            $(#[doc = $called] pub $day: Option<Vec<Vec<String>>>,)*
        }

        impl From<WeekForm> for CalendarWeek {
            fn from(week: WeekForm) -> Self {
                Self { $($day: lists(week.$day),)* }
            }
        }

        impl CalendarWeekInput {
            fn form(self) -> Result<WeekForm, Refusal> {
                Ok(WeekForm { $($day: pairs(concat!("weekly.", stringify!($day)), self.$day.unwrap_or_default())?,)* })
            }
        }
    };
}
week!(
    monday of "On Mondays.",
    tuesday of "On Tuesdays.",
    wednesday of "On Wednesdays.",
    thursday of "On Thursdays.",
    friday of "On Fridays.",
    saturday of "On Saturdays.",
    sunday of "On Sundays."
);

fn lists(pairs: Vec<(String, String)>) -> Vec<Vec<String>> {
    pairs.into_iter().map(|(start, end)| vec![start, end]).collect()
}

fn pairs(place: &str, lists: Vec<Vec<String>>) -> Result<Vec<(String, String)>, Refusal> {
    let pair = |(n, list): (usize, Vec<String>)| {
        <[String; 2]>::try_from(list).map(|[start, end]| (start, end)).map_err(|list| {
            let place = format!("hours.{place}[{n}]");
            Refusal::invalid(&place, format!("a start and an end are needed, not {} times", list.len()))
        })
    };
    lists.into_iter().enumerate().map(pair).collect()
}

impl From<Calendar> for CalendarHours {
    fn from(calendar: Calendar) -> Self {
        let form = CalendarForm::from(calendar);
        let opening =
            |opening: OpeningForm| CalendarOpening { date: opening.date, hours: lists(opening.hours) };
        Self {
            zone: form.zone,
            weekly: form.weekly.into(),
            holidays: form.holidays,
            openings: form.openings.into_iter().map(opening).collect(),
        }
    }
}

impl CalendarHoursInput {
    /// The hours, or every mistake in them with its place.
    pub(super) fn calendar(self) -> Result<Calendar, Refusal> {
        let openings = self.openings.unwrap_or_default().into_iter().enumerate();
        let opening = |(n, opening): (usize, CalendarOpeningInput)| {
            let hours = pairs(&format!("openings[{n}].hours"), opening.hours)?;
            Ok(OpeningForm { date: opening.date, hours })
        };
        let form = CalendarForm {
            zone: self.zone,
            weekly: self.weekly.map(CalendarWeekInput::form).transpose()?.unwrap_or_default(),
            holidays: self.holidays.unwrap_or_default(),
            openings: openings.map(opening).collect::<Result<_, Refusal>>()?,
        };
        Calendar::try_from(form).map_err(|wrong| refused(&wrong))
    }
}
