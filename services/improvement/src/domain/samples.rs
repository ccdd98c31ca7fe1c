//! For tests: a record of each kind in each of its states, made by the real verbs.

use super::{
    evidence::{EvidenceKind, NewEvidence},
    facts::{Target, TargetKind, TicketType},
    initiative::{IdentifyInitiative, Initiative, InitiativeState},
    known::KnownAgreement,
    recommendation::{
        AcceptedAs, ProposeRecommendation, Recommendation, RecommendationSource, RecommendationState, Stage,
    },
    service_level_review::{ServiceLevelReview, ServiceLevelReviewState},
    seven_steps::ImprovementStep,
    target_result::{ClockReading, Subject, TargetResult, TargetResultState},
};
use ciclo_kernel::{SignedDuration, Timestamp, ids::RecordId};

/// An instant some seconds from a fixed one, to the microsecond.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::new(1_780_000_000 + second, 123_456_000).unwrap()
}

/// A fresh id.
pub(crate) fn id<I: RecordId>() -> I {
    I::at(at(0))
}

/// The same id each time.
pub(crate) fn nth<I: RecordId>(number: u32) -> I {
    I::parse(&format!("{}_{number:032x}", I::PREFIX)).unwrap()
}

pub(crate) fn clock() -> ClockReading {
    ClockReading {
        clock_id: nth(1),
        subject: Subject::Incident(nth(1)),
        subject_title: Some("Mail is slow".to_owned()),
        service_id: nth(1),
        agreement_id: nth(1),
        kind: TargetKind::Resolution,
        priority: 1,
        promised: SignedDuration::from_secs(100),
        used: SignedDuration::from_secs(90),
        due_at: Some(at(100)),
    }
}

/// The result of the clock with a number; met up to the second 100, missed after it.
pub(crate) fn result(number: u32, priority: u8, stopped: i64) -> TargetResult {
    let used = SignedDuration::from_secs(stopped);
    let clock = ClockReading { clock_id: nth(number), priority, used, ..clock() };
    TargetResult::of_conclusion(nth(number), clock, at(stopped), None).unwrap().0
}

pub(crate) fn result_in(state: TargetResultState) -> TargetResult {
    match state {
        TargetResultState::RunningLate => TargetResult::of_breach(nth(9), clock(), at(100)).unwrap().0,
        TargetResultState::Final => result(1, 1, 90),
        TargetResultState::Cancelled => {
            result_in(TargetResultState::RunningLate).cancel(clock(), at(120)).unwrap().0
        }
    }
}

pub(crate) fn agreement() -> KnownAgreement {
    let target = |kind, priority, seconds| Target {
        ticket_type: TicketType::Incident,
        kind,
        priority,
        duration: SignedDuration::from_secs(seconds),
    };
    KnownAgreement {
        id: nth(1),
        service_id: nth(1),
        name: "Mail".to_owned(),
        kind: "SLA".to_owned(),
        state: "ACTIVE".to_owned(),
        targets: vec![
            target(TargetKind::Resolution, 2, 200),
            target(TargetKind::Resolution, 1, 100),
            target(TargetKind::Response, 1, 10),
        ],
    }
}

pub(crate) fn review(
    results: &[TargetResult],
    (from, to): (i64, i64),
    previous: Option<&ServiceLevelReview>,
) -> ServiceLevelReview {
    let period = (at(from), at(to));
    ServiceLevelReview::conduct(id(), &agreement(), period, results, previous, "eva", at(to)).unwrap().0
}

pub(crate) fn review_in(state: ServiceLevelReviewState) -> ServiceLevelReview {
    let drafted = review(&[result(1, 1, 90), result(2, 1, 120), result(3, 4, 130)], (0, 1_000), None);
    match state {
        ServiceLevelReviewState::Drafted => drafted,
        ServiceLevelReviewState::Published => {
            drafted.publish("one in two is late", "eva", at(1_001)).unwrap().0
        }
    }
}

