//! Alerts as messages.

use super::facts::{id_text, id_texts, ids, labels, labels_message, mark, mark_message, optional_mark, word};
use crate::domain::{
    alert::{Alert, AlertHappened, AlertState, AlertStatus, SuppressionCause},
    monitoring_event::Severity,
};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, alert_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to an alert, with the alert as it is after.
#[must_use]
pub fn message(record: &Alert, what: Option<&AlertHappened>) -> pb::AlertEvent {
    pb::AlertEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The alert as it was after an event.
pub fn record(message: pb::AlertEvent) -> Result<Alert, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Alert", "no record"))?;
    let status = match convert::state_from_proto::<pb::AlertState, _>("state", after.state)? {
        AlertState::Open => AlertStatus::Open,
        AlertState::Acknowledged => {
            AlertStatus::Acknowledged { acknowledged: mark("acknowledged", after.acknowledged)? }
        }
        AlertState::Suppressed => AlertStatus::Suppressed {
            cause: word::<pb::SuppressionCause, _>(
                "suppression_cause",
                after.suppression_cause,
                SuppressionCause::parse,
            )?,
            note: after.suppression_note,
            silence: convert::optional_id("silence_id", &after.silence_id)?,
            suppressed: mark("suppressed", after.suppressed)?,
        },
        AlertState::Resolved => AlertStatus::Resolved {
            acknowledged: optional_mark("acknowledged", after.acknowledged)?,
            resolved: mark("resolved", after.resolved)?,
        },
    };
    Ok(Alert {
        id: convert::id("id", &after.id)?,
        dedup_key: after.dedup_key,
        title: after.title,
        severity: word::<pb::Severity, _>("severity", after.severity, Severity::parse)?,
        labels: labels(after.labels),
        service: convert::optional_id("service_id", &after.service_id)?,
        occurrences: after.occurrences,
        first_seen: convert::instant("first_seen", after.first_seen)?,
        last_seen: convert::instant("last_seen", after.last_seen)?,
        starts_at: convert::instant("starts_at", after.starts_at)?,
        ends_at: convert::optional_instant("ends_at", after.ends_at)?,
        incident: convert::optional_id("incident_id", &after.incident_id)?,
        monitoring_events: ids("monitoring_event_ids", &after.monitoring_event_ids)?,
        status,
    })
}

fn cause_number(cause: SuppressionCause) -> i32 {
    convert::to_enum::<pb::SuppressionCause>(cause.as_str())
}

fn snapshot(record: &Alert) -> pb::Alert {
    let mut message = pb::Alert {
        id: record.id.to_string(),
        dedup_key: record.dedup_key.clone(),
        title: record.title.clone(),
        severity: convert::to_enum::<pb::Severity>(record.severity.as_str()),
        labels: labels_message(&record.labels),
        service_id: id_text(record.service),
        occurrences: record.occurrences,
        first_seen: Some(convert::timestamp(record.first_seen)),
        last_seen: Some(convert::timestamp(record.last_seen)),
        starts_at: Some(convert::timestamp(record.starts_at)),
        ends_at: record.ends_at.map(convert::timestamp),
        incident_id: id_text(record.incident),
        monitoring_event_ids: id_texts(&record.monitoring_events),
        state: convert::state_to_proto::<pb::AlertState, _>(record.state()),
        ..pb::Alert::default()
    };
    match &record.status {
        AlertStatus::Open => {}
        AlertStatus::Acknowledged { acknowledged } => {
            message.acknowledged = Some(mark_message(acknowledged));
        }
        AlertStatus::Suppressed { cause, note, silence, suppressed } => {
            message.silence_id = id_text(*silence);
            message.suppression_cause = cause_number(*cause);
            message.suppression_note.clone_from(note);
            message.suppressed = Some(mark_message(suppressed));
        }
        AlertStatus::Resolved { acknowledged, resolved } => {
            message.acknowledged = acknowledged.as_ref().map(mark_message);
            message.resolved = Some(mark_message(resolved));
        }
    }
    message
}

fn happened(what: &AlertHappened) -> What {
    match what {
        AlertHappened::Opened { monitoring_event } => {
            What::Opened(pb::AlertOpened { monitoring_event_id: id_text(*monitoring_event) })
        }
        AlertHappened::Repeated { occurrences, monitoring_event } => What::Repeated(pb::AlertRepeated {
            occurrences: *occurrences,
            monitoring_event_id: id_text(*monitoring_event),
        }),
        AlertHappened::Acknowledged => What::Acknowledged(pb::AlertAcknowledged {}),
        AlertHappened::Suppressed { cause, note, silence } => What::Suppressed(pb::AlertSuppressed {
            cause: cause_number(*cause),
            note: note.clone(),
            silence_id: id_text(*silence),
        }),
        AlertHappened::Unsuppressed { cause } => {
            What::Unsuppressed(pb::AlertUnsuppressed { cause: cause_number(*cause) })
        }
        AlertHappened::Resolved { ends_at } => {
            What::Resolved(pb::AlertResolved { ends_at: Some(convert::timestamp(*ends_at)) })
        }
        AlertHappened::IncidentLinked { incident, before } => What::IncidentLinked(pb::AlertIncidentLinked {
            incident_id: incident.to_string(),
            before_id: id_text(*before),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        alert::tests::alert_in,
        pairs::{at, id, named},
    };
    use ciclo_kernel::Machine;
    use prost::Message;

    fn reads_back(before: &Alert) {
        let bytes = message(before, None).encode_to_vec();
        assert_eq!(record(pb::AlertEvent::decode(&*bytes).unwrap()).as_ref(), Ok(before));
    }

    #[test]
    fn alerts_in_every_state_read_back() {
        for state in AlertState::STATES {
            reads_back(&alert_in(*state));
            reads_back(&Alert { service: None, incident: Some(id()), ..alert_in(*state) });
        }
        let quiet =
            alert_in(AlertState::Open).suppress(SuppressionCause::Silence, None, "jo", at(1)).unwrap().0;
        reads_back(&quiet);
        reads_back(&quiet.resolve(None, "jo", at(2)).unwrap().0);
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        let cause = SuppressionCause::Silence;
        for what in [
            AlertHappened::Opened { monitoring_event: None },
            AlertHappened::Repeated { occurrences: 2, monitoring_event: None },
            AlertHappened::Acknowledged,
            AlertHappened::Suppressed { cause, note: None, silence: None },
            AlertHappened::Unsuppressed { cause },
            AlertHappened::Resolved { ends_at: at(0) },
            AlertHappened::IncidentLinked { incident: id(), before: None },
        ] {
            named("Alert", what.name());
        }
    }
}
