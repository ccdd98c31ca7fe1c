//! An initiative of the improvement register: what it is, how far it has come
//! and its place in the PDCA cycle. Its verbs are in `initiative_verbs`.

use super::{
    facts::Mark,
    seven_steps::{ImprovementStep, StepRecord},
};
use ciclo_kernel::{
    Timestamp,
    ids::{InitiativeId, RecommendationId, ServiceId},
    machine,
};

// An initiative is rejected or deferred until it is planned; what is planned is seen through. A deferred one is
// identified anew, and keeps the steps that it had recorded.
machine! {
    machine "initiative";
    /// How far an initiative has come.
    states InitiativeState {
        /// In the register; nobody has assessed it.
        Identified = "IDENTIFIED" {
            Assess => Assessed, RecordStep => Identified, Reject => Rejected, Defer => Deferred,
        },
        /// Its effort and benefit are assessed.
        Assessed = "ASSESSED" {
            Approve => Approved, RecordStep => Assessed, Reject => Rejected, Defer => Deferred,
        },
        /// Approved; no dates yet.
        Approved = "APPROVED" {
            Plan => Planned, RecordStep => Approved, Reject => Rejected, Defer => Deferred,
        },
        /// Planned, with dates.
        Planned = "PLANNED" { Start => InProgress, RecordStep => Planned },
        /// Under way.
        InProgress = "IN_PROGRESS" { Implement => Implemented, RecordStep => InProgress },
        /// In effect.
        Implemented = "IMPLEMENTED" { ReviewBenefits => BenefitsReview },
        /// What it brought is being looked at.
        BenefitsReview = "BENEFITS_REVIEW" { Close => Closed },
        /// Over, with what it brought. Final.
        Closed = "CLOSED" {},
        /// Rejected, with a reason. Final.
        Rejected = "REJECTED" {},
        /// Put off to a date.
        Deferred = "DEFERRED" { Resume => Identified },
    }
    /// What can be done to an initiative.
    verbs InitiativeVerb {
        Assess = "assess",
        Approve = "approve",
        Plan = "plan",
        Start = "start",
        RecordStep = "recordStep",
        Implement = "implemented",
        ReviewBenefits = "reviewBenefits",
        Close = "close",
        Reject = "reject",
        Defer = "defer",
        Resume = "resume",
    }
}

words! {
    /// The phase of an initiative's cycle.
    PdcaPhase {
        /// Establish what is to change and how it is measured.
        Plan = "PLAN",
        /// Make the change.
        Do = "DO",
        /// Look at what it brought.
        Check = "CHECK",
        /// Keep what works, and go round again.
        Act = "ACT",
    }
}

/// The phase of the cycle that a state is in; none when it is out of the cycle, rejected or deferred.
#[must_use]
pub fn pdca_phase(state: InitiativeState) -> Option<PdcaPhase> {
    match state {
        InitiativeState::Identified
        | InitiativeState::Assessed
        | InitiativeState::Approved
        | InitiativeState::Planned => Some(PdcaPhase::Plan),
        InitiativeState::InProgress => Some(PdcaPhase::Do),
        InitiativeState::Implemented | InitiativeState::BenefitsReview => Some(PdcaPhase::Check),
        InitiativeState::Closed => Some(PdcaPhase::Act),
        InitiativeState::Rejected | InitiativeState::Deferred => None,
    }
}

/// What the assessment found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assessment {
    /// The effort, the benefit and the risk, in words.
    pub text: String,
    /// Who assessed it, and when.
    pub assessed: Mark,
}

/// When the work is to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InitiativePlan {
    /// When it is to start.
    pub start: Timestamp,
    /// When it is to be in effect.
    pub end: Timestamp,
    /// Who planned it, and when.
    pub planned: Mark,
}

/// The milestones that were passed; each is none before that. Resuming a deferred initiative clears them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Milestones {
    /// What the assessment found.
    pub assessment: Option<Assessment>,
    /// Who approved it, and when.
    pub approved: Option<Mark>,
    /// When the work is to be done.
    pub plan: Option<InitiativePlan>,
    /// Who started it, and when.
    pub started: Option<Mark>,
    /// Who brought it into effect, and when.
    pub implemented: Option<Mark>,
    /// Who started the review of its benefits, and when.
    pub benefits_review: Option<Mark>,
}

