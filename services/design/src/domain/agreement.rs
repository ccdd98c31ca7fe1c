//! One version of an agreement: with whom, in which lineage and where it
//! stands. Its verbs are in `agreement_verbs`, what it says is in `terms`.

use super::{facts::Mark, terms::Terms};
use ciclo_kernel::{
    Refusal, Timestamp,
    ids::{AgreementId, CustomerId, ServiceId},
    machine, text,
};

// The line of the rules, `… ACTIVE → UNDER_REVIEW → ACTIVE | SUPERSEDED | EXPIRED | TERMINATED`, is read
// so: a version in force ends from ACTIVE as from UNDER_REVIEW; and a version that is agreed but not in
// force yet is superseded when a newer one comes into force. Nothing else ends before it was in force.
machine! {
    machine "agreement";
    /// How far a version of an agreement has come.
    states AgreementState {
        /// Being written; its terms can be edited.
        Draft = "DRAFT" { Revise => Draft, Negotiate => Negotiation },
        /// Being negotiated with the other party; its terms can be edited.
        Negotiation = "NEGOTIATION" { Revise => Negotiation, Agree => Agreed },
        /// Agreed, and immutable from here on; not in force yet.
        Agreed = "AGREED" { DraftNext => Agreed, Activate => Active, Supersede => Superseded },
        /// In force.
        Active = "ACTIVE" {
            DraftNext => Active, Review => UnderReview, Supersede => Superseded, Expire => Expired,
            Terminate => Terminated,
        },
        /// In force, while it is looked at again.
        UnderReview = "UNDER_REVIEW" {
            DraftNext => UnderReview, Renew => Active, Supersede => Superseded, Expire => Expired,
            Terminate => Terminated,
        },
        /// A newer version took its place. Final.
        Superseded = "SUPERSEDED" {},
        /// Its time is over. Final.
        Expired = "EXPIRED" {},
        /// Ended before its time, with a reason. Final.
        Terminated = "TERMINATED" {},
    }
    /// What can be done to an agreement.
    verbs AgreementVerb {
        Revise = "revise",
        Negotiate = "negotiate",
        Agree = "agree",
        DraftNext = "draftNext",
        Activate = "activate",
        Review = "review",
        Renew = "renew",
        Supersede = "supersede",
        Expire = "expire",
        Terminate = "terminate",
    }
}

impl AgreementState {
    /// Whether the version is superseded, expired or terminated.
    #[must_use]
    pub fn ended(self) -> bool {
        match self {
            Self::Draft | Self::Negotiation | Self::Agreed | Self::Active | Self::UnderReview => false,
            Self::Superseded | Self::Expired | Self::Terminated => true,
        }
    }

    /// Whether the version is in force.
    #[must_use]
    pub fn in_force(self) -> bool {
        match self {
            Self::Active | Self::UnderReview => true,
            Self::Draft
            | Self::Negotiation
            | Self::Agreed
            | Self::Superseded
            | Self::Expired
            | Self::Terminated => false,
        }
    }
}

words! {
    /// What sort of agreement it is.
    AgreementKind {
        /// A service level agreement, with a customer.
        Sla = "SLA",
        /// An operational level agreement, with an internal group.
        Ola = "OLA",
        /// An underpinning contract, with a supplier.
        Contract = "CONTRACT",
    }
}

/// With whom an agreement is made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AgreementParty {
    /// A customer: the agreement is an SLA.
    Customer(CustomerId),
    /// An internal group, by name: the agreement is an OLA.
    Group(String),
    /// A supplier, by name: the agreement is a contract.
    Supplier(String),
}

impl AgreementParty {
    /// The party of a kind of agreement: exactly the one that the kind takes must be given.
    pub fn of(
        kind: AgreementKind,
        customer: Option<CustomerId>,
        group: Option<&str>,
        supplier: Option<&str>,
    ) -> Result<Self, Refusal> {
        let (taken, party) = match kind {
            AgreementKind::Sla => ("customer", customer.map(Self::Customer)),
            AgreementKind::Ola => ("group", group.map(|name| Self::Group(name.to_owned()))),
            AgreementKind::Contract => ("supplier", supplier.map(|name| Self::Supplier(name.to_owned()))),
        };
        let given = [customer.is_some(), group.is_some(), supplier.is_some()];
        let one = given.into_iter().filter(|given| *given).count() == 1;
        match party.filter(|_| one) {
            Some(party) => party.checked(),
            None => {
                let kind = kind.as_str();
                Err(Refusal::invalid(
                    taken,
                    format!("an agreement of kind {kind} takes a {taken} and no other party"),
                ))
            }
        }
    }

