//! Silences: what they keep quiet, and when.

use super::*;
use crate::domain::alert::AlertState;
use crate::domain::alert::tests::alert_in;
use crate::domain::pairs::{at, every_pair, nth};
use ciclo_clocks::{CalendarForm, WeekForm};
use ciclo_kernel::Code;

pub(crate) fn terms() -> SilenceTerms {
    SilenceTerms {
        cause: SuppressionCause::Silence,
        reason: "The disk is being replaced".to_owned(),
        matches: vec![LabelMatch { label: "host".to_owned(), value: "db1".to_owned() }],
        service: Some(nth(1)),
        condition: Some("alert.occurrences < 100".to_owned()),
        starts_at: at(10),
        ends_at: Some(at(100)),
        hours: None,
    }
}

pub(crate) fn silence() -> Silence {
    Silence::create(nth(7), terms(), "jo", at(0)).unwrap().0
}

pub(crate) fn silence_in(state: SilenceState) -> Silence {
    match state {
        SilenceState::Active => silence(),
        SilenceState::Ended => silence().end("kim", at(50)).unwrap().0,
    }
}

/// Maintenance every night from 22:00 to 06:00 in Paris, until somebody ends it.
pub(crate) fn in_hours() -> Silence {
    let form = CalendarForm {
        zone: "Europe/Paris".to_owned(),
        weekly: WeekForm::daily(&[("22:00", "06:00")]),
        holidays: Vec::new(),
        openings: Vec::new(),
    };
    let hours = Some(Calendar::try_from(form).unwrap());
    let cause = SuppressionCause::Maintenance;
    let terms = SilenceTerms { cause, ends_at: None, hours, condition: None, ..terms() };
    Silence::create(nth(7), terms, "jo", at(0)).unwrap().0
}

fn alert(host: &str) -> Alert {
    let mut alert = alert_in(AlertState::Open);
    alert.service = Some(nth(1));
    alert.labels.insert("host".to_owned(), host.to_owned());
    alert
}

#[test]
fn the_table_is_that_of_the_rules() {
    insta::assert_snapshot!("silence", SilenceState::table());
    every_pair(silence_in, Silence::state, |record, verb| {
        Ok(match verb {
            SilenceVerb::Revise => record.revise(terms(), at(60))?.0,
            SilenceVerb::End => record.end("jo", at(60))?.0,
        })
    });
}

#[test]
fn it_keeps_quiet_what_fits_while_it_is_on() {
    let ready = ReadySilence::of(silence());
    let covered = |alert: &Alert, second| ready.covers(alert, at(second));
    assert!(!covered(&alert("db1"), 9) && covered(&alert("db1"), 10));
    assert!(covered(&alert("db1"), 99) && !covered(&alert("db1"), 100), "the end is not in it");
    assert!(!covered(&alert("db2"), 50));
    assert!(!covered(&Alert { service: None, ..alert("db1") }, 50));
    assert!(!covered(&Alert { occurrences: 100, ..alert("db1") }, 50));
    let turns = [(0, Some(10)), (10, Some(100)), (99, Some(100)), (100, None)];
    for (now, next) in turns {
        assert_eq!(ready.next_turn(at(now)), next.map(at), "{now}");
    }
    let ended = ReadySilence::of(silence_in(SilenceState::Ended));
    assert!(!ended.is_on(at(60)) && ended.next_turn(at(0)).is_none());
}

#[test]
fn its_hours_recur_in_their_zone() {
    let ready = ReadySilence::of(in_hours());
    let instant = |text: &str| text.parse::<Timestamp>().unwrap();
    // The night in which the clocks go back is an hour longer.
    for (now, on, next) in [
        ("2026-10-24T20:00:00Z", true, "2026-10-25T05:00:00Z"),
        ("2026-10-25T05:00:00Z", false, "2026-10-25T21:00:00Z"),
        ("2026-10-25T21:00:00Z", true, "2026-10-26T05:00:00Z"),
    ] {
        assert_eq!(ready.is_on(instant(now)), on, "{now}");
        assert_eq!(ready.next_turn(instant(now)), Some(instant(next)), "{now}");
    }
}

#[test]
fn what_would_keep_everything_or_nothing_quiet_is_refused() {
    let refused = |terms: SilenceTerms| {
        let refused = Silence::create(nth(7), terms, "jo", at(50)).unwrap_err();
        assert_eq!(refused.code, Code::Invalid);
        refused.facts["field"].as_str().unwrap().to_owned()
    };
    let all = SilenceTerms { matches: vec![], service: None, condition: None, ..terms() };
    assert_eq!(refused(all), "matches");
    assert_eq!(refused(SilenceTerms { ends_at: Some(at(10)), ..terms() }), "endsAt");
    assert_eq!(refused(SilenceTerms { ends_at: Some(at(50)), ..terms() }), "endsAt", "it is over");
    assert_eq!(refused(SilenceTerms { ends_at: None, ..terms() }), "endsAt");
    assert_eq!(refused(SilenceTerms { cause: SuppressionCause::Dependency, ..terms() }), "cause");
    assert_eq!(refused(SilenceTerms { condition: Some("1 +".to_owned()), ..terms() }), "condition");
    assert_eq!(refused(SilenceTerms { reason: " ".to_owned(), ..terms() }), "reason");
}

#[test]
fn an_end_says_whether_its_time_was_over() {
    let by_hand = silence().end("jo", at(99)).unwrap().1;
    assert_eq!(by_hand, SilenceHappened::Ended { due_at: None });
    let in_time = silence().end("service:operations", at(120)).unwrap().1;
    assert_eq!(in_time, SilenceHappened::Ended { due_at: Some(at(100)) });
}
