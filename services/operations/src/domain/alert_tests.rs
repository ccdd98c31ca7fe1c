//! Alerts in every state, and their rules.

use super::*;
use crate::domain::{
    monitoring_event::samples::labels,
    pairs::{at, every_pair, id, nth},
};
use ciclo_kernel::Code;

pub(crate) fn report() -> AlertReport {
    AlertReport {
        dedup_key: "mail/queue".to_owned(),
        title: "The mail queue grows".to_owned(),
        severity: Severity::Warning,
        labels: labels(),
        service: Some(id()),
        starts_at: Some(at(-60)),
        seen_at: at(0),
        monitoring_event: Some(id()),
    }
}

pub(crate) fn alert() -> Alert {
    Alert::open(id(), report()).unwrap().0
}

pub(crate) fn alert_in(state: AlertState) -> Alert {
    match state {
        AlertState::Open => alert(),
        AlertState::Acknowledged => alert().acknowledge("jo", at(1)).unwrap().0,
        AlertState::Suppressed => {
            alert().suppress(SuppressionCause::Maintenance, Some("patches"), "jo", at(1)).unwrap().0
        }
        AlertState::Resolved => {
            alert_in(AlertState::Acknowledged).resolve(None, "service:operations", at(2)).unwrap().0
        }
    }
}

#[test]
fn the_table_is_that_of_the_rules() {
    insta::assert_snapshot!("alert", AlertState::table());
    every_pair(alert_in, Alert::state, |record, verb| {
        Ok(match verb {
            AlertVerb::Repeat => record.repeat(report())?.0,
            AlertVerb::Acknowledge => record.acknowledge("jo", at(5))?.0,
            AlertVerb::Suppress => record.suppress(SuppressionCause::Silence, None, "jo", at(5))?.0,
            AlertVerb::Unsuppress => record.unsuppress()?.0,
            AlertVerb::Resolve => record.resolve(None, "jo", at(5))?.0,
            AlertVerb::LinkIncident => record.link_incident(id())?.0,
        })
    });
}

#[test]
fn a_report_of_the_same_key_adds_to_the_alert() {
    let later = AlertReport {
        severity: Severity::Exception,
        labels: Labels::new(),
        service: None,
        seen_at: at(10),
        ..report()
    };
    let first = alert();
    let (alert, happened) = first.clone().repeat(later).unwrap();
    assert!(matches!(happened, AlertHappened::Repeated { occurrences: 2, monitoring_event: Some(_) }));
    assert_eq!((alert.severity, alert.occurrences), (Severity::Exception, 2));
    assert!(alert.labels.is_empty());
    assert_eq!(alert.service, first.service, "a service that was said stays");
    assert_eq!((alert.first_seen, alert.last_seen, alert.starts_at), (at(0), at(10), at(-60)));

    let late = AlertReport { seen_at: at(-20), ..report() };
    let alert = alert.repeat(late).unwrap().0;
    assert_eq!((alert.severity, alert.occurrences), (Severity::Exception, 3), "an older report counts");
    assert_eq!((alert.first_seen, alert.last_seen), (at(-20), at(10)));

    let other = AlertReport { dedup_key: "mail/disk".to_owned(), ..report() };
    assert_eq!(alert.repeat(other).unwrap_err().facts["field"], "dedupKey");
}

#[test]
fn only_the_newest_monitoring_events_are_named() {
    let mut alert = Alert::open(id(), AlertReport { monitoring_event: Some(nth(0)), ..report() }).unwrap().0;
    for number in 1..=25 {
        alert = alert.repeat(AlertReport { monitoring_event: Some(nth(number)), ..report() }).unwrap().0;
    }
    let newest: Vec<MonitoringEventId> = (6..=25).map(nth).collect();
    assert_eq!((alert.monitoring_events, alert.occurrences), (newest, 26));
}

#[test]
fn informational_reports_never_alert() {
    let quiet = AlertReport { severity: Severity::Informational, ..report() };
    assert_eq!(Alert::open(id(), quiet.clone()).unwrap_err().code, Code::Invalid);
    assert_eq!(alert().repeat(quiet).unwrap_err().code, Code::Invalid);
}

#[test]
fn the_end_is_kept_and_not_before_the_start() {
    let resolved = alert().resolve(Some(at(3)), "jo", at(9)).unwrap().0;
    assert_eq!(resolved.ends_at, Some(at(3)));
    assert_eq!(alert().resolve(Some(at(-61)), "jo", at(9)).unwrap_err().facts["field"], "endsAt");
    let ahead = Alert::open(id(), AlertReport { starts_at: Some(at(90)), ..report() }).unwrap().0;
    assert_eq!(ahead.resolve(None, "jo", at(9)).unwrap().0.ends_at, Some(at(90)));
}

#[test]
fn a_further_incident_takes_the_place_of_the_one_before() {
    let (first, second): (IncidentId, IncidentId) = (nth(1), nth(2));
    let alert = alert().link_incident(first).unwrap().0;
    assert_eq!(alert.clone().link_incident(first).unwrap_err().code, Code::RuleViolated);
    let (alert, happened) = alert.link_incident(second).unwrap();
    assert_eq!(alert.incident, Some(second));
    assert_eq!(happened, AlertHappened::IncidentLinked { incident: second, before: Some(first) });
}
