//! What can be done to an access grant, with the guards. Requesting, approving and granting access are separate duties
//! (ISO/IEC 27002:2022, 5.3 b): who asks for it or gets it verifies, approves, grants and extends nothing, and who
//! approves it neither verifies nor grants it. Rejecting and revoking give nobody anything, so they need no second
//! person.

use super::{
    access_grant::{
        AccessGrant, AccessGrantHappened, AccessGrantState, AccessGrantStatus, AccessGrantVerb, Grounds,
        RequestAccess,
    },
    entitlement::Entitlement,
    facts::{Mark, priority},
    separation_rule::must_be_separate,
    service_request::DEFAULT_PRIORITY,
};
use ciclo_kernel::{Decision, Machine, Refusal, Timestamp, ids::AccessGrantId, text};

impl AccessGrant {
    /// Asks for access.
    pub fn request(
        id: AccessGrantId,
        entitlement: &Entitlement,
        input: RequestAccess,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AccessGrantHappened> {
        entitlement.must_be_active()?;
        entitlement.must_allow(input.valid_until, at)?;
        let person = text::optional_line("person", input.person.as_deref())?;
        let grant = Self {
            id,
            person: person.unwrap_or_else(|| by.to_owned()),
            entitlement: entitlement.id,
            entitlement_name: entitlement.terms.name.clone(),
            service: entitlement.service,
            reason: text::body("reason", &input.reason)?,
            valid_until: input.valid_until,
            priority: priority(input.priority.unwrap_or(DEFAULT_PRIORITY))?,
            requested: Mark::new(by, at),
            verified: None,
            approved: None,
            granted: None,
            status: AccessGrantStatus::Requested,
        };
        Ok((grant, AccessGrantHappened::Requested))
    }

    /// Says that it is sure who asks, and that they may.
    pub fn verify(mut self, by: &str, at: Timestamp) -> Decision<Self, AccessGrantHappened> {
        self.state().go(AccessGrantVerb::Verify)?;
        self.must_not_concern(by)?;
        self.verified = Some(Mark::new(by, at));
        self.status = AccessGrantStatus::Verified;
        Ok((self, AccessGrantHappened::Verified))
    }

    /// Approves it.
    pub fn approve(
        mut self,
        grounds: &Grounds,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AccessGrantHappened> {
        self.state().go(AccessGrantVerb::Approve)?;
        self.must_not_have_handled(by)?;
        self.may_be_held(self.valid_until, grounds, at)?;
        self.approved = Some(Mark::new(by, at));
        self.status = AccessGrantStatus::Approved;
        Ok((self, AccessGrantHappened::Approved))
    }

    /// Gives it: from now on the person has it.
    pub fn grant(
        mut self,
        grounds: &Grounds,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AccessGrantHappened> {
        self.state().go(AccessGrantVerb::Grant)?;
        self.must_not_concern(by)?;
        must_be_another("approvedBy", self.approved.as_ref(), by)?;
        self.may_be_held(self.valid_until, grounds, at)?;
        self.granted = Some(Mark::new(by, at));
        self.status = AccessGrantStatus::Granted;
        Ok((self, AccessGrantHappened::Granted))
    }

    /// Gives it for longer: a decision like an approval, by the rules of a grant from now on.
    pub fn extend(
        mut self,
        valid_until: Timestamp,
        reason: &str,
        grounds: &Grounds,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AccessGrantHappened> {
        self.state_at(at).go(AccessGrantVerb::Extend)?;
        self.must_not_have_handled(by)?;
        let reason = text::body("reason", reason)?;
        let Some(from) = self.valid_until else {
            return Err(Refusal::rule("it is theirs until it is revoked: there is no end to move"));
        };
        if valid_until <= from {
            return Err(Refusal::invalid("validUntil", format!("an end after {from} is needed")));
        }
        self.may_be_held(Some(valid_until), grounds, at)?;
        self.valid_until = Some(valid_until);
        Ok((self, AccessGrantHappened::Extended { from, to: valid_until, reason }))
    }

    /// Does not give it.
    pub fn reject(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, AccessGrantHappened> {
        self.state().go(AccessGrantVerb::Reject)?;
        let reason = text::body("reason", reason)?;
        self.status = AccessGrantStatus::Rejected { reason: reason.clone(), rejected: Mark::new(by, at) };
        Ok((self, AccessGrantHappened::Rejected { reason }))
    }

    /// Takes it back before it is granted: only who asked for it.
    pub fn withdraw(
        mut self,
        reason: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AccessGrantHappened> {
        self.state().go(AccessGrantVerb::Withdraw)?;
        if by != self.requested.by {
            return Err(Refusal::rule("only who asked for access takes that back")
                .with("requester", self.requested.by.as_str()));
        }
        let reason = text::optional_body("reason", reason)?;
        self.status = AccessGrantStatus::Withdrawn { reason: reason.clone(), withdrawn: Mark::new(by, at) };
        Ok((self, AccessGrantHappened::Withdrawn { reason }))
    }

    /// Takes it away.
    pub fn revoke(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, AccessGrantHappened> {
        self.state_at(at).go(AccessGrantVerb::Revoke)?;
        let reason = text::body("reason", reason)?;
        self.status = AccessGrantStatus::Revoked { reason: reason.clone(), revoked: Mark::new(by, at) };
        Ok((self, AccessGrantHappened::Revoked { reason }))
    }

    /// Notes that its time is over.
    pub fn expire(mut self, at: Timestamp) -> Decision<Self, AccessGrantHappened> {
        self.state().go(AccessGrantVerb::Expire)?;
        let Some(due) = self.valid_until.filter(|until| *until <= at) else {
            return Err(Refusal::rule("its time is not over"));
        };
        self.status = AccessGrantStatus::Expired { due, fired: at };
        Ok((self, AccessGrantHappened::Expired { due, fired: at }))
    }

    /// The state that counts at an instant: what is over has expired, also before that is noted.
    fn state_at(&self, at: Timestamp) -> AccessGrantState {
        match self.expires_at() {
            Some(until) if until <= at => AccessGrantState::Expired,
            Some(_) | None => self.state(),
        }
    }

    /// Refuses who asked for it or gets it.
    fn must_not_concern(&self, by: &str) -> Result<(), Refusal> {
        for (fact, subject) in [("person", &self.person), ("requester", &self.requested.by)] {
            if subject == by {
                let why = "who asks for access or gets it takes no part in giving it";
                return Err(Refusal::rule(why).with(fact, by));
            }
        }
        Ok(())
    }

    /// Refuses whom it concerns, and who verified or granted it.
    fn must_not_have_handled(&self, by: &str) -> Result<(), Refusal> {
        self.must_not_concern(by)?;
        must_be_another("verifiedBy", self.verified.as_ref(), by)?;
        must_be_another("grantedBy", self.granted.as_ref(), by)
    }

    /// Refuses what cannot be given so long, what the person has already, and what rules separate from what they have.
    fn may_be_held(&self, until: Option<Timestamp>, grounds: &Grounds, at: Timestamp) -> Result<(), Refusal> {
        grounds.entitlement.must_be_active()?;
        grounds.entitlement.must_allow(until, at)?;
        if let Some((_, grant)) = grounds.held.iter().find(|(held, _)| *held == self.entitlement) {
            return Err(Refusal::rule("the person holds it by another access grant, which can be extended")
                .with("grant", grant.to_string()));
        }
        must_be_separate(&grounds.rules, self.entitlement, &grounds.held)
    }
}

/// Refuses who did another part of it.
fn must_be_another(fact: &str, part: Option<&Mark>, by: &str) -> Result<(), Refusal> {
    if part.is_none_or(|mark| mark.by != by) {
        return Ok(());
    }
    Err(Refusal::rule("who approves access neither verifies nor grants it").with(fact, by))
}
