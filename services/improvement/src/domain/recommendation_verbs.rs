//! What can be done to a recommendation, with the guards of each move. Knows no
//! requirement and no initiative but by id.

use super::{
    evidence::{Evidence, EvidenceKind, NewEvidence},
    facts::{Mark, TargetKind},
    recommendation::{
        AcceptedAs, Answer, MOST_EVIDENCE, ProposeRecommendation, Recommendation, RecommendationHappened,
        RecommendationSource, RecommendationState, RecommendationStatus, RecommendationVerb, Stage,
    },
};
use ciclo_kernel::{
    Code, Decision, Machine, Refusal, Timestamp,
    ids::{AgreementId, InitiativeId, RecommendationId, RequirementId},
    text,
};

impl Recommendation {
    /// Proposes a recommendation.
    pub fn propose(
        id: RecommendationId,
        input: ProposeRecommendation,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, RecommendationHappened> {
        if input.stage == Stage::Design && input.service_id.is_none() {
            return Err(Refusal::invalid("service", "a recommendation to DESIGN is about a service"));
        }
        let mut recommendation = Self {
            id,
            stage: input.stage,
            service_id: input.service_id,
            title: text::line("title", &input.title)?,
            description: text::optional_body("description", input.description.as_deref())?,
            source: input.source,
            evidence: Vec::new(),
            proposed: Mark::new(by, at),
            status: RecommendationStatus::Proposed,
        };
        for evidence in input.evidence {
            recommendation.take(evidence.checked(by, at)?)?;
        }
        Ok((recommendation, RecommendationHappened::Proposed))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> RecommendationState {
        match self.status {
            RecommendationStatus::Proposed => RecommendationState::Proposed,
            RecommendationStatus::Accepted { .. } => RecommendationState::Accepted,
            RecommendationStatus::Rejected { .. } => RecommendationState::Rejected,
            RecommendationStatus::Answered { .. } => RecommendationState::Answered,
        }
    }

    /// What it was accepted as, by whom and when; none when it is not accepted.
    #[must_use]
    pub fn acceptance(&self) -> Option<(AcceptedAs, &Mark)> {
        match &self.status {
            RecommendationStatus::Proposed | RecommendationStatus::Rejected { .. } => None,
            RecommendationStatus::Accepted { accepted_as, accepted } => Some((*accepted_as, accepted)),
            RecommendationStatus::Answered { accepted, answer, .. } => Some((answer.accepted_as(), accepted)),
        }
    }

    /// What answers it; none before it is answered.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        match &self.status {
            RecommendationStatus::Proposed
            | RecommendationStatus::Accepted { .. }
            | RecommendationStatus::Rejected { .. } => None,
            RecommendationStatus::Answered { answer, .. } => Some(*answer),
        }
    }

    /// Whether a further breach of this agreement and kind of target adds to this recommendation,
    /// instead of raising another: it came from such a breach and is not decided yet.
    #[must_use]
    pub fn gathers(&self, agreement: AgreementId, target: TargetKind) -> bool {
        self.state() == RecommendationState::Proposed
            && self.source == RecommendationSource::Breach { agreement_id: agreement, kind: target }
    }

    /// Whether a record speaks for it already.
    #[must_use]
    pub fn has_evidence(&self, kind: EvidenceKind, record_id: &str) -> bool {
        self.evidence.iter().any(|one| one.kind == kind && one.record_id.as_deref() == Some(record_id))
    }

    /// Whether it takes this evidence: its record is not evidence yet, and there is room.
    #[must_use]
    pub fn takes(&self, evidence: &NewEvidence) -> bool {
        let known = evidence.record_id.as_deref().is_some_and(|id| self.has_evidence(evidence.kind, id));
        !known && self.evidence.len() < MOST_EVIDENCE
    }

    /// Adds evidence, each record once.
    pub fn add_evidence(
        mut self,
        evidence: NewEvidence,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, RecommendationHappened> {
        self.state().go(RecommendationVerb::AddEvidence)?;
        let evidence = evidence.checked(by, at)?;
        self.take(evidence.clone())?;
        Ok((self, RecommendationHappened::EvidenceAdded { evidence }))
    }

    /// Accepts it as a requirement or as an initiative; needs evidence, and for a requirement the stage
    /// DESIGN and a service.
    pub fn accept(
        mut self,
        accepted_as: AcceptedAs,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, RecommendationHappened> {
        self.state().go(RecommendationVerb::Accept)?;
        let requirement = accepted_as == AcceptedAs::Requirement;
        let mut missing = Vec::new();
        if self.evidence.is_empty() {
            missing.push("there is no evidence".to_owned());
        }
        if requirement && self.stage != Stage::Design {
            missing.push(format!("the stage is {}; a requirement needs DESIGN", self.stage.as_str()));
        }
        if requirement && self.service_id.is_none() {
            missing.push("there is no service; a requirement needs one".to_owned());
        }
        if !missing.is_empty() {
            return Err(Refusal::unmet("accept", &missing));
        }
        self.status = RecommendationStatus::Accepted { accepted_as, accepted: Mark::new(by, at) };
        Ok((self, RecommendationHappened::Accepted { accepted_as }))
    }

    /// Rejects it, with a reason.
    pub fn reject(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, RecommendationHappened> {
        self.state().go(RecommendationVerb::Reject)?;
        let reason = text::body("reason", reason)?;
        self.status = RecommendationStatus::Rejected { reason: reason.clone(), rejected: Mark::new(by, at) };
        Ok((self, RecommendationHappened::Rejected { reason }))
    }

    /// Design raised the requirement that it was accepted as.
    pub fn answered_by_requirement(
        self,
        id: RequirementId,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, RecommendationHappened> {
        self.answered(RecommendationVerb::AnswerByRequirement, Answer::Requirement(id), by, at)
    }

    /// The register took up the initiative that it was accepted as.
    pub fn answered_by_initiative(
        self,
        id: InitiativeId,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, RecommendationHappened> {
        self.answered(RecommendationVerb::AnswerByInitiative, Answer::Initiative(id), by, at)
    }

    fn answered(
        mut self,
        verb: RecommendationVerb,
        answer: Answer,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, RecommendationHappened> {
        let state = self.state();
        state.go(verb)?;
        let RecommendationStatus::Accepted { accepted_as, accepted } = self.status else {
            let verb = RecommendationState::verb_str(verb);
            let name = RecommendationState::NAME;
            return Err(Refusal::wrong_state(name, state.as_str(), verb, state.allowed()));
        };
        if accepted_as != answer.accepted_as() {
            let (wanted, got) = (accepted_as.as_str(), answer.accepted_as().as_str());
            let message = format!("accepted as {wanted}, the recommendation is not answered by {got}");
            return Err(Refusal::rule(message).with("acceptedAs", wanted));
        }
        self.status = RecommendationStatus::Answered { accepted, answer, answered: Mark::new(by, at) };
        Ok((self, RecommendationHappened::Answered { answer }))
    }

    fn take(&mut self, evidence: Evidence) -> Result<(), Refusal> {
        if let Some(record) = &evidence.record_id
            && self.has_evidence(evidence.kind, record)
        {
            return Err(
                Refusal::rule(format!("{record} is evidence already")).with("record", record.as_str())
            );
        }
        if self.evidence.len() >= MOST_EVIDENCE {
            let message = format!("at most {MOST_EVIDENCE} pieces of evidence are kept");
            return Err(Refusal::new(Code::LimitExceeded, message).with("limit", MOST_EVIDENCE));
        }
        self.evidence.push(evidence);
        Ok(())
    }
}
