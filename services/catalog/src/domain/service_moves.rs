//! What moves a service from one state to the next, and what each move needs.

use super::{
    facts::Mark,
    service::{
        BusinessCase, Charter, Operation, PhaseOut, Service, ServiceHappened, ServiceState, ServiceStatus,
        ServiceVerb,
    },
};
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{DesignPackageId, TransitionId},
    text,
};

impl Service {
    /// Defines it; needs a description and an owner.
    pub fn define(mut self, by: &str, at: Timestamp) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::Define)?;
        self.by_hand(ServiceVerb::Define, self.definition_lacks())?;
        self.status = ServiceStatus::Defined { defined: Mark::new(by, at) };
        Ok((self, ServiceHappened::Defined))
    }

    /// Analyses it; needs a customer or a market space, and the business case in words.
    pub fn analyse(
        mut self,
        business_case: &str,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::Analyse)?;
        let mut missing = self.audience_lacks();
        if business_case.trim().is_empty() {
            missing.push("the business case is not written".to_owned());
        }
        self.by_hand(ServiceVerb::Analyse, missing)?;
        let text = text::body("businessCase", business_case)?;
        self.status = ServiceStatus::Analysed {
            case: BusinessCase { text: text.clone(), analysed: Mark::new(by, at) },
        };
        Ok((self, ServiceHappened::Analysed { business_case: text }))
    }

    /// Approves it; needs at least one objective that it supports.
    pub fn approve(mut self, by: &str, at: Timestamp) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::Approve)?;
        self.by_hand(ServiceVerb::Approve, self.support_lacks())?;
        let ServiceStatus::Analysed { case } = self.status else {
            return Err(refused(self.state(), ServiceVerb::Approve));
        };
        self.status = ServiceStatus::Approved { case, approved: Mark::new(by, at) };
        Ok((self, ServiceHappened::Approved))
    }

    /// Charters it: design may start. Everything that the moves before needed must still be there.
    pub fn charter(mut self, by: &str, at: Timestamp) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::Charter)?;
        self.by_hand(ServiceVerb::Charter, self.charter_lacks())?;
        let ServiceStatus::Approved { case, approved } = self.status else {
            return Err(refused(self.state(), ServiceVerb::Charter));
        };
        let charter = Charter { case, approved, chartered: Mark::new(by, at) };
        self.status = ServiceStatus::Chartered { charter };
        Ok((self, ServiceHappened::Chartered))
    }

    /// Turns it down, with a reason, also while it is on hold; a hold ends with it.
    pub fn reject(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::Reject)?;
        let reason = text::body("reason", reason)?;
        self.hold = None;
        self.status = ServiceStatus::Rejected {
            case: self.status.case().cloned(),
            reason: reason.clone(),
            rejected: Mark::new(by, at),
        };
        Ok((self, ServiceHappened::Rejected { reason }))
    }

    /// Notes that its design started: an event of design, on hold or not.
    pub fn enter_design(
        mut self,
        package: DesignPackageId,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::EnterDesign)?;
        let charter = self.chartered(ServiceVerb::EnterDesign)?;
        self.status = ServiceStatus::InDesign { charter, package, entered: Mark::new(by, at) };
        Ok((self, ServiceHappened::EnteredDesign { package }))
    }

    /// Notes that its transition started: an event of transition, on hold or not.
    pub fn enter_transition(
        mut self,
        transition: TransitionId,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::EnterTransition)?;
        let charter = self.chartered(ServiceVerb::EnterTransition)?;
        self.status = ServiceStatus::InTransition { charter, transition, entered: Mark::new(by, at) };
        Ok((self, ServiceHappened::EnteredTransition { transition }))
    }

    /// Notes that it went into operation: an event of transition, on hold or not. The transition
    /// may be another one than the first, when that one was cancelled or backed out.
    pub fn go_operational(
        mut self,
        transition: TransitionId,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::GoOperational)?;
        let charter = self.chartered(ServiceVerb::GoOperational)?;
        let operation = Operation { transition, since: Mark::new(by, at) };
        self.status = ServiceStatus::Operational { charter, operation };
        Ok((self, ServiceHappened::WentOperational { transition }))
    }

    /// Begins to phase it out, with a reason: it takes no new agreements from here on.
    pub fn retire_begin(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::RetireBegin)?;
        self.by_hand(ServiceVerb::RetireBegin, Vec::new())?;
        let reason = text::body("reason", reason)?;
        let ServiceStatus::Operational { charter, operation } = self.status else {
            return Err(refused(self.state(), ServiceVerb::RetireBegin));
        };
        let phase_out = PhaseOut { reason: reason.clone(), began: Mark::new(by, at) };
        self.status = ServiceStatus::Retiring { charter, operation, phase_out };
        Ok((self, ServiceHappened::Retiring { reason }))
    }

    /// Retires it. `dependents` are the services that depend on it: none of them may be in
    /// operation or being phased out.
    pub fn retire(mut self, dependents: &[Self], by: &str, at: Timestamp) -> Decision<Self, ServiceHappened> {
        self.state().go(ServiceVerb::Retire)?;
        let missing = dependents.iter().filter(|other| other.runs_on(&self)).map(|other| {
            format!(
                "the service {} ({}) depends on it and is {}",
                other.name,
                other.id,
                other.state().as_str()
            )
        });
        self.by_hand(ServiceVerb::Retire, missing.collect())?;
        let ServiceStatus::Retiring { charter, operation, phase_out } = self.status else {
            return Err(refused(self.state(), ServiceVerb::Retire));
        };
        self.status = ServiceStatus::Retired { charter, operation, phase_out, retired: Mark::new(by, at) };
        Ok((self, ServiceHappened::Retired))
    }

    /// Everything that the charter needs and that is missing, in words.
    #[must_use]
    pub fn charter_lacks(&self) -> Vec<String> {
        let mut missing = self.definition_lacks();
        missing.extend(self.audience_lacks());
        missing.extend(self.support_lacks());
        missing
    }

    fn definition_lacks(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if self.description.is_none() {
            missing.push("the description is not written".to_owned());
        }
        if self.owner.is_none() {
            missing.push("no owner is named".to_owned());
        }
        missing
    }

    fn audience_lacks(&self) -> Vec<String> {
        if self.audience.customers.is_empty() && self.audience.market_spaces.is_empty() {
            vec!["neither a customer nor a market space is named".to_owned()]
        } else {
            Vec::new()
        }
    }

    fn support_lacks(&self) -> Vec<String> {
        if self.supports.iter().any(|support| support.strength > 0) {
            Vec::new()
        } else {
            vec!["no objective is supported".to_owned()]
        }
    }

    /// Refuses a move by hand that lacks something, or while the service is on hold.
    fn by_hand(&self, verb: ServiceVerb, lacks: Vec<String>) -> Result<(), Refusal> {
        let hold = self.hold.iter().map(|hold| format!("the service is on hold: {}", hold.reason));
        let missing: Vec<String> = hold.chain(lacks).collect();
        if missing.is_empty() { Ok(()) } else { Err(Refusal::unmet(ServiceState::verb_str(verb), &missing)) }
    }

    fn chartered(&self, verb: ServiceVerb) -> Result<Charter, Refusal> {
        self.status.charter().cloned().ok_or_else(|| refused(self.state(), verb))
    }

    /// Whether it is in use by way of the other service.
    fn runs_on(&self, other: &Self) -> bool {
        let in_use = match self.state() {
            ServiceState::Operational | ServiceState::Retiring => true,
            ServiceState::Proposed
            | ServiceState::Defined
            | ServiceState::Analysed
            | ServiceState::Approved
            | ServiceState::Chartered
            | ServiceState::InDesign
            | ServiceState::InTransition
            | ServiceState::Retired
            | ServiceState::Rejected => false,
        };
        in_use && self.depends_on.contains(&other.id)
    }
}

fn refused(state: ServiceState, verb: ServiceVerb) -> Refusal {
    Refusal::wrong_state(ServiceState::NAME, state.as_str(), ServiceState::verb_str(verb), state.allowed())
}
