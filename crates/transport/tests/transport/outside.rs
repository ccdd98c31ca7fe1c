//! Consumers that are not ours read the topics: kcat the headers as they are,
//! and a consumer in Python that knows `proto/` and CloudEvents.

use crate::kafka::options;
use ciclo_contracts::design::v1::requirement_event::What;
use ciclo_contracts::design::v1::{Mark, Requirement, RequirementEvent, RequirementRaised};
use ciclo_kernel::ids::{RecordId, RequirementId, event_id};
use ciclo_kernel::trace::TraceContext;
use ciclo_kernel::{SignedDuration, Timestamp};
use ciclo_store::LogRow;
use ciclo_testkit::Broker;
use ciclo_testkit::skip::skip;
use ciclo_transport::kafka::{TopicSettings, topics};
use ciclo_transport::{Kafka, KafkaOptions, Transport};
use prost::Message;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

const SERVICE: &str = "design";

fn at() -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_micros(1_777_881_600_000_123)
}

/// A requirement that was raised, as the log has it; with a trace now and then.
fn raised(n: u64) -> LogRow {
    let id = RequirementId::at(at()).to_string();
    let mark = Mark { by: "ana".to_owned(), at: Some(ciclo_contracts::convert::timestamp(at())) };
    let after = Requirement {
        id: id.clone(),
        title: format!("Naïve no {n}: 日本語"),
        raised: Some(mark),
        ..Requirement::default()
    };
    let what = What::Raised(RequirementRaised::default());
    LogRow {
        sequence: n,
        event_id: event_id(at()).to_string(),
        tenant: "acme".to_owned(),
        record_type: RequirementId::TYPE.to_owned(),
        record_id: id,
        record_version: 1,
        event_type: "ciclo.design.v1.RequirementRaised".to_owned(),
        at: at(),
        actor: "Ωmega \"x\"; y=z".to_owned(),
        traceparent: if n.is_multiple_of(2) { TraceContext::fresh().to_string() } else { String::new() },
        payload: RequirementEvent { after: Some(after), what: Some(what) }.encode_to_vec(),
    }
}

/// Requirements on a topic of their own; the topic.
async fn publish(broker: &Broker, rows: &[LogRow]) -> String {
    let topics = TopicSettings { partitions: 1, ..TopicSettings::default() };
    let options = KafkaOptions { topics, ..options(broker) };
    let kafka = Kafka::new(options.clone()).unwrap();
    kafka.make_topics(SERVICE, &[RequirementId::TYPE]).await.unwrap();
    kafka.publish(SERVICE, rows).await.unwrap();
    topics::name(&options.prefix, SERVICE, RequirementId::TYPE)
}

fn tool(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools").join(name)
}

/// What a program prints; `None` when it cannot be run.
fn printed(program: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(program).args(arguments).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

#[tokio::test(flavor = "multi_thread")]
async fn kcat_sees_the_key_the_headers_and_the_very_bytes() {
    let Some(broker) = Broker::shared().await else { return };
    let (plain, traced) = (raised(1), raised(2));
    let topic = publish(broker, &[plain.clone(), traced.clone()]).await;
    let address = broker.address();
    let read = |offset, format| {
        let from =
            ["-b", &address, "-t", &topic, "-C", "-q", "-p", "0", "-c", "1", "-o", offset, "-f", format];
        printed(Path::new("kcat"), &from)
    };
    let Some(whole) = read("1", "%k\n%h") else {
        return skip("kcat", "it is not installed (Debian package kcat)");
    };
    let expected = [
        traced.record_id.clone(),
        [
            "ce_specversion=1.0".to_owned(),
            format!("ce_id={}", traced.event_id),
            "ce_source=/ciclo/design".to_owned(),
            "ce_type=ciclo.design.v1.RequirementRaised".to_owned(),
            "ce_time=2026-05-04T08:00:00.000123Z".to_owned(),
            format!("ce_subject={}", traced.record_id),
            "ce_dataschema=urn:ciclo:proto:ciclo.design.v1.RequirementEvent".to_owned(),
            "ce_sequence=00000000000000000002".to_owned(),
            "ce_tenant=acme".to_owned(),
            "ce_recordtype=Requirement".to_owned(),
            "ce_recordversion=1".to_owned(),
            "ce_actor=Ωmega \"x\"; y=z".to_owned(),
            "content-type=application/protobuf".to_owned(),
            format!("ce_traceparent={}", traced.traceparent),
            format!("traceparent={}", traced.traceparent),
        ]
        .join(","),
    ];
    assert_eq!(String::from_utf8(whole).unwrap().lines().collect::<Vec<_>>(), expected);
    assert_eq!(read("0", "%s").unwrap(), plain.payload);
    assert!(!String::from_utf8(read("0", "%h").unwrap()).unwrap().contains("traceparent"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_knows_proto_and_cloudevents_reads_all() {
    let Some(broker) = Broker::shared().await else { return };
    let Some(python) =
        Command::new(tool("consumer/install")).output().ok().filter(|ran| ran.status.success())
    else {
        return skip("the consumer in Python", "tools/consumer/install has failed");
    };
    let python = String::from_utf8(python.stdout).unwrap();
    let rows: Vec<LogRow> = (1..=20).map(raised).collect();
    let topic = publish(broker, &rows).await;
    let program = tool("consumer/consume.py");
    let arguments = [program.to_str().unwrap(), &broker.address(), &topic, "20"];
    let lines = printed(Path::new(python.trim()), &arguments).unwrap();
    let events: Vec<Value> =
        serde_json::Deserializer::from_slice(&lines).into_iter::<Value>().collect::<Result<_, _>>().unwrap();
    assert_eq!(events.len(), rows.len());
    for (event, row) in events.iter().zip(&rows) {
        assert_eq!(event["key"], row.record_id);
        let mut attributes = json!({
            "specversion": "1.0",
            "id": row.event_id,
            "source": "/ciclo/design",
            "type": row.event_type,
            "time": "2026-05-04T08:00:00.000123Z",
            "subject": row.record_id,
            "dataschema": "urn:ciclo:proto:ciclo.design.v1.RequirementEvent",
            "datacontenttype": "application/protobuf",
            "sequence": format!("{:020}", row.sequence),
            "tenant": "acme",
            "recordtype": "Requirement",
            "recordversion": "1",
            "actor": row.actor,
        });
        if !row.traceparent.is_empty() {
            attributes["traceparent"] = row.traceparent.clone().into();
        }
        assert_eq!(&event["attributes"], &attributes);
        let title = format!("Naïve no {}: 日本語", row.sequence);
        let raised = json!({ "by": "ana", "at": "2026-05-04T08:00:00.000123Z" });
        let after = json!({ "id": row.record_id, "title": title, "raised": raised });
        assert_eq!(event["data"]["after"], after);
        assert!(event["data"]["raised"].is_object(), "{event}");
    }
}

#[test]
fn every_record_type_has_the_message_that_its_schema_names() {
    for (_, record_type, service) in ciclo_kernel::ids::REGISTRY {
        let event_type = format!("ciclo.{service}.v1.Anything");
        let schema = ciclo_transport::kafka::message::schema(&event_type, record_type);
        let name = schema.strip_prefix("urn:ciclo:proto:").unwrap();
        assert!(ciclo_contracts::pool().get_message_by_name(name).is_some(), "{name}");
    }
}
