//! Tests of what a calendar is made from.

use super::*;
use jiff::civil::date;

const FULL: &str = r#"{
    "zone": "Europe/Paris",
    "weekly": { "monday": [["13:00", "17:00"], ["09:00", "12:00"]], "friday": [["22:00", "24:00"]] },
    "holidays": ["2026-12-25", "2026-05-01", "2026-05-01"],
    "openings": [{ "date": "2026-05-02", "hours": [["09:00", "12:00"]] }]
}"#;

/// The mistakes of a text, as one text.
fn wrong(text: &str) -> String {
    Calendar::parse(text).unwrap_err().to_string()
}

/// The hours of a date, as texts.
fn on(calendar: &Calendar, date: Date) -> Vec<String> {
    calendar.on(date).map(|hours| hours.to_string()).collect()
}

#[test]
fn a_calendar_is_written_as_it_was_read() {
    let calendar = Calendar::parse(FULL).unwrap();
    let written = serde_json::to_string(&calendar).unwrap();
    assert_eq!(
        written,
        r#"{"zone":"Europe/Paris","weekly":{"monday":[["13:00","17:00"],["09:00","12:00"]],"friday":[["22:00","24:00"]]},"holidays":["2026-05-01","2026-12-25"],"openings":[{"date":"2026-05-02","hours":[["09:00","12:00"]]}]}"#
    );
    assert_eq!(Calendar::parse(&written).unwrap(), calendar);
    assert_eq!(serde_json::from_str::<Calendar>(&written).unwrap(), calendar);
}

#[test]
fn a_holiday_closes_a_date_and_an_opening_opens_it() {
    let text = FULL.replace("2026-05-02", "2026-05-01");
    let calendar = Calendar::parse(&text).unwrap();
    assert_eq!(on(&calendar, date(2026, 5, 1)), ["09:00–12:00"]);
    assert_eq!(on(&calendar, date(2026, 5, 8)), ["22:00–24:00"]);
    assert_eq!(on(&calendar, date(2026, 12, 25)), [""; 0]);
    // On a day that is open, an opening adds to the weekly hours.
    let calendar = Calendar::parse(&FULL.replace("2026-05-02", "2026-05-08")).unwrap();
    assert_eq!(on(&calendar, date(2026, 5, 8)), ["22:00–24:00", "09:00–12:00"]);
}

#[test]
fn the_zone_is_called_as_the_database_calls_it() {
    let calendar = Calendar::parse(&FULL.replace("Europe/Paris", "eUROPE/pARIS")).unwrap();
    assert_eq!(calendar.form().zone, "Europe/Paris");
}

#[test]
fn every_hour_counts_in_the_calendar_of_that_name() {
    let always = Calendar::always();
    assert!(always.is_always() && !Calendar::parse(FULL).unwrap().is_always());
    assert_eq!(Calendar::try_from(always.form()).unwrap(), always);
    assert_eq!(always.form().weekly, WeekForm::daily(&[("00:00", "24:00")]));
}

#[test]
fn mistakes_are_told_together_with_their_places() {
    let text = r#"{
        "zone": "Europe/Pariss",
        "weekly": { "monday": [["9:00", "17:00"], ["09:00", "24:30"]], "sunday": [["24:00", "06:00"]] },
        "holidays": ["2026-02-30", "2026-05-01T00:00", "1815-06-18"],
        "openings": [{ "date": "tomorrow", "hours": [["09:00", "12:00"]] }, { "date": "2026-05-02", "hours": [] }]
    }"#;
    let told = Calendar::parse(text).unwrap_err();
    let places: Vec<&str> = told.told().iter().map(|mistake| mistake.path.as_str()).collect();
    assert_eq!(
        places,
        [
            "zone",
            "weekly.monday[0]",
            "weekly.monday[1]",
            "weekly.sunday[0]",
            "holidays[0]",
            "holidays[1]",
            "holidays[2]",
            "openings[0].date",
            "openings[1].hours",
        ]
    );
    let text = told.to_string();
    assert!(text.starts_with("zone: `Europe/Pariss` is no IANA time zone"), "{text}");
    assert!(text.contains("weekly.monday[0]: `9:00` is no time of day"), "{text}");
    assert!(text.contains("holidays[0]: `2026-02-30` is no date"), "{text}");
}

