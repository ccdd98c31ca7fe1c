//! Service level reviews as messages.

use super::facts::{
    kind, kind_message, mark, mark_message, priority, subject, subject_message, target, target_message,
    ticket_type, ticket_type_message, word,
};
use crate::domain::{
    facts::Period,
    review_lines::{MissedResult, ReviewLine, Trend},
    service_level_review::{
        ServiceLevelReview, ServiceLevelReviewHappened, ServiceLevelReviewState, ServiceLevelReviewStatus,
    },
};
use ciclo_contracts::{
    convert,
    improvement::v1::{self as pb, service_level_review_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a review, with the review as it is after.
#[must_use]
pub fn message(
    record: &ServiceLevelReview,
    what: Option<&ServiceLevelReviewHappened>,
) -> pb::ServiceLevelReviewEvent {
    pb::ServiceLevelReviewEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The review as it was after an event.
pub fn record(message: pb::ServiceLevelReviewEvent) -> Result<ServiceLevelReview, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("ServiceLevelReview", "no record"))?;
    let status = match convert::state_from_proto::<pb::ServiceLevelReviewState, _>("state", after.state)? {
        ServiceLevelReviewState::Drafted => ServiceLevelReviewStatus::Drafted,
        ServiceLevelReviewState::Published => ServiceLevelReviewStatus::Published {
            conclusions: after.conclusions,
            published: mark("published", after.published)?,
        },
    };
    Ok(ServiceLevelReview {
        id: convert::id("id", &after.id)?,
        agreement_id: convert::id("agreement_id", &after.agreement_id)?,
        agreement_name: after.agreement_name,
        service_id: convert::id("service_id", &after.service_id)?,
        period: Period { from: convert::instant("from", after.from)?, to: convert::instant("to", after.to)? },
        promise: after.promise.into_iter().map(target).collect::<Result<_, _>>()?,
        lines: after.lines.into_iter().map(line).collect::<Result<_, _>>()?,
        previous_id: convert::optional_id("previous_id", &after.previous_id)?,
        conducted: mark("conducted", after.conducted)?,
        status,
    })
}

fn line(message: pb::ReviewLine) -> Result<ReviewLine, Corrupt> {
    let length = |field, length: Option<_>| {
        length.map(|length| convert::signed_duration(field, Some(length))).transpose()
    };
    Ok(ReviewLine {
        ticket_type: ticket_type(message.ticket_type)?,
        kind: kind("kind", message.kind)?,
        priority: priority(message.priority)?,
        promised: length("promised", message.promised)?,
        count: message.count,
        met: message.met,
        missed: message.missed,
        met_share: message.met_share,
        worst_used: length("worst_used", message.worst_used)?,
        misses: message.misses.into_iter().map(missed).collect::<Result<_, _>>()?,
        trend: word::<pb::Trend, _>("trend", message.trend, Trend::parse)?,
    })
}

fn missed(message: pb::MissedResult) -> Result<MissedResult, Corrupt> {
    Ok(MissedResult {
        result_id: convert::id("result_id", &message.result_id)?,
        clock_id: convert::id("clock_id", &message.clock_id)?,
        subject: subject(message.subject)?,
    })
}

fn snapshot(record: &ServiceLevelReview) -> pb::ServiceLevelReview {
    let published = match &record.status {
        ServiceLevelReviewStatus::Drafted => None,
        ServiceLevelReviewStatus::Published { published, .. } => Some(published),
    };
    pb::ServiceLevelReview {
        id: record.id.to_string(),
        agreement_id: record.agreement_id.to_string(),
        agreement_name: record.agreement_name.clone(),
        service_id: record.service_id.to_string(),
        from: Some(convert::timestamp(record.period.from)),
        to: Some(convert::timestamp(record.period.to)),
        promise: record.promise.iter().map(target_message).collect(),
        lines: record.lines.iter().map(line_message).collect(),
        previous_id: record.previous_id.map(|id| id.to_string()).unwrap_or_default(),
        conducted: Some(mark_message(&record.conducted)),
        state: convert::state_to_proto::<pb::ServiceLevelReviewState, _>(record.state()),
        conclusions: record.conclusions().unwrap_or_default().to_owned(),
        published: published.map(mark_message),
    }
}

fn line_message(line: &ReviewLine) -> pb::ReviewLine {
    pb::ReviewLine {
        ticket_type: ticket_type_message(line.ticket_type),
        kind: kind_message(line.kind),
        priority: u32::from(line.priority),
        promised: line.promised.map(convert::duration),
        count: line.count,
        met: line.met,
        missed: line.missed,
        met_share: line.met_share,
        worst_used: line.worst_used.map(convert::duration),
        misses: line.misses.iter().map(missed_message).collect(),
        trend: convert::to_enum::<pb::Trend>(line.trend.as_str()),
    }
}

fn missed_message(missed: &MissedResult) -> pb::MissedResult {
    pb::MissedResult {
        result_id: missed.result_id.to_string(),
        clock_id: missed.clock_id.to_string(),
        subject: Some(subject_message(missed.subject)),
    }
}

fn happened(what: &ServiceLevelReviewHappened) -> What {
    match what {
        ServiceLevelReviewHappened::Conducted => What::Conducted(pb::ServiceLevelReviewConducted {}),
        ServiceLevelReviewHappened::Published { conclusions } => {
            What::Published(pb::ServiceLevelReviewPublished { conclusions: conclusions.clone() })
        }
    }
}
