//! An entitlement: what a person can be given access to on a service, and for how long at most.

use super::facts::Mark;
use ciclo_kernel::{
    Decision, Machine, Refusal, SignedDuration, Timestamp,
    ids::{EntitlementId, ServiceId},
    machine, text,
};

machine! {
    machine "entitlement";
    /// Whether an entitlement can be given.
    states EntitlementState {
        /// It can be asked for and given.
        Active = "ACTIVE" { Revise => Active, Retire => Retired },
        /// It is given to nobody any more. Who has it keeps it until their grant ends. Final.
        Retired = "RETIRED" {},
    }
    /// What can be done to an entitlement.
    verbs EntitlementVerb {
        Revise = "revise",
        Retire = "retire",
    }
}

/// What an entitlement says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntitlementTerms {
    /// What it is called, in a line.
    pub name: String,
    /// What it allows; none when the name says it.
    pub description: Option<String>,
    /// For how long it is given at most; none when nothing limits that.
    pub longest: Option<SignedDuration>,
}

impl EntitlementTerms {
    fn checked(self) -> Result<Self, Refusal> {
        if self.longest.is_some_and(|longest| longest <= SignedDuration::ZERO) {
            return Err(Refusal::invalid("longest", "a duration of more than nothing is needed"));
        }
        Ok(Self {
            name: text::line("name", &self.name)?,
            description: text::optional_body("description", self.description.as_deref())?,
            longest: self.longest,
        })
    }
}

/// Where an entitlement stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EntitlementStatus {
    /// It can be given.
    Active,
    /// It is given to nobody any more.
    Retired {
        /// Why; none when nobody said.
        reason: Option<String>,
        /// Who retired it, and when.
        retired: Mark,
    },
}

/// What a person can be given access to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entitlement {
    /// The entitlement.
    pub id: EntitlementId,
    /// The service that it is on.
    pub service: ServiceId,
    /// What it says.
    pub terms: EntitlementTerms,
    /// Who made it, and when.
    pub created: Mark,
    /// Where it stands.
    pub status: EntitlementStatus,
}

/// What happened to an entitlement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EntitlementHappened {
    /// It was made.
    Created,
    /// What it says was changed.
    Revised,
    /// It was retired.
    Retired {
        /// Why; none when nobody said.
        reason: Option<String>,
    },
}

impl EntitlementHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Revised => "Revised",
            Self::Retired { .. } => "Retired",
        }
    }
}

