//! Where a service stands: the machine of the portfolio, and the facts of each state.

use super::facts::Mark;
use ciclo_kernel::{
    ids::{DesignPackageId, TransitionId},
    machine,
};

machine! {
    machine "service";
    /// How far a service of the portfolio has come.
    states ServiceState {
        /// Somebody proposed it.
        Proposed = "PROPOSED" {
            Define => Defined, Reject => Rejected, Revise => Proposed, SetAudience => Proposed,
            SetSupport => Proposed, RemoveSupport => Proposed, SetNeed => Proposed,
            RemoveNeed => Proposed, AddDependency => Proposed, RemoveDependency => Proposed,
            PutOnHold => Proposed, TakeOffHold => Proposed,
        },
        /// It has a description and an owner.
        Defined = "DEFINED" {
            Analyse => Analysed, Reject => Rejected, Revise => Defined, SetAudience => Defined,
            SetSupport => Defined, RemoveSupport => Defined, SetNeed => Defined, RemoveNeed => Defined,
            AddDependency => Defined, RemoveDependency => Defined, PutOnHold => Defined,
            TakeOffHold => Defined,
        },
        /// It has a business case, and somebody whom it is for.
        Analysed = "ANALYSED" {
            Approve => Approved, Reject => Rejected, Revise => Analysed, SetAudience => Analysed,
            SetSupport => Analysed, RemoveSupport => Analysed, SetNeed => Analysed,
            RemoveNeed => Analysed, AddDependency => Analysed, RemoveDependency => Analysed,
            PutOnHold => Analysed, TakeOffHold => Analysed,
        },
        /// It is approved, not ordered yet.
        Approved = "APPROVED" {
            Charter => Chartered, Revise => Approved, SetAudience => Approved, SetSupport => Approved,
            RemoveSupport => Approved, SetNeed => Approved, RemoveNeed => Approved,
            AddDependency => Approved, RemoveDependency => Approved, PutOnHold => Approved,
            TakeOffHold => Approved,
        },
        /// It is ordered: design may start.
        Chartered = "CHARTERED" {
            EnterDesign => InDesign, Revise => Chartered, SetAudience => Chartered,
            SetSupport => Chartered, RemoveSupport => Chartered, SetNeed => Chartered,
            RemoveNeed => Chartered, AddDependency => Chartered, RemoveDependency => Chartered,
            PutOnHold => Chartered, TakeOffHold => Chartered,
        },
        /// It is being designed.
        InDesign = "IN_DESIGN" {
            EnterTransition => InTransition, Revise => InDesign, SetAudience => InDesign,
            SetSupport => InDesign, RemoveSupport => InDesign, SetNeed => InDesign,
            RemoveNeed => InDesign, AddDependency => InDesign, RemoveDependency => InDesign,
            PutOnHold => InDesign, TakeOffHold => InDesign,
        },
        /// It is being brought into operation.
        InTransition = "IN_TRANSITION" {
            GoOperational => Operational, Revise => InTransition, SetAudience => InTransition,
            SetSupport => InTransition, RemoveSupport => InTransition, SetNeed => InTransition,
            RemoveNeed => InTransition, AddDependency => InTransition, RemoveDependency => InTransition,
            PutOnHold => InTransition, TakeOffHold => InTransition,
        },
        /// Customers use it.
        Operational = "OPERATIONAL" {
            RetireBegin => Retiring, Revise => Operational, SetAudience => Operational,
            SetSupport => Operational, RemoveSupport => Operational, SetNeed => Operational,
            RemoveNeed => Operational, AddDependency => Operational, RemoveDependency => Operational,
            PutOnHold => Operational, TakeOffHold => Operational,
        },
        /// It is being phased out and takes no new agreements.
        Retiring = "RETIRING" {
            Retire => Retired, Revise => Retiring, SetAudience => Retiring, SetSupport => Retiring,
            RemoveSupport => Retiring, SetNeed => Retiring, RemoveNeed => Retiring,
            AddDependency => Retiring, RemoveDependency => Retiring, PutOnHold => Retiring,
            TakeOffHold => Retiring,
        },
        /// It is over; its history is kept. Final.
        Retired = "RETIRED" {},
        /// It was turned down. Final.
        Rejected = "REJECTED" {},
    }
    /// What can be done to a service.
    verbs ServiceVerb {
        Revise = "revise",
        SetAudience = "setAudience",
        SetSupport = "setSupport",
        RemoveSupport = "removeSupport",
        SetNeed = "setNeed",
        RemoveNeed = "removeNeed",
        AddDependency = "addDependency",
        RemoveDependency = "removeDependency",
        PutOnHold = "putOnHold",
        TakeOffHold = "takeOffHold",
        Define = "define",
        Analyse = "analyse",
        Approve = "approve",
        Charter = "charter",
        Reject = "reject",
        /// An event of design only, never by hand.
        EnterDesign = "enterDesign",
        /// An event of transition only, never by hand.
        EnterTransition = "enterTransition",
        /// An event of transition only, never by hand.
        GoOperational = "goOperational",
        RetireBegin = "retireBegin",
        Retire = "retire",
    }
}

