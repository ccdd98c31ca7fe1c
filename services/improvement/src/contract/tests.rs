//! Every record in every state survives the way through its message.

use super::{initiative, recommendation, service_level_review, target_result};
use crate::domain::{
    evidence::{Evidence, EvidenceKind},
    facts::{Mark, TargetKind, TicketType},
    initiative::{IdentifyInitiative, Initiative, InitiativeHappened, InitiativeState},
    recommendation::{
        AcceptedAs, Answer, ProposeRecommendation, Recommendation, RecommendationHappened,
        RecommendationOrigin, RecommendationSource, RecommendationState, Stage,
    },
    review_lines::Trend,
    samples::{self, at, nth},
    service_level_review::{ServiceLevelReview, ServiceLevelReviewHappened, ServiceLevelReviewState},
    seven_steps::ImprovementStep,
    target_result::{ClockReading, Subject, TargetResult, TargetResultHappened, TargetResultState},
};
use ciclo_contracts::{convert::to_enum, improvement::v1 as pb};
use ciclo_kernel::Machine;
use prost::Message;

fn result_reads_back(before: &TargetResult) {
    let bytes = target_result::message(before, None).encode_to_vec();
    let read = target_result::record(pb::TargetResultEvent::decode(&*bytes).unwrap());
    assert_eq!(read.as_ref(), Ok(before));
}

fn review_reads_back(before: &ServiceLevelReview) {
    let bytes = service_level_review::message(before, None).encode_to_vec();
    let read = service_level_review::record(pb::ServiceLevelReviewEvent::decode(&*bytes).unwrap());
    assert_eq!(read.as_ref(), Ok(before));
}

fn recommendation_reads_back(before: &Recommendation) {
    let bytes = recommendation::message(before, None).encode_to_vec();
    let read = recommendation::record(pb::RecommendationEvent::decode(&*bytes).unwrap());
    assert_eq!(read.as_ref(), Ok(before));
}

fn initiative_reads_back(before: &Initiative) {
    let bytes = initiative::message(before, None).encode_to_vec();
    let read = initiative::record(pb::InitiativeEvent::decode(&*bytes).unwrap());
    assert_eq!(read.as_ref(), Ok(before));
}

#[test]
fn records_in_every_state_read_back() {
    for state in TargetResultState::STATES {
        result_reads_back(&samples::result_in(*state));
    }
    for state in ServiceLevelReviewState::STATES {
        review_reads_back(&samples::review_in(*state));
    }
    for state in RecommendationState::STATES {
        for accepted_as in AcceptedAs::ALL {
            recommendation_reads_back(&samples::recommendation_in(*state, *accepted_as));
        }
    }
    for state in InitiativeState::STATES {
        initiative_reads_back(&samples::initiative_in(*state));
    }
}

#[test]
fn facts_that_may_be_missing_read_back() {
    let request = ClockReading {
        subject: Subject::ServiceRequest(nth(3)),
        subject_title: None,
        kind: TargetKind::Response,
        ..samples::clock()
    };
    result_reads_back(&TargetResult::of_conclusion(nth(1), request, at(120), None).unwrap().0);

    let before = samples::review_in(ServiceLevelReviewState::Published);
    review_reads_back(&samples::review(&[], (1_000, 2_000), Some(&before)));

    let sources = [RecommendationSource::Review, RecommendationSource::Lesson, RecommendationSource::ByHand];
    for source in sources {
        let bare = ProposeRecommendation {
            stage: Stage::Strategy,
            service_id: None,
            title: "x".to_owned(),
            description: None,
            source,
            evidence: Vec::new(),
        };
        recommendation_reads_back(&samples::recommendation_with(bare));
    }

    let bare = IdentifyInitiative {
        title: "x".to_owned(),
        description: None,
        owner: "eva".to_owned(),
        service_id: None,
        recommendation_id: None,
    };
    let bare = Initiative::identify(nth(1), bare, "jo", at(0)).unwrap().0;
    initiative_reads_back(&bare.defer(at(9), None, "jo", at(1)).unwrap().0);
}

