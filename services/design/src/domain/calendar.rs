//! A calendar that agreements name: which hours count, and since when. An edition
//! changes nothing before the instant from which it is valid; the history of the
//! record says who changed what.

use super::facts::Mark;
use ciclo_clocks::{self as clocks, Edition, Editions, Mistakes};
use ciclo_kernel::{Code, Decision, Machine, Refusal, Timestamp, ids::CalendarId, machine, text};
use serde_json::{Value, json};

machine! {
    machine "calendar";
    /// Whether agreements can name a calendar.
    states CalendarState {
        /// They can.
        Active = "ACTIVE" { Edit => Active, Retire => Retired },
        /// No new one can; those that do go on by it, so it can still be edited.
        Retired = "RETIRED" { Edit => Retired },
    }
    /// What can be done to a calendar.
    verbs CalendarVerb {
        Edit = "edit",
        Retire = "retire",
    }
}

/// The most editions of a calendar.
pub const EDITIONS_MOST: usize = 100;
/// The longest calendar, with all its editions, in bytes of JSON.
pub const LONGEST: usize = 1 << 20;

/// Where a calendar stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CalendarStatus {
    /// Agreements can name it.
    Active,
    /// No new one can.
    Retired {
        /// Why.
        reason: String,
        /// Who retired it, and when.
        retired: Mark,
    },
}

/// A calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// The calendar.
    pub id: CalendarId,
    /// What people call it.
    pub name: String,
    /// What counted from when; the first edition counts from ever.
    pub editions: Editions,
    /// Who defined it, and when.
    pub defined: Mark,
    /// Where it stands.
    pub status: CalendarStatus,
}

/// What happened to a calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CalendarHappened {
    /// It was defined.
    Defined,
    /// What counts was changed.
    Edited {
        /// From when; none when it is from ever.
        valid_from: Option<Timestamp>,
    },
    /// No new agreement can name it.
    Retired {
        /// Why.
        reason: String,
    },
}

impl CalendarHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Defined => "Defined",
            Self::Edited { .. } => "Edited",
            Self::Retired { .. } => "Retired",
        }
    }
}

type Decided = Decision<Calendar, CalendarHappened>;

/// The refusal of hours that make no sense, with each mistake and its place.
#[must_use]
pub fn refused(wrong: &Mistakes) -> Refusal {
    let told = wrong.told().iter();
    let told: Vec<Value> = told.map(|one| json!({ "path": one.path, "why": one.why })).collect();
    Refusal::invalid("hours", wrong).with("mistakes", told)
}

