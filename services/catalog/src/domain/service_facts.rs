//! What changes a service's facts and leaves it where it is. Up to the charter everything
//! may be changed; what the charter needed stays from there on.

use super::{
    business_objective::BusinessObjective,
    capability::{Capability, MOST_MATURITY},
    dependencies::{DependencyGraph, check_dependencies},
    facts::{Mark, within},
    service::{
        Audience, Hold, Need, Service, ServiceHappened, ServiceState, ServiceStatus, ServiceVerb,
        ServiceView, Support,
    },
};
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{BusinessObjectiveId, CapabilityId, ServiceId},
    text,
};

/// The strongest support, in percent.
pub const MOST_STRENGTH: u32 = 100;
/// The least critical criticality.
pub const LEAST_CRITICAL: u32 = 4;

/// What it takes to propose a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProposeService {
    /// Its name.
    pub name: String,
    /// What it does for its customers; needed to define it.
    pub description: Option<String>,
    /// From which side it is seen; this does not change later.
    pub view: ServiceView,
    /// Who answers for it; needed to define it.
    pub owner: Option<String>,
    /// The family of services that it belongs to, by name; none when it belongs to none.
    pub family: Option<String>,
    /// How critical it is: 1 (most) to 4.
    pub criticality: u32,
    /// Whom it is for; needed to analyse it.
    pub audience: Audience,
}

/// Which facts of a service change; none leaves a fact as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReviseService {
    /// Its name.
    pub name: Option<String>,
    /// What it does for its customers; `Some(None)` and a blank text clear it.
    pub description: Option<Option<String>>,
    /// Who answers for it; `Some(None)` and a blank text clear it.
    pub owner: Option<Option<String>>,
    /// The family of services that it belongs to; `Some(None)` and a blank text clear it.
    pub family: Option<Option<String>>,
    /// How critical it is: 1 (most) to 4.
    pub criticality: Option<u32>,
}

