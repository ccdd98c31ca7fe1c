//! A calendar as it is written: the shape of its JSON, not yet checked. Unknown
//! fields are refused; what the texts hold is for [`crate::Calendar`] to judge.

use crate::mistakes::Mistakes;
use crate::object::{Object, object, objects};
use jiff::civil::Weekday;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Longest text that is read, in bytes: well above the largest calendar within its limits.
const MAX_TEXT: usize = 4 << 20;

/// A calendar as it is written.
///
/// ```json
/// { "zone": "Europe/Paris",
///   "weekly": { "monday": [["09:00", "12:00"], ["13:00", "17:00"]], "friday": [["22:00", "06:00"]] },
///   "holidays": ["2026-05-01"],
///   "openings": [{ "date": "2026-05-02", "hours": [["09:00", "12:00"]] }] }
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarForm {
    /// An IANA name, as `Europe/Paris`.
    pub zone: String,
    /// The hours of each weekday.
    #[serde(default, deserialize_with = "object")]
    pub weekly: WeekForm,
    /// The local dates whose weekly hours do not count.
    #[serde(default)]
    pub holidays: Vec<String>,
    /// Hours on single dates, beside the weekly ones.
    #[serde(default, deserialize_with = "objects")]
    pub openings: Vec<OpeningForm>,
}

/// Local intervals `[start, end)` as `HH:MM`, by weekday; a day that is left out has none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the names say all")]
pub struct WeekForm {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub monday: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tuesday: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wednesday: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thursday: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub friday: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub saturday: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sunday: Vec<(String, String)>,
}

/// Hours on one local date.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningForm {
    /// The local date, as `2026-05-02`.
    pub date: String,
    /// Local intervals that begin on it.
    pub hours: Vec<(String, String)>,
}

/// A calendar with the instant from which it counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EditionForm {
    /// RFC 3339 with an offset. Only the first edition may leave it out: it counts from ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// The calendar.
    #[serde(deserialize_with = "object")]
    pub calendar: CalendarForm,
}

impl WeekForm {
    /// The same intervals on every day.
    #[must_use]
    pub fn daily(hours: &[(&str, &str)]) -> Self {
        let week = Self::weekdays(hours);
        Self { saturday: week.monday.clone(), sunday: week.monday.clone(), ..week }
    }

    /// The same intervals from Monday to Friday.
    #[must_use]
    pub fn weekdays(hours: &[(&str, &str)]) -> Self {
        let day: Vec<_> = hours.iter().map(|(start, end)| ((*start).to_owned(), (*end).to_owned())).collect();
        Self {
            monday: day.clone(),
            tuesday: day.clone(),
            wednesday: day.clone(),
            thursday: day.clone(),
            friday: day,
            ..Self::default()
        }
    }

    /// The intervals of each day, from Monday on, with the day's name.
    pub(crate) fn days(&self) -> [(&'static str, &[(String, String)]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }

    /// The intervals of a day, to write them.
    pub(crate) fn day_mut(&mut self, day: Weekday) -> &mut Vec<(String, String)> {
        match day {
            Weekday::Monday => &mut self.monday,
            Weekday::Tuesday => &mut self.tuesday,
            Weekday::Wednesday => &mut self.wednesday,
            Weekday::Thursday => &mut self.thursday,
            Weekday::Friday => &mut self.friday,
            Weekday::Saturday => &mut self.saturday,
            Weekday::Sunday => &mut self.sunday,
        }
    }
}

/// Reads JSON: an object of this form.
pub(crate) fn read<F: DeserializeOwned>(text: &str) -> Result<F, Mistakes> {
    from_json::<Object<F>>(text).map(|object| object.0)
}

/// Reads JSON: a list of objects of this form.
pub(crate) fn read_list<F: DeserializeOwned>(text: &str) -> Result<Vec<F>, Mistakes> {
    Ok(from_json::<Vec<Object<F>>>(text)?.into_iter().map(|object| object.0).collect())
}

/// Reads JSON; where it has another shape, says where and what is expected there.
fn from_json<F: DeserializeOwned>(text: &str) -> Result<F, Mistakes> {
    if text.len() > MAX_TEXT {
        return Err(Mistakes::one("", format!("{} bytes; at most {MAX_TEXT} are read", text.len())));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let form = serde_path_to_error::deserialize(&mut json).map_err(|wrong| {
        let path = wrong.path().to_string();
        Mistakes::one(if path == "." { String::new() } else { path }, wrong.into_inner().to_string())
    })?;
    json.end().map_err(|wrong| Mistakes::one("", wrong.to_string()))?;
    Ok(form)
}
