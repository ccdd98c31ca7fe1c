//! What can be done to an initiative, with the guards of each move.

use super::{
    facts::Mark,
    initiative::{
        Assessment, IdentifyInitiative, Initiative, InitiativeHappened, InitiativePlan, InitiativeState,
        InitiativeStatus, InitiativeVerb, Milestones, PdcaPhase, pdca_phase,
    },
    seven_steps::{ImprovementStep, missing_through, next_step},
};
use ciclo_kernel::{Decision, Machine, Refusal, Timestamp, ids::InitiativeId, text};

impl Initiative {
    /// Puts an initiative into the register.
    pub fn identify(
        id: InitiativeId,
        input: IdentifyInitiative,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, InitiativeHappened> {
        let initiative = Self {
            id,
            title: text::line("title", &input.title)?,
            description: text::optional_body("description", input.description.as_deref())?,
            owner: text::line("owner", &input.owner)?,
            service_id: input.service_id,
            recommendation_id: input.recommendation_id,
            identified: Mark::new(by, at),
            steps: Vec::new(),
            milestones: Milestones::default(),
            status: InitiativeStatus::Identified,
        };
        let recommendation_id = initiative.recommendation_id;
        Ok((initiative, InitiativeHappened::Identified { recommendation_id }))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> InitiativeState {
        match self.status {
            InitiativeStatus::Identified => InitiativeState::Identified,
            InitiativeStatus::Assessed => InitiativeState::Assessed,
            InitiativeStatus::Approved => InitiativeState::Approved,
            InitiativeStatus::Planned => InitiativeState::Planned,
            InitiativeStatus::InProgress => InitiativeState::InProgress,
            InitiativeStatus::Implemented => InitiativeState::Implemented,
            InitiativeStatus::BenefitsReview => InitiativeState::BenefitsReview,
            InitiativeStatus::Closed { .. } => InitiativeState::Closed,
            InitiativeStatus::Rejected { .. } => InitiativeState::Rejected,
            InitiativeStatus::Deferred { .. } => InitiativeState::Deferred,
        }
    }

    /// The phase of the PDCA cycle; none when rejected or deferred.
    #[must_use]
    pub fn phase(&self) -> Option<PdcaPhase> {
        pdca_phase(self.state())
    }

    /// To when it is put off; none unless it is deferred.
    #[must_use]
    pub fn deferred_until(&self) -> Option<Timestamp> {
        match &self.status {
            InitiativeStatus::Identified
            | InitiativeStatus::Assessed
            | InitiativeStatus::Approved
            | InitiativeStatus::Planned
            | InitiativeStatus::InProgress
            | InitiativeStatus::Implemented
            | InitiativeStatus::BenefitsReview
            | InitiativeStatus::Closed { .. }
            | InitiativeStatus::Rejected { .. } => None,
            InitiativeStatus::Deferred { until, .. } => Some(*until),
        }
    }

    /// Who closed, rejected or deferred it, and when; none while it is under way.
    #[must_use]
    pub fn ended(&self) -> Option<&Mark> {
        match &self.status {
            InitiativeStatus::Identified
            | InitiativeStatus::Assessed
            | InitiativeStatus::Approved
            | InitiativeStatus::Planned
            | InitiativeStatus::InProgress
            | InitiativeStatus::Implemented
            | InitiativeStatus::BenefitsReview => None,
            InitiativeStatus::Closed { closed: mark, .. }
            | InitiativeStatus::Rejected { rejected: mark, .. }
            | InitiativeStatus::Deferred { deferred: mark, .. } => Some(mark),
        }
    }

    /// Records what the assessment of effort, benefit and risk found.
    pub fn assess(mut self, assessment: &str, by: &str, at: Timestamp) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::Assess)?;
        let assessment = text::body("assessment", assessment)?;
        let assessed = Mark::new(by, at);
        self.milestones.assessment = Some(Assessment { text: assessment.clone(), assessed });
        self.status = InitiativeStatus::Assessed;
        Ok((self, InitiativeHappened::Assessed { assessment }))
    }

