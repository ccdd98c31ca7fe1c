//! An offering: what a customer can ask for under a service, what it costs, who may ask,
//! how it is fulfilled and which fields a request fills in.

use super::{
    facts::{Mark, Money, distinct},
    service::{Service, ServiceState},
};
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{CustomerId, OfferingId, ServiceId},
    machine, text,
};
use serde_json::Value;

/// The largest form, in bytes.
pub const FORM_BYTES: usize = 64 * 1024;
/// The form that asks nothing.
pub const FORM_OF_NOTHING: &str = r#"{"type":"object"}"#;

machine! {
    machine "offering";
    /// How far an offering has come.
    states OfferingState {
        /// Being written.
        Draft = "DRAFT" {
            Publish => Published, Revise => Draft, ServiceWentOperational => Draft,
            ServiceLeftOperation => Draft,
        },
        /// Offered, and visible while its service is in operation.
        Published = "PUBLISHED" {
            Withdraw => Withdrawn, Revise => Published, ServiceWentOperational => Published,
            ServiceLeftOperation => Published,
        },
        /// No longer offered. Final.
        Withdrawn = "WITHDRAWN" {},
    }
    /// What can be done to an offering.
    verbs OfferingVerb {
        Revise = "revise",
        Publish = "publish",
        Withdraw = "withdraw",
        /// A move of its service only, never by hand.
        ServiceWentOperational = "serviceWentOperational",
        /// A move of its service only, never by hand.
        ServiceLeftOperation = "serviceLeftOperation",
    }
}

/// A step of the fulfilment of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FulfilmentStep {
    /// What is done.
    pub name: String,
    /// The group that does it.
    pub group: String,
}

/// Where an offering stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OfferingStatus {
    /// Being written.
    Draft,
    /// Offered.
    Published {
        /// Who published it, and when.
        published: Mark,
    },
    /// No longer offered.
    Withdrawn {
        /// Who had published it, and when.
        published: Mark,
        /// Why it was withdrawn.
        reason: String,
        /// Who withdrew it, and when.
        withdrawn: Mark,
    },
}

/// What a customer can ask for under a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offering {
    /// The record's id.
    pub id: OfferingId,
    /// The service that it belongs to.
    pub service: ServiceId,
    /// Its name.
    pub name: String,
    /// What the customer gets; none while nobody wrote it.
    pub description: Option<String>,
    /// What one request costs.
    pub price: Money,
    /// The customers that may ask for it, each once; empty means everybody.
    pub eligible: Vec<CustomerId>,
    /// The steps of the fulfilment, in order.
    pub fulfilment: Vec<FulfilmentStep>,
    /// The fields that a request fills in: a JSON Schema of type object, as JSON text.
    pub form: String,
    /// Whether a request needs an approval before its fulfilment.
    pub approval_needed: bool,
    /// Whether its service is in operation, as far as the offering was told.
    pub service_operational: bool,
    /// Who drafted it, and when.
    pub drafted: Mark,
    /// Where it stands.
    pub status: OfferingStatus,
}

/// What it takes to draft an offering.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftOffering {
    /// Its name.
    pub name: String,
    /// What the customer gets; needed to publish it.
    pub description: Option<String>,
    /// What one request costs.
    pub price: Money,
    /// The customers that may ask for it, each once; empty means everybody.
    pub eligible: Vec<CustomerId>,
    /// The steps of the fulfilment, in order; at least one is needed to publish it.
    pub fulfilment: Vec<FulfilmentStep>,
    /// A JSON Schema of type object, as JSON text of at most 64 KiB; none asks nothing.
    pub form: Option<String>,
    /// Whether a request needs an approval before its fulfilment.
    pub approval_needed: bool,
}

