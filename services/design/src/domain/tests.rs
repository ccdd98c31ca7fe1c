//! The tables of the machines, each pair of them through the real verbs, and the
//! guards that are more than the table.

use super::{
    agreement::{Agreement, AgreementKind, AgreementParty, AgreementState, AgreementVerb},
    approval::ApprovalCondition,
    design_package::{
        DesignPackage, DesignPackagePurpose, DesignPackageState, DesignPackageVerb, PackagePlan,
    },
    facts::Money,
    requirement::{
        Requirement, RequirementPriority, RequirementState, RequirementVerb, RequirementWording, Tracing,
    },
    samples::{
        agreement, agreement_in, agreement_with, at, id, later_terms, newer_package, next_of, package,
        package_in, plan, requirement, requirement_in, service, target, terms, tracing, wording,
    },
    terms::{AgreedCalendar, Target, TargetKind, Terms, TicketType, target_breaks},
    underpinning::underpinning_gaps,
};
use ciclo_kernel::{Code, Machine, Refusal, SignedDuration, ids::CustomerId, ids::RecordId};
use proptest::prelude::*;

#[test]
fn the_tables_are_those_of_the_rules() {
    insta::assert_snapshot!("requirement", RequirementState::table());
    insta::assert_snapshot!("design_package", DesignPackageState::table());
    insta::assert_snapshot!("agreement", AgreementState::table());
}

/// Every (state, verb) pair leads where the table says, or is refused with state and verb.
pub(super) fn every_pair<R, M: Machine + std::fmt::Debug>(
    record: impl Fn(M) -> R,
    state_of: impl Fn(&R) -> M,
    act: impl Fn(R, M::Verb) -> Result<R, Refusal>,
) {
    for state in M::STATES {
        assert_eq!(state_of(&record(*state)), *state);
        for verb in M::VERBS {
            let name = M::verb_str(*verb);
            match (state.next(*verb), act(record(*state), *verb)) {
                (Some(to), Ok(after)) => assert_eq!(state_of(&after), to, "{state:?} {name}"),
                (Some(_), Err(refused)) => panic!("{state:?} {name}: {refused}"),
                (None, Ok(_)) => panic!("{state:?} {name} is allowed"),
                (None, Err(refused)) => {
                    assert_eq!(refused.code, Code::WrongState, "{state:?} {name}");
                    assert_eq!(refused.facts["state"], state.as_str());
                    assert_eq!(refused.facts["verb"], name);
                }
            }
        }
    }
}

#[test]
fn requirements_follow_the_table() {
    every_pair(requirement_in, Requirement::state, |record, verb| {
        Ok(match verb {
            RequirementVerb::Revise => record.revise(wording())?.0,
            RequirementVerb::Agree => record.agree("jo", at(5))?.0,
            RequirementVerb::Trace => record.trace(tracing())?.0,
            RequirementVerb::Satisfy => record.satisfy("seen", "jo", at(5))?.0,
            RequirementVerb::Drop => record.drop("not now", "jo", at(5))?.0,
        })
    });
}

#[test]
fn design_packages_follow_the_table() {
    every_pair(package_in, DesignPackage::state, |record, verb| {
        Ok(match verb {
            DesignPackageVerb::Plan => record.plan(plan())?.0,
            DesignPackageVerb::Waive => record.waive(ApprovalCondition::Agreement, "a pilot", "jo", at(5))?.0,
            DesignPackageVerb::Submit => record.submit("jo", at(5))?.0,
            DesignPackageVerb::ReturnToDraft => record.return_to_draft("too thin", "jo", at(5))?.0,
            DesignPackageVerb::Approve => record.approve(&[], &[agreement()], "jo", at(5))?.0,
            DesignPackageVerb::Supersede => record.supersede(&newer_package(), "jo", at(5))?.0,
        })
    });
}

#[test]
fn agreements_follow_the_table() {
    every_pair(agreement_in, Agreement::state, |record, verb| {
        Ok(match verb {
            AgreementVerb::Revise => record.revise(terms())?.0,
            AgreementVerb::Negotiate => record.negotiate("jo", at(5))?.0,
            AgreementVerb::Agree => record.agree("jo", at(5))?.0,
            AgreementVerb::DraftNext => {
                let service = service("OPERATIONAL");
                let (next, _) = record.draft_next(id(), &service, &[], later_terms(), "jo", at(5))?;
                assert_eq!((next.number, next.family, next.state()), (2, record.id, AgreementState::Draft));
                record
            }
            AgreementVerb::Activate => record.activate("service:catalog", at(5))?.0,
            AgreementVerb::Review => record.review("asked for", "jo", at(5))?.0,
            AgreementVerb::Renew => record.renew("goes on", "jo", at(5))?.0,
            AgreementVerb::Supersede => {
                let next = next_of(&record);
                record.supersede(&next, "jo", at(5))?.0
            }
            AgreementVerb::Expire => record.expire("service:design", at(86_400))?.0,
            AgreementVerb::Terminate => record.terminate("broken", "jo", at(5))?.0,
        })
    });
}

