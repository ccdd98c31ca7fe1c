//! The tables of the machines, each pair of them through the real verbs, and the
//! guards that are more than the table.

use super::{
    evidence::{EvidenceKind, NewEvidence},
    facts::TargetKind,
    initiative::{Initiative, InitiativeState, InitiativeVerb, Milestones, PdcaPhase, pdca_phase},
    recommendation::{
        AcceptedAs, MOST_EVIDENCE, ProposeRecommendation, Recommendation, RecommendationSource,
        RecommendationState, RecommendationVerb, Stage,
    },
    samples::{
        at, id, initiative, initiative_in, note, nth, proposal, recommendation_in, recommendation_with,
        result_in, review_in, with_steps,
    },
    service_level_review::{ServiceLevelReview, ServiceLevelReviewState, ServiceLevelReviewVerb},
    seven_steps::ImprovementStep,
    target_result::{TargetResult, TargetResultState, TargetResultVerb},
};
use ciclo_kernel::{Code, Machine, Refusal};

#[test]
fn the_tables_are_those_of_the_rules() {
    insta::assert_snapshot!("target_result", TargetResultState::table());
    insta::assert_snapshot!("service_level_review", ServiceLevelReviewState::table());
    insta::assert_snapshot!("recommendation", RecommendationState::table());
    insta::assert_snapshot!("initiative", InitiativeState::table());
}

