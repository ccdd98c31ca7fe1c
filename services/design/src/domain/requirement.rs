//! A requirement on a service: what it asks, how much it matters, where it came
//! from and where it is met. Knows nothing of how packages are approved.

use super::facts::Mark;
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{DesignPackageId, RecommendationId, RequirementId, ServiceId},
    machine, text,
};

machine! {
    machine "requirement";
    /// How far a requirement has come.
    states RequirementState {
        /// Being worded; not agreed with anybody yet.
        Draft = "DRAFT" { Revise => Draft, Agree => Agreed, Trace => Draft, Drop => Dropped },
        /// Agreed: its wording stands.
        Agreed = "AGREED" { Trace => Agreed, Satisfy => Satisfied, Drop => Dropped },
        /// Met, with evidence. Final.
        Satisfied = "SATISFIED" {},
        /// Given up, with a reason. Final.
        Dropped = "DROPPED" {},
    }
    /// What can be done to a requirement.
    verbs RequirementVerb {
        Revise = "revise",
        Agree = "agree",
        Trace = "trace",
        Satisfy = "satisfy",
        Drop = "drop",
    }
}

words! {
    /// What a requirement is about.
    RequirementKind {
        /// What the service does.
        Functional = "FUNCTIONAL",
        /// How easily people use it.
        Usability = "USABILITY",
        /// What is promised to customers.
        ServiceLevel = "SERVICE_LEVEL",
        /// How much it must carry.
        Capacity = "CAPACITY",
        /// How much of the agreed time it must be up.
        Availability = "AVAILABILITY",
        /// How it survives a disaster.
        Continuity = "CONTINUITY",
        /// How it is protected.
        Security = "SECURITY",
    }
}

words! {
    /// How much a requirement matters (MoSCoW).
    RequirementPriority {
        /// Without it there is no approval.
        Must = "MUST",
        /// Important, but not vital.
        Should = "SHOULD",
        /// Wanted when it costs little.
        Could = "COULD",
        /// Not this time; kept for the record.
        Wont = "WONT",
    }
}

/// Where a requirement came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RequirementSource {
    /// Somebody raised it.
    ByHand,
    /// An accepted recommendation of improvement.
    Recommendation {
        /// The recommendation.
        id: RecommendationId,
        /// The recommendation's title when it was accepted.
        title: String,
    },
}

/// Where a requirement is met and shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tracing {
    /// The element of the solution that meets it; none while there is none.
    pub solution_element: Option<String>,
    /// The design package that it belongs to; none while it belongs to none.
    pub package: Option<DesignPackageId>,
    /// The test that shows it, by the tester's own reference; none before there is a test.
    pub test: Option<String>,
    /// The target that watches it, by reference; none before there is a target.
    pub target: Option<String>,
}

/// The wording of a requirement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequirementWording {
    /// What is asked, in a line.
    pub title: String,
    /// What is asked, in full; none when the title says it.
    pub description: Option<String>,
    /// What it is about.
    pub kind: RequirementKind,
    /// How much it matters.
    pub priority: RequirementPriority,
    /// How one sees that it is met; needed to agree, none until somebody wrote it.
    pub acceptance_criterion: Option<String>,
}

impl RequirementWording {
    fn checked(self) -> Result<Self, Refusal> {
        Ok(Self {
            title: text::line("title", &self.title)?,
            description: text::optional_body("description", self.description.as_deref())?,
            acceptance_criterion: text::optional_body(
                "acceptanceCriterion",
                self.acceptance_criterion.as_deref(),
            )?,
            ..self
        })
    }
}

/// Where a requirement stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RequirementStatus {
    /// Being worded.
    Draft,
    /// Agreed.
    Agreed {
        /// Who agreed, and when.
        agreed: Mark,
    },
    /// Met.
    Satisfied {
        /// Who agreed, and when.
        agreed: Mark,
        /// What shows that it is met.
        evidence: String,
        /// Who found it met, and when.
        satisfied: Mark,
    },
    /// Given up.
    Dropped {
        /// Who had agreed, and when; none when it was dropped as a draft.
        agreed: Option<Mark>,
        /// Why it was given up.
        reason: String,
        /// Who gave it up, and when.
        dropped: Mark,
    },
}

/// A requirement on a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requirement {
    /// The requirement.
    pub id: RequirementId,
    /// The service that it is asked of.
    pub service: ServiceId,
    /// What it asks.
    pub wording: RequirementWording,
    /// Where it came from.
    pub source: RequirementSource,
    /// Where it is met and shown.
    pub tracing: Tracing,
    /// Who raised it, and when.
    pub raised: Mark,
    /// Where it stands.
    pub status: RequirementStatus,
}

/// What it takes to raise a requirement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RaiseRequirement {
    /// The service that it is asked of.
    pub service: ServiceId,
    /// What it asks.
    pub wording: RequirementWording,
    /// Where it came from.
    pub source: RequirementSource,
}

