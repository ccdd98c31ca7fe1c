//! The small facts of several records, as messages.

use crate::domain::{
    facts::{Mark, Target, TargetKind, TicketType},
    target_result::Subject,
};
use ciclo_contracts::{convert, improvement::v1 as pb};
use ciclo_kernel::Corrupt;

pub(super) fn mark_message(mark: &Mark) -> pb::Mark {
    pb::Mark { by: mark.by.clone(), at: Some(convert::timestamp(mark.at)) }
}

pub(super) fn mark(field: &'static str, message: Option<pb::Mark>) -> Result<Mark, Corrupt> {
    optional_mark(field, message)?.ok_or_else(|| Corrupt::new(field, "no mark"))
}

pub(super) fn optional_mark(field: &'static str, message: Option<pb::Mark>) -> Result<Option<Mark>, Corrupt> {
    message.map(|mark| Ok(Mark { by: mark.by, at: convert::instant(field, mark.at)? })).transpose()
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

pub(super) fn kind_message(kind: TargetKind) -> i32 {
    convert::to_enum::<pb::TargetKind>(kind.as_str())
}

pub(super) fn kind(field: &'static str, value: i32) -> Result<TargetKind, Corrupt> {
    word::<pb::TargetKind, _>(field, value, TargetKind::parse)
}

pub(super) fn priority(value: u32) -> Result<u8, Corrupt> {
    u8::try_from(value).map_err(|why| Corrupt::new("priority", why))
}

pub(super) fn ticket_type_message(ticket_type: TicketType) -> i32 {
    convert::to_enum::<pb::SubjectType>(ticket_type.as_str())
}

/// The ticket type of a promise; one from before there were others is for incidents.
pub(super) fn ticket_type(value: i32) -> Result<TicketType, Corrupt> {
    match pb::SubjectType::try_from(value) {
        Ok(pb::SubjectType::Unspecified) => Ok(TicketType::Incident),
        _ => word::<pb::SubjectType, _>("ticket_type", value, TicketType::parse),
    }
}

pub(super) fn target_message(target: &Target) -> pb::Target {
    pb::Target {
        ticket_type: ticket_type_message(target.ticket_type),
        kind: kind_message(target.kind),
        priority: u32::from(target.priority),
        duration: Some(convert::duration(target.duration)),
    }
}

pub(super) fn target(message: pb::Target) -> Result<Target, Corrupt> {
    Ok(Target {
        ticket_type: ticket_type(message.ticket_type)?,
        kind: kind("kind", message.kind)?,
        priority: priority(message.priority)?,
        duration: convert::signed_duration("duration", message.duration)?,
    })
}

pub(super) fn subject_message(subject: Subject) -> pb::Subject {
    pb::Subject { r#type: ticket_type_message(subject.ticket_type()), id: subject.id() }
}

pub(super) fn subject(message: Option<pb::Subject>) -> Result<Subject, Corrupt> {
    let message = message.ok_or_else(|| Corrupt::new("subject", "no subject"))?;
    Ok(match word::<pb::SubjectType, _>("subject", message.r#type, TicketType::parse)? {
        TicketType::Incident => Subject::Incident(convert::id("subject", &message.id)?),
        TicketType::ServiceRequest => Subject::ServiceRequest(convert::id("subject", &message.id)?),
        TicketType::Problem => Subject::Problem(convert::id("subject", &message.id)?),
        TicketType::Alert => Subject::Alert(convert::id("subject", &message.id)?),
        TicketType::AccessGrant => Subject::AccessGrant(convert::id("subject", &message.id)?),
    })
}
