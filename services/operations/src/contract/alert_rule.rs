//! Alert rules as messages.

use super::facts::{mark, mark_message, small, word};
use crate::domain::{
    alert_rule::{
        AlertRule, AlertRuleHappened, AlertRuleState, AlertRuleStatus, AlertRuleTerms, LabelMatch,
        ServiceSource, Threshold,
    },
    monitoring_event::Severity,
};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, alert_rule::Service, alert_rule_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to an alert rule, with the alert rule as it is after.
#[must_use]
pub fn message(record: &AlertRule, what: Option<&AlertRuleHappened>) -> pb::AlertRuleEvent {
    pb::AlertRuleEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The alert rule as it was after an event.
pub fn record(message: pb::AlertRuleEvent) -> Result<AlertRule, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("AlertRule", "no record"))?;
    let entered = mark("entered", after.entered)?;
    let status = match convert::state_from_proto::<pb::AlertRuleState, _>("state", after.state)? {
        AlertRuleState::Enabled => AlertRuleStatus::Enabled { enabled: entered },
        AlertRuleState::Disabled => AlertRuleStatus::Disabled { reason: after.reason, disabled: entered },
        AlertRuleState::Retired => AlertRuleStatus::Retired { reason: after.reason, retired: entered },
    };
    let service = match after.service {
        Some(Service::ServiceId(id)) => ServiceSource::Fixed(convert::id("service_id", &id)?),
        Some(Service::ServiceLabel(label)) => ServiceSource::Label(label),
        None => ServiceSource::Alert,
    };
    let matches = after.matches.into_iter();
    Ok(AlertRule {
        id: convert::id("id", &after.id)?,
        terms: AlertRuleTerms {
            name: after.name,
            matches: matches.map(|one| LabelMatch { label: one.name, value: one.value }).collect(),
            minimum_severity: word::<pb::Severity, _>(
                "minimum_severity",
                after.minimum_severity,
                Severity::parse,
            )?,
            condition: after.condition,
            group_by: after.group_by,
            threshold: match after.threshold_count {
                0 => None,
                count => Some(Threshold {
                    count: small("threshold_count", count)?,
                    window: convert::signed_duration("threshold_window", after.threshold_window)?,
                }),
            },
            delay: after.delay.map(|delay| convert::signed_duration("delay", Some(delay))).transpose()?,
            service,
            group: after.group,
            impact: small("impact", after.impact)?,
            urgency: small("urgency", after.urgency)?,
            resolve_incident_with_alert: after.resolve_incident_with_alert,
        },
        created: mark("created", after.created)?,
        status,
    })
}

fn snapshot(record: &AlertRule) -> pb::AlertRule {
    let (entered, reason) = match &record.status {
        AlertRuleStatus::Enabled { enabled } => (enabled, None),
        AlertRuleStatus::Disabled { reason, disabled } => (disabled, reason.clone()),
        AlertRuleStatus::Retired { reason, retired } => (retired, reason.clone()),
    };
    let terms = &record.terms;
    let matches = terms.matches.iter();
    pb::AlertRule {
        id: record.id.to_string(),
        name: terms.name.clone(),
        matches: matches.map(|one| pb::Label { name: one.label.clone(), value: one.value.clone() }).collect(),
        minimum_severity: convert::to_enum::<pb::Severity>(terms.minimum_severity.as_str()),
        group: terms.group.clone(),
        impact: u32::from(terms.impact),
        urgency: u32::from(terms.urgency),
        resolve_incident_with_alert: terms.resolve_incident_with_alert,
        state: convert::state_to_proto::<pb::AlertRuleState, _>(record.state()),
        created: Some(mark_message(&record.created)),
        entered: Some(mark_message(entered)),
        reason,
        condition: terms.condition.clone(),
        group_by: terms.group_by.clone(),
        threshold_count: terms.threshold.map_or(0, |threshold| threshold.count.into()),
        threshold_window: terms.threshold.map(|threshold| convert::duration(threshold.window)),
        delay: terms.delay.map(convert::duration),
        service: match &terms.service {
            ServiceSource::Fixed(id) => Some(Service::ServiceId(id.to_string())),
            ServiceSource::Label(label) => Some(Service::ServiceLabel(label.clone())),
            ServiceSource::Alert => None,
        },
    }
}

fn happened(what: &AlertRuleHappened) -> What {
    match what {
        AlertRuleHappened::Created => What::Created(pb::AlertRuleCreated {}),
        AlertRuleHappened::Revised => What::Revised(pb::AlertRuleRevised {}),
        AlertRuleHappened::Enabled => What::Enabled(pb::AlertRuleEnabled {}),
        AlertRuleHappened::Disabled { reason } => {
            What::Disabled(pb::AlertRuleDisabled { reason: reason.clone() })
        }
        AlertRuleHappened::Retired { reason } => {
            What::Retired(pb::AlertRuleRetired { reason: reason.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        alert_rule::tests::{rule_in, terms},
        pairs::named,
    };
    use ciclo_kernel::Machine;
    use prost::Message;

    #[test]
    fn alert_rules_in_every_state_read_back() {
        for state in AlertRuleState::STATES {
            for service in [terms().service, ServiceSource::Label("service".to_owned()), ServiceSource::Alert]
            {
                let before = AlertRule { terms: AlertRuleTerms { service, ..terms() }, ..rule_in(*state) };
                let bytes = message(&before, None).encode_to_vec();
                assert_eq!(record(pb::AlertRuleEvent::decode(&*bytes).unwrap()).unwrap(), before);
            }
        }
    }

    #[test]
    fn what_a_rule_waits_for_reads_back() {
        let seconds = ciclo_kernel::SignedDuration::from_secs;
        let terms = AlertRuleTerms {
            condition: Some("alert.occurrences > 2".to_owned()),
            group_by: vec!["zone".to_owned(), "app".to_owned()],
            threshold: Some(Threshold { count: 3, window: seconds(60) }),
            delay: Some(seconds(300)),
            ..terms()
        };
        let before = AlertRule { terms, ..rule_in(AlertRuleState::Enabled) };
        let bytes = message(&before, None).encode_to_vec();
        assert_eq!(record(pb::AlertRuleEvent::decode(&*bytes).unwrap()).unwrap(), before);
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        for what in [
            AlertRuleHappened::Created,
            AlertRuleHappened::Revised,
            AlertRuleHappened::Enabled,
            AlertRuleHappened::Disabled { reason: None },
            AlertRuleHappened::Retired { reason: None },
        ] {
            named("AlertRule", what.name());
        }
    }
}
