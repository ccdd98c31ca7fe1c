//! Tests of `ciclo clock`, on the calendar of the documents.

use super::*;

/// The command with office hours, from a Monday at nine.
fn args(target: &str, pauses: &[&str], at: &str) -> ClockArgs {
    let calendar = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/office-hours.json");
    ClockArgs {
        calendar: calendar.to_owned(),
        start: "2026-06-01T09:00+02:00".to_owned(),
        target: target.to_owned(),
        pauses: pauses.iter().map(|pause| (*pause).to_owned()).collect(),
        at: Some(at.to_owned()),
        json: true,
    }
}

fn answer(args: &ClockArgs) -> Value {
    serde_json::from_str(&args.run().unwrap()).unwrap()
}

#[test]
fn the_json_has_due_used_left_and_the_segments() {
    let args = args("8h", &["2026-06-01T12:00+02:00/2026-06-02T11:00+02:00"], "2026-06-02T12:00+02:00");
    let answer = answer(&args);
    assert_eq!(answer["due"], "2026-06-02T14:00:00Z");
    assert_eq!((&answer["used"], &answer["usedSeconds"]), (&json!("PT4H"), &json!(14_400)));
    assert_eq!((&answer["left"], &answer["leftSeconds"]), (&json!("PT4H"), &json!(14_400)));
    assert_eq!(answer["breached"], false);
    assert_eq!(answer["zone"], "Europe/Paris");
    let segments = answer["segments"].as_array().unwrap();
    let kinds: Vec<&str> = segments.iter().filter_map(|segment| segment["kind"].as_str()).collect();
    assert_eq!(kinds, ["RUNNING", "PAUSED", "OUT_OF_HOURS", "PAUSED", "RUNNING"]);
    let whole: i64 = segments.iter().filter_map(|segment| segment["seconds"].as_i64()).sum();
    assert_eq!(whole, 27 * 3_600);
}

#[test]
fn a_pause_that_has_not_ended_holds_the_clock() {
    let args = args("PT8H", &["2026-06-01T12:00+02:00/"], "2026-06-02T12:00+02:00");
    let answer = answer(&args);
    assert_eq!(answer["due"], Value::Null);
    assert_eq!(answer["never"], "held by a pause since 2026-06-01T10:00:00Z, which has not ended");
    assert_eq!(answer["dueIfResumed"], "2026-06-02T15:00:00Z");
}

#[test]
fn the_table_speaks_of_local_times() {
    let told = ClockArgs { json: false, ..args("4h", &[], "2026-06-01T18:00+02:00") };
    let text = told.run().unwrap();
    let lines: Vec<String> =
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let (version, hours) = (zone_data_version(), "within the calendar's hours (Europe/Paris)");
    assert_eq!(
        lines,
        [
            &format!("calendar Europe/Paris, time zones of {version}"),
            "start Mon 2026-06-01 09:00:00 +02:00",
            "target 4h",
            "due Mon 2026-06-01 13:00:00 +02:00",
            "at Mon 2026-06-01 18:00:00 +02:00",
            "used 8h",
            "left -4h",
            "breached yes",
            "",
            "from to lasts what because",
            &format!("Mon 2026-06-01 09:00:00 +02:00 Mon 2026-06-01 17:00:00 +02:00 8h RUNNING {hours}"),
            "Mon 2026-06-01 17:00:00 +02:00 Mon 2026-06-01 18:00:00 +02:00 1h OUT_OF_HOURS outside the calendar's hours",
        ]
    );
}

#[test]
fn what_cannot_be_read_is_told_with_its_option() {
    let right = || args("4h", &[], "2026-06-01T18:00+02:00");
    for (wrong, expected) in [
        (ClockArgs { calendar: "no-such-file.json".to_owned(), ..right() }, "--calendar no-such-file.json"),
        (
            ClockArgs { calendar: concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").to_owned(), ..right() },
            "expected",
        ),
        (
            ClockArgs { start: "2026-06-01T09:00".to_owned(), ..right() },
            "--start 2026-06-01T09:00: an instant",
        ),
        (ClockArgs { target: "1d".to_owned(), ..right() }, "--target 1d"),
        (ClockArgs { target: "-4h".to_owned(), ..right() }, "a target is not negative"),
        (ClockArgs { at: Some("yesterday".to_owned()), ..right() }, "--at yesterday"),
        (ClockArgs { at: Some("2026-05-01T00:00Z".to_owned()), ..right() }, "is before --start"),
        (ClockArgs { pauses: vec!["2026-06-01T10:00Z".to_owned()], ..right() }, "with a slash between"),
        (ClockArgs { pauses: vec!["/2026-06-01T10:00Z".to_owned()], ..right() }, "--pause"),
        (
            ClockArgs { pauses: vec!["2026-06-01T10:00Z/2026-06-01T09:00Z".to_owned()], ..right() },
            "ends before",
        ),
    ] {
        let told = format!("{:#}", wrong.run().unwrap_err());
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn every_hour_counts_without_a_file() {
    let always = ClockArgs { calendar: ALWAYS.to_owned(), ..args("48h", &[], "2026-06-03T09:00:01+02:00") };
    let answer = answer(&always);
    assert_eq!((&answer["due"], &answer["breached"]), (&json!("2026-06-03T07:00:00Z"), &json!(true)));
    assert_eq!(answer["left"], "-PT1S");
}
