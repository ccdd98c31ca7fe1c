//! Access grants in every state, and the guards of their verbs.

use super::*;
use crate::domain::entitlement::EntitlementState;
use crate::domain::entitlement::tests::entitlement_in;
use crate::domain::pairs::{at, every_pair, nth};
use crate::domain::separation_rule::SeparationRuleState;
use crate::domain::separation_rule::tests::rule_in;
use ciclo_kernel::{Code, Machine, Refusal};

/// Entitlement 1, that is given for 100 seconds; nobody holds anything.
pub(crate) fn grounds() -> Grounds {
    Grounds {
        entitlement: entitlement_in(EntitlementState::Active),
        rules: vec![rule_in(SeparationRuleState::Enabled)],
        held: vec![],
    }
}

pub(crate) fn input() -> RequestAccess {
    RequestAccess {
        person: Some("kim".to_owned()),
        reason: "Касса: takes over\nfrom max".to_owned(),
        valid_until: Some(at(50)),
        priority: Some(2),
    }
}

fn requested() -> AccessGrant {
    AccessGrant::request(nth(9), &grounds().entitlement, input(), "lee", at(0)).unwrap().0
}

/// kim's grant, that lee asked for, vera verified, ann approved and jo granted.
pub(crate) fn grant_in(state: AccessGrantState) -> AccessGrant {
    use AccessGrantState as S;
    match state {
        S::Requested => requested(),
        S::Verified => requested().verify("vera", at(1)).unwrap().0,
        S::Approved => grant_in(S::Verified).approve(&grounds(), "ann", at(2)).unwrap().0,
        S::Granted => grant_in(S::Approved).grant(&grounds(), "jo", at(3)).unwrap().0,
        S::Expired => grant_in(S::Granted).expire(at(60)).unwrap().0,
        S::Revoked => grant_in(S::Granted).revoke("moved on", "jo", at(4)).unwrap().0,
        S::Rejected => grant_in(S::Verified).reject("no need", "ann", at(2)).unwrap().0,
        S::Withdrawn => requested().withdraw(Some("mistaken"), "lee", at(1)).unwrap().0,
    }
}

#[test]
fn the_table_is_that_of_the_rules() {
    insta::assert_snapshot!("access_grant", AccessGrantState::table());
    every_pair(grant_in, AccessGrant::state, |record, verb| {
        Ok(match verb {
            AccessGrantVerb::Verify => record.verify("vera", at(5))?.0,
            AccessGrantVerb::Approve => record.approve(&grounds(), "ann", at(5))?.0,
            AccessGrantVerb::Reject => record.reject("no", "ann", at(5))?.0,
            AccessGrantVerb::Withdraw => record.withdraw(None, "lee", at(5))?.0,
            AccessGrantVerb::Grant => record.grant(&grounds(), "jo", at(5))?.0,
            AccessGrantVerb::Extend => record.extend(at(70), "longer", &grounds(), "ann", at(5))?.0,
            AccessGrantVerb::Revoke => record.revoke("over", "jo", at(5))?.0,
            AccessGrantVerb::Expire => record.expire(at(50))?.0,
        })
    });
}

#[test]
fn requesting_approving_and_granting_are_separate_duties() {
    use AccessGrantState as S;
    type Verb = fn(AccessGrant, &str) -> Result<(), Refusal>;
    let verbs: [(&str, S, Verb, &[&str]); 4] = [
        ("verify", S::Requested, |grant, by| grant.verify(by, at(5)).map(drop), &["kim", "lee"]),
        (
            "approve",
            S::Verified,
            |grant, by| grant.approve(&grounds(), by, at(5)).map(drop),
            &["kim", "lee", "vera"],
        ),
        (
            "grant",
            S::Approved,
            |grant, by| grant.grant(&grounds(), by, at(5)).map(drop),
            &["kim", "lee", "ann"],
        ),
        (
            "extend",
            S::Granted,
            |grant, by| grant.extend(at(70), "more", &grounds(), by, at(5)).map(drop),
            &["kim", "lee", "vera", "jo"],
        ),
    ];
    for (name, state, verb, excluded) in verbs {
        for by in ["kim", "lee", "vera", "ann", "jo", "max"] {
            match verb(grant_in(state), by) {
                Ok(()) => assert!(!excluded.contains(&by), "{by} may {name}"),
                Err(refused) => {
                    assert!(excluded.contains(&by), "{by} may not {name}: {refused}");
                    assert_eq!(refused.code, Code::RuleViolated);
                    assert!(refused.facts.values().any(|fact| fact == by));
                }
            }
        }
    }
    // What gives nobody anything needs no second person.
    assert!(requested().reject("mistaken", "lee", at(1)).is_ok());
    assert!(grant_in(S::Granted).revoke("given back", "kim", at(5)).is_ok());
    assert_eq!(requested().withdraw(None, "kim", at(1)).unwrap_err().code, Code::RuleViolated);
}

