//! The small facts of several records, as messages.

use crate::domain::{due::Due, facts::Mark, labels::Labels, service_level_clock::TargetKind};
use ciclo_contracts::{convert, operations::v1 as pb};
use ciclo_kernel::{Corrupt, ids::RecordId};

pub(super) fn mark_message(mark: &Mark) -> pb::Mark {
    pb::Mark { by: mark.by.clone(), at: Some(convert::timestamp(mark.at)) }
}

pub(super) fn mark(field: &'static str, message: Option<pb::Mark>) -> Result<Mark, Corrupt> {
    optional_mark(field, message)?.ok_or_else(|| Corrupt::new(field, "no mark"))
}

pub(super) fn optional_mark(field: &'static str, message: Option<pb::Mark>) -> Result<Option<Mark>, Corrupt> {
    message.map(|mark| Ok(Mark { by: mark.by, at: convert::instant(field, mark.at)? })).transpose()
}

pub(super) fn labels_message(labels: &Labels) -> Vec<pb::Label> {
    labels.iter().map(|(name, value)| pb::Label { name: name.clone(), value: value.clone() }).collect()
}

pub(super) fn labels(message: Vec<pb::Label>) -> Labels {
    message.into_iter().map(|label| (label.name, label.value)).collect()
}

pub(super) fn due_message(due: Due) -> pb::Due {
    pb::Due {
        at: Some(convert::timestamp(due.at)),
        kind: convert::to_enum::<pb::TargetKind>(due.kind.as_str()),
        clock_id: due.clock.to_string(),
    }
}

pub(super) fn due(message: Option<pb::Due>) -> Result<Option<Due>, Corrupt> {
    let read = |due: pb::Due| {
        Ok(Due {
            at: convert::instant("due", due.at)?,
            kind: word::<pb::TargetKind, _>("due", due.kind, TargetKind::parse)?,
            clock: convert::id("due", &due.clock_id)?,
        })
    };
    message.map(read).transpose()
}

/// A word of a closed list, read by its written value.
pub(super) fn word<E: convert::ProtoEnum, W>(
    field: &'static str,
    value: i32,
    parse: fn(&str) -> Option<W>,
) -> Result<W, Corrupt> {
    let written = convert::from_enum::<E>(field, value)?;
    parse(written).ok_or_else(|| Corrupt::new(field, format!("no value {written}")))
}

/// An id that may be missing, as text: empty when it is.
pub(super) fn id_text<I: RecordId>(id: Option<I>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

pub(super) fn id_texts<I: RecordId>(ids: &[I]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

pub(super) fn ids<I: RecordId>(field: &'static str, texts: &[String]) -> Result<Vec<I>, Corrupt> {
    texts.iter().map(|text| convert::id(field, text)).collect()
}

/// A small number of a contract, which has none smaller than 32 bits.
pub(super) fn small(field: &'static str, number: u32) -> Result<u8, Corrupt> {
    u8::try_from(number).map_err(|why| Corrupt::new(field, why))
}
