//! An access grant: a person's access to what an entitlement names, from the request until it ends. What it is and
//! carries is here, its verbs are in `access_grant_verbs`.

use super::service_request::sees_all;
use super::{entitlement::Entitlement, facts::Mark, separation_rule::SeparationRule};
use ciclo_kernel::{
    Principal, Timestamp,
    ids::{AccessGrantId, EntitlementId, ServiceId},
    machine,
};

machine! {
    machine "access grant";
    /// How far an access grant has come.
    states AccessGrantState {
        /// Asked for.
        Requested = "REQUESTED" { Verify => Verified, Reject => Rejected, Withdraw => Withdrawn },
        /// It is sure who asks, and that they may.
        Verified = "VERIFIED" { Approve => Approved, Reject => Rejected, Withdraw => Withdrawn },
        /// May be granted.
        Approved = "APPROVED" { Grant => Granted, Withdraw => Withdrawn },
        /// The person has it.
        Granted = "GRANTED" { Extend => Granted, Revoke => Revoked, Expire => Expired },
        /// Its time is over. Final.
        Expired = "EXPIRED" {},
        /// Taken away. Final.
        Revoked = "REVOKED" {},
        /// Not verified, or not approved. Final.
        Rejected = "REJECTED" {},
        /// Taken back by who asked for it. Final.
        Withdrawn = "WITHDRAWN" {},
    }
    /// What can be done to an access grant.
    verbs AccessGrantVerb {
        Verify = "verify",
        Approve = "approve",
        Reject = "reject",
        Withdraw = "withdraw",
        Grant = "grant",
        Extend = "extend",
        Revoke = "revoke",
        Expire = "expire",
    }
}

/// Where an access grant stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccessGrantStatus {
    /// Asked for.
    Requested,
    /// It is sure who asks, and that they may.
    Verified,
    /// May be granted.
    Approved,
    /// The person has it.
    Granted,
    /// Its time is over.
    Expired {
        /// When it was over.
        due: Timestamp,
        /// When that was noted.
        fired: Timestamp,
    },
    /// Taken away.
    Revoked {
        /// Why.
        reason: String,
        /// Who revoked it, and when.
        revoked: Mark,
    },
    /// Not verified, or not approved.
    Rejected {
        /// Why.
        reason: String,
        /// Who rejected it, and when.
        rejected: Mark,
    },
    /// Taken back.
    Withdrawn {
        /// Why; none when they did not say.
        reason: Option<String>,
        /// Who took it back, and when.
        withdrawn: Mark,
    },
}

/// A person's access to something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccessGrant {
    /// The access grant.
    pub id: AccessGrantId,
    /// Who gets the access.
    pub person: String,
    /// What they get.
    pub entitlement: EntitlementId,
    /// The entitlement's name when it was asked for.
    pub entitlement_name: String,
    /// The service that the entitlement is on.
    pub service: ServiceId,
    /// Why they need it.
    pub reason: String,
    /// Until when, that instant not included; none when it is theirs until it is revoked.
    pub valid_until: Option<Timestamp>,
    /// How much it matters: 1 (highest) to 5.
    pub priority: u8,
    /// Who asked for it, and when.
    pub requested: Mark,
    /// Who verified it, and when; none until then.
    pub verified: Option<Mark>,
    /// Who approved it, and when; none until then.
    pub approved: Option<Mark>,
    /// Who granted it, and when; none until then.
    pub granted: Option<Mark>,
    /// Where it stands.
    pub status: AccessGrantStatus,
}

/// What it takes to ask for access.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestAccess {
    /// Who gets it; none when it is who asks.
    pub person: Option<String>,
    /// Why they need it.
    pub reason: String,
    /// Until when; none when that is left open.
    pub valid_until: Option<Timestamp>,
    /// How much it matters, 1 (highest) to 5; none when nobody said.
    pub priority: Option<u8>,
}

/// What a decision on an access grant goes by, all as it is at the same instant.
#[derive(Clone, Debug)]
pub struct Grounds {
    /// The entitlement.
    pub entitlement: Entitlement,
    /// The rules that name the entitlement.
    pub rules: Vec<SeparationRule>,
    /// What else the person holds, with the grants.
    pub held: Vec<(EntitlementId, AccessGrantId)>,
}

