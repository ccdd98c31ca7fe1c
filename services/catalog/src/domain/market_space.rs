//! A market space: a part of the market that services are meant for.

use super::facts::{Mark, Retirement};
use ciclo_kernel::{Decision, Machine, Refusal, Timestamp, ids::MarketSpaceId, machine, text};

machine! {
    machine "market space";
    /// Whether a market space is used.
    states MarketSpaceState {
        /// In use.
        Active = "ACTIVE" { Revise => Active, Retire => Retired },
        /// No longer used for anything new. Final.
        Retired = "RETIRED" {},
    }
    /// What can be done to a market space.
    verbs MarketSpaceVerb { Revise = "revise", Retire = "retire" }
}

/// A market space: a part of the market that services are meant for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MarketSpace {
    /// The record's id.
    pub id: MarketSpaceId,
    /// Its name.
    pub name: String,
    /// What belongs to it; none while nobody wrote it.
    pub description: Option<String>,
    /// Who defined it, and when.
    pub defined: Mark,
    /// How it was retired; none while it is active.
    pub retirement: Option<Retirement>,
}

/// What it takes to define a market space.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefineMarketSpace {
    /// Its name.
    pub name: String,
    /// What belongs to it; none while nobody wrote it.
    pub description: Option<String>,
}

/// Which facts of a market space change; none leaves a fact as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReviseMarketSpace {
    /// Its name.
    pub name: Option<String>,
    /// What belongs to it; `Some(None)` and a blank text clear it.
    pub description: Option<Option<String>>,
}

/// What happened to a market space.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MarketSpaceHappened {
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

impl MarketSpaceHappened {
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

impl MarketSpace {
    /// Defines a market space.
    pub fn define(
        id: MarketSpaceId,
        input: DefineMarketSpace,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, MarketSpaceHappened> {
        let record = Self {
            id,
            name: text::line("name", &input.name)?,
            description: text::optional_body("description", input.description.as_deref())?,
            defined: Mark::new(by, at),
            retirement: None,
        };
        Ok((record, MarketSpaceHappened::Defined))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> MarketSpaceState {
        match self.retirement {
            None => MarketSpaceState::Active,
            Some(_) => MarketSpaceState::Retired,
        }
    }

    /// Refuses when it is retired: nothing new may refer to it.
    pub fn must_be_active(&self) -> Result<(), Refusal> {
        match self.state() {
            MarketSpaceState::Active => Ok(()),
            MarketSpaceState::Retired => {
                Err(Refusal::rule(format!("the market space {} is retired", self.name))
                    .with("marketSpace", self.id.to_string()))
            }
        }
    }

    /// Changes facts.
    pub fn revise(mut self, revision: ReviseMarketSpace) -> Decision<Self, MarketSpaceHappened> {
        self.state().go(MarketSpaceVerb::Revise)?;
        if let Some(name) = revision.name {
            self.name = text::line("name", &name)?;
        }
        if let Some(description) = revision.description {
            self.description = text::optional_body("description", description.as_deref())?;
        }
        Ok((self, MarketSpaceHappened::Revised))
    }

    /// Retires it, with a reason. What refers to it goes on to do so.
    pub fn retire(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, MarketSpaceHappened> {
        self.state().go(MarketSpaceVerb::Retire)?;
        let reason = text::body("reason", reason)?;
        self.retirement = Some(Retirement { reason: reason.clone(), retired: Mark::new(by, at) });
        Ok((self, MarketSpaceHappened::Retired { reason }))
    }
}