/// Every (state, verb) pair leads where the table says, or is refused with state and verb.
fn every_pair<R, M: Machine + std::fmt::Debug>(
    record: impl Fn(M, M::Verb) -> R,
    state_of: impl Fn(&R) -> M,
    act: impl Fn(R, M::Verb) -> Result<R, Refusal>,
) {
    for state in M::STATES {
        for verb in M::VERBS {
            let name = M::verb_str(*verb);
            let before = record(*state, *verb);
            assert_eq!(state_of(&before), *state);
            match (state.next(*verb), act(before, *verb)) {
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
fn target_results_follow_the_table() {
    every_pair(
        |state, _| result_in(state),
        TargetResult::state,
        |record, verb| {
            let clock = record.clock.clone();
            Ok(match verb {
                TargetResultVerb::Breach => record.breach(clock, at(100))?.0,
                TargetResultVerb::Conclude => record.conclude(clock, at(150), None)?.0,
                TargetResultVerb::Cancel => record.cancel(clock, at(150))?.0,
            })
        },
    );
}

#[test]
fn service_level_reviews_follow_the_table() {
    every_pair(
        |state, _| review_in(state),
        ServiceLevelReview::state,
        |record, verb| {
            Ok(match verb {
                ServiceLevelReviewVerb::Publish => record.publish("fine", "eva", at(2_000))?.0,
            })
        },
    );
}

#[test]
fn recommendations_follow_the_table() {
    let record = |state, verb| {
        let initiative = verb == RecommendationVerb::AnswerByInitiative;
        let accepted_as = if initiative { AcceptedAs::Initiative } else { AcceptedAs::Requirement };
        recommendation_in(state, accepted_as)
    };
    every_pair(record, Recommendation::state, |record, verb| {
        Ok(match verb {
            RecommendationVerb::AddEvidence => record.add_evidence(note("again"), "jo", at(5))?.0,
            RecommendationVerb::Accept => record.accept(AcceptedAs::Requirement, "jo", at(5))?.0,
            RecommendationVerb::Reject => record.reject("no", "jo", at(5))?.0,
            RecommendationVerb::AnswerByRequirement => record.answered_by_requirement(id(), "jo", at(5))?.0,
            RecommendationVerb::AnswerByInitiative => record.answered_by_initiative(id(), "jo", at(5))?.0,
        })
    });
}

#[test]
fn initiatives_follow_the_table() {
    let record = |state, verb| {
        let record = initiative_in(state);
        let implement = state == InitiativeState::InProgress && verb == InitiativeVerb::Implement;
        if implement { with_steps(record, &ImprovementStep::ALL[2..]) } else { record }
    };
    every_pair(record, Initiative::state, |record, verb| {
        Ok(match verb {
            InitiativeVerb::Assess => record.assess("worth it", "jo", at(5))?.0,
            InitiativeVerb::Approve => record.approve("jo", at(5))?.0,
            InitiativeVerb::Plan => record.plan(at(6), at(7), "jo", at(5))?.0,
            InitiativeVerb::Start => record.start("jo", at(5))?.0,
            InitiativeVerb::RecordStep => {
                record.record_step(ImprovementStep::Gather, "counted", "jo", at(5))?.0
            }
            InitiativeVerb::Implement => record.implemented("jo", at(5))?.0,
            InitiativeVerb::ReviewBenefits => record.review_benefits("jo", at(5))?.0,
            InitiativeVerb::Close => record.close(Some("better"), "jo", at(5))?.0,
            InitiativeVerb::Reject => record.reject("no", "jo", at(5))?.0,
            InitiativeVerb::Defer => record.defer(at(6), None, "jo", at(5))?.0,
            InitiativeVerb::Resume => record.resume()?.0,
        })
    });
}

#[test]
fn a_recommendation_to_design_is_about_a_service() {
    let bare = ProposeRecommendation { service_id: None, ..proposal() };
    let refused = Recommendation::propose(id(), bare.clone(), "jo", at(0)).unwrap_err();
    assert_eq!(refused.facts["field"], "service");
    for stage in Stage::ALL.iter().filter(|stage| **stage != Stage::Design) {
        let other = ProposeRecommendation { stage: *stage, ..bare.clone() };
        assert!(Recommendation::propose(id(), other, "jo", at(0)).is_ok(), "{stage:?}");
    }
}

#[test]
fn accepting_names_everything_that_is_missing() {
    let bare = ProposeRecommendation {
        stage: Stage::Operation,
        service_id: None,
        evidence: Vec::new(),
        ..proposal()
    };
    let bare = recommendation_with(bare);
    let refused = bare.clone().accept(AcceptedAs::Requirement, "eva", at(1)).unwrap_err();
    assert_eq!(refused.code, Code::CriteriaUnmet);
    assert_eq!(refused.facts["missing"].as_array().unwrap().len(), 3);
    let refused = bare.clone().accept(AcceptedAs::Initiative, "eva", at(1)).unwrap_err();
    assert_eq!(refused.facts["missing"].as_array().unwrap().len(), 1);
    let with = bare.add_evidence(note("seen"), "jo", at(1)).unwrap().0;
    let accepted = with.accept(AcceptedAs::Initiative, "eva", at(2)).unwrap().0;
    let crossed = accepted.answered_by_requirement(id(), "jo", at(3)).unwrap_err();
    assert_eq!((crossed.code, &crossed.facts["acceptedAs"]), (Code::RuleViolated, &"INITIATIVE".into()));
}

#[test]
fn evidence_fits_its_kind_and_is_added_once() {
    let evidence = |kind, record: Option<String>, text: Option<&str>| NewEvidence {
        kind,
        record_id: record,
        note: text.map(str::to_owned),
    };
    let (incident, result) = (format!("inc_{:032x}", 7), format!("tre_{:032x}", 1));
    let add = |new| recommendation_with(proposal()).add_evidence(new, "jo", at(1));
    assert!(add(evidence(EvidenceKind::Record, Some(incident.clone()), None)).is_ok());
    assert!(add(evidence(EvidenceKind::Review, Some(format!("slr_{:032x}", 1)), Some("x"))).is_ok());
    for (bad, code) in [
        (evidence(EvidenceKind::Record, None, Some("x")), Code::Invalid),
        (evidence(EvidenceKind::Record, Some("xyz_1".to_owned()), None), Code::Invalid),
        (evidence(EvidenceKind::Record, Some(incident.to_uppercase()), None), Code::Invalid),
        (evidence(EvidenceKind::Result, Some(incident.clone()), None), Code::BadId),
        (evidence(EvidenceKind::Review, Some(result.clone()), None), Code::BadId),
        (evidence(EvidenceKind::Text, None, Some(" ")), Code::Invalid),
        (evidence(EvidenceKind::Text, Some(incident), Some("x")), Code::Invalid),
        (evidence(EvidenceKind::Result, Some(result), None), Code::RuleViolated),
    ] {
        let text = format!("{bad:?}");
        assert_eq!(add(bad).unwrap_err().code, code, "{text}");
    }
    let many = ProposeRecommendation { evidence: vec![note("x"); MOST_EVIDENCE], ..proposal() };
    let full = recommendation_with(many);
    assert!(!full.takes(&note("x")));
    assert_eq!(full.add_evidence(note("x"), "jo", at(1)).unwrap_err().code, Code::LimitExceeded);
    let proposed = recommendation_with(proposal());
    assert!(!proposed.takes(&NewEvidence::result(nth(1), None)), "it is evidence already");
    assert!(proposed.takes(&NewEvidence::result(nth(2), None)));
}

#[test]
fn further_breaches_gather_while_it_is_proposed() {
    let proposed = recommendation_with(proposal());
    assert!(proposed.gathers(nth(1), TargetKind::Resolution));
    assert!(!proposed.gathers(nth(1), TargetKind::Response));
    assert!(!proposed.gathers(nth(2), TargetKind::Resolution));
    let by_hand = ProposeRecommendation { source: RecommendationSource::ByHand, ..proposal() };
    assert!(!recommendation_with(by_hand).gathers(nth(1), TargetKind::Resolution));
    for state in [RecommendationState::Accepted, RecommendationState::Rejected, RecommendationState::Answered]
    {
        let decided = recommendation_in(state, AcceptedAs::Requirement);
        assert!(!decided.gathers(nth(1), TargetKind::Resolution), "{state:?}");
    }
}

#[test]
fn steps_are_recorded_in_order_and_once() {
    let skipped = initiative().record_step(ImprovementStep::Process, "x", "jo", at(1)).unwrap_err();
    assert_eq!(skipped.code, Code::CriteriaUnmet);
    let missing: Vec<&str> =
        skipped.facts["missing"].as_array().unwrap().iter().map(|m| m.as_str().unwrap()).collect();
    assert_eq!(missing.len(), 3);
    assert!(missing[2].contains("GATHER"));
    let first = with_steps(initiative(), &[ImprovementStep::Strategy]);
    let twice = first.clone().record_step(ImprovementStep::Strategy, "x", "jo", at(2)).unwrap_err();
    assert_eq!(twice.code, Code::RuleViolated);
    let blank = first.record_step(ImprovementStep::DefineMeasures, " ", "jo", at(2)).unwrap_err();
    assert_eq!(blank.facts["field"], "evidence");
}

#[test]
fn an_initiative_needs_its_steps_its_dates_and_its_benefit() {
    let bare = initiative().assess("x", "jo", at(1)).unwrap().0.approve("max", at(2)).unwrap().0;
    let refused = bare.clone().plan(at(5), at(6), "jo", at(3)).unwrap_err();
    assert_eq!(refused.facts["missing"].as_array().unwrap().len(), 2);
    assert_eq!(bare.clone().plan(at(6), at(6), "jo", at(3)).unwrap_err().facts["field"], "end");
    assert_eq!(bare.clone().defer(at(3), None, "jo", at(3)).unwrap_err().facts["field"], "until");
    let working = initiative_in(InitiativeState::InProgress);
    let early = working.implemented("jo", at(150)).unwrap_err();
    assert_eq!(early.facts["missing"].as_array().unwrap().len(), 5);
    for blank in [None, Some(" \n")] {
        let review = initiative_in(InitiativeState::BenefitsReview);
        assert_eq!(review.close(blank, "max", at(400)).unwrap_err().code, Code::CriteriaUnmet);
    }
}

#[test]
fn a_resumed_initiative_keeps_its_steps_and_is_assessed_anew() {
    let deferred = initiative_in(InitiativeState::Deferred);
    assert!(deferred.milestones.assessment.is_some());
    let resumed = deferred.resume().unwrap().0;
    assert_eq!((resumed.steps.len(), resumed.milestones), (2, Milestones::default()));
}

#[test]
fn the_cycle_follows_the_state() {
    let phases: Vec<Option<PdcaPhase>> =
        InitiativeState::STATES.iter().map(|state| pdca_phase(*state)).collect();
    let (plan, check) = (Some(PdcaPhase::Plan), Some(PdcaPhase::Check));
    let expected =
        [plan, plan, plan, plan, Some(PdcaPhase::Do), check, check, Some(PdcaPhase::Act), None, None];
    assert_eq!(phases, expected);
}
