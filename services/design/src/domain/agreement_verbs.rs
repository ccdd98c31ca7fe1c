//! The verbs of an agreement: each takes a version and gives it as it is after,
//! with what happened, or refuses.

use super::{
    agreement::{
        Agreement, AgreementHappened, AgreementKind, AgreementParty, AgreementState, AgreementStatus,
        AgreementVerb, InForce, PreviousVersion, Renewal,
    },
    facts::Mark,
    known_service::KnownService,
    terms::{TargetKind, Terms},
};
use ciclo_kernel::{Code, Decision, Machine, Refusal, Timestamp, ids::AgreementId, text};

impl Agreement {
    /// The most versions of agreements on one service that have not ended.
    pub const STANDING_MOST: usize = 1000;

    /// Refuses one more version on a service that has `standing` of them that have not ended.
    pub fn must_have_room(service: &KnownService, standing: usize) -> Result<(), Refusal> {
        if standing < Self::STANDING_MOST {
            return Ok(());
        }
        let most = Self::STANDING_MOST;
        let why = format!("a service has at most {most} versions of agreements that have not ended");
        Err(Refusal::new(Code::LimitExceeded, why)
            .with("service", service.id.to_string())
            .with("limit", most))
    }

    /// Drafts the first version of an agreement on a service.
    pub fn draft(
        id: AgreementId,
        service: &KnownService,
        party: AgreementParty,
        terms: Terms,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AgreementHappened> {
        service.must_accept("agreements")?;
        let agreement = Self {
            id,
            family: id,
            number: 1,
            previous: None,
            service: service.id,
            service_name: service.name.clone(),
            party: party.checked()?,
            terms: terms.checked()?,
            drafted: Mark::new(by, at),
            status: AgreementStatus::Draft,
        };
        Ok((agreement, AgreementHappened::Drafted { previous: None }))
    }

    /// Drafts the next version of the lineage, with the same service and party. `versions` are the
    /// versions of the lineage: only the newest one can be followed. This version stays as it is.
    pub fn draft_next(
        &self,
        id: AgreementId,
        service: &KnownService,
        versions: &[Self],
        terms: Terms,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AgreementHappened> {
        self.state().go(AgreementVerb::DraftNext)?;
        service.must_accept("agreements")?;
        let newer = versions.iter().filter(|other| other.family == self.family && other.number > self.number);
        if let Some(newest) = newer.max_by_key(|other| other.number) {
            return Err(Refusal::rule(format!(
                "version {} of the agreement is there already ({}): draft from the newest",
                newest.number,
                newest.state().as_str()
            ))
            .with("newest", newest.id.to_string()));
        }
        let previous = PreviousVersion { id: self.id, valid_from: self.terms.valid_from };
        let next = Self {
            id,
            family: self.family,
            number: self.number + 1,
            service: self.service,
            service_name: service.name.clone(),
            party: self.party.clone(),
            terms: after(Some(&previous), terms.checked()?)?,
            previous: Some(previous),
            drafted: Mark::new(by, at),
            status: AgreementStatus::Draft,
        };
        Ok((next, AgreementHappened::Drafted { previous: Some(self.id) }))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> AgreementState {
        match self.status {
            AgreementStatus::Draft => AgreementState::Draft,
            AgreementStatus::Negotiation { .. } => AgreementState::Negotiation,
            AgreementStatus::Agreed { .. } => AgreementState::Agreed,
            AgreementStatus::Active { .. } => AgreementState::Active,
            AgreementStatus::UnderReview { .. } => AgreementState::UnderReview,
            AgreementStatus::Superseded { .. } => AgreementState::Superseded,
            AgreementStatus::Expired { .. } => AgreementState::Expired,
            AgreementStatus::Terminated { .. } => AgreementState::Terminated,
        }
    }

    /// What sort of agreement it is.
    #[must_use]
    pub fn kind(&self) -> AgreementKind {
        self.party.kind()
    }

    /// Who agreed, and when; none when it is not agreed.
    #[must_use]
    pub fn agreed(&self) -> Option<&Mark> {
        match &self.status {
            AgreementStatus::Draft | AgreementStatus::Negotiation { .. } => None,
            AgreementStatus::Agreed { agreed } | AgreementStatus::Superseded { agreed, .. } => Some(agreed),
            AgreementStatus::Active { force, .. }
            | AgreementStatus::UnderReview { force, .. }
            | AgreementStatus::Expired { force, .. }
            | AgreementStatus::Terminated { force, .. } => Some(&force.agreed),
        }
    }

    /// Who brought it into force, and when; none when it never was.
    #[must_use]
    pub fn activated(&self) -> Option<&Mark> {
        match &self.status {
            AgreementStatus::Draft | AgreementStatus::Negotiation { .. } | AgreementStatus::Agreed { .. } => {
                None
            }
            AgreementStatus::Superseded { activated, .. } => activated.as_ref(),
            AgreementStatus::Active { force, .. }
            | AgreementStatus::UnderReview { force, .. }
            | AgreementStatus::Expired { force, .. }
            | AgreementStatus::Terminated { force, .. } => Some(&force.activated),
        }
    }

    /// Replaces the terms, in draft and in negotiation.
    pub fn revise(mut self, terms: Terms) -> Decision<Self, AgreementHappened> {
        self.state().go(AgreementVerb::Revise)?;
        self.terms = after(self.previous.as_ref(), terms.checked()?)?;
        Ok((self, AgreementHappened::Revised))
    }

    /// Starts the negotiation.
    pub fn negotiate(mut self, by: &str, at: Timestamp) -> Decision<Self, AgreementHappened> {
        self.state().go(AgreementVerb::Negotiate)?;
        self.status = AgreementStatus::Negotiation { started: Mark::new(by, at) };
        Ok((self, AgreementHappened::NegotiationStarted))
    }

    /// Agrees on the terms, which are immutable from here on. An SLA needs a resolution target.
    pub fn agree(mut self, by: &str, at: Timestamp) -> Decision<Self, AgreementHappened> {
        self.state().go(AgreementVerb::Agree)?;
        let resolution = self.terms.targets.iter().any(|target| target.kind == TargetKind::Resolution);
        if self.kind() == AgreementKind::Sla && !resolution {
            return Err(Refusal::unmet("agree", &["the SLA has no RESOLUTION target".to_owned()]));
        }
        self.status = AgreementStatus::Agreed { agreed: Mark::new(by, at) };
        Ok((self, AgreementHappened::Agreed))
    }

    /// Brings an agreed version into force.
    pub fn activate(mut self, by: &str, at: Timestamp) -> Decision<Self, AgreementHappened> {
        self.state().go(AgreementVerb::Activate)?;
        let agreed = self.agreed_for(AgreementVerb::Activate)?;
        let force = InForce { agreed, activated: Mark::new(by, at) };
        self.status = AgreementStatus::Active { force, renewal: None };
        Ok((self, AgreementHappened::Activated))
    }

    /// Starts a review; the agreement stays in force.
    pub fn review(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, AgreementHappened> {
        let force = self.force_for(AgreementVerb::Review)?;
        let reason = text::body("reason", reason)?;
        let started = Mark::new(by, at);
        self.status = AgreementStatus::UnderReview { force, reason: reason.clone(), started };
        Ok((self, AgreementHappened::ReviewStarted { reason }))
    }

    /// Ends a review: the agreement goes on as it is.
    pub fn renew(mut self, conclusion: &str, by: &str, at: Timestamp) -> Decision<Self, AgreementHappened> {
        let force = self.force_for(AgreementVerb::Renew)?;
        let conclusion = text::body("conclusion", conclusion)?;
        let renewal = Renewal { conclusion: conclusion.clone(), renewed: Mark::new(by, at) };
        self.status = AgreementStatus::Active { force, renewal: Some(renewal) };
        Ok((self, AgreementHappened::Renewed { conclusion }))
    }

    /// Gives way to a newer version of the lineage that is agreed.
    pub fn supersede(mut self, next: &Self, by: &str, at: Timestamp) -> Decision<Self, AgreementHappened> {
        self.state().go(AgreementVerb::Supersede)?;
        if next.family != self.family || next.number <= self.number || next.agreed().is_none() {
            return Err(Refusal::rule(
                "only a newer agreed version of the same lineage supersedes an agreement",
            )
            .with("next", next.id.to_string()));
        }
        self.status = AgreementStatus::Superseded {
            agreed: self.agreed_for(AgreementVerb::Supersede)?,
            activated: self.activated().cloned(),
            next: next.id,
            ended: Mark::new(by, at),
        };
        Ok((self, AgreementHappened::Superseded { next: next.id }))
    }

    /// Ends the agreement when its time is over.
    pub fn expire(mut self, by: &str, at: Timestamp) -> Decision<Self, AgreementHappened> {
        let force = self.force_for(AgreementVerb::Expire)?;
        let early = match self.terms.valid_until {
            None => Some("the agreement holds until further notice: terminate it".to_owned()),
            Some(until) if at < until => Some(format!("the agreement holds until {until}")),
            Some(_) => None,
        };
        if let Some(why) = early {
            return Err(Refusal::unmet("expire", &[why]));
        }
        self.status = AgreementStatus::Expired { force, ended: Mark::new(by, at) };
        Ok((self, AgreementHappened::Expired))
    }

    /// Ends the agreement before its time, with a reason.
    pub fn terminate(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, AgreementHappened> {
        let force = self.force_for(AgreementVerb::Terminate)?;
        let reason = text::body("reason", reason)?;
        let ended = Mark::new(by, at);
        self.status = AgreementStatus::Terminated { force, reason: reason.clone(), ended };
        Ok((self, AgreementHappened::Terminated { reason }))
    }

    /// How the version came into force, when a verb of a version in force may pass.
    fn force_for(&self, verb: AgreementVerb) -> Result<InForce, Refusal> {
        self.state().go(verb)?;
        match &self.status {
            AgreementStatus::Active { force, .. } | AgreementStatus::UnderReview { force, .. } => {
                Ok(force.clone())
            }
            AgreementStatus::Draft
            | AgreementStatus::Negotiation { .. }
            | AgreementStatus::Agreed { .. }
            | AgreementStatus::Superseded { .. }
            | AgreementStatus::Expired { .. }
            | AgreementStatus::Terminated { .. } => Err(self.refused(verb)),
        }
    }

    fn agreed_for(&self, verb: AgreementVerb) -> Result<Mark, Refusal> {
        self.agreed().cloned().ok_or_else(|| self.refused(verb))
    }

    fn refused(&self, verb: AgreementVerb) -> Refusal {
        let (state, verb) = (self.state(), AgreementState::verb_str(verb));
        Refusal::wrong_state(AgreementState::NAME, state.as_str(), verb, state.allowed())
    }
}

/// The terms, when they hold from later on than those of the version before.
fn after(previous: Option<&PreviousVersion>, terms: Terms) -> Result<Terms, Refusal> {
    match previous.filter(|previous| terms.valid_from <= previous.valid_from) {
        None => Ok(terms),
        Some(previous) => Err(Refusal::invalid(
            "validFrom",
            format!("a next version holds from later on than the one before ({})", previous.valid_from),
        )
        .with("previous", previous.id.to_string())),
    }
}