impl Calendar {
    /// Defines a calendar whose first edition counts from ever.
    pub fn define(id: CalendarId, name: &str, hours: clocks::Calendar, by: &str, at: Timestamp) -> Decided {
        let calendar = Self {
            id,
            name: text::line("name", name)?,
            editions: bounded(hours.into())?,
            defined: Mark::new(by, at),
            status: CalendarStatus::Active,
        };
        Ok((calendar, CalendarHappened::Defined))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> CalendarState {
        match self.status {
            CalendarStatus::Active => CalendarState::Active,
            CalendarStatus::Retired { .. } => CalendarState::Retired,
        }
    }

    /// Changes what counts from an instant on, until the next edition; from ever when there is no instant. An
    /// edition from that instant gives way.
    pub fn edit(mut self, hours: clocks::Calendar, valid_from: Option<Timestamp>) -> Decided {
        self.state().go(CalendarVerb::Edit)?;
        let since = valid_from.unwrap_or(Timestamp::MIN);
        let mut editions = self.editions.all().to_vec();
        editions.retain(|edition| edition.valid_from != since);
        editions.push(Edition { valid_from: since, calendar: hours });
        if editions.len() > EDITIONS_MOST {
            let why = format!("a calendar has at most {EDITIONS_MOST} editions: edit one that is there");
            return Err(Refusal::new(Code::LimitExceeded, why).with("limit", EDITIONS_MOST));
        }
        self.editions = bounded(Editions::new(editions).map_err(|wrong| refused(&wrong))?)?;
        Ok((self, CalendarHappened::Edited { valid_from }))
    }

    /// Takes it out of use for new agreements, with a reason.
    pub fn retire(mut self, reason: &str, by: &str, at: Timestamp) -> Decided {
        self.state().go(CalendarVerb::Retire)?;
        let reason = text::body("reason", reason)?;
        self.status = CalendarStatus::Retired { reason: reason.clone(), retired: Mark::new(by, at) };
        Ok((self, CalendarHappened::Retired { reason }))
    }

    /// Refuses to be named by an agreement once it is retired.
    pub fn must_be_active(&self) -> Result<(), Refusal> {
        match self.status {
            CalendarStatus::Active => Ok(()),
            CalendarStatus::Retired { .. } => {
                let why = format!("the calendar `{}` is retired: no new agreement can name it", self.name);
                Err(Refusal::rule(why).with("calendar", self.id.to_string()))
            }
        }
    }
}

/// The editions, when they are not too long to travel.
fn bounded(editions: Editions) -> Result<Editions, Refusal> {
    let length = serde_json::to_string(&editions).map_or(usize::MAX, |text| text.len());
    if length <= LONGEST {
        return Ok(editions);
    }
    let why = format!("the calendar's editions are {length} bytes of JSON; at most {LONGEST} are allowed");
    Err(Refusal::new(Code::LimitExceeded, why).with("limit", LONGEST).with("length", length))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::samples::{at, id};
    use crate::domain::tests::every_pair;
    use ciclo_clocks::{CalendarForm, WeekForm};

    pub(crate) fn hours(from: &str, to: &str) -> clocks::Calendar {
        let form = CalendarForm {
            zone: "Europe/Paris".to_owned(),
            weekly: WeekForm::weekdays(&[(from, to)]),
            holidays: vec!["2026-05-01".to_owned()],
            ..CalendarForm::default()
        };
        clocks::Calendar::try_from(form).unwrap()
    }

    pub(crate) fn calendar_in(state: CalendarState) -> Calendar {
        let defined =
            Calendar::define(id(), "Office hours", hours("09:00", "17:00"), "eva", at(0)).unwrap().0;
        match state {
            CalendarState::Active => defined,
            CalendarState::Retired => defined.retire("Another one", "jo", at(1)).unwrap().0,
        }
    }

    #[test]
    fn the_table_is_that_of_the_rules() {
        insta::assert_snapshot!("calendar", CalendarState::table());
        every_pair(calendar_in, Calendar::state, |record, verb| {
            Ok(match verb {
                CalendarVerb::Edit => record.edit(hours("08:00", "17:00"), Some(at(9)))?.0,
                CalendarVerb::Retire => record.retire("x", "jo", at(9))?.0,
            })
        });
    }

    #[test]
    fn an_edition_counts_from_its_instant_and_gives_way_to_another_from_there() {
        let calendar = calendar_in(CalendarState::Active);
        let starts = |calendar: &Calendar| {
            let all = calendar.editions.all().iter();
            all.map(|edition| edition.valid_from).collect::<Vec<_>>()
        };
        let edited = calendar.edit(hours("08:00", "17:00"), Some(at(9))).unwrap().0;
        let edited = edited.edit(hours("07:00", "17:00"), Some(at(5))).unwrap().0;
        assert_eq!(starts(&edited), [Timestamp::MIN, at(5), at(9)]);
        let (again, happened) = edited.edit(hours("06:00", "17:00"), Some(at(5))).unwrap();
        assert_eq!(starts(&again), [Timestamp::MIN, at(5), at(9)]);
        assert_eq!(again.editions.at(at(6)).unwrap().calendar, hours("06:00", "17:00"));
        assert_eq!(happened, CalendarHappened::Edited { valid_from: Some(at(5)) });
        let first = again.edit(hours("10:00", "17:00"), None).unwrap().0;
        assert_eq!(first.editions.at(at(4)).unwrap().calendar, hours("10:00", "17:00"));
    }

    #[test]
    fn a_calendar_has_so_many_editions_and_so_much_in_them() {
        let mut calendar = calendar_in(CalendarState::Active);
        for second in 1..100 {
            calendar = calendar.edit(hours("08:00", "17:00"), Some(at(second))).unwrap().0;
        }
        let refused = calendar.clone().edit(hours("08:00", "17:00"), Some(at(100))).unwrap_err();
        assert_eq!((refused.code, &refused.facts["limit"]), (Code::LimitExceeded, &json!(100)));
        calendar.edit(hours("08:00", "17:00"), Some(at(99))).unwrap();

        let date =
            |n: i16| jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(n)).to_string();
        let mut form = CalendarForm::from(hours("09:00", "17:00"));
        form.holidays = (0..10_000).map(date).collect();
        let full = clocks::Calendar::try_from(form).unwrap();
        let mut calendar = Calendar::define(id(), "Full", full.clone(), "eva", at(0)).unwrap().0;
        let refused = loop {
            let next = i64::try_from(calendar.editions.all().len()).unwrap();
            match calendar.clone().edit(full.clone(), Some(at(next))) {
                Ok((edited, _)) => calendar = edited,
                Err(refused) => break refused,
            }
        };
        assert_eq!((refused.code, &refused.facts["limit"]), (Code::LimitExceeded, &json!(LONGEST)));
    }

    #[test]
    fn a_retired_calendar_takes_no_new_agreements() {
        assert!(calendar_in(CalendarState::Active).must_be_active().is_ok());
        let refused = calendar_in(CalendarState::Retired).must_be_active().unwrap_err();
        assert_eq!(refused.code, Code::RuleViolated);
    }

    #[test]
    fn hours_that_make_no_sense_are_told_with_their_places() {
        let wrong =
            clocks::Calendar::parse(r#"{"zone":"Mars","weekly":{"monday":[["9","17:00"]]}}"#).unwrap_err();
        let refused = refused(&wrong);
        assert_eq!((refused.code, &refused.facts["field"]), (Code::Invalid, &json!("hours")));
        assert_eq!(refused.facts["mistakes"][0]["path"], "zone");
        assert_eq!(refused.facts["mistakes"][1]["path"], "weekly.monday[0]");
    }
}