impl Entitlement {
    /// Makes an entitlement on a service.
    pub fn create(
        id: EntitlementId,
        service: ServiceId,
        terms: EntitlementTerms,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, EntitlementHappened> {
        let (terms, created) = (terms.checked()?, Mark::new(by, at));
        Ok((
            Self { id, service, terms, created, status: EntitlementStatus::Active },
            EntitlementHappened::Created,
        ))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> EntitlementState {
        match self.status {
            EntitlementStatus::Active => EntitlementState::Active,
            EntitlementStatus::Retired { .. } => EntitlementState::Retired,
        }
    }

    /// Replaces what it says. What is granted already stays as it is.
    pub fn revise(mut self, terms: EntitlementTerms) -> Decision<Self, EntitlementHappened> {
        self.state().go(EntitlementVerb::Revise)?;
        self.terms = terms.checked()?;
        Ok((self, EntitlementHappened::Revised))
    }

    /// Retires it, for good: it is given to nobody any more.
    pub fn retire(
        mut self,
        reason: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, EntitlementHappened> {
        self.state().go(EntitlementVerb::Retire)?;
        let reason = text::optional_body("reason", reason)?;
        self.status = EntitlementStatus::Retired { reason: reason.clone(), retired: Mark::new(by, at) };
        Ok((self, EntitlementHappened::Retired { reason }))
    }

    /// Who retired it, and when; none while it can be given.
    #[must_use]
    pub fn retired(&self) -> Option<&Mark> {
        match &self.status {
            EntitlementStatus::Active => None,
            EntitlementStatus::Retired { retired, .. } => Some(retired),
        }
    }

    /// Refuses what cannot be given any more.
    pub fn must_be_active(&self) -> Result<(), Refusal> {
        match self.state() {
            EntitlementState::Active => Ok(()),
            EntitlementState::Retired => {
                let why = format!("the entitlement {} is retired: it is given to nobody", self.terms.name);
                Err(Refusal::rule(why).with("entitlement", self.id.to_string()))
            }
        }
    }

    /// Refuses an end at which a grant from `at` on cannot be over: one that is past, one too far away, or none where
    /// one is needed.
    pub fn must_allow(&self, valid_until: Option<Timestamp>, at: Timestamp) -> Result<(), Refusal> {
        let why = match (valid_until, self.terms.longest) {
            (None, None) => return Ok(()),
            (None, Some(longest)) => format!("an end is needed: it is given for at most {longest:#}"),
            (Some(until), _) if until <= at => "the end has to be to come".to_owned(),
            (Some(until), Some(longest)) if until.duration_since(at) > longest => {
                format!("it is given for at most {longest:#} from now on")
            }
            (Some(_), _) => return Ok(()),
        };
        Err(Refusal::invalid("validUntil", why).with("entitlement", self.id.to_string()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::pairs::{at, every_pair, nth};
    use ciclo_kernel::Code;

    pub(crate) fn terms() -> EntitlementTerms {
        EntitlementTerms {
            name: "Платежи – release".to_owned(),
            description: Some("Releases payments\nof any amount".to_owned()),
            longest: Some(SignedDuration::from_secs(100)),
        }
    }

    pub(crate) fn entitlement_in(state: EntitlementState) -> Entitlement {
        let made = Entitlement::create(nth(1), nth(2), terms(), "jo", at(0)).unwrap().0;
        match state {
            EntitlementState::Active => made,
            EntitlementState::Retired => made.retire(Some("replaced"), "jo", at(1)).unwrap().0,
        }
    }

    #[test]
    fn the_table_is_that_of_the_rules() {
        insta::assert_snapshot!("entitlement", EntitlementState::table());
        every_pair(entitlement_in, Entitlement::state, |record, verb| {
            Ok(match verb {
                EntitlementVerb::Revise => record.revise(terms())?.0,
                EntitlementVerb::Retire => record.retire(None, "jo", at(5))?.0,
            })
        });
    }

    #[test]
    fn it_has_a_name_and_a_longest_time_of_more_than_nothing() {
        let refused = |terms| {
            Entitlement::create(nth(1), nth(2), terms, "jo", at(0)).unwrap_err().facts["field"].clone()
        };
        assert_eq!(refused(EntitlementTerms { name: " ".to_owned(), ..terms() }), "name");
        for longest in [SignedDuration::ZERO, SignedDuration::from_secs(-1)] {
            assert_eq!(refused(EntitlementTerms { longest: Some(longest), ..terms() }), "longest");
        }
    }

    #[test]
    fn a_grant_ends_to_come_and_within_the_longest_time() {
        let limited = entitlement_in(EntitlementState::Active);
        let free = limited.clone().revise(EntitlementTerms { longest: None, ..terms() }).unwrap().0;
        for (until, by_limited, by_free) in [
            (None, false, true),
            (Some(at(10)), false, false),
            (Some(at(11)), true, true),
            (Some(at(110)), true, true),
            (Some(at(111)), false, true),
            (Some(Timestamp::MAX), false, true),
        ] {
            for (entitlement, allowed) in [(&limited, by_limited), (&free, by_free)] {
                let said = entitlement.must_allow(until, at(10));
                assert_eq!(said.is_ok(), allowed, "{until:?} {:?}", entitlement.terms.longest);
                if let Err(refused) = said {
                    assert_eq!(
                        (refused.code, &refused.facts["field"]),
                        (Code::Invalid, &"validUntil".into())
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_retired_is_given_to_nobody() {
        assert!(entitlement_in(EntitlementState::Active).must_be_active().is_ok());
        let refused = entitlement_in(EntitlementState::Retired).must_be_active().unwrap_err();
        assert_eq!(refused.code, Code::RuleViolated);
    }
}
