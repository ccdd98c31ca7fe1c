//! A service of the portfolio: its facts and what can happen to it. Where it stands is in
//! `service_status`, what changes its facts in `service_facts`, what moves it on in
//! `service_moves`.

use super::{
    customer::Customer,
    facts::{Mark, distinct},
    market_space::MarketSpace,
};
use ciclo_kernel::{
    Refusal,
    ids::{
        BusinessObjectiveId, CapabilityId, CustomerId, DesignPackageId, MarketSpaceId, ServiceId,
        TransitionId,
    },
};

pub use super::service_status::{
    BusinessCase, Charter, Operation, PhaseOut, PortfolioPart, ServiceState, ServiceStatus, ServiceVerb,
};

/// From which side a service is seen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ServiceView {
    /// Customers use it.
    Business,
    /// Other services use it.
    Technical,
}

impl ServiceView {
    /// Both views.
    pub const ALL: &'static [Self] = &[Self::Business, Self::Technical];

    /// The view as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Business => "BUSINESS",
            Self::Technical => "TECHNICAL",
        }
    }

    /// Reads a written view.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|view| view.as_str() == text)
    }
}

/// Whom a service is for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Audience {
    /// The market spaces, each once.
    pub market_spaces: Vec<MarketSpaceId>,
    /// The customers, each once.
    pub customers: Vec<CustomerId>,
}

impl Audience {
    /// An audience of market spaces and customers that are active, each named once.
    pub fn of(market_spaces: &[MarketSpace], customers: &[Customer]) -> Result<Self, Refusal> {
        market_spaces.iter().try_for_each(MarketSpace::must_be_active)?;
        customers.iter().try_for_each(Customer::must_be_active)?;
        let audience = Self {
            market_spaces: market_spaces.iter().map(|space| space.id).collect(),
            customers: customers.iter().map(|customer| customer.id).collect(),
        };
        distinct("marketSpaces", &audience.market_spaces)?;
        distinct("customers", &audience.customers)?;
        Ok(audience)
    }
}

/// The support that a service gives to a business objective.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Support {
    /// The objective.
    pub objective: BusinessObjectiveId,
    /// How strong the support is, in percent: 0 to 100. At 0 the objective counts as unsupported.
    pub strength: u32,
}

/// A capability that a service needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Need {
    /// The capability.
    pub capability: CapabilityId,
    /// The lowest maturity that will do: 1 to 5.
    pub maturity: u32,
}

/// A pause: no move by hand but a rejection. What the other services report still counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    /// Why it is on hold.
    pub reason: String,
    /// Who put it on hold, and when.
    pub held: Mark,
}

/// A service: the portfolio item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// The record's id.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// What it does for its customers; none while nobody wrote it.
    pub description: Option<String>,
    /// From which side it is seen.
    pub view: ServiceView,
    /// Who answers for it; none while nobody does.
    pub owner: Option<String>,
    /// The family of services that it belongs to, by name; none while it belongs to none.
    pub family: Option<String>,
    /// How critical it is: 1 (most) to 4.
    pub criticality: u32,
    /// Whom it is for.
    pub audience: Audience,
    /// The objectives that it supports, each once.
    pub supports: Vec<Support>,
    /// The capabilities that it needs, each once.
    pub needs: Vec<Need>,
    /// The services that it depends on, each once; never in a circle.
    pub depends_on: Vec<ServiceId>,
    /// Why it is on hold; none while it is not.
    pub hold: Option<Hold>,
    /// Who proposed it, and when.
    pub proposed: Mark,
    /// Where it stands.
    pub status: ServiceStatus,
}

/// What happened to a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceHappened {
    /// It was proposed.
    Proposed,
    /// Facts of it were changed.
    Revised,
    /// Whom it is for was set, as a whole.
    AudienceSet {
        /// Whom it is for.
        audience: Audience,
    },
    /// The support of an objective was set.
    SupportSet {
        /// The objective and the strength.
        support: Support,
    },
    /// The support of an objective was removed.
    SupportRemoved {
        /// The objective.
        objective: BusinessObjectiveId,
    },
    /// The need of a capability was set.
    NeedSet {
        /// The capability and the maturity.
        need: Need,
    },
    /// The need of a capability was removed.
    NeedRemoved {
        /// The capability.
        capability: CapabilityId,
    },
    /// A dependency on another service was added.
    DependencyAdded {
        /// The service that it depends on.
        on: ServiceId,
    },
    /// A dependency on another service was removed.
    DependencyRemoved {
        /// The service that it no longer depends on.
        on: ServiceId,
    },
    /// It was put on hold.
    PutOnHold {
        /// Why.
        reason: String,
    },
    /// The hold was ended.
    TakenOffHold,
    /// It was defined.
    Defined,
    /// It was analysed.
    Analysed {
        /// The business case, in words.
        business_case: String,
    },
    /// It was approved.
    Approved,
    /// It was chartered: design may start.
    Chartered,
    /// It was turned down.
    Rejected {
        /// Why.
        reason: String,
    },
    /// Its design started.
    EnteredDesign {
        /// The design package that it started with.
        package: DesignPackageId,
    },
    /// Its transition started.
    EnteredTransition {
        /// The transition.
        transition: TransitionId,
    },
    /// It went into operation.
    WentOperational {
        /// The transition that brought it there.
        transition: TransitionId,
    },
    /// It is being phased out: no new agreements from here on.
    Retiring {
        /// Why.
        reason: String,
    },
    /// It was retired.
    Retired,
}

impl ServiceHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Proposed => "Proposed",
            Self::Revised => "Revised",
            Self::AudienceSet { .. } => "AudienceSet",
            Self::SupportSet { .. } => "SupportSet",
            Self::SupportRemoved { .. } => "SupportRemoved",
            Self::NeedSet { .. } => "NeedSet",
            Self::NeedRemoved { .. } => "NeedRemoved",
            Self::DependencyAdded { .. } => "DependencyAdded",
            Self::DependencyRemoved { .. } => "DependencyRemoved",
            Self::PutOnHold { .. } => "PutOnHold",
            Self::TakenOffHold => "TakenOffHold",
            Self::Defined => "Defined",
            Self::Analysed { .. } => "Analysed",
            Self::Approved => "Approved",
            Self::Chartered => "Chartered",
            Self::Rejected { .. } => "Rejected",
            Self::EnteredDesign { .. } => "EnteredDesign",
            Self::EnteredTransition { .. } => "EnteredTransition",
            Self::WentOperational { .. } => "WentOperational",
            Self::Retiring { .. } => "Retiring",
            Self::Retired => "Retired",
        }
    }
}

impl Service {
    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> ServiceState {
        self.status.state()
    }
}
