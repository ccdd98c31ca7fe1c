//! A log row as a message: a CloudEvent in Kafka's binary mode. The attributes
//! are headers, the data is the record type's event message, the key is the
//! record's id.

use ciclo_kernel::trace::TraceContext;
use ciclo_kernel::{Corrupt, Timestamp};
use ciclo_store::LogRow;
use rdkafka::Message;
use rdkafka::message::{Header, Headers, OwnedHeaders};
use std::str::FromStr;

/// What the message's value is, by its media type.
pub const CONTENT_TYPE: &str = "application/protobuf";
/// The version of CloudEvents that the headers follow.
pub const SPECVERSION: &str = "1.0";
/// The header of tracers that know only Kafka.
const TRACEPARENT: &str = "traceparent";

/// The attribute `source` of a service's events.
#[must_use]
pub fn source(service: &str) -> String {
    format!("/ciclo/{service}")
}

/// The attribute `dataschema`: a URI that ends with the name of the message that the value is,
/// for example `urn:ciclo:proto:ciclo.operations.v1.IncidentEvent`.
#[must_use]
pub fn schema(event_type: &str, record_type: &str) -> String {
    let package = event_type.rsplit_once('.').map_or("", |(package, _)| package);
    format!("urn:ciclo:proto:{package}.{record_type}Event")
}

/// A row's headers, by name, in their order.
#[must_use]
pub fn headers(service: &str, row: &LogRow) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("ce_specversion", SPECVERSION.to_owned()),
        ("ce_id", row.event_id.clone()),
        ("ce_source", source(service)),
        ("ce_type", row.event_type.clone()),
        ("ce_time", row.at.to_string()),
        ("ce_subject", row.record_id.clone()),
        ("ce_dataschema", schema(&row.event_type, &row.record_type)),
        // Padded, as the extension wants sequences to sort as texts.
        ("ce_sequence", format!("{:020}", row.sequence)),
        ("ce_tenant", row.tenant.clone()),
        ("ce_recordtype", row.record_type.clone()),
        ("ce_recordversion", row.record_version.to_string()),
        ("ce_actor", row.actor.clone()),
        ("content-type", CONTENT_TYPE.to_owned()),
    ];
    if !row.traceparent.is_empty() {
        // One as the extension of CloudEvents for distributed tracing, which stays the event's; one for
        // tracers that know only Kafka, which is the sending's.
        headers.extend(["ce_traceparent", TRACEPARENT].map(|name| (name, row.traceparent.clone())));
    }
    headers
}

/// A row's headers as rdkafka takes them, with the place in its trace where it is sent, if there is one.
pub(super) fn owned_headers(service: &str, row: &LogRow, sent: Option<TraceContext>) -> OwnedHeaders {
    let mut headers = headers(service, row);
    if let Some(sent) = sent {
        let place = headers.iter_mut().find(|(name, _)| *name == TRACEPARENT);
        place.into_iter().for_each(|(_, value)| *value = sent.to_string());
    }
    let none = OwnedHeaders::new_with_capacity(headers.len());
    headers.iter().fold(none, |all, (key, value)| all.insert(Header { key, value: Some(value) }))
}

/// The row that a service's message carries. Strict: what is not a whole event of the service is refused.
pub(super) fn read(service: &str, message: &impl Message) -> Result<LogRow, Corrupt> {
    expect(message, "ce_specversion", |found| found == SPECVERSION)?;
    expect(message, "ce_source", |found| found == source(service))?;
    expect(message, "content-type", |found| found.split(';').next() == Some(CONTENT_TYPE))?;
    Ok(LogRow {
        sequence: parsed(message, "ce_sequence")?,
        event_id: text(message, "ce_id")?,
        tenant: text(message, "ce_tenant")?,
        record_type: text(message, "ce_recordtype")?,
        record_id: text(message, "ce_subject")?,
        record_version: parsed(message, "ce_recordversion")?,
        event_type: text(message, "ce_type")?,
        at: parsed::<Timestamp>(message, "ce_time")?,
        actor: text(message, "ce_actor")?,
        traceparent: traceparent(message)?.to_owned(),
        payload: message.payload().unwrap_or_default().to_vec(),
    })
}

/// The place in its trace where a message was sent, or else where its event happened.
fn traceparent(message: &impl Message) -> Result<&str, Corrupt> {
    let sent = header(message, TRACEPARENT)?.filter(|sent| TraceContext::parse(sent).is_some());
    match sent {
        Some(sent) => Ok(sent),
        None => Ok(header(message, "ce_traceparent")?.unwrap_or_default()),
    }
}