/// The name of what happened names its message, the field of the event's oneof and what is sent.
fn named(record: &str, name: &str, sent: &impl std::fmt::Debug) {
    let message = format!("ciclo.improvement.v1.{record}{name}");
    let event =
        ciclo_contracts::pool().get_message_by_name(&format!("ciclo.improvement.v1.{record}Event")).unwrap();
    assert!(
        event.fields().any(|field| field.kind().as_message().is_some_and(|m| m.full_name() == message)),
        "{message}"
    );
    assert!(format!("{sent:?}").starts_with(&format!("Some({name}(")), "{sent:?}");
}

#[test]
fn what_happened_is_named_as_its_message() {
    let text = || "x".to_owned();
    for what in [
        TargetResultHappened::BreachRecorded { breached_at: at(0) },
        TargetResultHappened::Concluded { stopped_at: at(0), breached: true, again: false },
        TargetResultHappened::Cancelled { cancelled_at: at(0) },
    ] {
        let record = samples::result_in(TargetResultState::Final);
        named("TargetResult", what.name(), &target_result::message(&record, Some(&what)).what);
    }
    for what in
        [ServiceLevelReviewHappened::Conducted, ServiceLevelReviewHappened::Published { conclusions: text() }]
    {
        let record = samples::review_in(ServiceLevelReviewState::Drafted);
        named("ServiceLevelReview", what.name(), &service_level_review::message(&record, Some(&what)).what);
    }
    let added = Mark::new("jo", at(0));
    let evidence = Evidence { kind: EvidenceKind::Text, record_id: None, note: Some(text()), added };
    for what in [
        RecommendationHappened::Proposed,
        RecommendationHappened::EvidenceAdded { evidence },
        RecommendationHappened::Accepted { accepted_as: AcceptedAs::Requirement },
        RecommendationHappened::Rejected { reason: text() },
        RecommendationHappened::Answered { answer: Answer::Requirement(nth(1)) },
        RecommendationHappened::Answered { answer: Answer::Initiative(nth(1)) },
    ] {
        let record = samples::recommendation_with(samples::proposal());
        named("Recommendation", what.name(), &recommendation::message(&record, Some(&what)).what);
    }
    for what in [
        InitiativeHappened::Identified { recommendation_id: None },
        InitiativeHappened::Assessed { assessment: text() },
        InitiativeHappened::Approved,
        InitiativeHappened::Planned { start: at(0), end: at(1) },
        InitiativeHappened::Started,
        InitiativeHappened::StepRecorded { step: ImprovementStep::Strategy, evidence: text() },
        InitiativeHappened::Implemented,
        InitiativeHappened::BenefitsReviewStarted,
        InitiativeHappened::Closed { benefit: text() },
        InitiativeHappened::Rejected { reason: text() },
        InitiativeHappened::Deferred { until: at(0), reason: None },
        InitiativeHappened::Resumed,
    ] {
        named("Initiative", what.name(), &initiative::message(&samples::initiative(), Some(&what)).what);
    }
}

#[test]
fn every_written_value_is_in_the_contract() {
    assert!(TargetKind::ALL.iter().all(|w| to_enum::<pb::TargetKind>(w.as_str()) != 0));
    assert!(TicketType::ALL.iter().all(|w| to_enum::<pb::SubjectType>(w.as_str()) != 0));
    assert!(Trend::ALL.iter().all(|w| to_enum::<pb::Trend>(w.as_str()) != 0));
    assert!(Stage::ALL.iter().all(|w| to_enum::<pb::Stage>(w.as_str()) != 0));
    assert!(RecommendationOrigin::ALL.iter().all(|w| to_enum::<pb::RecommendationOrigin>(w.as_str()) != 0));
    assert!(AcceptedAs::ALL.iter().all(|w| to_enum::<pb::AcceptedAs>(w.as_str()) != 0));
    assert!(EvidenceKind::ALL.iter().all(|w| to_enum::<pb::EvidenceKind>(w.as_str()) != 0));
    assert!(ImprovementStep::ALL.iter().all(|w| to_enum::<pb::ImprovementStep>(w.as_str()) != 0));
}

#[test]
fn a_message_without_its_record_is_corrupt() {
    assert!(target_result::record(pb::TargetResultEvent::default()).is_err());
    assert!(service_level_review::record(pb::ServiceLevelReviewEvent::default()).is_err());
    assert!(recommendation::record(pb::RecommendationEvent::default()).is_err());
    assert!(initiative::record(pb::InitiativeEvent::default()).is_err());
}