impl ServiceState {
    /// Whether new agreements may be made for the service: not when it is retiring, retired or rejected.
    #[must_use]
    pub fn accepts_agreements(self) -> bool {
        match self {
            Self::Retiring | Self::Retired | Self::Rejected => false,
            Self::Proposed
            | Self::Defined
            | Self::Analysed
            | Self::Approved
            | Self::Chartered
            | Self::InDesign
            | Self::InTransition
            | Self::Operational => true,
        }
    }

    /// Whether the service is on its way to design: PROPOSED to CHARTERED.
    #[must_use]
    pub fn in_pipeline(self) -> bool {
        match self {
            Self::Proposed | Self::Defined | Self::Analysed | Self::Approved | Self::Chartered => true,
            Self::InDesign
            | Self::InTransition
            | Self::Operational
            | Self::Retiring
            | Self::Retired
            | Self::Rejected => false,
        }
    }

    /// Whether the service is in the catalogue: OPERATIONAL.
    #[must_use]
    pub fn in_catalogue(self) -> bool {
        self == Self::Operational
    }

    /// The part of the portfolio that the service is in; none on its way through design and
    /// transition, while it is being phased out, and when it was rejected.
    #[must_use]
    pub fn part(self) -> Option<PortfolioPart> {
        match self {
            Self::Proposed | Self::Defined | Self::Analysed | Self::Approved | Self::Chartered => {
                Some(PortfolioPart::Pipeline)
            }
            Self::Operational => Some(PortfolioPart::Catalogue),
            Self::Retired => Some(PortfolioPart::Retired),
            Self::InDesign | Self::InTransition | Self::Retiring | Self::Rejected => None,
        }
    }
}

/// A part of the portfolio.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PortfolioPart {
    /// What may come: PROPOSED to CHARTERED.
    Pipeline,
    /// What customers use: OPERATIONAL.
    Catalogue,
    /// What was: RETIRED.
    Retired,
}

impl PortfolioPart {
    /// The part as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pipeline => "PIPELINE",
            Self::Catalogue => "CATALOGUE",
            Self::Retired => "RETIRED",
        }
    }
}

/// Why a service is worth having.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BusinessCase {
    /// The case, in words.
    pub text: String,
    /// Who analysed it, and when.
    pub analysed: Mark,
}

/// What design works from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charter {
    /// The business case.
    pub case: BusinessCase,
    /// Who approved it, and when.
    pub approved: Mark,
    /// Who chartered it, and when.
    pub chartered: Mark,
}

/// How a service came into operation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operation {
    /// The transition that brought it there.
    pub transition: TransitionId,
    /// When it went into operation, and who reported it.
    pub since: Mark,
}

/// How a service leaves operation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PhaseOut {
    /// Why.
    pub reason: String,
    /// Who began it, and when.
    pub began: Mark,
}