#[test]
fn a_requirement_is_agreed_with_an_acceptance_criterion_only() {
    let open = RequirementWording { acceptance_criterion: Some(" ".to_owned()), ..wording() };
    let draft = requirement().revise(open).unwrap().0;
    assert_eq!(draft.wording.acceptance_criterion, None);
    assert_eq!(draft.agree("jo", at(1)).unwrap_err().code, Code::CriteriaUnmet);
}

#[test]
fn an_approval_names_everything_that_is_missing() {
    let draft = package();
    let own = |priority, element: Option<&str>| {
        let wording = RequirementWording { priority, ..wording() };
        let solution_element = element.map(str::to_owned);
        let tracing = Tracing { package: Some(draft.id), solution_element, ..Tracing::default() };
        requirement().revise(wording).unwrap().0.trace(tracing).unwrap().0
    };
    let untraced = own(RequirementPriority::Must, None);
    let requirements = [
        untraced.clone(),
        own(RequirementPriority::Must, Some("queue")),
        own(RequirementPriority::Should, None),
        own(RequirementPriority::Must, None).drop("not now", "jo", at(1)).unwrap().0,
        requirement(),
    ];
    let ended =
        [AgreementState::Superseded, AgreementState::Expired, AgreementState::Terminated].map(agreement_in);
    let review = draft.clone().submit("eva", at(1)).unwrap().0;
    let refused = review.clone().approve(&requirements, &ended, "max", at(2)).unwrap_err();
    assert_eq!(refused.code, Code::CriteriaUnmet);
    let missing: Vec<&str> =
        refused.facts["missing"].as_array().unwrap().iter().map(|m| m.as_str().unwrap()).collect();
    let words: Vec<&str> = missing.iter().map(|m| m.split(':').next().unwrap()).collect();
    assert_eq!(words, ["MUST_TRACED", "ACCEPTANCE_PLAN", "COST_ESTIMATE", "AGREEMENT"]);
    assert!(missing[0].contains(&untraced.id.to_string()));

    let back = review.return_to_draft("incomplete", "max", at(3)).unwrap().0;
    let planned = back.plan(plan()).unwrap().0.submit("eva", at(4)).unwrap().0;
    assert_eq!(planned.unmet(&requirements[1..], &[]).len(), 1);
    let waived = planned.waive(ApprovalCondition::Agreement, "internal only", "max", at(5)).unwrap().0;
    let again = waived.clone().waive(ApprovalCondition::Agreement, "again", "jo", at(6)).unwrap_err();
    assert_eq!(again.code, Code::RuleViolated);
    let approved = waived.approve(&requirements[1..], &[], "max", at(7)).unwrap().0;
    let approval = approved.approval().unwrap();
    assert_eq!(approval.requirements, [requirements[1].id, requirements[2].id]);
    assert!(approval.agreements.is_empty());
}

#[test]
fn any_agreement_that_has_not_ended_counts_for_the_approval() {
    for state in AgreementState::STATES {
        let review = package_in(DesignPackageState::InReview);
        let counted = review.approve(&[], &[agreement_in(*state)], "max", at(2)).is_ok();
        assert_eq!(counted, !state.ended(), "{state:?}");
    }
    let elsewhere = Agreement { service: id(), ..agreement() };
    assert_eq!(package_in(DesignPackageState::InReview).unmet(&[], &[elsewhere]).len(), 1);
}

#[test]
fn only_the_agreement_can_be_waived() {
    for condition in ApprovalCondition::ALL {
        let waived = package().waive(*condition, "no time", "max", at(1));
        match waived {
            Ok(_) => assert_eq!(*condition, ApprovalCondition::Agreement),
            Err(refused) => assert_eq!(refused.facts["waivable"][0], "AGREEMENT"),
        }
    }
}

#[test]
fn a_package_follows_an_approved_one_and_fits_the_service() {
    let open = |state: &str, purpose, newest: Option<&DesignPackage>| {
        DesignPackage::open(id(), &service(state), purpose, newest, "eva", at(1))
            .map(|opened| opened.0.number)
    };
    let approved = package_in(DesignPackageState::Approved);
    assert_eq!(open("OPERATIONAL", DesignPackagePurpose::Change, Some(&approved)), Ok(2));
    assert_eq!(open("IN_DESIGN", DesignPackagePurpose::NewService, Some(&approved)), Ok(2));
    for (state, purpose, newest) in [
        ("OPERATIONAL", DesignPackagePurpose::NewService, None),
        ("IN_DESIGN", DesignPackagePurpose::Improvement, None),
        ("RETIRING", DesignPackagePurpose::Change, None),
        ("RETIRED", DesignPackagePurpose::NewService, None),
        ("IN_DESIGN", DesignPackagePurpose::NewService, Some(package())),
    ] {
        let refused = open(state, purpose, newest.as_ref()).unwrap_err();
        assert_eq!(refused.code, Code::RuleViolated, "{state} {purpose:?}");
    }
    let older = package_in(DesignPackageState::Approved).supersede(&approved, "max", at(2)).unwrap_err();
    assert_eq!(older.code, Code::RuleViolated);
}

