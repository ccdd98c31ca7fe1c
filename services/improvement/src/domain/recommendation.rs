//! A recommendation to a stage of the lifecycle, with the evidence that led to
//! it and what became of it. Its verbs are in `recommendation_verbs`.

use super::{
    evidence::{Evidence, NewEvidence},
    facts::{Mark, TargetKind},
};
use ciclo_kernel::{
    ids::{AgreementId, InitiativeId, RecommendationId, RequirementId, ServiceId},
    machine,
};

/// How many pieces of evidence a recommendation keeps.
pub const MOST_EVIDENCE: usize = 1_000;

machine! {
    machine "recommendation";
    /// How far a recommendation has come.
    states RecommendationState {
        /// Proposed: it gathers evidence and waits for a decision.
        Proposed = "PROPOSED" { AddEvidence => Proposed, Accept => Accepted, Reject => Rejected },
        /// Accepted; the requirement or the initiative is on its way.
        Accepted = "ACCEPTED" { AnswerByRequirement => Answered, AnswerByInitiative => Answered },
        /// Rejected, with a reason. Final.
        Rejected = "REJECTED" {},
        /// A requirement or an initiative answers it. Final.
        Answered = "ANSWERED" {},
    }
    /// What can be done to a recommendation.
    verbs RecommendationVerb {
        AddEvidence = "addEvidence",
        Accept = "accept",
        Reject = "reject",
        AnswerByRequirement = "answeredByRequirement",
        AnswerByInitiative = "answeredByInitiative",
    }
}

words! {
    /// A stage of the service lifecycle.
    Stage {
        /// Service strategy.
        Strategy = "STRATEGY",
        /// Service design.
        Design = "DESIGN",
        /// Service transition.
        Transition = "TRANSITION",
        /// Service operation.
        Operation = "OPERATION",
        /// Continual service improvement.
        Improvement = "IMPROVEMENT",
    }
}

words! {
    /// Where a recommendation came from.
    RecommendationOrigin {
        /// A missed target.
        Breach = "BREACH",
        /// A service level review.
        Review = "REVIEW",
        /// A lesson of a transition.
        Lesson = "LESSON",
        /// Somebody proposed it.
        ByHand = "BY_HAND",
    }
}

words! {
    /// What an accepted recommendation becomes.
    AcceptedAs {
        /// A requirement of design on the service.
        Requirement = "REQUIREMENT",
        /// An initiative of the improvement register.
        Initiative = "INITIATIVE",
    }
}

/// Where a recommendation came from, with the target for a missed one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecommendationSource {
    /// A missed target.
    Breach {
        /// The agreement that promised it.
        agreement_id: AgreementId,
        /// What the target limits.
        kind: TargetKind,
    },
    /// A service level review.
    Review,
    /// A lesson of a transition.
    Lesson,
    /// Somebody proposed it.
    ByHand,
}

impl RecommendationSource {
    /// The origin, without its facts.
    #[must_use]
    pub fn origin(self) -> RecommendationOrigin {
        match self {
            Self::Breach { .. } => RecommendationOrigin::Breach,
            Self::Review => RecommendationOrigin::Review,
            Self::Lesson => RecommendationOrigin::Lesson,
            Self::ByHand => RecommendationOrigin::ByHand,
        }
    }
}

/// What answers a recommendation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A requirement of design.
    Requirement(RequirementId),
    /// An initiative of the register.
    Initiative(InitiativeId),
}

impl Answer {
    /// What the recommendation was accepted as to be answered so.
    #[must_use]
    pub fn accepted_as(self) -> AcceptedAs {
        match self {
            Self::Requirement(_) => AcceptedAs::Requirement,
            Self::Initiative(_) => AcceptedAs::Initiative,
        }
    }
}

/// Where a recommendation stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecommendationStatus {
    /// Proposed.
    Proposed,
    /// Accepted.
    Accepted {
        /// What it becomes.
        accepted_as: AcceptedAs,
        /// Who accepted it, and when.
        accepted: Mark,
    },
    /// Rejected.
    Rejected {
        /// Why.
        reason: String,
        /// Who rejected it, and when.
        rejected: Mark,
    },
    /// Answered.
    Answered {
        /// Who had accepted it, and when.
        accepted: Mark,
        /// What answers it.
        answer: Answer,
        /// Who brought the answer, and when.
        answered: Mark,
    },
}

/// A recommendation with its evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recommendation {
    /// The recommendation.
    pub id: RecommendationId,
    /// The stage of the lifecycle that it is made to.
    pub stage: Stage,
    /// The service that it is about; none when it is about no service in particular.
    pub service_id: Option<ServiceId>,
    /// What is recommended, in a line.
    pub title: String,
    /// What is recommended, in full; none when the title says it.
    pub description: Option<String>,
    /// Where it came from.
    pub source: RecommendationSource,
    /// What speaks for it, oldest first.
    pub evidence: Vec<Evidence>,
    /// Who proposed it, and when.
    pub proposed: Mark,
    /// Where it stands.
    pub status: RecommendationStatus,
}

/// What it takes to propose a recommendation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProposeRecommendation {
    /// The stage of the lifecycle that it is made to.
    pub stage: Stage,
    /// The service that it is about; needed for the stage DESIGN.
    pub service_id: Option<ServiceId>,
    /// What is recommended, in a line.
    pub title: String,
    /// What is recommended, in full; none when the title says it.
    pub description: Option<String>,
    /// Where it came from.
    pub source: RecommendationSource,
    /// What speaks for it; more can be added later.
    pub evidence: Vec<NewEvidence>,
}

/// What happened to a recommendation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecommendationHappened {
    /// It was proposed.
    Proposed,
    /// Evidence was added.
    EvidenceAdded {
        /// What was added.
        evidence: Evidence,
    },
    /// It was accepted.
    Accepted {
        /// What it becomes.
        accepted_as: AcceptedAs,
    },
    /// It was rejected.
    Rejected {
        /// Why.
        reason: String,
    },
    /// It was answered.
    Answered {
        /// What answers it.
        answer: Answer,
    },
}

impl RecommendationHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proposed => "Proposed",
            Self::EvidenceAdded { .. } => "EvidenceAdded",
            Self::Accepted { .. } => "Accepted",
            Self::Rejected { .. } => "Rejected",
            Self::Answered { .. } => "Answered",
        }
    }
}
