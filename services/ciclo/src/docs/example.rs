//! Examples of event messages, made from their descriptors: every field with a
//! value of its kind, so that the example has the shape of the contract.

use ciclo_kernel::ids::REGISTRY;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, SerializeOptions, Value};

/// The instant of the examples.
pub const INSTANT: &str = "2026-05-04T08:00:00Z";
const SECONDS: i64 = 1_777_881_600;
/// A quarter of an hour, in seconds.
const QUARTER: i64 = 900;

/// The id of an example of a record type.
pub fn id(prefix: &str) -> String {
    format!("{prefix}_0190a0b0c0d07000800000000000000a")
}

/// An example of a message as JSON, with the names of the contract.
pub fn json(message: &MessageDescriptor) -> String {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::pretty(&mut text);
    let options = SerializeOptions::new().use_proto_field_name(true);
    let record = message.name().trim_end_matches("Event");
    match made(message, record).serialize_with_options(&mut serializer, &options) {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(why) => why.to_string(),
    }
}

/// A message with a value in every field, and the first of every choice.
fn made(of: &MessageDescriptor, record: &str) -> DynamicMessage {
    let mut message = DynamicMessage::new(of.clone());
    match of.full_name() {
        "google.protobuf.Timestamp" => message.set_field_by_name("seconds", Value::I64(SECONDS)),
        "google.protobuf.Duration" => message.set_field_by_name("seconds", Value::I64(QUARTER)),
        _ => {
            let first = |field: &FieldDescriptor| {
                field.containing_oneof().is_none_or(|choice| choice.fields().next().as_ref() == Some(field))
            };
            for field in of.fields().filter(first) {
                let one = value(&field, record);
                message.set_field(&field, if field.is_list() { Value::List(vec![one]) } else { one });
            }
        }
    }
    message
}

fn value(field: &FieldDescriptor, record: &str) -> Value {
    match field.kind() {
        Kind::Message(message) => Value::Message(made(&message, record)),
        // The value of number 0 is never written.
        Kind::Enum(of) => {
            Value::EnumNumber(of.values().find(|value| value.number() != 0).map_or(0, |value| value.number()))
        }
        Kind::Bool => Value::Bool(true),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(1),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(1),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(1),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(1),
        Kind::Float => Value::F32(1.0),
        Kind::Double => Value::F64(1.0),
        Kind::Bytes => Value::Bytes(Vec::new().into()),
        Kind::String => Value::String(text(field.name(), record)),
    }
}

/// A text for a field: an id of what it names, somebody, or its own name in words.
fn text(field: &str, record: &str) -> String {
    let stem = if field == "id" { Some(record.to_owned()) } else { named(field) };
    let of = stem.and_then(|stem| REGISTRY.iter().find(|(_, name, _)| *name == stem));
    if let Some((prefix, _, _)) = of {
        return id(prefix);
    }
    match field {
        "currency" => "EUR".to_owned(),
        "calendar" => "24x7".to_owned(),
        "zone" => "Europe/Paris".to_owned(),
        "holidays" | "date" => "2026-05-01".to_owned(),
        "start" => "09:00".to_owned(),
        "end" => "17:00".to_owned(),
        "zone_data" => "2026f".to_owned(),
        "caller" | "owner" | "requester" | "approver" | "subject" => "ana".to_owned(),
        _ if field == "by" || field.ends_with("_by") => "ana".to_owned(),
        _ => field.replace('_', " "),
    }
}

/// The record type that a field such as `service_id` or `item_ids` names.
fn named(field: &str) -> Option<String> {
    let stem = field.strip_suffix("_id").or_else(|| field.strip_suffix("_ids"))?;
    Some(match stem {
        "item" => "ConfigurationItem".to_owned(),
        "clock" => "ServiceLevelClock".to_owned(),
        "objective" => "BusinessObjective".to_owned(),
        _ => stem.split('_').map(capital).collect(),
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