/// What happened to a requirement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RequirementHappened {
    /// It was raised.
    Raised {
        /// The recommendation that led to it; none when it was raised by hand.
        recommendation: Option<RecommendationId>,
    },
    /// Its wording was changed.
    Revised,
    /// It was agreed.
    Agreed,
    /// Its tracing was set.
    Traced {
        /// The tracing as it is after.
        tracing: Tracing,
    },
    /// It was found met.
    Satisfied {
        /// What shows it.
        evidence: String,
    },
    /// It was given up.
    Dropped {
        /// Why.
        reason: String,
    },
}

impl RequirementHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Raised { .. } => "Raised",
            Self::Revised => "Revised",
            Self::Agreed => "Agreed",
            Self::Traced { .. } => "Traced",
            Self::Satisfied { .. } => "Satisfied",
            Self::Dropped { .. } => "Dropped",
        }
    }
}

impl Requirement {
    /// Raises a requirement.
    pub fn raise(
        id: RequirementId,
        input: RaiseRequirement,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, RequirementHappened> {
        let requirement = Self {
            id,
            service: input.service,
            wording: input.wording.checked()?,
            source: input.source,
            tracing: Tracing::default(),
            raised: Mark::new(by, at),
            status: RequirementStatus::Draft,
        };
        let recommendation = requirement.recommendation();
        Ok((requirement, RequirementHappened::Raised { recommendation }))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> RequirementState {
        match self.status {
            RequirementStatus::Draft => RequirementState::Draft,
            RequirementStatus::Agreed { .. } => RequirementState::Agreed,
            RequirementStatus::Satisfied { .. } => RequirementState::Satisfied,
            RequirementStatus::Dropped { .. } => RequirementState::Dropped,
        }
    }

    /// The recommendation that led to it; none when it was raised by hand.
    #[must_use]
    pub fn recommendation(&self) -> Option<RecommendationId> {
        match &self.source {
            RequirementSource::ByHand => None,
            RequirementSource::Recommendation { id, .. } => Some(*id),
        }
    }

    /// Who agreed, and when; none when nobody has.
    #[must_use]
    pub fn agreed(&self) -> Option<&Mark> {
        match &self.status {
            RequirementStatus::Draft => None,
            RequirementStatus::Agreed { agreed } | RequirementStatus::Satisfied { agreed, .. } => {
                Some(agreed)
            }
            RequirementStatus::Dropped { agreed, .. } => agreed.as_ref(),
        }
    }

    /// Replaces the wording of a draft.
    pub fn revise(mut self, wording: RequirementWording) -> Decision<Self, RequirementHappened> {
        self.state().go(RequirementVerb::Revise)?;
        self.wording = wording.checked()?;
        Ok((self, RequirementHappened::Revised))
    }

    /// Agrees on the wording; needs an acceptance criterion.
    pub fn agree(mut self, by: &str, at: Timestamp) -> Decision<Self, RequirementHappened> {
        self.state().go(RequirementVerb::Agree)?;
        if self.wording.acceptance_criterion.is_none() {
            let missing = "the acceptance criterion is not written".to_owned();
            return Err(Refusal::unmet("agree", &[missing]));
        }
        self.status = RequirementStatus::Agreed { agreed: Mark::new(by, at) };
        Ok((self, RequirementHappened::Agreed))
    }

    /// Sets where it is met and shown, as a whole: what is left out is cleared.
    pub fn trace(mut self, tracing: Tracing) -> Decision<Self, RequirementHappened> {
        self.state().go(RequirementVerb::Trace)?;
        self.tracing = Tracing {
            solution_element: text::optional_line("solutionElement", tracing.solution_element.as_deref())?,
            package: tracing.package,
            test: text::optional_line("test", tracing.test.as_deref())?,
            target: text::optional_line("target", tracing.target.as_deref())?,
        };
        let tracing = self.tracing.clone();
        Ok((self, RequirementHappened::Traced { tracing }))
    }

    /// Finds it met, with what shows it.
    pub fn satisfy(mut self, evidence: &str, by: &str, at: Timestamp) -> Decision<Self, RequirementHappened> {
        let state = self.state();
        state.go(RequirementVerb::Satisfy)?;
        let agreed = self.agreed().cloned().ok_or_else(|| {
            let verb = RequirementState::verb_str(RequirementVerb::Satisfy);
            Refusal::wrong_state(RequirementState::NAME, state.as_str(), verb, state.allowed())
        })?;
        let evidence = text::body("evidence", evidence)?;
        let satisfied = Mark::new(by, at);
        self.status = RequirementStatus::Satisfied { agreed, evidence: evidence.clone(), satisfied };
        Ok((self, RequirementHappened::Satisfied { evidence }))
    }

    /// Gives it up, with a reason.
    pub fn drop(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, RequirementHappened> {
        self.state().go(RequirementVerb::Drop)?;
        let reason = text::body("reason", reason)?;
        let agreed = self.agreed().cloned();
        self.status =
            RequirementStatus::Dropped { agreed, reason: reason.clone(), dropped: Mark::new(by, at) };
        Ok((self, RequirementHappened::Dropped { reason }))
    }
}
