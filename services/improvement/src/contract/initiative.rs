//! Initiatives as messages.

use super::facts::{mark, mark_message, optional_mark, word};
use crate::domain::{
    initiative::{
        Assessment, Initiative, InitiativeHappened, InitiativePlan, InitiativeState, InitiativeStatus,
        Milestones,
    },
    seven_steps::{ImprovementStep, StepRecord},
};
use ciclo_contracts::{
    convert,
    improvement::v1::{self as pb, initiative_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to an initiative, with the initiative as it is after.
#[must_use]
pub fn message(record: &Initiative, what: Option<&InitiativeHappened>) -> pb::InitiativeEvent {
    pb::InitiativeEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The initiative as it was after an event.
pub fn record(message: pb::InitiativeEvent) -> Result<Initiative, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Initiative", "no record"))?;
    Ok(Initiative {
        id: convert::id("id", &after.id)?,
        title: after.title.clone(),
        description: after.description.clone(),
        owner: after.owner.clone(),
        service_id: convert::optional_id("service_id", &after.service_id)?,
        recommendation_id: convert::optional_id("recommendation_id", &after.recommendation_id)?,
        identified: mark("identified", after.identified.clone())?,
        steps: after.steps.iter().cloned().map(step).collect::<Result<_, _>>()?,
        milestones: milestones(&after)?,
        status: status(after)?,
    })
}

fn milestones(after: &pb::Initiative) -> Result<Milestones, Corrupt> {
    let assessment = after.assessment.clone().map(|assessment| {
        Ok(Assessment { text: assessment.text, assessed: mark("assessed", assessment.assessed)? })
    });
    let plan = after.plan.clone().map(|plan| {
        Ok(InitiativePlan {
            start: convert::instant("start", plan.start)?,
            end: convert::instant("end", plan.end)?,
            planned: mark("planned", plan.planned)?,
        })
    });
    Ok(Milestones {
        assessment: assessment.transpose()?,
        approved: optional_mark("approved", after.approved.clone())?,
        plan: plan.transpose()?,
        started: optional_mark("started", after.started.clone())?,
        implemented: optional_mark("implemented", after.implemented.clone())?,
        benefits_review: optional_mark("benefits_review", after.benefits_review.clone())?,
    })
}

fn status(after: pb::Initiative) -> Result<InitiativeStatus, Corrupt> {
    Ok(match convert::state_from_proto::<pb::InitiativeState, _>("state", after.state)? {
        InitiativeState::Identified => InitiativeStatus::Identified,
        InitiativeState::Assessed => InitiativeStatus::Assessed,
        InitiativeState::Approved => InitiativeStatus::Approved,
        InitiativeState::Planned => InitiativeStatus::Planned,
        InitiativeState::InProgress => InitiativeStatus::InProgress,
        InitiativeState::Implemented => InitiativeStatus::Implemented,
        InitiativeState::BenefitsReview => InitiativeStatus::BenefitsReview,
        InitiativeState::Closed => {
            InitiativeStatus::Closed { benefit: after.benefit, closed: mark("ended", after.ended)? }
        }
        InitiativeState::Rejected => InitiativeStatus::Rejected {
            reason: after.rejection_reason,
            rejected: mark("ended", after.ended)?,
        },
        InitiativeState::Deferred => InitiativeStatus::Deferred {
            until: convert::instant("deferred_until", after.deferred_until)?,
            reason: after.deferral_reason,
            deferred: mark("ended", after.ended)?,
        },
    })
}

fn step(message: pb::StepRecord) -> Result<StepRecord, Corrupt> {
    Ok(StepRecord {
        step: word::<pb::ImprovementStep, _>("step", message.step, ImprovementStep::parse)?,
        evidence: message.evidence,
        recorded: mark("recorded", message.recorded)?,
    })
}

fn snapshot(record: &Initiative) -> pb::Initiative {
    let milestones = &record.milestones;
    let running = pb::Initiative {
        id: record.id.to_string(),
        title: record.title.clone(),
        description: record.description.clone(),
        owner: record.owner.clone(),
        service_id: record.service_id.map(|id| id.to_string()).unwrap_or_default(),
        recommendation_id: record.recommendation_id.map(|id| id.to_string()).unwrap_or_default(),
        identified: Some(mark_message(&record.identified)),
        steps: record.steps.iter().map(step_message).collect(),
        assessment: milestones.assessment.as_ref().map(|assessment| pb::Assessment {
            text: assessment.text.clone(),
            assessed: Some(mark_message(&assessment.assessed)),
        }),
        approved: milestones.approved.as_ref().map(mark_message),
        plan: milestones.plan.as_ref().map(plan_message),
        started: milestones.started.as_ref().map(mark_message),
        implemented: milestones.implemented.as_ref().map(mark_message),
        benefits_review: milestones.benefits_review.as_ref().map(mark_message),
        state: convert::state_to_proto::<pb::InitiativeState, _>(record.state()),
        ..pb::Initiative::default()
    };
    match &record.status {
        InitiativeStatus::Identified
        | InitiativeStatus::Assessed
        | InitiativeStatus::Approved
        | InitiativeStatus::Planned
        | InitiativeStatus::InProgress
        | InitiativeStatus::Implemented
        | InitiativeStatus::BenefitsReview => running,
        InitiativeStatus::Closed { benefit, closed } => {
            pb::Initiative { benefit: benefit.clone(), ended: Some(mark_message(closed)), ..running }
        }
        InitiativeStatus::Rejected { reason, rejected } => pb::Initiative {
            rejection_reason: reason.clone(),
            ended: Some(mark_message(rejected)),
            ..running
        },
        InitiativeStatus::Deferred { until, reason, deferred } => pb::Initiative {
            deferred_until: Some(convert::timestamp(*until)),
            deferral_reason: reason.clone(),
            ended: Some(mark_message(deferred)),
            ..running
        },
    }
}

fn step_message(record: &StepRecord) -> pb::StepRecord {
    pb::StepRecord {
        step: step_word(record.step),
        evidence: record.evidence.clone(),
        recorded: Some(mark_message(&record.recorded)),
    }
}

fn step_word(step: ImprovementStep) -> i32 {
    convert::to_enum::<pb::ImprovementStep>(step.as_str())
}

fn plan_message(plan: &InitiativePlan) -> pb::InitiativePlan {
    pb::InitiativePlan {
        start: Some(convert::timestamp(plan.start)),
        end: Some(convert::timestamp(plan.end)),
        planned: Some(mark_message(&plan.planned)),
    }
}

fn happened(what: &InitiativeHappened) -> What {
    match what {
        InitiativeHappened::Identified { recommendation_id } => What::Identified(pb::InitiativeIdentified {
            recommendation_id: recommendation_id.map(|id| id.to_string()).unwrap_or_default(),
        }),
        InitiativeHappened::Assessed { assessment } => {
            What::Assessed(pb::InitiativeAssessed { assessment: assessment.clone() })
        }
        InitiativeHappened::Approved => What::Approved(pb::InitiativeApproved {}),
        InitiativeHappened::Planned { start, end } => What::Planned(pb::InitiativePlanned {
            start: Some(convert::timestamp(*start)),
            end: Some(convert::timestamp(*end)),
        }),
        InitiativeHappened::Started => What::Started(pb::InitiativeStarted {}),
        InitiativeHappened::StepRecorded { step, evidence } => {
            What::StepRecorded(pb::InitiativeStepRecorded {
                step: step_word(*step),
                evidence: evidence.clone(),
            })
        }
        InitiativeHappened::Implemented => What::Implemented(pb::InitiativeImplemented {}),
        InitiativeHappened::BenefitsReviewStarted => {
            What::BenefitsReviewStarted(pb::InitiativeBenefitsReviewStarted {})
        }
        InitiativeHappened::Closed { benefit } => {
            What::Closed(pb::InitiativeClosed { benefit: benefit.clone() })
        }
        InitiativeHappened::Rejected { reason } => {
            What::Rejected(pb::InitiativeRejected { reason: reason.clone() })
        }
        InitiativeHappened::Deferred { until, reason } => What::Deferred(pb::InitiativeDeferred {
            until: Some(convert::timestamp(*until)),
            reason: reason.clone(),
        }),
        InitiativeHappened::Resumed => What::Resumed(pb::InitiativeResumed {}),
    }
}
