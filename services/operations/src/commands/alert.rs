//! Taking in reports of alerts: each becomes a monitoring event, adds to its
//! alert or opens one, and opens or resolves an incident by rule. One
//! transaction for all reports that came together.

use crate::commands::{clock, incident};
use crate::domain::alert::{Alert, AlertReport, AlertState};
use crate::domain::alert_rule::{AlertRule, AlertRuleState};
use crate::domain::measured::Measured;
use crate::domain::monitoring_event::{MonitoringEvent, ReceiveMonitoringEvent};
use crate::intake::Report;
use ciclo_kernel::Machine;
use ciclo_kernel::ids::{MonitoringEventId, ServiceId};
use ciclo_store::{Filter, Result, Tx, Versioned};

/// Most alert rules of a tenant that are at work.
const RULES_MOST: usize = 1_000;

/// Takes in reports that came together, in their order.
pub async fn take_in(tx: &mut Tx, source: &'static str, reports: Vec<Report>) -> Result<()> {
    let enabled = Filter::is("state", AlertRuleState::Enabled.as_str());
    let rules: Vec<AlertRule> =
        tx.list(enabled, RULES_MOST).await?.into_iter().map(|rule| rule.record).collect();
    for report in reports {
        take_in_one(tx, source, report, &rules).await?;
    }
    Ok(())
}

async fn take_in_one(tx: &mut Tx, source: &str, report: Report, rules: &[AlertRule]) -> Result<()> {
    let service = named_service(tx, &report).await?;
    let event = ReceiveMonitoringEvent {
        source: source.to_owned(),
        dedup_key: report.dedup_key.clone(),
        severity: report.severity,
        summary: report.title.clone(),
        service,
        labels: report.labels.clone(),
        body: report.body.clone(),
        occurred_at: Some(report.ends_at.unwrap_or(report.starts_at)),
    };
    let received = MonitoringEvent::receive(tx.fresh(), event, tx.now());
    let event = tx.create(received).await?.record.id;
    if !report.severity.alerts() {
        return Ok(());
    }
    // The key names the alert for good: whatever comes late, after its end, is known and dropped.
    let known = tx.find_by::<Alert>("dedup_key", report.dedup_key.as_str()).await?;
    match known {
        Some(alert) if alert.record.state() == AlertState::Resolved => Ok(()),
        Some(alert) if report.resolved => resolve(tx, alert, &report, rules).await,
        Some(alert) => {
            let again = reported(tx, &report, service, event);
            let alert = clock::change_loaded(tx, alert, None, |alert, _, _| alert.repeat(again)).await?;
            apply_rules(tx, alert, rules).await
        }
        // The end of trouble that nobody reported: accepted and dropped.
        None if report.resolved => Ok(()),
        None => {
            let opened = Alert::open(tx.fresh(), reported(tx, &report, service, event));
            let alert = tx.create(opened).await?;
            clock::start(tx, &Measured::from(&alert.record)).await?;
            apply_rules(tx, alert, rules).await
        }
    }
}

/// The service that a report names in its label `service`: an id of ours, of a service that is known here.
async fn named_service(tx: &Tx, report: &Report) -> Result<Option<ServiceId>> {
    use crate::domain::known::KnownService;
    use ciclo_kernel::ids::RecordId;
    let Some(id) = report.labels.get("service").and_then(|label| ServiceId::parse(label).ok()) else {
        return Ok(None);
    };
    Ok(tx.copy::<KnownService>(&id.to_string()).await?.map(|_| id))
}

fn reported(tx: &Tx, report: &Report, service: Option<ServiceId>, event: MonitoringEventId) -> AlertReport {
    AlertReport {
        dedup_key: report.dedup_key.clone(),
        title: report.title.clone(),
        severity: report.severity,
        labels: report.labels.clone(),
        service,
        starts_at: Some(report.starts_at),
        seen_at: tx.now(),
        monitoring_event: Some(event),
    }
}

/// Opens an incident for an alert by the first rule that applies, if one does and its service is known.
async fn apply_rules(tx: &mut Tx, alert: Versioned<Alert>, rules: &[AlertRule]) -> Result<()> {
    for rule in rules.iter().filter(|rule| rule.applies(&alert.record)) {
        let Some(service) = rule.service_of(&alert.record) else { continue };
        let Some(incident) = incident::open_for_alert(tx, &alert.record, rule, service).await? else {
            continue;
        };
        tx.change_loaded(alert, None, |alert, _, _| alert.link_incident(incident)).await?;
        return Ok(());
    }
    Ok(())
}

/// Resolves an alert, and its incident when a rule says so and no other alert of it is left.
async fn resolve(tx: &mut Tx, alert: Versioned<Alert>, report: &Report, rules: &[AlertRule]) -> Result<()> {
    let ends_at = report.ends_at;
    let alert =
        clock::change_loaded(tx, alert, None, |alert, by, at| alert.resolve(ends_at, by, at)).await?.record;
    let Some(incident) = alert.incident else { return Ok(()) };
    let by_rule = rules.iter().any(|rule| rule.terms.resolve_incident_with_alert && rule.matches(&alert));
    let left = Filter::All(vec![
        Filter::is("incident_id", incident.to_string()),
        Filter::Not(Box::new(Filter::is("state", AlertState::Resolved.as_str()))),
    ]);
    if by_rule && tx.list::<Alert>(left, 1).await?.is_empty() {
        incident::resolve_with_alert(tx, incident).await?;
    }
    Ok(())
}