pub(crate) fn note(note: &str) -> NewEvidence {
    NewEvidence { kind: EvidenceKind::Text, record_id: None, note: Some(note.to_owned()) }
}

pub(crate) fn proposal() -> ProposeRecommendation {
    ProposeRecommendation {
        stage: Stage::Design,
        service_id: Some(nth(1)),
        title: "Answer sooner".to_owned(),
        description: Some("A second line at night".to_owned()),
        source: RecommendationSource::Breach { agreement_id: nth(1), kind: TargetKind::Resolution },
        evidence: vec![NewEvidence::result(nth(1), None), note("the third this month")],
    }
}

pub(crate) fn recommendation_with(proposal: ProposeRecommendation) -> Recommendation {
    Recommendation::propose(id(), proposal, "service:operations", at(0)).unwrap().0
}

pub(crate) fn recommendation_in(state: RecommendationState, accepted_as: AcceptedAs) -> Recommendation {
    let proposed = recommendation_with(proposal());
    let accepted = |proposed: Recommendation| proposed.accept(accepted_as, "eva", at(1)).unwrap().0;
    match state {
        RecommendationState::Proposed => proposed,
        RecommendationState::Accepted => accepted(proposed),
        RecommendationState::Rejected => proposed.reject("too dear", "eva", at(1)).unwrap().0,
        RecommendationState::Answered => {
            let accepted = accepted(proposed);
            match accepted_as {
                AcceptedAs::Requirement => {
                    accepted.answered_by_requirement(nth(1), "service:design", at(2)).unwrap().0
                }
                AcceptedAs::Initiative => accepted.answered_by_initiative(nth(1), "eva", at(2)).unwrap().0,
            }
        }
    }
}

pub(crate) fn initiative() -> Initiative {
    let input = IdentifyInitiative {
        title: "A second line at night".to_owned(),
        description: Some("From ten to six".to_owned()),
        owner: "eva".to_owned(),
        service_id: Some(nth(1)),
        recommendation_id: Some(nth(1)),
    };
    Initiative::identify(id(), input, "jo", at(0)).unwrap().0
}

/// The initiative with the next steps recorded.
pub(crate) fn with_steps(initiative: Initiative, steps: &[ImprovementStep]) -> Initiative {
    steps
        .iter()
        .fold(initiative, |initiative, step| initiative.record_step(*step, "seen", "jo", at(2)).unwrap().0)
}

/// An initiative in a state, with the steps that the next move needs, and one left while it takes steps.
pub(crate) fn initiative_in(state: InitiativeState) -> Initiative {
    let all = ImprovementStep::ALL;
    let assessed = || with_steps(initiative(), &all[..2]).assess("worth it", "jo", at(1)).unwrap().0;
    let approved = || assessed().approve("max", at(3)).unwrap().0;
    let planned = || approved().plan(at(100), at(200), "jo", at(4)).unwrap().0;
    let in_progress = || planned().start("jo", at(100)).unwrap().0;
    let implemented = || with_steps(in_progress(), &all[2..]).implemented("jo", at(180)).unwrap().0;
    let in_review = || implemented().review_benefits("max", at(300)).unwrap().0;
    match state {
        InitiativeState::Identified => with_steps(initiative(), &all[..2]),
        InitiativeState::Assessed => assessed(),
        InitiativeState::Approved => approved(),
        InitiativeState::Planned => planned(),
        InitiativeState::InProgress => in_progress(),
        InitiativeState::Implemented => implemented(),
        InitiativeState::BenefitsReview => in_review(),
        InitiativeState::Closed => in_review().close(Some("half the misses"), "max", at(301)).unwrap().0,
        InitiativeState::Rejected => assessed().reject("too dear", "max", at(3)).unwrap().0,
        InitiativeState::Deferred => assessed().defer(at(10_000), Some("no people"), "max", at(3)).unwrap().0,
    }
}
