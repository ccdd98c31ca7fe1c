//! Taking in reports of alerts: each becomes a monitoring event, adds to its
//! alert or opens one, and opens or resolves an incident by rule. One
//! transaction for all reports that came together.

use crate::commands::{alert_rule, clock, incident, silence};
use crate::domain::alert::{Alert, AlertReport, AlertState};
use crate::domain::alert_decision::ReadyRule;
use crate::domain::monitoring_event::{MonitoringEvent, ReceiveMonitoringEvent};
use crate::domain::silence::ReadySilence;
use crate::intake::{Action, Report};
use ciclo_kernel::Machine;
use ciclo_kernel::ids::{MonitoringEventId, ServiceId};
use ciclo_store::{Filter, Result, Tx, Versioned};

/// What is at work for a tenant's alerts.
struct AtWork {
    rules: Vec<ReadyRule>,
    silences: Vec<ReadySilence>,
}

/// Takes in reports that came together, in their order; how many of them were not known yet.
pub async fn take_in(tx: &mut Tx, reports: Vec<Report>) -> Result<usize> {
    let at_work = AtWork { rules: alert_rule::at_work(tx).await?, silences: silence::at_work(tx).await? };
    let mut kept = 0;
    for report in reports {
        if !is_known(tx, &report).await? {
            take_in_one(tx, report, &at_work).await?;
            kept += 1;
        }
    }
    Ok(kept)
}

/// Whether the source has reported the same event before.
async fn is_known(tx: &Tx, report: &Report) -> Result<bool> {
    let Some(id) = &report.external_id else { return Ok(false) };
    let same = vec![Filter::is("external_id", id.as_str()), Filter::is("source", report.source.as_str())];
    Ok(!tx.list::<MonitoringEvent>(Filter::All(same), 1).await?.is_empty())
}

async fn take_in_one(tx: &mut Tx, report: Report, at_work: &AtWork) -> Result<()> {
    let service = named_service(tx, &report).await?;
    let event = ReceiveMonitoringEvent {
        source: report.source.clone(),
        external_id: report.external_id.clone(),
        dedup_key: report.dedup_key.clone(),
        severity: report.severity,
        summary: report.title.clone(),
        service,
        labels: report.labels.clone(),
        body: report.body.clone(),
        occurred_at: report.occurred_at,
    };
    let received = MonitoringEvent::receive(tx.fresh(), event, tx.now());
    let event = tx.create(received).await?.record.id;
    match (report.action, open_alert(tx, &report).await?) {
        (Action::Trigger, _) if !report.severity.alerts() => Ok(()),
        (Action::Trigger, Some(alert)) => {
            let again = reported(tx, &report, service, event);
            let alert = clock::change_loaded(tx, alert, None, |alert, _, _| alert.repeat(again)).await?;
            heard(tx, alert, at_work).await
        }
        (Action::Trigger, None) => {
            if report.names_one
                && tx.find_by::<Alert>("dedup_key", report.dedup_key.as_str()).await?.is_some()
            {
                return Ok(());
            }
            let opened = Alert::open(tx.fresh(), reported(tx, &report, service, event));
            let alert = clock::create(tx, opened).await?;
            heard(tx, alert, at_work).await
        }
        (Action::Acknowledge, Some(alert)) if alert.record.state() == AlertState::Open => {
            clock::change_loaded(tx, alert, None, Alert::acknowledge).await.map(drop)
        }
        (Action::Resolve, Some(alert)) => resolve(tx, alert, &report, &at_work.rules).await,
        // What comes for trouble that nobody reported, or that is over, or quiet: accepted and dropped.
        (Action::Acknowledge | Action::Resolve, _) => Ok(()),
    }
}

/// What hears of an alert that was reported: a silence keeps it quiet, or a rule may give it to an incident.
async fn heard(tx: &mut Tx, alert: Versioned<Alert>, at_work: &AtWork) -> Result<()> {
    match silence::keep_quiet(tx, alert, &at_work.silences).await? {
        Some(alert) => alert_rule::apply(tx, alert, &at_work.rules).await,
        None => Ok(()),
    }
}

/// The alert of the report's key that is not resolved, if there is one.
async fn open_alert(tx: &Tx, report: &Report) -> Result<Option<Versioned<Alert>>> {
    let open = Filter::Not(Box::new(Filter::is("state", AlertState::Resolved.as_str())));
    let key = Filter::is("dedup_key", report.dedup_key.as_str());
    Ok(tx.list(Filter::All(vec![key, open]), 1).await?.pop())
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
        starts_at: report.occurred_at,
        seen_at: tx.now(),
        monitoring_event: Some(event),
    }
}

/// Resolves an alert, and its incident when a rule says so and no other alert of it is left.
async fn resolve(tx: &mut Tx, alert: Versioned<Alert>, report: &Report, rules: &[ReadyRule]) -> Result<()> {
    // Clocks differ: what ended before it began ended as it began.
    let ends_at = report.occurred_at.map(|ended| ended.max(alert.record.starts_at));
    let alert =
        clock::change_loaded(tx, alert, None, |alert, by, at| alert.resolve(ends_at, by, at)).await?.record;
    let Some(incident) = alert.incident else { return Ok(()) };
    let by_rule = rules.iter().any(|rule| rule.resolves(&alert));
    let left = Filter::All(vec![
        Filter::is("incident_id", incident.to_string()),
        Filter::Not(Box::new(Filter::is("state", AlertState::Resolved.as_str()))),
    ]);
    if by_rule && tx.list::<Alert>(left, 1).await?.is_empty() {
        incident::resolve_with_alert(tx, incident).await?;
    }
    Ok(())
}