/// Where a service stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceStatus {
    /// Proposed.
    Proposed,
    /// Defined.
    Defined {
        /// Who defined it, and when.
        defined: Mark,
    },
    /// Analysed.
    Analysed {
        /// Its business case.
        case: BusinessCase,
    },
    /// Approved.
    Approved {
        /// Its business case.
        case: BusinessCase,
        /// Who approved it, and when.
        approved: Mark,
    },
    /// Chartered.
    Chartered {
        /// Its charter.
        charter: Charter,
    },
    /// In design.
    InDesign {
        /// Its charter.
        charter: Charter,
        /// The design package that the design started with.
        package: DesignPackageId,
        /// When it started, and who reported it.
        entered: Mark,
    },
    /// In transition.
    InTransition {
        /// Its charter.
        charter: Charter,
        /// The transition that was opened first.
        transition: TransitionId,
        /// When it started, and who reported it.
        entered: Mark,
    },
    /// In operation.
    Operational {
        /// Its charter.
        charter: Charter,
        /// How it came into operation.
        operation: Operation,
    },
    /// Being phased out.
    Retiring {
        /// Its charter.
        charter: Charter,
        /// How it came into operation.
        operation: Operation,
        /// How it leaves operation.
        phase_out: PhaseOut,
    },
    /// Retired.
    Retired {
        /// Its charter.
        charter: Charter,
        /// How it came into operation.
        operation: Operation,
        /// How it left operation.
        phase_out: PhaseOut,
        /// Who retired it, and when.
        retired: Mark,
    },
    /// Turned down.
    Rejected {
        /// Its business case; none when it was rejected before the analysis.
        case: Option<BusinessCase>,
        /// Why it was turned down.
        reason: String,
        /// Who turned it down, and when.
        rejected: Mark,
    },
}

impl ServiceStatus {
    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> ServiceState {
        match self {
            Self::Proposed => ServiceState::Proposed,
            Self::Defined { .. } => ServiceState::Defined,
            Self::Analysed { .. } => ServiceState::Analysed,
            Self::Approved { .. } => ServiceState::Approved,
            Self::Chartered { .. } => ServiceState::Chartered,
            Self::InDesign { .. } => ServiceState::InDesign,
            Self::InTransition { .. } => ServiceState::InTransition,
            Self::Operational { .. } => ServiceState::Operational,
            Self::Retiring { .. } => ServiceState::Retiring,
            Self::Retired { .. } => ServiceState::Retired,
            Self::Rejected { .. } => ServiceState::Rejected,
        }
    }

    /// The business case; none before the analysis.
    #[must_use]
    pub fn case(&self) -> Option<&BusinessCase> {
        match self {
            Self::Proposed | Self::Defined { .. } => None,
            Self::Analysed { case } | Self::Approved { case, .. } => Some(case),
            Self::Chartered { charter }
            | Self::InDesign { charter, .. }
            | Self::InTransition { charter, .. }
            | Self::Operational { charter, .. }
            | Self::Retiring { charter, .. }
            | Self::Retired { charter, .. } => Some(&charter.case),
            Self::Rejected { case, .. } => case.as_ref(),
        }
    }

    /// The charter; none before the service is chartered.
    #[must_use]
    pub fn charter(&self) -> Option<&Charter> {
        match self {
            Self::Proposed
            | Self::Defined { .. }
            | Self::Analysed { .. }
            | Self::Approved { .. }
            | Self::Rejected { .. } => None,
            Self::Chartered { charter }
            | Self::InDesign { charter, .. }
            | Self::InTransition { charter, .. }
            | Self::Operational { charter, .. }
            | Self::Retiring { charter, .. }
            | Self::Retired { charter, .. } => Some(charter),
        }
    }

    /// How the service came into operation; none before that.
    #[must_use]
    pub fn operation(&self) -> Option<&Operation> {
        match self {
            Self::Proposed
            | Self::Defined { .. }
            | Self::Analysed { .. }
            | Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Chartered { .. }
            | Self::InDesign { .. }
            | Self::InTransition { .. } => None,
            Self::Operational { operation, .. }
            | Self::Retiring { operation, .. }
            | Self::Retired { operation, .. } => Some(operation),
        }
    }
}
