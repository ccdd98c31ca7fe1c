//! Recommendations as messages.

use super::facts::{kind, kind_message, mark, mark_message, word};
use crate::domain::{
    evidence::{Evidence, EvidenceKind},
    recommendation::{
        AcceptedAs, Answer, Recommendation, RecommendationHappened, RecommendationOrigin,
        RecommendationSource, RecommendationState, RecommendationStatus, Stage,
    },
};
use ciclo_contracts::{
    convert,
    improvement::v1::{self as pb, recommendation_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a recommendation, with the recommendation as it is after.
#[must_use]
pub fn message(record: &Recommendation, what: Option<&RecommendationHappened>) -> pb::RecommendationEvent {
    pb::RecommendationEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The recommendation as it was after an event.
pub fn record(message: pb::RecommendationEvent) -> Result<Recommendation, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Recommendation", "no record"))?;
    let origin = word::<pb::RecommendationOrigin, _>("origin", after.origin, RecommendationOrigin::parse)?;
    let source = match origin {
        RecommendationOrigin::Breach => RecommendationSource::Breach {
            agreement_id: convert::id("agreement_id", &after.agreement_id)?,
            kind: kind("target_kind", after.target_kind)?,
        },
        RecommendationOrigin::Review => RecommendationSource::Review,
        RecommendationOrigin::Lesson => RecommendationSource::Lesson,
        RecommendationOrigin::ByHand => RecommendationSource::ByHand,
    };
    Ok(Recommendation {
        id: convert::id("id", &after.id)?,
        stage: word::<pb::Stage, _>("stage", after.stage, Stage::parse)?,
        service_id: convert::optional_id("service_id", &after.service_id)?,
        title: after.title.clone(),
        description: after.description.clone(),
        source,
        evidence: after.evidence.iter().cloned().map(evidence).collect::<Result<_, _>>()?,
        proposed: mark("proposed", after.proposed.clone())?,
        status: status(after)?,
    })
}

fn status(after: pb::Recommendation) -> Result<RecommendationStatus, Corrupt> {
    let as_word = word::<pb::AcceptedAs, _>;
    Ok(match convert::state_from_proto::<pb::RecommendationState, _>("state", after.state)? {
        RecommendationState::Proposed => RecommendationStatus::Proposed,
        RecommendationState::Accepted => RecommendationStatus::Accepted {
            accepted_as: as_word("accepted_as", after.accepted_as, AcceptedAs::parse)?,
            accepted: mark("accepted", after.accepted)?,
        },
        RecommendationState::Rejected => RecommendationStatus::Rejected {
            reason: after.rejection_reason,
            rejected: mark("rejected", after.rejected)?,
        },
        RecommendationState::Answered => RecommendationStatus::Answered {
            accepted: mark("accepted", after.accepted)?,
            answer: match as_word("accepted_as", after.accepted_as, AcceptedAs::parse)? {
                AcceptedAs::Requirement => {
                    Answer::Requirement(convert::id("requirement_id", &after.requirement_id)?)
                }
                AcceptedAs::Initiative => {
                    Answer::Initiative(convert::id("initiative_id", &after.initiative_id)?)
                }
            },
            answered: mark("answered", after.answered)?,
        },
    })
}

fn evidence(message: pb::Evidence) -> Result<Evidence, Corrupt> {
    Ok(Evidence {
        kind: word::<pb::EvidenceKind, _>("kind", message.kind, EvidenceKind::parse)?,
        record_id: (!message.record_id.is_empty()).then_some(message.record_id),
        note: message.note,
        added: mark("added", message.added)?,
    })
}

fn snapshot(record: &Recommendation) -> pb::Recommendation {
    let (agreement_id, target_kind) = match record.source {
        RecommendationSource::Breach { agreement_id, kind } => (agreement_id.to_string(), kind_message(kind)),
        RecommendationSource::Review | RecommendationSource::Lesson | RecommendationSource::ByHand => {
            (String::new(), 0)
        }
    };
    let (rejection_reason, rejected, answered) = match &record.status {
        RecommendationStatus::Proposed | RecommendationStatus::Accepted { .. } => ("", None, None),
        RecommendationStatus::Rejected { reason, rejected } => (reason.as_str(), Some(rejected), None),
        RecommendationStatus::Answered { answered, .. } => ("", None, Some(answered)),
    };
    let (requirement_id, initiative_id) = match record.answer() {
        None => (String::new(), String::new()),
        Some(Answer::Requirement(id)) => (id.to_string(), String::new()),
        Some(Answer::Initiative(id)) => (String::new(), id.to_string()),
    };
    let acceptance = record.acceptance();
    pb::Recommendation {
        id: record.id.to_string(),
        stage: convert::to_enum::<pb::Stage>(record.stage.as_str()),
        service_id: record.service_id.map(|id| id.to_string()).unwrap_or_default(),
        title: record.title.clone(),
        description: record.description.clone(),
        origin: convert::to_enum::<pb::RecommendationOrigin>(record.source.origin().as_str()),
        agreement_id,
        target_kind,
        evidence: record.evidence.iter().map(evidence_message).collect(),
        proposed: Some(mark_message(&record.proposed)),
        state: convert::state_to_proto::<pb::RecommendationState, _>(record.state()),
        accepted_as: acceptance.map_or(0, |(accepted_as, _)| accepted_as_message(accepted_as)),
        accepted: acceptance.map(|(_, accepted)| mark_message(accepted)),
        rejection_reason: rejection_reason.to_owned(),
        rejected: rejected.map(mark_message),
        requirement_id,
        initiative_id,
        answered: answered.map(mark_message),
    }
}

fn accepted_as_message(accepted_as: AcceptedAs) -> i32 {
    convert::to_enum::<pb::AcceptedAs>(accepted_as.as_str())
}

fn evidence_message(evidence: &Evidence) -> pb::Evidence {
    pb::Evidence {
        kind: convert::to_enum::<pb::EvidenceKind>(evidence.kind.as_str()),
        record_id: evidence.record_id.clone().unwrap_or_default(),
        note: evidence.note.clone(),
        added: Some(mark_message(&evidence.added)),
    }
}

fn happened(what: &RecommendationHappened) -> What {
    match what {
        RecommendationHappened::Proposed => What::Proposed(pb::RecommendationProposed {}),
        RecommendationHappened::EvidenceAdded { evidence } => {
            What::EvidenceAdded(pb::RecommendationEvidenceAdded {
                evidence: Some(evidence_message(evidence)),
            })
        }
        RecommendationHappened::Accepted { accepted_as } => {
            What::Accepted(pb::RecommendationAccepted { accepted_as: accepted_as_message(*accepted_as) })
        }
        RecommendationHappened::Rejected { reason } => {
            What::Rejected(pb::RecommendationRejected { reason: reason.clone() })
        }
        RecommendationHappened::Answered { answer } => {
            use pb::recommendation_answered::Answer as Message;
            let answer = match answer {
                Answer::Requirement(id) => Message::RequirementId(id.to_string()),
                Answer::Initiative(id) => Message::InitiativeId(id.to_string()),
            };
            What::Answered(pb::RecommendationAnswered { answer: Some(answer) })
        }
    }
}