#[test]
fn a_cost_has_a_currency_and_is_not_negative() {
    for (minor_units, currency) in [(-1, "EUR"), (1, "eur"), (1, "EURO"), (1, "")] {
        let cost_estimate = Some(Money { minor_units, currency: currency.to_owned() });
        let refused = package().plan(PackagePlan { cost_estimate, ..plan() }).unwrap_err();
        assert_eq!(refused.facts["field"], "costEstimate");
    }
}

#[test]
fn an_sla_is_agreed_with_a_resolution_target_only() {
    let bare = Terms { targets: vec![target(TargetKind::Response, 1, 15)], ..terms() };
    let agree =
        |party| agreement_with(party, bare.clone()).negotiate("eva", at(1)).unwrap().0.agree("jo", at(2));
    let refused = agree(AgreementParty::Customer(CustomerId::at(at(0)))).unwrap_err();
    assert_eq!(refused.code, Code::CriteriaUnmet);
    assert!(agree(AgreementParty::Group("Network".to_owned())).is_ok());
}

#[test]
fn an_agreement_has_exactly_the_party_of_its_kind() {
    let customer = Some(CustomerId::at(at(0)));
    assert!(AgreementParty::of(AgreementKind::Sla, customer, None, None).is_ok());
    assert!(AgreementParty::of(AgreementKind::Ola, None, Some("Network"), None).is_ok());
    assert!(AgreementParty::of(AgreementKind::Contract, None, None, Some("Kabel GmbH")).is_ok());
    for (kind, customer, group, field) in [
        (AgreementKind::Sla, None, None, "customer"),
        (AgreementKind::Sla, customer, Some("Network"), "customer"),
        (AgreementKind::Ola, None, Some(" "), "group"),
        (AgreementKind::Contract, None, Some("Network"), "supplier"),
    ] {
        let refused = AgreementParty::of(kind, customer, group, None).unwrap_err();
        assert_eq!(refused.facts["field"], field, "{kind:?}");
    }
}

#[test]
fn terms_that_make_no_sense_are_refused_by_field() {
    let one = |change: fn(&mut Terms)| {
        let mut changed = terms();
        change(&mut changed);
        changed.checked().unwrap_err()
    };
    let fields = [
        (one(|t| t.valid_until = Some(t.valid_from)), "validUntil"),
        (one(|t| t.availability_basis_points = Some(10_001)), "availabilityBasisPoints"),
        (one(|t| t.targets[0].priority = 6), "targets.0.priority"),
        (one(|t| t.targets[1].duration = SignedDuration::ZERO), "targets.1.duration"),
        (one(|t| t.targets[0].duration = SignedDuration::from_hours(366 * 24 + 1)), "targets.0.duration"),
        (one(|t| t.targets[0].warning_percent = vec![80, 80]), "targets.0.warningPercent"),
        (one(|t| t.targets[0].warning_percent = vec![100]), "targets.0.warningPercent"),
    ];
    for (refused, field) in fields {
        assert_eq!((refused.code, &refused.facts["field"]), (Code::Invalid, &field.into()));
    }
}

#[test]
fn a_calendar_is_named_by_its_id_or_counts_every_hour() {
    for calendar in [AgreedCalendar::Always, AgreedCalendar::Named(id())] {
        assert_eq!(AgreedCalendar::parse(&calendar.to_string()), Ok(calendar));
    }
    assert_eq!(AgreedCalendar::parse("24x7"), Ok(AgreedCalendar::Always));
    assert_eq!(AgreedCalendar::parse("office hours").unwrap_err().code, Code::BadId);
}

#[test]
fn every_break_between_targets_is_listed() {
    let targets = [
        target(TargetKind::Resolution, 3, 60),
        target(TargetKind::Resolution, 1, 240),
        target(TargetKind::Resolution, 2, 120),
        target(TargetKind::Resolution, 2, 120),
        target(TargetKind::Response, 1, 300),
    ];
    let refused = Terms { targets: targets.to_vec(), ..terms() }.checked().unwrap_err();
    // 1>2 twice, 1>3, 2>3 twice, 2 twice, and the response of 1 over its resolution.
    assert_eq!(refused.facts["breaks"].as_array().unwrap().len(), 7, "{refused}");
    // What is promised for one type of ticket says nothing about another.
    let types = TicketType::ALL.iter().zip(targets);
    let apart: Vec<_> =
        types.map(|(ticket_type, target)| Target { ticket_type: *ticket_type, ..target }).collect();
    assert!(target_breaks(&apart).is_empty());
}

