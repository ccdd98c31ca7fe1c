//! The editions of a calendar as messages: design writes them, and every service
//! that measures by a calendar reads them.

use crate::convert;
use crate::design::v1 as pb;
use ciclo_clocks::{CalendarForm, Edition, EditionForm, Editions, OpeningForm, WeekForm};
use ciclo_kernel::{Corrupt, Timestamp};

/// The editions as messages.
#[must_use]
pub fn editions_message(editions: &Editions) -> Vec<pb::CalendarEdition> {
    editions.all().iter().map(edition_message).collect()
}

/// Reads editions, at least one.
pub fn editions(messages: Vec<pb::CalendarEdition>) -> Result<Editions, Corrupt> {
    let forms = messages.into_iter().map(edition).collect::<Result<Vec<_>, _>>()?;
    Editions::try_from(forms).map_err(|why| Corrupt::new("editions", why))
}

fn edition_message(edition: &Edition) -> pb::CalendarEdition {
    let form = CalendarForm::from(edition.calendar.clone());
    let WeekForm { monday, tuesday, wednesday, thursday, friday, saturday, sunday } = form.weekly;
    let week = [monday, tuesday, wednesday, thursday, friday, saturday, sunday];
    let opening = |opening: OpeningForm| pb::CalendarOpening {
        date: opening.date,
        hours: opening.hours.into_iter().map(interval_message).collect(),
    };
    let hours = pb::CalendarHours {
        zone: form.zone,
        weekly: week
            .into_iter()
            .map(|day| pb::CalendarDay { hours: day.into_iter().map(interval_message).collect() })
            .collect(),
        holidays: form.holidays,
        openings: form.openings.into_iter().map(opening).collect(),
    };
    let valid_from = (edition.valid_from > Timestamp::MIN).then(|| convert::timestamp(edition.valid_from));
    pb::CalendarEdition { valid_from, hours: Some(hours) }
}

fn edition(message: pb::CalendarEdition) -> Result<EditionForm, Corrupt> {
    let hours = message.hours.ok_or_else(|| Corrupt::new("hours", "no hours"))?;
    let week = <[pb::CalendarDay; 7]>::try_from(hours.weekly);
    let week = week.map_err(|days| Corrupt::new("weekly", format!("{} days", days.len())))?;
    let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] =
        week.map(|day| intervals(day.hours));
    let opening =
        |opening: pb::CalendarOpening| OpeningForm { date: opening.date, hours: intervals(opening.hours) };
    let calendar = CalendarForm {
        zone: hours.zone,
        weekly: WeekForm { monday, tuesday, wednesday, thursday, friday, saturday, sunday },
        holidays: hours.holidays,
        openings: hours.openings.into_iter().map(opening).collect(),
    };
    let valid_from = convert::optional_instant("valid_from", message.valid_from)?;
    Ok(EditionForm { valid_from: valid_from.map(|at| at.to_string()), calendar })
}

fn interval_message((start, end): (String, String)) -> pb::CalendarInterval {
    pb::CalendarInterval { start, end }
}

fn intervals(messages: Vec<pb::CalendarInterval>) -> Vec<(String, String)> {
    messages.into_iter().map(|interval| (interval.start, interval.end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ciclo_clocks::Calendar;

    #[test]
    fn editions_read_back() {
        let text = r#"[
            { "calendar": { "zone": "Europe/Paris",
                "weekly": { "monday": [["09:00", "12:00"], ["13:00", "24:00"]], "sunday": [["22:00", "06:00"]] },
                "holidays": ["2026-05-01", "2026-12-25"],
                "openings": [{ "date": "2026-05-01", "hours": [["10:00", "11:00"]] }] } },
            { "validFrom": "2026-06-01T00:00:00.000001Z",
              "calendar": { "zone": "Asia/Kathmandu", "weekly": { "friday": [["09:00", "17:00"]] } } } ]"#;
        for before in [Editions::parse(text).unwrap(), Calendar::always().into()] {
            assert_eq!(editions(editions_message(&before)).unwrap(), before);
        }
        assert!(editions(vec![pb::CalendarEdition::default()]).is_err());
        assert!(editions(vec![]).is_err());
        let week = pb::CalendarHours { zone: "UTC".to_owned(), ..pb::CalendarHours::default() };
        let short = pb::CalendarEdition { valid_from: None, hours: Some(week) };
        assert!(editions(vec![short]).unwrap_err().to_string().contains("0 days"));
    }
}
