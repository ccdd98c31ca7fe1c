//! The editions of a calendar: what counted from when. A later edition changes
//! nothing before the instant from which it is valid.

use crate::calendar::Calendar;
use crate::form::{CalendarForm, EditionForm, read, read_list};
use crate::mistakes::Mistakes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Most editions of a calendar.
pub const MAX_EDITIONS: usize = 1_000;

/// A calendar and the instant from which it counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edition {
    /// From when, to the next edition; [`Timestamp::MIN`] is from ever.
    pub valid_from: Timestamp,
    /// What counts.
    pub calendar: Calendar,
}

/// The history of a calendar: at least one edition, each from a later instant. Before the first, nothing counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Vec<EditionForm>", into = "Vec<EditionForm>")]
pub struct Editions(Vec<Edition>);

impl Editions {
    /// The history of these editions, in any order; refused when there is none, more than [`MAX_EDITIONS`], or
    /// two are valid from the same instant.
    pub fn new(mut editions: Vec<Edition>) -> Result<Self, Mistakes> {
        editions.sort_by_key(|edition| edition.valid_from);
        let mut wrong = Mistakes::default();
        if editions.is_empty() {
            wrong.note("", "a calendar has at least one edition");
        }
        if editions.len() > MAX_EDITIONS {
            wrong.note("", format!("{} editions; at most {MAX_EDITIONS} are allowed", editions.len()));
        }
        for pair in editions.windows(2) {
            if let [one, next] = pair
                && one.valid_from == next.valid_from
            {
                wrong.note("", format!("two editions are valid from {}", one.valid_from));
            }
        }
        wrong.or(Self(editions))
    }

    /// Reads JSON: either one calendar (an object, [`CalendarForm`]), which counts from ever, or a list of
    /// editions ([`EditionForm`]).
    pub fn parse(text: &str) -> Result<Self, Mistakes> {
        if text.trim_start().starts_with('[') {
            read_list::<EditionForm>(text)?.try_into()
        } else {
            Ok(Calendar::try_from(read::<CalendarForm>(text)?)?.into())
        }
    }

    /// The editions, the first one first.
    #[must_use]
    pub fn all(&self) -> &[Edition] {
        &self.0
    }

    /// The edition that counts at an instant; none before the first.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Option<&Edition> {
        self.index_at(at).and_then(|index| self.0.get(index))
    }

    /// The place of the edition that counts at an instant.
    pub(crate) fn index_at(&self, at: Timestamp) -> Option<usize> {
        self.0.partition_point(|edition| edition.valid_from <= at).checked_sub(1)
    }
}

impl From<Calendar> for Editions {
    fn from(calendar: Calendar) -> Self {
        Self(vec![Edition { valid_from: Timestamp::MIN, calendar }])
    }
}

impl From<Editions> for Vec<EditionForm> {
    fn from(editions: Editions) -> Self {
        let form = |Edition { valid_from, calendar }: Edition| EditionForm {
            valid_from: (valid_from > Timestamp::MIN).then(|| valid_from.to_string()),
            calendar: calendar.into(),
        };
        editions.0.into_iter().map(form).collect()
    }
}

impl TryFrom<Vec<EditionForm>> for Editions {
    type Error = Mistakes;

    fn try_from(forms: Vec<EditionForm>) -> Result<Self, Mistakes> {
        if forms.len() > MAX_EDITIONS {
            return Err(Mistakes::one(
                "",
                format!("{} editions; at most {MAX_EDITIONS} are allowed", forms.len()),
            ));
        }
        let mut wrong = Mistakes::default();
        let mut editions: Vec<Edition> = Vec::new();
        for (n, EditionForm { valid_from, calendar }) in forms.into_iter().enumerate() {
            let place = format!("[{n}].validFrom");
            let valid_from = match valid_from.as_deref().map(str::parse::<Timestamp>) {
                Some(Ok(instant)) => instant,
                Some(Err(why)) => {
                    wrong.note(&place, format!("an RFC 3339 instant with an offset is needed: {why}"));
                    continue;
                }
                None if n == 0 => Timestamp::MIN,
                None => {
                    wrong.note(&place, "only the first edition may leave it out");
                    continue;
                }
            };
            if editions.last().is_some_and(|before| before.valid_from >= valid_from) {
                wrong.note(&place, "each edition is valid from a later instant than the one before");
            }
            match Calendar::try_from(calendar) {
                Ok(calendar) => editions.push(Edition { valid_from, calendar }),
                Err(part) => wrong.note_within(&format!("[{n}].calendar"), part),
            }
        }
        wrong.or(())?;
        Self::new(editions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"[
        { "calendar": { "zone": "UTC", "weekly": { "monday": [["09:00", "17:00"]] } } },
        { "validFrom": "2026-06-01T00:00:00+02:00", "calendar": { "zone": "UTC", "weekly": { "monday": [["08:00", "17:00"]] } } }
    ]"#;

    #[test]
    fn editions_count_each_from_its_instant() {
        let editions = Editions::parse(TWO).unwrap();
        let at = |text: &str| editions.index_at(text.parse().unwrap());
        assert_eq!(at("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(at("2026-05-31T21:59:59.999Z"), Some(0));
        assert_eq!(at("2026-05-31T22:00:00Z"), Some(1));
        let written = serde_json::to_string(&editions).unwrap();
        assert!(written.contains(r#""validFrom":"2026-05-31T22:00:00Z""#), "{written}");
        assert_eq!(Editions::parse(&written).unwrap(), editions);
        let later = Editions::parse(
            &TWO.replace(r#"{ "calendar""#, r#"{ "validFrom": "2026-01-01T00:00Z", "calendar""#),
        );
        assert_eq!(later.unwrap().at("2025-12-31T00:00:00Z".parse().unwrap()), None);
    }

    #[test]
    fn one_calendar_is_a_history_too() {
        let text = r#" { "zone": "UTC", "weekly": { "monday": [["09:00", "17:00"]] } }"#;
        assert_eq!(Editions::parse(text).unwrap(), Calendar::parse(text).unwrap().into());
    }

    #[test]
    fn a_history_out_of_order_is_refused() {
        let told = |text: &str| Editions::parse(text).unwrap_err().to_string();
        assert_eq!(told("[]"), "a calendar has at least one edition");
        let calendar = r#"{"calendar":{"zone":"UTC","weekly":{"monday":[["09:00","17:00"]]}}}"#;
        assert_eq!(
            told(&format!("[{calendar},{calendar}]")),
            "[1].validFrom: only the first edition may leave it out"
        );
        assert!(told(&TWO.replace("+02:00", "")).starts_with("[1].validFrom: an RFC 3339 instant"));
        assert!(told(&TWO.replace("UTC", "Mars")).starts_with("[0].calendar.zone: `Mars`"));
        assert!(told(&TWO.replace("weekly", "week")).starts_with("[0].calendar.week: unknown field"));
        let dated = calendar.replace("{\"calendar\"", "{\"validFrom\":\"2026-01-01T00:00:00Z\",\"calendar\"");
        assert!(
            told(&format!("[{dated},{dated}]")).contains("[1].validFrom: each edition is valid from a later")
        );
        let twice = Edition { valid_from: Timestamp::UNIX_EPOCH, calendar: Calendar::always() };
        assert!(Editions::new(vec![twice.clone(), twice]).is_err());
    }
}
