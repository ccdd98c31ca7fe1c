//! Requirements as messages.

use super::facts::{mark, mark_message, optional_mark, word};
use crate::domain::requirement::{
    Requirement, RequirementHappened, RequirementKind, RequirementPriority, RequirementSource,
    RequirementState, RequirementStatus, RequirementWording, Tracing,
};
use ciclo_contracts::{
    convert,
    design::v1::{self as pb, requirement_event::What},
};
use ciclo_kernel::{Corrupt, ids::RecommendationId};

/// What happened to a requirement, with the requirement as it is after.
#[must_use]
pub fn message(record: &Requirement, what: Option<&RequirementHappened>) -> pb::RequirementEvent {
    pb::RequirementEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The requirement as it was after an event.
pub fn record(message: pb::RequirementEvent) -> Result<Requirement, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Requirement", "no record"))?;
    let agreed = optional_mark("agreed", after.agreed)?;
    let status = match convert::state_from_proto::<pb::RequirementState, _>("state", after.state)? {
        RequirementState::Draft => RequirementStatus::Draft,
        RequirementState::Agreed => RequirementStatus::Agreed { agreed: needed(agreed)? },
        RequirementState::Satisfied => RequirementStatus::Satisfied {
            agreed: needed(agreed)?,
            evidence: after.evidence,
            satisfied: mark("ended", after.ended)?,
        },
        RequirementState::Dropped => RequirementStatus::Dropped {
            agreed,
            reason: after.drop_reason,
            dropped: mark("ended", after.ended)?,
        },
    };
    let recommendation: Option<RecommendationId> =
        convert::optional_id("recommendation_id", &after.recommendation_id)?;
    Ok(Requirement {
        id: convert::id("id", &after.id)?,
        service: convert::id("service_id", &after.service_id)?,
        wording: RequirementWording {
            title: after.title,
            description: after.description,
            kind: word::<pb::RequirementKind, _>("kind", after.kind, RequirementKind::parse)?,
            priority: word::<pb::RequirementPriority, _>(
                "priority",
                after.priority,
                RequirementPriority::parse,
            )?,
            acceptance_criterion: after.acceptance_criterion,
        },
        source: recommendation.map_or(RequirementSource::ByHand, |id| RequirementSource::Recommendation {
            id,
            title: after.recommendation_title,
        }),
        tracing: tracing(after.tracing.unwrap_or_default())?,
        raised: mark("raised", after.raised)?,
        status,
    })
}

fn needed<T>(agreed: Option<T>) -> Result<T, Corrupt> {
    agreed.ok_or_else(|| Corrupt::new("agreed", "no mark"))
}

fn snapshot(record: &Requirement) -> pb::Requirement {
    let (recommendation_id, recommendation_title) = match &record.source {
        RequirementSource::ByHand => (String::new(), String::new()),
        RequirementSource::Recommendation { id, title } => (id.to_string(), title.clone()),
    };
    let (ended, evidence, drop_reason) = match &record.status {
        RequirementStatus::Draft | RequirementStatus::Agreed { .. } => (None, "", ""),
        RequirementStatus::Satisfied { evidence, satisfied, .. } => (Some(satisfied), evidence.as_str(), ""),
        RequirementStatus::Dropped { reason, dropped, .. } => (Some(dropped), "", reason.as_str()),
    };
    pb::Requirement {
        id: record.id.to_string(),
        service_id: record.service.to_string(),
        title: record.wording.title.clone(),
        description: record.wording.description.clone(),
        kind: convert::to_enum::<pb::RequirementKind>(record.wording.kind.as_str()),
        priority: convert::to_enum::<pb::RequirementPriority>(record.wording.priority.as_str()),
        acceptance_criterion: record.wording.acceptance_criterion.clone(),
        recommendation_id,
        recommendation_title,
        tracing: Some(tracing_message(&record.tracing)),
        state: convert::state_to_proto::<pb::RequirementState, _>(record.state()),
        raised: Some(mark_message(&record.raised)),
        agreed: record.agreed().map(mark_message),
        ended: ended.map(mark_message),
        evidence: evidence.to_owned(),
        drop_reason: drop_reason.to_owned(),
    }
}

fn tracing_message(tracing: &Tracing) -> pb::Tracing {
    pb::Tracing {
        solution_element: tracing.solution_element.clone(),
        package_id: tracing.package.map(|id| id.to_string()).unwrap_or_default(),
        test: tracing.test.clone(),
        target: tracing.target.clone(),
    }
}

fn tracing(message: pb::Tracing) -> Result<Tracing, Corrupt> {
    Ok(Tracing {
        solution_element: message.solution_element,
        package: convert::optional_id("package_id", &message.package_id)?,
        test: message.test,
        target: message.target,
    })
}

fn happened(what: &RequirementHappened) -> What {
    match what {
        RequirementHappened::Raised { recommendation } => What::Raised(pb::RequirementRaised {
            recommendation_id: recommendation.map(|id| id.to_string()).unwrap_or_default(),
        }),
        RequirementHappened::Revised => What::Revised(pb::RequirementRevised {}),
        RequirementHappened::Agreed => What::Agreed(pb::RequirementAgreed {}),
        RequirementHappened::Traced { tracing } => {
            What::Traced(pb::RequirementTraced { tracing: Some(tracing_message(tracing)) })
        }
        RequirementHappened::Satisfied { evidence } => {
            What::Satisfied(pb::RequirementSatisfied { evidence: evidence.clone() })
        }
        RequirementHappened::Dropped { reason } => {
            What::Dropped(pb::RequirementDropped { reason: reason.clone() })
        }
    }
}