#[test]
fn what_rules_separate_is_neither_approved_nor_granted_nor_extended() {
    use AccessGrantState as S;
    let separate = Grounds { held: vec![(nth(2), nth(20))], ..grounds() };
    let twice = Grounds { held: vec![(nth(1), nth(21))], ..grounds() };
    let mut retired = grounds();
    retired.entitlement = entitlement_in(EntitlementState::Retired);
    for (grounds, fact) in [(separate, "conflicts"), (twice, "grant"), (retired, "entitlement")] {
        for refused in [
            grant_in(S::Verified).approve(&grounds, "ann", at(5)),
            grant_in(S::Approved).grant(&grounds, "jo", at(5)),
            grant_in(S::Granted).extend(at(70), "more", &grounds, "ann", at(5)),
        ] {
            let refused = refused.unwrap_err();
            assert_eq!(refused.code, Code::RuleViolated, "{refused}");
            assert!(refused.facts.contains_key(fact), "{refused}");
        }
        assert!(grant_in(S::Requested).verify("vera", at(5)).is_ok());
    }
    let free = Grounds { held: vec![(nth(3), nth(30))], ..grounds() };
    assert!(grant_in(S::Approved).grant(&free, "jo", at(5)).is_ok());
}

#[test]
fn an_end_is_to_come_and_near_enough_at_every_decision() {
    use AccessGrantState as S;
    let asks = |until| {
        let input = RequestAccess { valid_until: until, ..input() };
        AccessGrant::request(nth(9), &grounds().entitlement, input, "lee", at(0))
    };
    for bad in [None, Some(at(0)), Some(at(101))] {
        assert_eq!(asks(bad).unwrap_err().facts["field"], "validUntil");
    }
    assert!(asks(Some(at(100))).is_ok());
    // Its end came while it was decided on.
    for late in [
        grant_in(S::Verified).approve(&grounds(), "ann", at(50)),
        grant_in(S::Approved).grant(&grounds(), "jo", at(50)),
    ] {
        assert_eq!(late.unwrap_err().facts["field"], "validUntil");
    }
    let extended = |until, now| grant_in(S::Granted).extend(at(until), "more", &grounds(), "ann", at(now));
    for (until, now, code) in [
        (50, 5, Code::Invalid),
        (106, 5, Code::Invalid),
        (90, 50, Code::WrongState),
        (90, 60, Code::WrongState),
    ] {
        assert_eq!(extended(until, now).unwrap_err().code, code, "{until} {now}");
    }
    let (longer, happened) = extended(105, 5).unwrap();
    assert_eq!(longer.expires_at(), Some(at(105)));
    let expected = AccessGrantHappened::Extended { from: at(50), to: at(105), reason: "more".to_owned() };
    assert_eq!(happened, expected);
    let open = AccessGrant { valid_until: None, ..grant_in(S::Granted) };
    let refused = open.extend(at(90), "more", &grounds(), "ann", at(5)).unwrap_err();
    assert_eq!(refused.code, Code::RuleViolated);
}

#[test]
fn it_is_held_from_its_grant_until_its_end() {
    use AccessGrantState as S;
    for state in AccessGrantState::STATES {
        let expected = match state {
            S::Requested | S::Verified | S::Approved | S::Rejected | S::Withdrawn => None,
            S::Granted | S::Expired => Some((at(3), Some(at(50)))),
            S::Revoked => Some((at(3), Some(at(4)))),
        };
        assert_eq!(grant_in(*state).held(), expected, "{state:?}");
    }
    let late = AccessGrantStatus::Expired { due: at(50), fired: at(60) };
    assert_eq!(grant_in(S::Expired).status, late);
    assert_eq!(grant_in(S::Granted).expire(at(49)).unwrap_err().code, Code::RuleViolated);
    // What is over cannot be revoked, though nobody has noted it yet: its end is past, and stays.
    let refused = grant_in(S::Granted).revoke("over", "jo", at(50)).unwrap_err();
    assert_eq!((refused.code, &refused.facts["state"]), (Code::WrongState, &"EXPIRED".into()));
}

#[test]
fn access_is_asked_for_with_a_reason_for_oneself_or_another() {
    let ask = |input| AccessGrant::request(nth(9), &grounds().entitlement, input, "lee", at(0));
    assert_eq!(ask(RequestAccess { person: None, ..input() }).unwrap().0.person, "lee");
    assert_eq!(ask(RequestAccess { priority: None, ..input() }).unwrap().0.priority, 3);
    let high = ask(RequestAccess { priority: Some(0), ..input() }).unwrap_err();
    assert_eq!(high.facts["field"], "priority");
    let silent = ask(RequestAccess { reason: " ".to_owned(), ..input() }).unwrap_err();
    assert_eq!(silent.facts["field"], "reason");
    let retired = entitlement_in(EntitlementState::Retired);
    let refused = AccessGrant::request(nth(9), &retired, input(), "lee", at(0)).unwrap_err();
    assert_eq!(refused.code, Code::RuleViolated);
}
