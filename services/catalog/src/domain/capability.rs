//! A capability: what the provider can do, and how well.

use super::facts::{Mark, Retirement, within};
use ciclo_kernel::{Decision, Machine, Refusal, Timestamp, ids::CapabilityId, machine, text};

/// The highest maturity.
pub const MOST_MATURITY: u32 = 5;

machine! {
    machine "capability";
    /// Whether a capability is used.
    states CapabilityState {
        /// In use.
        Active = "ACTIVE" { Revise => Active, Retire => Retired },
        /// No longer used for anything new. Final.
        Retired = "RETIRED" {},
    }
    /// What can be done to a capability.
    verbs CapabilityVerb { Revise = "revise", Retire = "retire" }
}

/// What the provider can do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Capability {
    /// The record's id.
    pub id: CapabilityId,
    /// Its name.
    pub name: String,
    /// What it takes in; none while nobody wrote it.
    pub description: Option<String>,
    /// How well it is mastered: 1 (initial) to 5 (optimising).
    pub maturity: u32,
    /// Who defined it, and when.
    pub defined: Mark,
    /// How it was retired; none while it is active.
    pub retirement: Option<Retirement>,
}

/// What it takes to define a capability.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefineCapability {
    /// Its name.
    pub name: String,
    /// What it takes in; none while nobody wrote it.
    pub description: Option<String>,
    /// How well it is mastered: 1 (initial) to 5 (optimising).
    pub maturity: u32,
}

/// Which facts of a capability change; none leaves a fact as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReviseCapability {
    /// Its name.
    pub name: Option<String>,
    /// What it takes in; `Some(None)` and a blank text clear it.
    pub description: Option<Option<String>>,
    /// How well it is mastered: 1 (initial) to 5 (optimising).
    pub maturity: Option<u32>,
}

/// What happened to a capability.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CapabilityHappened {
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

impl CapabilityHappened {
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

impl Capability {
    /// Defines a capability.
    pub fn define(
        id: CapabilityId,
        input: DefineCapability,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, CapabilityHappened> {
        let record = Self {
            id,
            name: text::line("name", &input.name)?,
            description: text::optional_body("description", input.description.as_deref())?,
            maturity: within("maturity", input.maturity, 1, MOST_MATURITY)?,
            defined: Mark::new(by, at),
            retirement: None,
        };
        Ok((record, CapabilityHappened::Defined))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> CapabilityState {
        match self.retirement {
            None => CapabilityState::Active,
            Some(_) => CapabilityState::Retired,
        }
    }

    /// Refuses when it is retired: nothing new may refer to it.
    pub fn must_be_active(&self) -> Result<(), Refusal> {
        match self.state() {
            CapabilityState::Active => Ok(()),
            CapabilityState::Retired => {
                Err(Refusal::rule(format!("the capability {} is retired", self.name))
                    .with("capability", self.id.to_string()))
            }
        }
    }

    /// Changes facts.
    pub fn revise(mut self, revision: ReviseCapability) -> Decision<Self, CapabilityHappened> {
        self.state().go(CapabilityVerb::Revise)?;
        if let Some(name) = revision.name {
            self.name = text::line("name", &name)?;
        }
        if let Some(description) = revision.description {
            self.description = text::optional_body("description", description.as_deref())?;
        }
        if let Some(maturity) = revision.maturity {
            self.maturity = within("maturity", maturity, 1, MOST_MATURITY)?;
        }
        Ok((self, CapabilityHappened::Revised))
    }

    /// Retires it, with a reason. What refers to it goes on to do so.
    pub fn retire(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, CapabilityHappened> {
        self.state().go(CapabilityVerb::Retire)?;
        let reason = text::body("reason", reason)?;
        self.retirement = Some(Retirement { reason: reason.clone(), retired: Mark::new(by, at) });
        Ok((self, CapabilityHappened::Retired { reason }))
    }
}