    /// The kind of agreement that is made with this party.
    #[must_use]
    pub fn kind(&self) -> AgreementKind {
        match self {
            Self::Customer(_) => AgreementKind::Sla,
            Self::Group(_) => AgreementKind::Ola,
            Self::Supplier(_) => AgreementKind::Contract,
        }
    }

    /// The party with its name checked.
    pub fn checked(self) -> Result<Self, Refusal> {
        match self {
            Self::Customer(customer) => Ok(Self::Customer(customer)),
            Self::Group(name) => text::line("group", &name).map(Self::Group),
            Self::Supplier(name) => text::line("supplier", &name).map(Self::Supplier),
        }
    }
}

/// The version that a version follows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PreviousVersion {
    /// That version.
    pub id: AgreementId,
    /// From when it held: the next one must hold from later on.
    pub valid_from: Timestamp,
}

/// How a version came into force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InForce {
    /// Who agreed, and when.
    pub agreed: Mark,
    /// Who brought it into force, and when.
    pub activated: Mark,
}

/// A review that ended with the renewal of the agreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Renewal {
    /// What the review concluded.
    pub conclusion: String,
    /// Who renewed it, and when.
    pub renewed: Mark,
}

/// Where a version stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AgreementStatus {
    /// Being written.
    Draft,
    /// Being negotiated.
    Negotiation {
        /// Who started it, and when.
        started: Mark,
    },
    /// Agreed.
    Agreed {
        /// Who agreed, and when.
        agreed: Mark,
    },
    /// In force.
    Active {
        /// How it came into force.
        force: InForce,
        /// The last renewal; none before the first.
        renewal: Option<Renewal>,
    },
    /// In force and under review.
    UnderReview {
        /// How it came into force.
        force: InForce,
        /// Why it is reviewed.
        reason: String,
        /// Who started the review, and when.
        started: Mark,
    },
    /// A newer version took its place.
    Superseded {
        /// Who had agreed, and when.
        agreed: Mark,
        /// Who had brought it into force, and when; none when it never was.
        activated: Option<Mark>,
        /// The newer version.
        next: AgreementId,
        /// Who superseded it, and when.
        ended: Mark,
    },
    /// Its time is over.
    Expired {
        /// How it came into force.
        force: InForce,
        /// Who noticed, and when.
        ended: Mark,
    },
    /// Ended before its time.
    Terminated {
        /// How it came into force.
        force: InForce,
        /// Why it was ended.
        reason: String,
        /// Who ended it, and when.
        ended: Mark,
    },
}

/// One version of an agreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agreement {
    /// This version.
    pub id: AgreementId,
    /// The first version of the lineage; the same as `id` for version 1.
    pub family: AgreementId,
    /// The version's number within the lineage; the first is 1.
    pub number: u32,
    /// The version that this one follows; none for version 1.
    pub previous: Option<PreviousVersion>,
    /// The service that it is about.
    pub service: ServiceId,
    /// The service's name when the version was drafted.
    pub service_name: String,
    /// With whom it is made.
    pub party: AgreementParty,
    /// What it says.
    pub terms: Terms,
    /// Who drafted it, and when.
    pub drafted: Mark,
    /// Where it stands.
    pub status: AgreementStatus,
}

/// What happened to an agreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AgreementHappened {
    /// A version was drafted.
    Drafted {
        /// The version that it follows; none for version 1.
        previous: Option<AgreementId>,
    },
    /// Its terms were changed.
    Revised,
    /// The negotiation started.
    NegotiationStarted,
    /// It was agreed.
    Agreed,
    /// It came into force.
    Activated,
    /// A review started.
    ReviewStarted {
        /// Why.
        reason: String,
    },
    /// The review ended and it stays in force.
    Renewed {
        /// What the review concluded.
        conclusion: String,
    },
    /// A newer version took its place.
    Superseded {
        /// The newer version.
        next: AgreementId,
    },
    /// Its time is over.
    Expired,
    /// It was ended before its time.
    Terminated {
        /// Why.
        reason: String,
    },
}

impl AgreementHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "Drafted",
            Self::Revised => "Revised",
            Self::NegotiationStarted => "NegotiationStarted",
            Self::Agreed => "Agreed",
            Self::Activated => "Activated",
            Self::ReviewStarted { .. } => "ReviewStarted",
            Self::Renewed { .. } => "Renewed",
            Self::Superseded { .. } => "Superseded",
            Self::Expired => "Expired",
            Self::Terminated { .. } => "Terminated",
        }
    }
}
