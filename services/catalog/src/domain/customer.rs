//! A customer: an organisation that services are offered to, in a market space and a
//! segment.

use super::facts::{Mark, Retirement};
use super::market_space::MarketSpace;
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{CustomerId, MarketSpaceId},
    machine, text,
};

machine! {
    machine "customer";
    /// Whether a customer is used.
    states CustomerState {
        /// In use.
        Active = "ACTIVE" { Revise => Active, Retire => Retired },
        /// No longer used for anything new. Final.
        Retired = "RETIRED" {},
    }
    /// What can be done to a customer.
    verbs CustomerVerb { Revise = "revise", Retire = "retire" }
}

/// A customer: an organisation that services are offered to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Customer {
    /// The record's id.
    pub id: CustomerId,
    /// The organisation's name.
    pub name: String,
    /// What is worth knowing about it; none while nobody wrote it.
    pub description: Option<String>,
    /// The market space that it belongs to; none while it belongs to none.
    pub market_space: Option<MarketSpaceId>,
    /// The segment that it belongs to, by name; none while it belongs to none.
    pub segment: Option<String>,
    /// Who defined it, and when.
    pub defined: Mark,
    /// How it was retired; none while it is active.
    pub retirement: Option<Retirement>,
}

/// What it takes to define a customer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefineCustomer {
    /// The organisation's name.
    pub name: String,
    /// What is worth knowing about it; none while nobody wrote it.
    pub description: Option<String>,
    /// The market space that it belongs to; none while it belongs to none.
    pub market_space: Option<MarketSpace>,
    /// The segment that it belongs to, by name; none while it belongs to none.
    pub segment: Option<String>,
}

/// Which facts of a customer change; none leaves a fact as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReviseCustomer {
    /// The organisation's name.
    pub name: Option<String>,
    /// What is worth knowing about it; `Some(None)` and a blank text clear it.
    pub description: Option<Option<String>>,
    /// The market space that it belongs to; `Some(None)` takes it out.
    pub market_space: Option<Option<MarketSpace>>,
    /// The segment that it belongs to, by name; `Some(None)` and a blank text clear it.
    pub segment: Option<Option<String>>,
}

/// What happened to a customer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CustomerHappened {
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

impl CustomerHappened {
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

impl Customer {
    /// Defines a customer.
    pub fn define(
        id: CustomerId,
        input: DefineCustomer,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, CustomerHappened> {
        let record = Self {
            id,
            name: text::line("name", &input.name)?,
            description: text::optional_body("description", input.description.as_deref())?,
            market_space: in_use(input.market_space.as_ref())?,
            segment: text::optional_line("segment", input.segment.as_deref())?,
            defined: Mark::new(by, at),
            retirement: None,
        };
        Ok((record, CustomerHappened::Defined))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> CustomerState {
        match self.retirement {
            None => CustomerState::Active,
            Some(_) => CustomerState::Retired,
        }
    }

    /// Refuses when it is retired: nothing new may refer to it.
    pub fn must_be_active(&self) -> Result<(), Refusal> {
        match self.state() {
            CustomerState::Active => Ok(()),
            CustomerState::Retired => Err(Refusal::rule(format!("the customer {} is retired", self.name))
                .with("customer", self.id.to_string())),
        }
    }

    /// Changes facts.
    pub fn revise(mut self, revision: ReviseCustomer) -> Decision<Self, CustomerHappened> {
        self.state().go(CustomerVerb::Revise)?;
        if let Some(name) = revision.name {
            self.name = text::line("name", &name)?;
        }
        if let Some(description) = revision.description {
            self.description = text::optional_body("description", description.as_deref())?;
        }
        if let Some(market_space) = revision.market_space {
            self.market_space = in_use(market_space.as_ref())?;
        }
        if let Some(segment) = revision.segment {
            self.segment = text::optional_line("segment", segment.as_deref())?;
        }
        Ok((self, CustomerHappened::Revised))
    }

    /// Retires it, with a reason. What refers to it goes on to do so.
    pub fn retire(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, CustomerHappened> {
        self.state().go(CustomerVerb::Retire)?;
        let reason = text::body("reason", reason)?;
        self.retirement = Some(Retirement { reason: reason.clone(), retired: Mark::new(by, at) });
        Ok((self, CustomerHappened::Retired { reason }))
    }
}

/// The id of a market space that may be referred to.
fn in_use(market_space: Option<&MarketSpace>) -> Result<Option<MarketSpaceId>, Refusal> {
    market_space
        .map(|space| {
            space.must_be_active()?;
            Ok(space.id)
        })
        .transpose()
}