/// What happened to an access grant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccessGrantHappened {
    /// It was asked for.
    Requested,
    /// It was verified.
    Verified,
    /// It was approved.
    Approved,
    /// It was given.
    Granted,
    /// It was given for longer.
    Extended {
        /// Until when before.
        from: Timestamp,
        /// Until when now.
        to: Timestamp,
        /// Why.
        reason: String,
    },
    /// Its time was over.
    Expired {
        /// When it was over.
        due: Timestamp,
        /// When that was noted.
        fired: Timestamp,
    },
    /// It was taken away.
    Revoked {
        /// Why.
        reason: String,
    },
    /// It was not given.
    Rejected {
        /// Why.
        reason: String,
    },
    /// It was taken back.
    Withdrawn {
        /// Why; none when they did not say.
        reason: Option<String>,
    },
}

impl AccessGrantHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Requested => "Requested",
            Self::Verified => "Verified",
            Self::Approved => "Approved",
            Self::Granted => "Granted",
            Self::Extended { .. } => "Extended",
            Self::Expired { .. } => "Expired",
            Self::Revoked { .. } => "Revoked",
            Self::Rejected { .. } => "Rejected",
            Self::Withdrawn { .. } => "Withdrawn",
        }
    }
}

impl AccessGrant {
    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> AccessGrantState {
        match self.status {
            AccessGrantStatus::Requested => AccessGrantState::Requested,
            AccessGrantStatus::Verified => AccessGrantState::Verified,
            AccessGrantStatus::Approved => AccessGrantState::Approved,
            AccessGrantStatus::Granted => AccessGrantState::Granted,
            AccessGrantStatus::Expired { .. } => AccessGrantState::Expired,
            AccessGrantStatus::Revoked { .. } => AccessGrantState::Revoked,
            AccessGrantStatus::Rejected { .. } => AccessGrantState::Rejected,
            AccessGrantStatus::Withdrawn { .. } => AccessGrantState::Withdrawn,
        }
    }

    /// When it expires; none unless it is granted with an end.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.valid_until.filter(|_| self.state() == AccessGrantState::Granted)
    }

    /// From when until when the person holds it, the end not included and none when that is open; none when they
    /// never did. What is past of it never changes: an extension only moves an end that is still to come.
    #[must_use]
    pub fn held(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        let until = match &self.status {
            AccessGrantStatus::Revoked { revoked, .. } => Some(revoked.at),
            AccessGrantStatus::Granted | AccessGrantStatus::Expired { .. } => self.valid_until,
            AccessGrantStatus::Requested
            | AccessGrantStatus::Verified
            | AccessGrantStatus::Approved
            | AccessGrantStatus::Rejected { .. }
            | AccessGrantStatus::Withdrawn { .. } => return None,
        };
        self.granted.as_ref().map(|granted| (granted.at, until))
    }

    /// Who revoked, rejected or withdrew it, and when; none in the other states.
    #[must_use]
    pub fn ended(&self) -> Option<&Mark> {
        match &self.status {
            AccessGrantStatus::Revoked { revoked: ended, .. }
            | AccessGrantStatus::Rejected { rejected: ended, .. }
            | AccessGrantStatus::Withdrawn { withdrawn: ended, .. } => Some(ended),
            AccessGrantStatus::Requested
            | AccessGrantStatus::Verified
            | AccessGrantStatus::Approved
            | AccessGrantStatus::Granted
            | AccessGrantStatus::Expired { .. } => None,
        }
    }

    /// Why it was revoked, rejected or withdrawn; none in the other states, and when nobody said.
    #[must_use]
    pub fn end_reason(&self) -> Option<&str> {
        match &self.status {
            AccessGrantStatus::Revoked { reason, .. } | AccessGrantStatus::Rejected { reason, .. } => {
                Some(reason)
            }
            AccessGrantStatus::Withdrawn { reason, .. } => reason.as_deref(),
            AccessGrantStatus::Requested
            | AccessGrantStatus::Verified
            | AccessGrantStatus::Approved
            | AccessGrantStatus::Granted
            | AccessGrantStatus::Expired { .. } => None,
        }
    }

    /// Whether a caller sees it: staff see all access grants, everybody else those that they get or asked for.
    #[must_use]
    pub fn seen_by(&self, principal: &Principal) -> bool {
        sees_all(principal) || [&self.person, &self.requested.by].contains(&&principal.subject)
    }
}

#[cfg(test)]
#[path = "access_grant_tests.rs"]
pub(crate) mod tests;