/// Where an initiative stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InitiativeStatus {
    /// In the register.
    Identified,
    /// Assessed.
    Assessed,
    /// Approved.
    Approved,
    /// Planned.
    Planned,
    /// Under way.
    InProgress,
    /// In effect.
    Implemented,
    /// Its benefits are being reviewed.
    BenefitsReview,
    /// Over.
    Closed {
        /// What it brought.
        benefit: String,
        /// Who closed it, and when.
        closed: Mark,
    },
    /// Rejected.
    Rejected {
        /// Why.
        reason: String,
        /// Who rejected it, and when.
        rejected: Mark,
    },
    /// Put off.
    Deferred {
        /// To when.
        until: Timestamp,
        /// Why; none when nobody said.
        reason: Option<String>,
        /// Who deferred it, and when.
        deferred: Mark,
    },
}

/// An initiative of the improvement register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Initiative {
    /// The initiative.
    pub id: InitiativeId,
    /// What is to be better, in a line.
    pub title: String,
    /// What is to be better, in full; none when the title says it.
    pub description: Option<String>,
    /// Who answers for it: a subject.
    pub owner: String,
    /// The service that it is about; none when it is about no service in particular.
    pub service_id: Option<ServiceId>,
    /// The recommendation that it answers; none when it was raised by hand.
    pub recommendation_id: Option<RecommendationId>,
    /// Who put it into the register, and when.
    pub identified: Mark,
    /// The steps that were recorded, in their order: always the first ones of the seven.
    pub steps: Vec<StepRecord>,
    /// The milestones that were passed.
    pub milestones: Milestones,
    /// Where it stands.
    pub status: InitiativeStatus,
}

/// What it takes to put an initiative into the register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IdentifyInitiative {
    /// What is to be better, in a line.
    pub title: String,
    /// What is to be better, in full; none when the title says it.
    pub description: Option<String>,
    /// Who answers for it: a subject.
    pub owner: String,
    /// The service that it is about; none when it is about no service in particular.
    pub service_id: Option<ServiceId>,
    /// The recommendation that it answers; none when it is raised by hand.
    pub recommendation_id: Option<RecommendationId>,
}

/// What happened to an initiative.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InitiativeHappened {
    /// It was put into the register.
    Identified {
        /// The recommendation that it answers; none when it was raised by hand.
        recommendation_id: Option<RecommendationId>,
    },
    /// It was assessed.
    Assessed {
        /// What the assessment found.
        assessment: String,
    },
    /// It was approved.
    Approved,
    /// It was planned.
    Planned {
        /// When it is to start.
        start: Timestamp,
        /// When it is to be in effect.
        end: Timestamp,
    },
    /// It was started.
    Started,
    /// A step was recorded.
    StepRecorded {
        /// The step.
        step: ImprovementStep,
        /// What shows that it was taken.
        evidence: String,
    },
    /// It was brought into effect.
    Implemented,
    /// The review of its benefits started.
    BenefitsReviewStarted,
    /// It was closed.
    Closed {
        /// What it brought.
        benefit: String,
    },
    /// It was rejected.
    Rejected {
        /// Why.
        reason: String,
    },
    /// It was put off.
    Deferred {
        /// To when.
        until: Timestamp,
        /// Why; none when nobody said.
        reason: Option<String>,
    },
    /// It was taken up again.
    Resumed,
}

impl InitiativeHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Identified { .. } => "Identified",
            Self::Assessed { .. } => "Assessed",
            Self::Approved => "Approved",
            Self::Planned { .. } => "Planned",
            Self::Started => "Started",
            Self::StepRecorded { .. } => "StepRecorded",
            Self::Implemented => "Implemented",
            Self::BenefitsReviewStarted => "BenefitsReviewStarted",
            Self::Closed { .. } => "Closed",
            Self::Rejected { .. } => "Rejected",
            Self::Deferred { .. } => "Deferred",
            Self::Resumed => "Resumed",
        }
    }
}