    /// Approves it.
    pub fn approve(mut self, by: &str, at: Timestamp) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::Approve)?;
        self.milestones.approved = Some(Mark::new(by, at));
        self.status = InitiativeStatus::Approved;
        Ok((self, InitiativeHappened::Approved))
    }

    /// Sets when the work is to be done; needs the steps STRATEGY and DEFINE_MEASURES.
    pub fn plan(
        mut self,
        start: Timestamp,
        end: Timestamp,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::Plan)?;
        if end <= start {
            return Err(Refusal::invalid("end", "the end lies after `start`"));
        }
        self.needs_steps("plan", ImprovementStep::DefineMeasures)?;
        self.milestones.plan = Some(InitiativePlan { start, end, planned: Mark::new(by, at) });
        self.status = InitiativeStatus::Planned;
        Ok((self, InitiativeHappened::Planned { start, end }))
    }

    /// Starts the work.
    pub fn start(mut self, by: &str, at: Timestamp) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::Start)?;
        self.milestones.started = Some(Mark::new(by, at));
        self.status = InitiativeStatus::InProgress;
        Ok((self, InitiativeHappened::Started))
    }

    /// Records the next of the seven steps with its evidence.
    pub fn record_step(
        mut self,
        step: ImprovementStep,
        evidence: &str,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::RecordStep)?;
        let record = next_step(&self.steps, step, evidence, by, at)?;
        let evidence = record.evidence.clone();
        self.steps.push(record);
        Ok((self, InitiativeHappened::StepRecorded { step, evidence }))
    }

    /// Brings it into effect; needs all seven steps.
    pub fn implemented(mut self, by: &str, at: Timestamp) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::Implement)?;
        self.needs_steps("implemented", ImprovementStep::Implement)?;
        self.milestones.implemented = Some(Mark::new(by, at));
        self.status = InitiativeStatus::Implemented;
        Ok((self, InitiativeHappened::Implemented))
    }

    /// Starts the review of what it brought.
    pub fn review_benefits(mut self, by: &str, at: Timestamp) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::ReviewBenefits)?;
        self.milestones.benefits_review = Some(Mark::new(by, at));
        self.status = InitiativeStatus::BenefitsReview;
        Ok((self, InitiativeHappened::BenefitsReviewStarted))
    }

    /// Closes it; needs the text of what it brought.
    pub fn close(
        mut self,
        benefit: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::Close)?;
        let Some(benefit) = text::optional_body("benefit", benefit)? else {
            return Err(Refusal::unmet("close", &["the benefit is not written".to_owned()]));
        };
        self.status = InitiativeStatus::Closed { benefit: benefit.clone(), closed: Mark::new(by, at) };
        Ok((self, InitiativeHappened::Closed { benefit }))
    }

    /// Rejects it, with a reason.
    pub fn reject(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::Reject)?;
        let reason = text::body("reason", reason)?;
        self.status = InitiativeStatus::Rejected { reason: reason.clone(), rejected: Mark::new(by, at) };
        Ok((self, InitiativeHappened::Rejected { reason }))
    }

    /// Puts it off to an instant that lies ahead. Nothing resumes it by itself then.
    pub fn defer(
        mut self,
        until: Timestamp,
        reason: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::Defer)?;
        if until <= at {
            return Err(Refusal::invalid("until", format!("the date lies ahead of now, {at}")));
        }
        let reason = text::optional_body("reason", reason)?;
        let deferred = Mark::new(by, at);
        self.status = InitiativeStatus::Deferred { until, reason: reason.clone(), deferred };
        Ok((self, InitiativeHappened::Deferred { until, reason }))
    }

    /// Takes it up again, before or after its date: it is assessed and approved anew, and keeps its steps.
    pub fn resume(mut self) -> Decision<Self, InitiativeHappened> {
        self.state().go(InitiativeVerb::Resume)?;
        self.milestones = Milestones::default();
        self.status = InitiativeStatus::Identified;
        Ok((self, InitiativeHappened::Resumed))
    }

    fn needs_steps(&self, verb: &str, last: ImprovementStep) -> Result<(), Refusal> {
        let missing = missing_through(&self.steps, last);
        if missing.is_empty() { Ok(()) } else { Err(Refusal::unmet(verb, &missing)) }
    }
}
