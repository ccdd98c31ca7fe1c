//! Alert rules in every state, and which alerts they are for.

use super::*;
use crate::domain::{
    alert::tests::{alert, alert_in},
    pairs::{at, every_pair, id, nth},
};

fn wanted(label: &str, value: &str) -> LabelMatch {
    LabelMatch { label: label.to_owned(), value: value.to_owned() }
}

pub(crate) fn terms() -> AlertRuleTerms {
    AlertRuleTerms {
        name: "Mail in Europe".to_owned(),
        matches: vec![wanted("zone", "eu-1"), wanted("app", "почта")],
        minimum_severity: Severity::Warning,
        condition: None,
        group_by: vec![],
        threshold: None,
        delay: None,
        service: ServiceSource::Fixed(nth(7)),
        group: "Mail".to_owned(),
        impact: 2,
        urgency: 1,
        resolve_incident_with_alert: true,
    }
}

fn rule_with(terms: AlertRuleTerms) -> AlertRule {
    AlertRule::create(id(), terms, "jo", at(0)).unwrap().0
}

pub(crate) fn rule_in(state: AlertRuleState) -> AlertRule {
    let rule = rule_with(terms());
    match state {
        AlertRuleState::Enabled => rule,
        AlertRuleState::Disabled => rule.disable(Some("noisy"), "jo", at(1)).unwrap().0,
        AlertRuleState::Retired => rule.retire(None, "jo", at(1)).unwrap().0,
    }
}

#[test]
fn the_table_is_that_of_the_rules() {
    insta::assert_snapshot!("alert_rule", AlertRuleState::table());
    every_pair(rule_in, AlertRule::state, |record, verb| {
        Ok(match verb {
            AlertRuleVerb::Revise => record.revise(terms())?.0,
            AlertRuleVerb::Enable => record.enable("jo", at(5))?.0,
            AlertRuleVerb::Disable => record.disable(None, "jo", at(5))?.0,
            AlertRuleVerb::Retire => record.retire(Some("gone"), "jo", at(5))?.0,
        })
    });
}

#[test]
fn all_labels_and_the_severity_must_hold() {
    let matching = |matches, minimum_severity| {
        rule_with(AlertRuleTerms { matches, minimum_severity, ..terms() }).matches(&alert())
    };
    assert!(matching(terms().matches, Severity::Warning));
    assert!(matching(vec![], Severity::Informational), "no label means every alert");
    assert!(matching(vec![wanted("note", "")], Severity::Warning), "a label may be empty, but is there");
    assert!(!matching(terms().matches, Severity::Exception));
    assert!(!matching(vec![wanted("zone", "eu-1"), wanted("app", "web")], Severity::Warning));
    assert!(!matching(vec![wanted("absent", "")], Severity::Warning));
}

#[test]
fn a_rule_applies_to_alerts_that_are_heard_and_have_no_incident() {
    for rule_state in AlertRuleState::STATES {
        for alert_state in AlertState::STATES {
            let expected = *rule_state == AlertRuleState::Enabled
                && [AlertState::Open, AlertState::Acknowledged].contains(alert_state);
            assert_eq!(rule_in(*rule_state).applies(&alert_in(*alert_state)), expected);
        }
        assert!(rule_in(*rule_state).matches(&alert()), "a rule is tried in any state");
    }
    let linked = alert().link_incident(id()).unwrap().0;
    assert!(!rule_with(terms()).applies(&linked));
}

#[test]
fn the_service_is_fixed_or_from_a_label_or_of_the_alert() {
    let service = |service| {
        let mut alert = alert();
        let named: ServiceId = nth(3);
        alert.labels.insert("service".to_owned(), named.to_string());
        (rule_with(AlertRuleTerms { service, ..terms() }).service_of(&alert), alert.service)
    };
    assert_eq!(service(ServiceSource::Fixed(nth(7))).0, Some(nth(7)));
    assert_eq!(service(ServiceSource::Label("service".to_owned())).0, Some(nth(3)));
    assert_eq!(service(ServiceSource::Label("zone".to_owned())).0, None);
    assert_eq!(service(ServiceSource::Label("absent".to_owned())).0, None);
    let (found, own) = service(ServiceSource::Alert);
    assert_eq!(found, own);
}

#[test]
fn terms_are_checked() {
    let twice = AlertRuleTerms { matches: vec![wanted("a", "1"), wanted("a ", "2")], ..terms() };
    let many = (0..=MOST_MATCHES).map(|n| wanted(&format!("l{n}"), "")).collect();
    let seconds = SignedDuration::from_secs;
    let often = |count, window| {
        let threshold = Some(Threshold { count, window: seconds(window) });
        AlertRuleTerms { threshold, ..terms() }
    };
    let grouped = |labels: &[&str]| {
        let group_by = labels.iter().map(|label| (*label).to_owned()).collect();
        AlertRuleTerms { group_by, ..terms() }
    };
    let delayed = |length| AlertRuleTerms { delay: Some(seconds(length)), ..terms() };
    for good in [often(2, 1), often(20, 86_400), grouped(&["a", "b"]), delayed(1), delayed(86_400)] {
        assert!(AlertRule::create(id(), good, "jo", at(0)).is_ok());
    }
    let wrong = AlertRuleTerms { condition: Some("alert.colour == 'red'".to_owned()), ..terms() };
    for (bad, field) in [
        (wrong, "condition"),
        (often(1, 60), "threshold.count"),
        (often(21, 60), "threshold.count"),
        (often(2, 0), "threshold.window"),
        (often(2, 86_401), "threshold.window"),
        (grouped(&["a", " a"]), "groupBy"),
        (grouped(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]), "groupBy"),
        (delayed(0), "delay"),
        (delayed(-1), "delay"),
        (delayed(86_401), "delay"),
        (twice, "matches"),
        (AlertRuleTerms { matches: many, ..terms() }, "matches"),
        (AlertRuleTerms { impact: 0, ..terms() }, "impact"),
        (AlertRuleTerms { urgency: 4, ..terms() }, "urgency"),
        (AlertRuleTerms { group: String::new(), ..terms() }, "group"),
        (AlertRuleTerms { service: ServiceSource::Label(" ".to_owned()), ..terms() }, "serviceLabel"),
    ] {
        assert_eq!(AlertRule::create(id(), bad, "jo", at(0)).unwrap_err().facts["field"], field);
    }
}
