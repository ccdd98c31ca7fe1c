//! Rules played over the past, and what a rule makes of an alert now.

use super::*;
use crate::domain::alert::{AlertReport, SuppressionCause, tests::report};
use crate::domain::alert_decision::compiled;
use crate::domain::alert_rule::{AlertRule, AlertRuleTerms, ServiceSource, Threshold, tests::terms};
use crate::domain::pairs::{at, nth};
use ciclo_kernel::SignedDuration;
use ciclo_kernel::ids::{MonitoringEventId, RecordId};

fn rule(change: impl FnOnce(&mut AlertRuleTerms)) -> ReadyRule {
    let mut terms = AlertRuleTerms { matches: vec![], ..terms() };
    change(&mut terms);
    let rule = AlertRule::create(nth(1), terms, "jo", at(0)).unwrap().0;
    let condition = compiled(&rule);
    ReadyRule { rule, version: 1, condition }
}

fn delayed(seconds: i64) -> impl FnOnce(&mut AlertRuleTerms) {
    move |terms| terms.delay = Some(SignedDuration::from_secs(seconds))
}

fn reported(second: i64, zone: &str) -> AlertReport {
    let labels = [("zone".to_owned(), zone.to_owned())].into();
    let event = Some(MonitoringEventId::at(at(second)));
    AlertReport { labels, seen_at: at(second), monitoring_event: event, starts_at: None, ..report() }
}

fn opened(number: u32, second: i64, zone: &str) -> Alert {
    Alert::open(nth(number), reported(second, zone)).unwrap().0
}

fn again(alert: Alert, second: i64) -> Alert {
    let zone = alert.labels["zone"].clone();
    alert.repeat(reported(second, &zone)).unwrap().0
}

fn replay(rule: ReadyRule) -> Replay {
    Replay { services: HashSet::from([nth(7)]), ..Replay::of(rule) }
}

fn seen(replay: &Replay) -> Vec<(u32, i64, u64)> {
    let number = |id: AlertId| (0..10).find(|number| nth::<AlertId>(*number) == id).unwrap();
    let second = |then: Timestamp| then.duration_since(at(0)).as_secs();
    replay.opened.iter().map(|one| (number(one.alert), second(one.at), one.alerts)).collect()
}

#[test]
fn without_more_each_alert_opens_one_at_its_first_report() {
    let mut play = replay(rule(|_| ()));
    let first = opened(1, 0, "eu");
    play.step(first.clone(), at(0), true);
    play.step(again(first, 5), at(5), true);
    play.step(opened(2, 6, "eu"), at(6), true);
    assert_eq!(seen(&play), [(1, 0, 1), (2, 6, 1)]);
    assert_eq!((play.looked_at(), play.matched(), play.failures), (2, 2, 0));
    let mut unknown = Replay { services: HashSet::new(), ..replay(rule(|_| ())) };
    unknown.step(opened(1, 0, "eu"), at(0), true);
    assert_eq!((seen(&unknown), unknown.matched()), (vec![], 1), "its service is not known");
    let mut none = replay(rule(|terms| terms.service = ServiceSource::Label("app".to_owned())));
    none.step(opened(1, 0, "eu"), at(0), true);
    assert_eq!(seen(&none), [], "it tells no service");
}

#[test]
fn alerts_of_a_group_share_an_incident_until_it_is_over() {
    let mut play = replay(rule(|terms| terms.group_by = vec!["zone".to_owned()]));
    let (one, two, three) = (opened(1, 0, "eu"), opened(2, 1, "eu"), opened(3, 2, "us"));
    for (alert, second) in [(&one, 0), (&two, 1), (&three, 2)] {
        play.step(alert.clone(), at(second), true);
    }
    assert_eq!(seen(&play), [(1, 0, 2), (3, 2, 1)]);
    assert_eq!(play.opened[0].group, Some([("zone".to_owned(), "eu".to_owned())].into()));
    play.step(one.resolve(None, "m", at(3)).unwrap().0, at(3), false);
    play.step(opened(4, 4, "eu"), at(4), true);
    assert_eq!(seen(&play), [(1, 0, 3), (3, 2, 1)], "another alert of it lasts");
    play.step(two.resolve(None, "m", at(5)).unwrap().0, at(5), false);
    play.step(opened(4, 4, "eu").resolve(None, "m", at(6)).unwrap().0, at(6), false);
    play.step(opened(5, 7, "eu"), at(7), true);
    assert_eq!(seen(&play), [(1, 0, 3), (3, 2, 1), (5, 7, 1)]);
}

#[test]
fn a_rule_waits_for_as_many_reports_as_it_asks_for() {
    let often = |terms: &mut AlertRuleTerms| {
        terms.threshold = Some(Threshold { count: 3, window: SignedDuration::from_secs(10) });
    };
    let mut play = replay(rule(often));
    let mut alert = opened(1, 0, "eu");
    play.step(alert.clone(), at(0), true);
    for second in [6, 12, 17] {
        assert_eq!(seen(&play), [], "before {second}");
        alert = again(alert, second);
        play.step(alert.clone(), at(second), true);
    }
    assert_eq!(seen(&play), [], "6, 12 and 17 are eleven seconds");
    play.step(again(alert, 22), at(22), true);
    assert_eq!(seen(&play), [(1, 22, 1)], "12 to 22 are ten");
}

#[test]
fn a_rule_waits_once_for_what_lasts_and_what_nobody_has_seen() {
    let mut play = replay(rule(delayed(60)));
    for number in 1..=5 {
        play.step(opened(number, 0, "eu"), at(0), true);
    }
    let acknowledged = opened(2, 0, "eu").acknowledge("jo", at(10)).unwrap().0;
    play.step(acknowledged.clone(), at(10), false);
    let quiet = opened(3, 0, "eu").suppress(SuppressionCause::Silence, None, "jo", at(20)).unwrap().0;
    play.step(quiet.clone(), at(20), false);
    play.step(opened(4, 0, "eu").resolve(None, "m", at(30)).unwrap().0, at(30), false);
    play.step(again(opened(1, 0, "eu"), 40), at(40), true);
    play.end(at(60));
    assert_eq!(seen(&play), [], "what is due at the end is beyond it");
    play.pass(at(60));
    assert_eq!(seen(&play), [(1, 60, 1), (5, 60, 1)]);
    play.step(again(acknowledged, 70), at(70), true);
    play.step(quiet.unsuppress().unwrap().0, at(80), false);
    play.pass(at(1_000));
    assert_eq!(seen(&play).len(), 2, "nothing is asked twice");
    play.step(again(opened(3, 0, "eu"), 1_001), at(1_001), true);
    assert_eq!(seen(&play)[2], (3, 1_001, 1), "one that is heard again has lasted");
}

#[test]
fn a_condition_that_cannot_be_answered_is_no_match_and_is_told() {
    let text = "alert.labels.app == 'mail' || alert.occurrences > 2";
    let mut play = replay(rule(|terms| terms.condition = Some(text.to_owned())));
    let alert = opened(1, 0, "eu");
    play.step(alert.clone(), at(0), true);
    let twice = again(alert, 1);
    play.step(twice.clone(), at(1), true);
    assert_eq!((play.failures, play.matched(), seen(&play)), (2, 0, vec![]));
    let failure = play.last_failure.clone().unwrap();
    assert_eq!((failure.alert, failure.at), (nth(1), at(1)));
    assert!(failure.why.contains("app"), "{}", failure.why);
    play.step(again(twice, 2), at(2), true);
    assert_eq!((play.failures, seen(&play)), (2, vec![(1, 2, 1)]), "what holds in spite of it holds");
}