impl Service {
    /// Proposes a service.
    pub fn propose(
        id: ServiceId,
        input: ProposeService,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceHappened> {
        let service = Self {
            id,
            name: text::line("name", &input.name)?,
            description: text::optional_body("description", input.description.as_deref())?,
            view: input.view,
            owner: text::optional_line("owner", input.owner.as_deref())?,
            family: text::optional_line("family", input.family.as_deref())?,
            criticality: within("criticality", input.criticality, 1, LEAST_CRITICAL)?,
            audience: input.audience,
            supports: Vec::new(),
            needs: Vec::new(),
            depends_on: Vec::new(),
            hold: None,
            proposed: Mark::new(by, at),
            status: ServiceStatus::Proposed,
        };
        Ok((service, ServiceHappened::Proposed))
    }

    /// Changes facts.
    pub fn revise(mut self, revision: ReviseService) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::Revise)?;
        if let Some(name) = revision.name {
            self.name = text::line("name", &name)?;
        }
        if let Some(description) = revision.description {
            self.description = text::optional_body("description", description.as_deref())?;
        }
        if let Some(owner) = revision.owner {
            self.owner = text::optional_line("owner", owner.as_deref())?;
        }
        if let Some(family) = revision.family {
            self.family = text::optional_line("family", family.as_deref())?;
        }
        if let Some(criticality) = revision.criticality {
            self.criticality = within("criticality", criticality, 1, LEAST_CRITICAL)?;
        }
        self.keeping_the_charter(ServiceVerb::Revise, ServiceHappened::Revised)
    }

    /// Sets whom it is for, as a whole: who is left out is taken out.
    pub fn set_audience(mut self, audience: Audience) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::SetAudience)?;
        self.audience = audience.clone();
        self.keeping_the_charter(ServiceVerb::SetAudience, ServiceHappened::AudienceSet { audience })
    }

    /// Sets how strongly it supports an active objective, in percent: 0 to 100.
    pub fn set_support(
        mut self,
        objective: &BusinessObjective,
        strength: u32,
    ) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::SetSupport)?;
        objective.must_be_active()?;
        let support =
            Support { objective: objective.id, strength: within("strength", strength, 0, MOST_STRENGTH)? };
        match self.supports.iter_mut().find(|known| known.objective == support.objective) {
            Some(known) => *known = support,
            None => self.supports.push(support),
        }
        self.keeping_the_charter(ServiceVerb::SetSupport, ServiceHappened::SupportSet { support })
    }

    /// Removes the support of an objective.
    pub fn remove_support(mut self, objective: BusinessObjectiveId) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::RemoveSupport)?;
        let before = self.supports.len();
        self.supports.retain(|support| support.objective != objective);
        if self.supports.len() == before {
            return Err(Refusal::rule(format!("the service does not support the objective {objective}"))
                .with("objective", objective.to_string()));
        }
        self.keeping_the_charter(ServiceVerb::RemoveSupport, ServiceHappened::SupportRemoved { objective })
    }

    /// Sets the lowest maturity, 1 to 5, at which an active capability will do.
    pub fn set_need(mut self, capability: &Capability, maturity: u32) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::SetNeed)?;
        capability.must_be_active()?;
        let need =
            Need { capability: capability.id, maturity: within("maturity", maturity, 1, MOST_MATURITY)? };
        match self.needs.iter_mut().find(|known| known.capability == need.capability) {
            Some(known) => *known = need,
            None => self.needs.push(need),
        }
        Ok((self, ServiceHappened::NeedSet { need }))
    }

    /// Removes the need of a capability.
    pub fn remove_need(mut self, capability: CapabilityId) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::RemoveNeed)?;
        let before = self.needs.len();
        self.needs.retain(|need| need.capability != capability);
        if self.needs.len() == before {
            return Err(Refusal::rule(format!("the service does not need the capability {capability}"))
                .with("capability", capability.to_string()));
        }
        Ok((self, ServiceHappened::NeedRemoved { capability }))
    }

    /// Adds a dependency on another service, given what all services of the tenant depend on.
    /// Refuses one that is retired or rejected, itself, one that it depends on already, and a circle.
    pub fn add_dependency(mut self, on: &Self, graph: &DependencyGraph) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::AddDependency)?;
        match on.state() {
            state @ (ServiceState::Retired | ServiceState::Rejected) => {
                let message = format!("the service {} is {} and cannot be used", on.name, state.as_str());
                return Err(Refusal::rule(message).with("service", on.id.to_string()));
            }
            ServiceState::Proposed
            | ServiceState::Defined
            | ServiceState::Analysed
            | ServiceState::Approved
            | ServiceState::Chartered
            | ServiceState::InDesign
            | ServiceState::InTransition
            | ServiceState::Operational
            | ServiceState::Retiring => {}
        }
        self.depends_on.push(on.id);
        check_dependencies(graph, self.id, &self.depends_on)?;
        Ok((self, ServiceHappened::DependencyAdded { on: on.id }))
    }

    /// Removes a dependency on another service.
    pub fn remove_dependency(mut self, on: ServiceId) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::RemoveDependency)?;
        let before = self.depends_on.len();
        self.depends_on.retain(|known| *known != on);
        if self.depends_on.len() == before {
            return Err(
                Refusal::rule(format!("the service does not depend on {on}")).with("service", on.to_string())
            );
        }
        Ok((self, ServiceHappened::DependencyRemoved { on }))
    }

    /// Puts it on hold, with a reason: no move by hand but a rejection until it is taken off.
    pub fn put_on_hold(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::PutOnHold)?;
        if self.hold.is_some() {
            return Err(Refusal::rule("the service is on hold already"));
        }
        let reason = text::body("reason", reason)?;
        self.hold = Some(Hold { reason: reason.clone(), held: Mark::new(by, at) });
        Ok((self, ServiceHappened::PutOnHold { reason }))
    }

    /// Takes it off hold.
    pub fn take_off_hold(mut self) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::TakeOffHold)?;
        if self.hold.is_none() {
            return Err(Refusal::rule("the service is not on hold"));
        }
        self.hold = None;
        Ok((self, ServiceHappened::TakenOffHold))
    }

    /// Refuses a change that takes away what the charter needed.
    fn keeping_the_charter(
        self,
        verb: ServiceVerb,
        happened: ServiceHappened,
    ) -> Decision<Self, ServiceHappened> {
        let missing = if self.status.charter().is_some() { self.charter_lacks() } else { Vec::new() };
        if missing.is_empty() {
            Ok((self, happened))
        } else {
            Err(Refusal::unmet(ServiceState::verb_str(verb), &missing))
        }
    }
}