/// Which facts of an offering change; none leaves a fact as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReviseOffering {
    /// Its name.
    pub name: Option<String>,
    /// What the customer gets; `Some(None)` and a blank text clear it.
    pub description: Option<Option<String>>,
    /// What one request costs.
    pub price: Option<Money>,
    /// The customers that may ask for it, as a whole; an empty list means everybody.
    pub eligible: Option<Vec<CustomerId>>,
    /// The steps of the fulfilment, as a whole, in order.
    pub fulfilment: Option<Vec<FulfilmentStep>>,
    /// A JSON Schema of type object, as JSON text of at most 64 KiB.
    pub form: Option<String>,
    /// Whether a request needs an approval before its fulfilment.
    pub approval_needed: Option<bool>,
}

/// What happened to an offering.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OfferingHappened {
    /// It was drafted.
    Drafted,
    /// Facts of it were changed.
    Revised,
    /// It was published.
    Published,
    /// It was withdrawn.
    Withdrawn {
        /// Why.
        reason: String,
    },
    /// Its service went into operation: customers see it once it is published.
    BecameVisible,
    /// Its service left operation: customers do not see it.
    BecameHidden,
}

impl OfferingHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Drafted => "Drafted",
            Self::Revised => "Revised",
            Self::Published => "Published",
            Self::Withdrawn { .. } => "Withdrawn",
            Self::BecameVisible => "BecameVisible",
            Self::BecameHidden => "BecameHidden",
        }
    }
}

/// Whether customers see an offering: published, with its service in operation.
#[must_use]
pub fn visible(state: OfferingState, service_operational: bool) -> bool {
    match state {
        OfferingState::Published => service_operational,
        OfferingState::Draft | OfferingState::Withdrawn => false,
    }
}

