//! Conditions: what they say of an alert, and that a hostile one is refused or harmless.

use super::*;
use crate::domain::alert::tests::alert;
use crate::domain::pairs::at;
use std::collections::BTreeMap;

fn sample() -> Alert {
    let labels = [("zone", "eu-1"), ("load", "93"), ("odd.name", "x")];
    Alert {
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        occurrences: 3,
        starts_at: at(-60),
        first_seen: at(0),
        last_seen: at(600),
        ..alert()
    }
}

fn holds(text: &str) -> Result<bool, String> {
    Condition::compile(text).unwrap_or_else(|refused| panic!("{text}: {refused}")).holds(&sample())
}

fn refused(text: &str) -> String {
    let Err(refusal) = Condition::compile(text) else { panic!("{text} passes") };
    assert_eq!(refusal.facts["field"], "condition");
    refusal.to_string()
}

#[test]
fn a_condition_says_yes_or_no_of_every_field() {
    for (text, expected) in [
        ("alert.severity == 'WARNING'", true),
        ("alert.severity in ['EXCEPTION', 'FATAL']", false),
        ("alert.title.contains('queue') && alert.dedupKey.startsWith('mail/')", true),
        ("alert.title.matches('^The .* grows$')", true),
        ("alert.title.matches('queue$') || alert.labels.zone.endsWith('-2')", false),
        ("alert.labels.zone == 'eu-1'", true),
        ("alert.labels['odd.name'] != 'y'", true),
        ("'zone' in alert.labels && !('app' in alert.labels)", true),
        ("has(alert.labels.app)", false),
        ("has(alert.labels.zone)", true),
        ("int(alert.labels.load) > 90", true),
        ("alert.occurrences * 2 - 1 == 5", true),
        ("alert.occurrences in [1, 2]", false),
        ("alert.lastSeen - alert.firstSeen >= duration('10m')", true),
        ("alert.startsAt < timestamp('2020-01-01T00:00:00Z')", false),
        ("alert.startsAt + duration('1m') == alert.firstSeen", true),
        ("size(alert.labels) == 3 && alert.title.size() > 5", true),
        ("alert.service != '' ? alert.occurrences > 2 : false", true),
    ] {
        assert_eq!(holds(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_cannot_be_said_is_a_failure_and_not_a_no() {
    for text in [
        "alert.labels.app == 'mail'",
        "alert.labels['app'] == 'mail'",
        "int(alert.labels.zone) > 1",
        "alert.occurrences / (alert.occurrences - 3) == 1",
        "alert.occurrences * 9223372036854775807 > 1",
        "alert.startsAt > timestamp(alert.labels.zone)",
    ] {
        assert!(holds(text).is_err(), "{text}");
    }
    assert_eq!(holds("has(alert.labels.app) && alert.labels.app == 'mail'"), Ok(false));
}

#[test]
fn what_is_wrong_is_refused_with_its_place() {
    for (text, said) in [
        ("", "line 1"),
        ("alert.severity ==", "line 1"),
        ("true &&\n  && true", "line 2"),
        ("alarm.severity == 'x'", "`alarm`"),
        ("alert.colour == 'x'", "`colour`"),
        ("alert.title.colour == 'x'", "`.colour`"),
        ("sleep(5)", "`sleep`"),
        ("alert.title.reverse() == 'x'", "`.reverse`"),
        ("alert.title", "a text, not yes or no"),
        ("alert.occurrences", "a whole number, not yes or no"),
        ("alert.occurrences == '3'", "a whole number and a text"),
        ("alert.title && true", "a text and yes or no"),
        ("alert.occurrences > 1.5", "only texts"),
        ("alert.title in []", "a list has"),
        ("{'a': 1}.a == 1", "no maps"),
        ("alert.title.matches('(')", "`matches`"),
        ("alert.title.matches(alert.labels.zone)", "written out"),
        ("alert.title.matches('(a)\\\\1')", "`matches`"),
    ] {
        let told = refused(text);
        assert!(told.contains(said), "{text}: {told}");
    }
}

#[test]
fn what_would_never_end_or_grow_without_bound_is_refused() {
    for text in [
        "alert.labels.all(a, alert.labels.all(b, alert.labels.all(c, a != b || b != c)))",
        "alert.labels.exists(a, a == 'zone')",
        "[1, 2].map(x, [x, x].map(y, [y, y])).size() > 0",
        "['a'].filter(x, x.matches('a')).size() == 1",
        "alert.title + alert.title == ''",
        "'aa' + 'aa' == 'aaaa'",
        "[1] + [1] == [1, 1]",
        "alert.title.matches('((a{100}){100}){100}')",
        "alert.title.matches('\\\\w{1000}{1000}')",
    ] {
        refused(text);
    }
    refused(&format!("alert.title == '{}'", "x".repeat(LONGEST)));
    for (open, close) in [("[", "]"), ("!(", ")"), ("{1:", "}"), ("-(", ")"), ("size(", ")"), ("(1+", ")")] {
        for depth in [usize::from(DEEPEST) + 2, 120] {
            refused(&format!("{}1{} == 1", open.repeat(depth), close.repeat(depth)));
            refused(&open.repeat(depth));
        }
    }
    refused(&"[{(!".repeat(LONGEST / 4));
    refused(&format!("1{} == 1", "+1".repeat(400)));
    refused(&format!("alert{}", ".a".repeat(490)));
    refused(&format!("alert{}", ".a()".repeat(240)));
    refused(&format!("alert.labels{}", "['a']".repeat(190)));
    refused(&format!("{}1", "1?1:".repeat(249)));
    refused(&format!("{}1", "1?(".repeat(300)));
}

#[test]
fn no_text_takes_more_than_half_of_the_stack_of_a_worker() {
    let hostile = std::thread::Builder::new().stack_size(1024 * 1024).spawn(|| {
        for part in [
            "1?1:", "(", "((1)+", "[", "{1:", "!", "-", "!-", "a.", "a[", "a(", "a.a(", "1+", "1<", "1&&",
            "a||", "'", "{",
        ] {
            let text = part.repeat(LONGEST / part.len());
            let judged =
                Condition::compile(&text).is_ok() || Condition::compile(&text[..text.len() - 1]).is_ok();
            assert!(!judged, "{part}");
            let _ = Condition::compile(&format!("{}1", &text[..LONGEST - part.len() - 1]));
        }
    });
    hostile.unwrap().join().unwrap();
}

#[test]
fn the_longest_chain_and_the_longest_alert_are_harmless() {
    let chain = vec!["true"; LONGEST / 8].join(" && ");
    assert_eq!(holds(&chain), Ok(true), "chains are balanced");
    assert_eq!(holds(&format!("{}true", "!".repeat(990))), Ok(true), "what undoes itself is left out");
    assert_eq!(
        holds(&format!("{}true{}", "(".repeat(490), ")".repeat(490))),
        Ok(true),
        "and so is what says nothing"
    );
    let long = Alert {
        title: "a".repeat(200),
        labels: BTreeMap::from([("body".to_owned(), "a".repeat(20_000))]),
        ..sample()
    };
    // A pattern that a backtracking engine would not finish.
    let hard =
        Condition::compile("alert.labels.body.matches('^(a+)+$') && alert.labels.body.matches('(a|aa)+b')");
    assert_eq!(hard.unwrap().holds(&long), Ok(false));
}
