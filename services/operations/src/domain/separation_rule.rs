//! A separation rule: entitlements of which a person holds at most one at a time, so that nobody can both do something
//! and hide it (separation of duties, ISO/IEC 27002:2022, 5.3). It takes nothing away from who holds two already.

use super::facts::Mark;
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{AccessGrantId, EntitlementId, SeparationRuleId},
    machine, text,
};
use serde_json::{Value, json};

/// Most entitlements of a rule.
pub const MOST_ENTITLEMENTS: usize = 50;

machine! {
    machine "separation rule";
    /// Whether a separation rule is at work.
    states SeparationRuleState {
        /// At work.
        Enabled = "ENABLED" { Revise => Enabled, Disable => Disabled },
        /// Switched off.
        Disabled = "DISABLED" { Revise => Disabled, Enable => Enabled },
    }
    /// What can be done to a separation rule.
    verbs SeparationRuleVerb {
        Revise = "revise",
        Enable = "enable",
        Disable = "disable",
    }
}

/// What a separation rule says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeparationTerms {
    /// What it is called, in a line.
    pub name: String,
    /// Why these duties are separate.
    pub reason: String,
    /// The entitlements, two to [`MOST_ENTITLEMENTS`], sorted.
    pub entitlements: Vec<EntitlementId>,
}

impl SeparationTerms {
    fn checked(mut self) -> Result<Self, Refusal> {
        self.entitlements.sort_unstable();
        self.entitlements.dedup();
        if !(2..=MOST_ENTITLEMENTS).contains(&self.entitlements.len()) {
            let why = format!("two to {MOST_ENTITLEMENTS} different entitlements are needed");
            return Err(Refusal::invalid("entitlements", why).with("limit", MOST_ENTITLEMENTS));
        }
        Ok(Self {
            name: text::line("name", &self.name)?,
            reason: text::body("reason", &self.reason)?,
            entitlements: self.entitlements,
        })
    }
}

/// Where a separation rule stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SeparationRuleStatus {
    /// At work.
    Enabled,
    /// Switched off.
    Disabled {
        /// Why.
        reason: String,
        /// Who switched it off, and when.
        disabled: Mark,
    },
}

/// Entitlements that nobody holds together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeparationRule {
    /// The separation rule.
    pub id: SeparationRuleId,
    /// What it says.
    pub terms: SeparationTerms,
    /// Who made it, and when.
    pub created: Mark,
    /// Where it stands.
    pub status: SeparationRuleStatus,
}

/// What happened to a separation rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SeparationRuleHappened {
    /// It was made, and is at work.
    Created,
    /// What it says was changed.
    Revised,
    /// It was switched on.
    Enabled,
    /// It was switched off.
    Disabled {
        /// Why.
        reason: String,
    },
}

impl SeparationRuleHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Revised => "Revised",
            Self::Enabled => "Enabled",
            Self::Disabled { .. } => "Disabled",
        }
    }
}