#[test]
fn a_next_version_follows_the_newest_and_starts_later() {
    let (active, open) = (agreement_in(AgreementState::Active), service("OPERATIONAL"));
    let next = next_of(&active);
    let draft = |versions: &[Agreement], terms, state: &str| {
        active.draft_next(id(), &service(state), versions, terms, "eva", at(9)).map(|drafted| drafted.0)
    };
    let versions = [active.clone(), next.clone()];
    assert_eq!(draft(&versions, later_terms(), "OPERATIONAL").unwrap_err().code, Code::RuleViolated);
    assert_eq!(draft(&[], later_terms(), "RETIRING").unwrap_err().code, Code::RuleViolated);
    assert_eq!(draft(&[], terms(), "OPERATIONAL").unwrap_err().facts["field"], "validFrom");
    let second = draft(std::slice::from_ref(&active), later_terms(), "OPERATIONAL").unwrap();
    assert_eq!(second.revise(terms()).unwrap_err().facts["field"], "validFrom");
    let newest = Terms { valid_from: at(7_200), ..terms() };
    let third = next.draft_next(id(), &open, &versions, newest, "eva", at(9)).unwrap().0;
    assert_eq!((third.number, third.family), (3, active.family));
    assert_eq!(active.supersede(&third, "jo", at(10)).unwrap_err().code, Code::RuleViolated);
}

#[test]
fn an_agreement_expires_when_its_time_is_over_only() {
    let active = agreement_in(AgreementState::Active);
    assert_eq!(active.clone().expire("eva", at(86_399)).unwrap_err().code, Code::CriteriaUnmet);
    assert!(active.terms.hold_at(at(86_399)) && !active.terms.hold_at(at(86_400)));
    assert!(active.expire("eva", at(86_400)).is_ok());
}

#[test]
fn gaps_are_where_an_agreement_under_the_sla_allows_more() {
    let under = |party, targets| agreement_with(party, Terms { targets, ..terms() });
    let network = || AgreementParty::Group("Network".to_owned());
    let ola = under(
        network(),
        vec![
            target(TargetKind::Resolution, 1, 241),
            target(TargetKind::Resolution, 2, 480),
            target(TargetKind::Resolution, 3, 9_000),
        ],
    );
    let contract =
        under(AgreementParty::Supplier("Kabel".to_owned()), vec![target(TargetKind::Response, 1, 16)]);
    let elsewhere = Agreement { service: id(), ..ola.clone() };
    let ended = Agreement { party: network(), ..agreement_in(AgreementState::Terminated) };
    let all = [ola.clone(), contract.clone(), elsewhere, ended, agreement()];
    let gaps = underpinning_gaps(&agreement(), &all);
    let seen: Vec<_> = gaps.iter().map(|gap| (gap.agreement, gap.kind, gap.priority)).collect();
    assert_eq!(seen, [(ola.id, TargetKind::Resolution, 1), (contract.id, TargetKind::Response, 1)]);
    assert_eq!(gaps[0].promised, SignedDuration::from_mins(240));
    assert_eq!(gaps[0].underpinned, SignedDuration::from_mins(241));
    assert!(underpinning_gaps(&ola, &all).is_empty());
}

proptest! {
    /// Targets that nothing breaks are monotone, and the order they are given in does not matter.
    #[test]
    fn accepted_targets_are_monotone(minutes in proptest::collection::vec((any::<bool>(), 1u8..=5, 1i64..6), 0..6)) {
        let mut targets: Vec<_> = minutes.iter().map(|(response, priority, minutes)| {
            let kind = if *response { TargetKind::Response } else { TargetKind::Resolution };
            target(kind, *priority, *minutes)
        }).collect();
        let breaks = target_breaks(&targets);
        targets.reverse();
        prop_assert_eq!(breaks.len(), target_breaks(&targets).len());
        if breaks.is_empty() {
            let terms = Terms { targets, ..terms() }.checked().unwrap();
            for kind in TargetKind::ALL {
                let of_kind: Vec<_> = terms.targets.iter().filter(|t| t.kind == *kind).collect();
                prop_assert!(of_kind.is_sorted_by(|a, b| a.priority < b.priority && a.duration <= b.duration));
            }
            for priority in 1..=5 {
                let promised = |kind| terms.target(TicketType::Incident, kind, priority).map(|target| target.duration);
                if let (Some(response), Some(resolution)) =
                    (promised(TargetKind::Response), promised(TargetKind::Resolution))
                {
                    prop_assert!(response <= resolution);
                }
            }
        }
    }
}
