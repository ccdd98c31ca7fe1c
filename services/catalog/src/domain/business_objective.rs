//! A business objective of the strategy, with the weight that it has in the alignment
//! of services.

use super::facts::{Mark, Retirement, within};
use ciclo_kernel::{Decision, Machine, Refusal, Timestamp, ids::BusinessObjectiveId, machine, text};

/// The heaviest weight.
pub const MOST_WEIGHT: u32 = 100;

machine! {
    machine "business objective";
    /// Whether a business objective is used.
    states BusinessObjectiveState {
        /// In use.
        Active = "ACTIVE" { Revise => Active, Retire => Retired },
        /// No longer used for anything new. Final.
        Retired = "RETIRED" {},
    }
    /// What can be done to a business objective.
    verbs BusinessObjectiveVerb { Revise = "revise", Retire = "retire" }
}

/// An objective of the business strategy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BusinessObjective {
    /// The record's id.
    pub id: BusinessObjectiveId,
    /// Its name.
    pub name: String,
    /// What is to be reached; none while nobody wrote it.
    pub description: Option<String>,
    /// How much it counts beside the others: 1 to 100.
    pub weight: u32,
    /// Who defined it, and when.
    pub defined: Mark,
    /// How it was retired; none while it is active.
    pub retirement: Option<Retirement>,
}

/// What it takes to define a business objective.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefineBusinessObjective {
    /// Its name.
    pub name: String,
    /// What is to be reached; none while nobody wrote it.
    pub description: Option<String>,
    /// How much it counts beside the others: 1 to 100.
    pub weight: u32,
}

/// Which facts of a business objective change; none leaves a fact as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReviseBusinessObjective {
    /// Its name.
    pub name: Option<String>,
    /// What is to be reached; `Some(None)` and a blank text clear it.
    pub description: Option<Option<String>>,
    /// How much it counts beside the others: 1 to 100.
    pub weight: Option<u32>,
}

/// What happened to a business objective.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BusinessObjectiveHappened {
    /// It was defined.
    Defined,
    /// Facts of it were changed.
    Revised,
    /// It was retired.
    Retired {
        /// Why.
        reason: String,
    },
}

impl BusinessObjectiveHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Defined => "Defined",
            Self::Revised => "Revised",
            Self::Retired { .. } => "Retired",
        }
    }
}

impl BusinessObjective {
    /// Defines a business objective.
    pub fn define(
        id: BusinessObjectiveId,
        input: DefineBusinessObjective,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, BusinessObjectiveHappened> {
        let record = Self {
            id,
            name: text::line("name", &input.name)?,
            description: text::optional_body("description", input.description.as_deref())?,
            weight: within("weight", input.weight, 1, MOST_WEIGHT)?,
            defined: Mark::new(by, at),
            retirement: None,
        };
        Ok((record, BusinessObjectiveHappened::Defined))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> BusinessObjectiveState {
        match self.retirement {
            None => BusinessObjectiveState::Active,
            Some(_) => BusinessObjectiveState::Retired,
        }
    }

    /// Refuses when it is retired: nothing new may refer to it.
    pub fn must_be_active(&self) -> Result<(), Refusal> {
        match self.state() {
            BusinessObjectiveState::Active => Ok(()),
            BusinessObjectiveState::Retired => {
                Err(Refusal::rule(format!("the business objective {} is retired", self.name))
                    .with("objective", self.id.to_string()))
            }
        }
    }

    /// Changes facts.
    pub fn revise(mut self, revision: ReviseBusinessObjective) -> Decision<Self, BusinessObjectiveHappened> {
        self.state().go(BusinessObjectiveVerb::Revise)?;
        if let Some(name) = revision.name {
            self.name = text::line("name", &name)?;
        }
        if let Some(description) = revision.description {
            self.description = text::optional_body("description", description.as_deref())?;
        }
        if let Some(weight) = revision.weight {
            self.weight = within("weight", weight, 1, MOST_WEIGHT)?;
        }
        Ok((self, BusinessObjectiveHappened::Revised))
    }

    /// Retires it, with a reason. What refers to it goes on to do so.
    pub fn retire(
        mut self,
        reason: &str,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, BusinessObjectiveHappened> {
        self.state().go(BusinessObjectiveVerb::Retire)?;
        let reason = text::body("reason", reason)?;
        self.retirement = Some(Retirement { reason: reason.clone(), retired: Mark::new(by, at) });
        Ok((self, BusinessObjectiveHappened::Retired { reason }))
    }
}