impl SeparationRule {
    /// Makes a rule; it is at work at once.
    pub fn create(
        id: SeparationRuleId,
        terms: SeparationTerms,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, SeparationRuleHappened> {
        let (terms, created) = (terms.checked()?, Mark::new(by, at));
        Ok((
            Self { id, terms, created, status: SeparationRuleStatus::Enabled },
            SeparationRuleHappened::Created,
        ))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> SeparationRuleState {
        match self.status {
            SeparationRuleStatus::Enabled => SeparationRuleState::Enabled,
            SeparationRuleStatus::Disabled { .. } => SeparationRuleState::Disabled,
        }
    }

    /// Replaces what the rule says.
    pub fn revise(mut self, terms: SeparationTerms) -> Decision<Self, SeparationRuleHappened> {
        self.state().go(SeparationRuleVerb::Revise)?;
        self.terms = terms.checked()?;
        Ok((self, SeparationRuleHappened::Revised))
    }

    /// Switches it on.
    pub fn enable(mut self) -> Decision<Self, SeparationRuleHappened> {
        self.state().go(SeparationRuleVerb::Enable)?;
        self.status = SeparationRuleStatus::Enabled;
        Ok((self, SeparationRuleHappened::Enabled))
    }

    /// Switches it off.
    pub fn disable(
        mut self,
        reason: &str,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, SeparationRuleHappened> {
        self.state().go(SeparationRuleVerb::Disable)?;
        let reason = text::body("reason", reason)?;
        self.status = SeparationRuleStatus::Disabled { reason: reason.clone(), disabled: Mark::new(by, at) };
        Ok((self, SeparationRuleHappened::Disabled { reason }))
    }

    /// Whether one person may not hold both of these.
    #[must_use]
    pub fn separates(&self, one: EntitlementId, other: EntitlementId) -> bool {
        let at_work = match self.state() {
            SeparationRuleState::Enabled => true,
            SeparationRuleState::Disabled => false,
        };
        at_work
            && one != other
            && self.terms.entitlements.contains(&one)
            && self.terms.entitlements.contains(&other)
    }
}

/// Refuses an entitlement to who holds one that a rule separates from it; `conflicts` in the facts names every rule
/// with the entitlement that is held and its grant.
pub fn must_be_separate(
    rules: &[SeparationRule],
    entitlement: EntitlementId,
    held: &[(EntitlementId, AccessGrantId)],
) -> Result<(), Refusal> {
    let broken: Vec<_> = rules
        .iter()
        .flat_map(|rule| held.iter().map(move |(other, grant)| (rule, *other, grant)))
        .filter(|(rule, other, _)| rule.separates(entitlement, *other))
        .collect();
    let Some((rule, ..)) = broken.first() else { return Ok(()) };
    let why = format!("the person holds what the rule {} separates from it", rule.terms.name);
    let conflicts = broken.iter().map(|(rule, other, grant)| {
        json!({
            "rule": rule.id.to_string(),
            "ruleName": rule.terms.name,
            "entitlement": other.to_string(),
            "grant": grant.to_string(),
        })
    });
    Err(Refusal::rule(why).with("conflicts", conflicts.collect::<Vec<Value>>()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::pairs::{at, every_pair, nth};
    use ciclo_kernel::Code;

    pub(crate) fn terms(entitlements: &[u32]) -> SeparationTerms {
        SeparationTerms {
            name: "Zahlungen".to_owned(),
            reason: "Who enters a payment does not release it".to_owned(),
            entitlements: entitlements.iter().map(|number| nth(*number)).collect(),
        }
    }

    pub(crate) fn rule_in(state: SeparationRuleState) -> SeparationRule {
        let made = SeparationRule::create(nth(9), terms(&[2, 1, 2]), "jo", at(0)).unwrap().0;
        match state {
            SeparationRuleState::Enabled => made,
            SeparationRuleState::Disabled => made.disable("year's end", "jo", at(1)).unwrap().0,
        }
    }

    #[test]
    fn the_table_is_that_of_the_rules() {
        insta::assert_snapshot!("separation_rule", SeparationRuleState::table());
        every_pair(rule_in, SeparationRule::state, |record, verb| {
            Ok(match verb {
                SeparationRuleVerb::Revise => record.revise(terms(&[1, 3]))?.0,
                SeparationRuleVerb::Enable => record.enable()?.0,
                SeparationRuleVerb::Disable => record.disable("why", "jo", at(5))?.0,
            })
        });
    }

    #[test]
    fn a_rule_names_two_entitlements_or_more_and_says_why() {
        let refused =
            |terms| SeparationRule::create(nth(9), terms, "jo", at(0)).unwrap_err().facts["field"].clone();
        let many: Vec<u32> = (0..=50).collect();
        for entitlements in [&[][..], &[1], &[1, 1], &many] {
            assert_eq!(refused(terms(entitlements)), "entitlements");
        }
        assert!(SeparationRule::create(nth(9), terms(&many[1..]), "jo", at(0)).is_ok());
        assert_eq!(refused(SeparationTerms { reason: " ".to_owned(), ..terms(&[1, 2]) }), "reason");
        assert_eq!(rule_in(SeparationRuleState::Enabled).terms.entitlements, [nth(1), nth(2)]);
        let silent = rule_in(SeparationRuleState::Enabled).disable(" ", "jo", at(1));
        assert_eq!(silent.unwrap_err().facts["field"], "reason");
    }

    #[test]
    fn who_holds_one_of_the_set_gets_no_other() {
        let (on, off) = (rule_in(SeparationRuleState::Enabled), rule_in(SeparationRuleState::Disabled));
        let (one, two, three): (EntitlementId, EntitlementId, EntitlementId) = (nth(1), nth(2), nth(3));
        let held = [(two, nth(20)), (three, nth(30))];
        let refused = must_be_separate(&[off.clone(), on.clone()], one, &held).unwrap_err();
        assert_eq!(refused.code, Code::RuleViolated);
        let (rule, grant): (SeparationRuleId, AccessGrantId) = (nth(9), nth(20));
        let expected = json!([{
            "rule": rule.to_string(), "ruleName": "Zahlungen",
            "entitlement": two.to_string(), "grant": grant.to_string(),
        }]);
        assert_eq!(refused.facts["conflicts"], expected);
        for (rules, entitlement, held) in [
            (vec![off], one, &held[..]),
            (vec![], one, &held),
            (vec![on.clone()], three, &held),
            (vec![on.clone()], two, &held),
            (vec![on], one, &held[1..]),
        ] {
            assert!(must_be_separate(&rules, entitlement, held).is_ok());
        }
    }
}
