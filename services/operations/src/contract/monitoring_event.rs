//! Monitoring events as messages.

use super::facts::{id_text, labels, labels_message, word};
use crate::domain::monitoring_event::{MonitoringEvent, MonitoringEventHappened, Severity};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, monitoring_event_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a monitoring event, with the monitoring event as it is after.
#[must_use]
pub fn message(record: &MonitoringEvent, what: Option<&MonitoringEventHappened>) -> pb::MonitoringEventEvent {
    pb::MonitoringEventEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The monitoring event as it was after an event.
pub fn record(message: pb::MonitoringEventEvent) -> Result<MonitoringEvent, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("MonitoringEvent", "no record"))?;
    Ok(MonitoringEvent {
        id: convert::id("id", &after.id)?,
        source: after.source,
        external_id: after.external_id,
        dedup_key: after.dedup_key,
        severity: word::<pb::Severity, _>("severity", after.severity, Severity::parse)?,
        summary: after.summary,
        service: convert::optional_id("service_id", &after.service_id)?,
        labels: labels(after.labels),
        body: after.body,
        occurred_at: convert::instant("occurred_at", after.occurred_at)?,
        received_at: convert::instant("received_at", after.received_at)?,
    })
}

fn snapshot(record: &MonitoringEvent) -> pb::MonitoringEvent {
    pb::MonitoringEvent {
        id: record.id.to_string(),
        source: record.source.clone(),
        external_id: record.external_id.clone(),
        dedup_key: record.dedup_key.clone(),
        severity: convert::to_enum::<pb::Severity>(record.severity.as_str()),
        summary: record.summary.clone(),
        service_id: id_text(record.service),
        labels: labels_message(&record.labels),
        body: record.body.clone(),
        occurred_at: Some(convert::timestamp(record.occurred_at)),
        received_at: Some(convert::timestamp(record.received_at)),
    }
}

fn happened(what: &MonitoringEventHappened) -> What {
    match what {
        MonitoringEventHappened::Received => What::Received(pb::MonitoringEventReceived {}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{monitoring_event::samples, pairs::named};
    use prost::Message;

    #[test]
    fn monitoring_events_read_back() {
        for before in
            [samples::event(), MonitoringEvent { service: None, external_id: None, ..samples::event() }]
        {
            let bytes = message(&before, Some(&MonitoringEventHappened::Received)).encode_to_vec();
            assert_eq!(record(pb::MonitoringEventEvent::decode(&*bytes).unwrap()).unwrap(), before);
        }
        named("MonitoringEvent", MonitoringEventHappened::Received.name());
    }
}