impl Offering {
    /// Drafts an offering under a service that is not retiring, retired or rejected.
    pub fn draft(
        id: OfferingId,
        service: &Service,
        input: DraftOffering,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, OfferingHappened> {
        let state = service.state();
        if !state.accepts_agreements() {
            let message =
                format!("the service {} is {} and takes no new offerings", service.name, state.as_str());
            return Err(Refusal::rule(message).with("service", service.id.to_string()));
        }
        distinct("eligible", &input.eligible)?;
        let offering = Self {
            id,
            service: service.id,
            name: text::line("name", &input.name)?,
            description: text::optional_body("description", input.description.as_deref())?,
            price: input.price.checked("price")?,
            eligible: input.eligible,
            fulfilment: checked_steps(&input.fulfilment)?,
            form: input.form.map_or_else(|| Ok(FORM_OF_NOTHING.to_owned()), checked_form)?,
            approval_needed: input.approval_needed,
            service_operational: state == ServiceState::Operational,
            drafted: Mark::new(by, at),
            status: OfferingStatus::Draft,
        };
        Ok((offering, OfferingHappened::Drafted))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> OfferingState {
        match self.status {
            OfferingStatus::Draft => OfferingState::Draft,
            OfferingStatus::Published { .. } => OfferingState::Published,
            OfferingStatus::Withdrawn { .. } => OfferingState::Withdrawn,
        }
    }

    /// Whether customers see it.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        visible(self.state(), self.service_operational)
    }

    /// Whether a customer may ask for it, once it is visible.
    #[must_use]
    pub fn is_for(&self, customer: CustomerId) -> bool {
        self.eligible.is_empty() || self.eligible.contains(&customer)
    }

    /// Changes facts. What a published offering needs stays.
    pub fn revise(mut self, revision: ReviseOffering) -> Decision<Self, OfferingHappened> {
        self.state().go(OfferingVerb::Revise)?;
        if let Some(name) = revision.name {
            self.name = text::line("name", &name)?;
        }
        if let Some(description) = revision.description {
            self.description = text::optional_body("description", description.as_deref())?;
        }
        if let Some(price) = revision.price {
            self.price = price.checked("price")?;
        }
        if let Some(eligible) = revision.eligible {
            distinct("eligible", &eligible)?;
            self.eligible = eligible;
        }
        if let Some(steps) = revision.fulfilment {
            self.fulfilment = checked_steps(&steps)?;
        }
        if let Some(form) = revision.form {
            self.form = checked_form(form)?;
        }
        self.approval_needed = revision.approval_needed.unwrap_or(self.approval_needed);
        match self.state() {
            OfferingState::Published => self.must_be_publishable(OfferingVerb::Revise)?,
            OfferingState::Draft | OfferingState::Withdrawn => {}
        }
        Ok((self, OfferingHappened::Revised))
    }

    /// Publishes it; needs a description and a fulfilment plan.
    pub fn publish(mut self, by: &str, at: Timestamp) -> Decision<Self, OfferingHappened> {
        self.state().go(OfferingVerb::Publish)?;
        self.must_be_publishable(OfferingVerb::Publish)?;
        self.status = OfferingStatus::Published { published: Mark::new(by, at) };
        Ok((self, OfferingHappened::Published))
    }

    /// Withdraws it, with a reason.
    pub fn withdraw(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, OfferingHappened> {
        let state = self.state();
        state.go(OfferingVerb::Withdraw)?;
        let reason = text::body("reason", reason)?;
        let OfferingStatus::Published { published } = self.status else {
            let verb = OfferingState::verb_str(OfferingVerb::Withdraw);
            return Err(Refusal::wrong_state(OfferingState::NAME, state.as_str(), verb, state.allowed()));
        };
        let withdrawn = Mark::new(by, at);
        self.status = OfferingStatus::Withdrawn { published, reason: reason.clone(), withdrawn };
        Ok((self, OfferingHappened::Withdrawn { reason }))
    }

    /// Notes that its service went into operation.
    pub fn service_went_operational(mut self) -> Decision<Self, OfferingHappened> {
        self.state().go(OfferingVerb::ServiceWentOperational)?;
        if self.service_operational {
            return Err(Refusal::rule("the offering's service is in operation already"));
        }
        self.service_operational = true;
        Ok((self, OfferingHappened::BecameVisible))
    }

    /// Notes that its service left operation.
    pub fn service_left_operation(mut self) -> Decision<Self, OfferingHappened> {
        self.state().go(OfferingVerb::ServiceLeftOperation)?;
        if !self.service_operational {
            return Err(Refusal::rule("the offering's service is not in operation"));
        }
        self.service_operational = false;
        Ok((self, OfferingHappened::BecameHidden))
    }

    fn must_be_publishable(&self, verb: OfferingVerb) -> Result<(), Refusal> {
        let mut missing = Vec::new();
        if self.description.is_none() {
            missing.push("the description is not written".to_owned());
        }
        if self.fulfilment.is_empty() {
            missing.push("the fulfilment plan has no step".to_owned());
        }
        if missing.is_empty() { Ok(()) } else { Err(Refusal::unmet(OfferingState::verb_str(verb), &missing)) }
    }
}

fn checked_steps(steps: &[FulfilmentStep]) -> Result<Vec<FulfilmentStep>, Refusal> {
    let checked = steps.iter().map(|step| {
        Ok(FulfilmentStep {
            name: text::line("fulfilment.name", &step.name)?,
            group: text::line("fulfilment.group", &step.group)?,
        })
    });
    checked.collect()
}

/// A form as it was written, when it is a JSON Schema that describes an object.
fn checked_form(form: String) -> Result<String, Refusal> {
    if form.len() > FORM_BYTES {
        let why = format!("{} bytes; at most {FORM_BYTES} are allowed", form.len());
        return Err(Refusal::invalid("form", why).with("limit", FORM_BYTES));
    }
    let schema: Value = serde_json::from_str(&form)
        .map_err(|why| Refusal::invalid("form", format!("it is not JSON: {why}")))?;
    let describes_an_object =
        schema.as_object().is_some_and(|schema| schema.get("type") == Some(&"object".into()));
    if describes_an_object {
        Ok(form)
    } else {
        Err(Refusal::invalid("form", "a JSON Schema is an object, here with \"type\": \"object\""))
    }
}
