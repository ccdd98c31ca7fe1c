//! The pages of the events: a page for each package of contracts, and the index,
//! which tells how they travel over Kafka.

use super::{MADE, example};
use ciclo_kernel::ids::REGISTRY;
use ciclo_kernel::{Timestamp, trace::TraceContext};
use ciclo_store::LogRow;
use ciclo_transport::kafka::{KafkaOptions, message, topics};
use prost_reflect::{FileDescriptor, Kind, MessageDescriptor};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// All pages: path under docs/ and text.
pub fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut files: Vec<_> =
        ciclo_contracts::pool().files().filter(|file| file.package_name().starts_with("ciclo.")).collect();
    files.sort_by(|a, b| a.name().cmp(b.name()));
    for file in files {
        let package = file.package_name().to_owned();
        let page =
            pages.entry(format!("events/{package}.md")).or_insert_with(|| format!("{MADE}# {package}\n"));
        for described in file.messages() {
            describe(page, &file, &described);
        }
    }
    let index = index(pages.keys());
    pages.insert("events/README.md".to_owned(), index);
    pages
}

fn index<'a>(pages: impl Iterator<Item = &'a String>) -> String {
    let mut text = format!(
        "{MADE}# Events\n\nEvery record type has one event message: what happened, and the record as it is `after`. \
         The contract's name of an event is the name of what happened, as `ciclo.operations.v1.IncidentResolved`.\n\n"
    );
    for page in pages.filter_map(|page| page.strip_prefix("events/")) {
        let _ = writeln!(text, "- [{}]({page})", page.trim_end_matches(".md"));
    }
    text.push_str(
        "\n## On Kafka\n\nEvery record type has a topic of its own. A message is one event: a CloudEvent in the binary mode of its \
         Kafka binding. Its key is the record's id, so the events of a record are in one partition, in the order of their \
         versions; its value is the event message in protobuf. A consumer that has seen the version of a record drops it when it \
         comes again: delivery is at least once.\n\n| Topic | Key | Value |\n|---|---|---|\n",
    );
    let prefix = KafkaOptions::new("").prefix;
    for (id, record, service) in REGISTRY {
        let topic = topics::name(&prefix, service, record);
        let package = format!("ciclo.{service}.v1");
        let anchor = format!("{record}Event").to_lowercase();
        let _ = writeln!(text, "| `{topic}` | `{id}_…` | [{record}Event]({package}.md#{anchor}) |");
    }
    text.push_str(
        "\nThe services make the topics that are missing, and leave those that are there as they are:\n\n",
    );
    text.push_str("| Setting | Value | Changed by |\n|---|---|---|\n");
    for (setting, value, by) in settings() {
        let _ = writeln!(text, "| `{setting}` | {value} | {by} |");
    }
    text.push_str("\nThe headers of a message, here of an incident that was opened:\n\n| Header | Example |\n|---|---|\n");
    for (name, value) in message::headers("operations", &row()) {
        let _ = writeln!(text, "| `{name}` | `{value}` |");
    }
    text.push_str(
        "\n`ce_dataschema` ends with the name of the value's message. `ce_sequence` is the place in the service's log. \
         `ce_tenant`, `ce_recordtype`, `ce_recordversion` and `ce_actor` are this suite's own: they say whose record it is, its \
         type, its version after the event, and who did it.\n",
    );
    text
}

/// What topics are made with, and which setting of the services changes it.
fn settings() -> Vec<(&'static str, String, &'static str)> {
    let topics = KafkaOptions::new("").topics;
    let mut settings = vec![
        ("partitions", topics.partitions.to_string(), "`CICLO_KAFKA_PARTITIONS`"),
        ("replication factor", topics.replication.to_string(), "`CICLO_KAFKA_REPLICATION`"),
    ];
    for (name, value) in topics.settings() {
        let by = match name {
            "retention.ms" => "`CICLO_KAFKA_RETENTION`",
            "min.insync.replicas" => "`CICLO_KAFKA_REPLICATION`: 2 from three copies on",
            _ => "",
        };
        settings.push((name, value, by));
    }
    settings
}

/// The row of the example.
fn row() -> LogRow {
    let trace = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    LogRow {
        sequence: 1_042,
        event_id: "0190a0b0-c0d0-7000-8000-000000000001".to_owned(),
        tenant: "acme".to_owned(),
        record_type: "Incident".to_owned(),
        record_id: example::id("inc"),
        record_version: 1,
        event_type: "ciclo.operations.v1.IncidentOpened".to_owned(),
        at: example::INSTANT.parse().unwrap_or(Timestamp::UNIX_EPOCH),
        actor: "ana".to_owned(),
        traceparent: trace.map(|trace| trace.to_string()).unwrap_or_default(),
        payload: Vec::new(),
    }
}

/// Adds a message with its fields; an event with its topic and an example.
fn describe(page: &mut String, file: &FileDescriptor, message: &MessageDescriptor) {
    let about = comment(file, message.path());
    let _ = write!(page, "\n## {}\n\n{about}\n", message.name());
    let record = message.name().strip_suffix("Event").and_then(|name| {
        REGISTRY.iter().find(|(_, record, service)| {
            *record == name && message.package_name() == format!("ciclo.{service}.v1")
        })
    });
    if let Some((_, record, service)) = record {
        let topic = topics::name(&KafkaOptions::new("").prefix, service, record);
        let _ = write!(page, "\nTopic `{topic}`; the key is the record's id.\n");
    }
    if message.fields().len() > 0 {
        page.push_str("\n| Field | Type | |\n|---|---|---|\n");
    }
    for field in message.fields() {
        let kind = match field.kind() {
            Kind::Message(message) => message.name().to_owned(),
            Kind::Enum(of) => of.name().to_owned(),
            other => format!("{other:?}"),
        };
        let list = if field.is_list() { " list" } else { "" };
        let about = comment(file, field.path()).replace('\n', " ");
        let _ = writeln!(page, "| `{}` | {kind}{list} | {about} |", field.name());
    }
    if record.is_some() {
        let _ = write!(
            page,
            "\nAn example with a value in every field, as JSON:\n\n```json\n{}\n```\n",
            example::json(message)
        );
    }
}

/// The comment above a message or field.
fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let location = info.and_then(|info| info.location.iter().find(|location| location.path == path));
    let text = location.and_then(|location| location.leading_comments.clone()).unwrap_or_default();
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}