fn header<'a>(message: &'a impl Message, name: &str) -> Result<Option<&'a str>, Corrupt> {
    let found = message.headers().and_then(|headers| headers.iter().find(|header| header.key == name));
    let value = found.and_then(|header| header.value);
    value.map(std::str::from_utf8).transpose().map_err(|why| Corrupt::new(name, why))
}

fn text(message: &impl Message, name: &str) -> Result<String, Corrupt> {
    header(message, name)?.map(str::to_owned).ok_or_else(|| Corrupt::new(name, "the header is missing"))
}

fn parsed<T: FromStr>(message: &impl Message, name: &str) -> Result<T, Corrupt>
where
    T::Err: std::fmt::Display,
{
    text(message, name)?.parse().map_err(|why| Corrupt::new(name, why))
}

fn expect(message: &impl Message, name: &str, good: impl FnOnce(&str) -> bool) -> Result<(), Corrupt> {
    let found = text(message, name)?;
    if good(&found) { Ok(()) } else { Err(Corrupt::new(name, format!("not an event of ours: {found}"))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rdkafka::message::OwnedMessage;

    fn row() -> LogRow {
        LogRow {
            sequence: 17,
            event_id: "018f0000-0000-7000-8000-000000000001".to_owned(),
            tenant: "acme".to_owned(),
            record_type: "MonitoringEvent".to_owned(),
            record_id: "mev_018f".to_owned(),
            record_version: 3,
            event_type: "ciclo.operations.v1.MonitoringEventReceived".to_owned(),
            at: Timestamp::from_microsecond(1_700_000_000_000_001).unwrap(),
            actor: "Ωmega, \"quoted\"".to_owned(),
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
            payload: vec![1, 2, 3],
        }
    }

    fn message(row: &LogRow, headers: OwnedHeaders) -> OwnedMessage {
        let (payload, key) = (Some(row.payload.clone()), Some(row.record_id.clone().into_bytes()));
        let (topic, time) = ("topic".to_owned(), rdkafka::Timestamp::NotAvailable);
        OwnedMessage::new(payload, key, topic, time, 0, 0, Some(headers))
    }

    #[test]
    fn a_row_reads_back() {
        for traceparent in ["", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"] {
            let row = LogRow { traceparent: traceparent.to_owned(), ..row() };
            let sent = message(&row, owned_headers("operations", &row, None));
            assert_eq!(read("operations", &sent).unwrap(), row);
            // The sending is in the same trace, and of a row without one there is none.
            let place = TraceContext::parse(traceparent).map(TraceContext::child);
            let sent = message(&row, owned_headers("operations", &row, place));
            let place = place.map(|place| place.to_string()).unwrap_or_default();
            assert_eq!(read("operations", &sent).unwrap().traceparent, place);
        }
    }

    #[test]
    fn names_of_attributes_are_lower_case_letters_and_digits() {
        for (name, value) in headers("operations", &row()) {
            let attribute = name.strip_prefix("ce_").unwrap_or("ce");
            let plain = attribute.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            assert!(plain && attribute.len() <= 20 && !value.is_empty(), "{name}: {value}");
        }
    }

    #[test]
    fn what_is_not_a_whole_event_of_the_service_is_refused() {
        let row = row();
        assert!(
            read("catalog", &message(&row, owned_headers("operations", &row, None))).is_err(),
            "another's"
        );
        assert!(read("operations", &message(&row, OwnedHeaders::new())).is_err(), "no headers");
        let all = headers("operations", &row);
        for left_out in all.iter().map(|(name, _)| *name) {
            let rest = all.iter().filter(|(name, _)| *name != left_out);
            let sent = rest.fold(OwnedHeaders::new(), |sent, (key, value)| {
                sent.insert(Header { key, value: Some(value) })
            });
            let optional = ["ce_dataschema", "ce_traceparent", "traceparent"].contains(&left_out);
            assert_eq!(read("operations", &message(&row, sent)).is_ok(), optional, "{left_out}");
        }
        let garbled = owned_headers("operations", &LogRow { tenant: String::new(), ..row.clone() }, None)
            .insert(Header { key: "ce_tenant", value: Some(&[0xff_u8][..]) });
        assert!(read("operations", &message(&row, garbled)).is_ok(), "the first of a name counts");
        for (name, value) in [("ce_sequence", "minus one"), ("ce_time", "noon"), ("ce_specversion", "0.3")] {
            let sent = all.iter().fold(OwnedHeaders::new(), |sent, (key, good)| {
                let value = if *key == name { value } else { good };
                sent.insert(Header { key, value: Some(value) })
            });
            assert!(read("operations", &message(&row, sent)).is_err(), "{name}: {value}");
        }
    }
}