#[test]
fn another_shape_is_refused_with_its_place() {
    for (text, expected) in [
        ("", "EOF"),
        ("[]", "invalid type: sequence, expected an object"),
        ("7", "invalid type: integer `7`, expected an object"),
        ("{}", "missing field `zone`"),
        (r#"{"zone":"UTC","zone":"UTC"}"#, "duplicate field `zone`"),
        (r#"{"zone":"UTC","week":{}}"#, "unknown field `week`"),
        (r#"{"zone":"UTC","weekly":{"Monday":[]}}"#, "weekly.Monday: unknown field `Monday`"),
        (r#"{"zone":"UTC","weekly":{"monday":[["09:00"]]}}"#, "weekly.monday[0]: invalid length 1"),
        (r#"{"zone":"UTC","weekly":{"monday":[["09:00","10:00","11:00"]]}}"#, "weekly.monday[0]"),
        (r#"{"zone":"UTC","weekly":{"monday":[[9,17]]}}"#, "weekly.monday[0][0]: invalid type: integer `9`"),
        (r#"{"zone":"UTC","openings":[{"date":"2026-05-02"}]}"#, "openings[0]: missing field `hours`"),
        (r#"{"zone":"UTC","openings":[{"date":"2026-05-02","hours":[],"why":""}]}"#, "openings[0].why"),
        (
            r#"{"zone":"UTC","openings":[["2026-05-02",[]]]}"#,
            "openings[0]: invalid type: sequence, expected an object",
        ),
        (r#"{"zone":"UTC","weekly":[]}"#, "weekly: invalid type: sequence, expected an object"),
        (r#"{"zone":"UTC","weekly":null}"#, "weekly: invalid type: null, expected an object"),
        (r#"{"zone":"UTC"} {}"#, "trailing characters"),
    ] {
        let told = wrong(text);
        assert!(told.contains(expected), "{text}: {told}");
    }
}

#[test]
fn a_calendar_that_never_opens_is_refused() {
    for text in [
        r#"{"zone":"UTC"}"#,
        r#"{"zone":"UTC","weekly":{}}"#,
        r#"{"zone":"UTC","weekly":{"monday":[]},"holidays":["2026-05-01"]}"#,
    ] {
        assert_eq!(wrong(text), "weekly: the calendar never opens: it needs weekly hours or openings");
    }
    assert!(
        Calendar::parse(r#"{"zone":"UTC","openings":[{"date":"2026-05-02","hours":[["09:00","12:00"]]}]}"#)
            .is_ok()
    );
}

#[test]
fn every_list_has_its_most_entries() {
    let day = |n: usize| date(1990, 1, 1).saturating_add(jiff::Span::new().days(i64::try_from(n).unwrap()));
    let holidays = |count| CalendarForm {
        zone: "UTC".to_owned(),
        weekly: WeekForm::weekdays(&[("09:00", "17:00")]),
        holidays: (0..count).map(|n| day(n).to_string()).collect(),
        ..CalendarForm::default()
    };
    assert!(Calendar::try_from(holidays(MAX_HOLIDAYS)).is_ok());
    let told = Calendar::try_from(holidays(MAX_HOLIDAYS + 1)).unwrap_err();
    assert_eq!(told.to_string(), "holidays: 10001 entries; at most 10000 are allowed");

    let intervals = |count| CalendarForm {
        zone: "UTC".to_owned(),
        weekly: WeekForm {
            monday: vec![("09:00".to_owned(), "09:10".to_owned()); count],
            ..WeekForm::default()
        },
        ..CalendarForm::default()
    };
    assert!(Calendar::try_from(intervals(MAX_INTERVALS)).is_ok());
    assert!(Calendar::try_from(intervals(MAX_INTERVALS + 1)).is_err());

    let opening = |date: &str| OpeningForm {
        date: date.to_owned(),
        hours: vec![("09:00".to_owned(), "09:10".to_owned()); 30],
    };
    let openings = |openings| CalendarForm { openings, ..holidays(0) };
    assert!(Calendar::try_from(openings(vec![opening("2026-05-02"), opening("2026-05-03")])).is_ok());
    assert!(Calendar::try_from(openings(vec![opening("2026-05-02"), opening("2026-05-02")])).is_err());
    let many = vec![opening("2026-05-02"); MAX_OPENINGS + 1];
    let told = Calendar::try_from(openings(many)).unwrap_err();
    assert!(told.to_string().contains("openings: 10001 entries"), "{told}");
    assert!(told.told().len() == 20 && told.to_string().ends_with("more"), "{told}");
    assert!(wrong(&" ".repeat(5 << 20)).contains("at most"), "a text has its longest");
}
