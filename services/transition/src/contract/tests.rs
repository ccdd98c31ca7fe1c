//! Every record in every state survives the way through its message, and the names of what happened fit.

use super::{change, configuration_item, deployment, item_relation, transition};
use crate::domain::tests::{
    ballot, change_in, deployment_in, hour, item_in, opened, relation_in, step, submitted, transition_in,
};
use crate::domain::*;
use ciclo_contracts::transition::v1 as pb;
use ciclo_kernel::Machine;
use prost::Message;

fn through<M: Message + Default>(message: &M) -> M {
    M::decode(message.encode_to_vec().as_slice()).unwrap()
}

#[test]
fn transitions_survive() {
    for &state in TransitionState::STATES {
        let record = transition_in(state);
        assert_eq!(transition::record(through(&transition::message(&record, None))).unwrap(), record);
    }
    let pilot = transition_in(TransitionState::Pilot);
    let pilot = pilot.waive(Criterion::Training, "cio", "no staff", "ann", hour(4)).unwrap().0;
    let review = pilot.back_out("too slow", "ann", hour(5)).unwrap().0;
    assert_eq!(transition::record(through(&transition::message(&review, None))).unwrap(), review);
}

#[test]
fn changes_survive() {
    for &state in ChangeState::STATES {
        let record = change_in(state);
        assert_eq!(change::record(through(&change::message(&record, None))).unwrap(), record);
    }
    let mut board = step("board", ApprovalPolicy::NOf(2), &["ann", "bea"]);
    board.delegates = vec![Delegate { approver: "ann".to_owned(), delegate: "cid".to_owned() }];
    let open = submitted(vec![board, step("cio", ApprovalPolicy::All, &["eva"])]);
    let for_ann = CastVote { on_behalf_of: Some("ann".to_owned()), ..ballot(VoteDecision::Approve) };
    let (voted, _) = open.vote(for_ann, "cid", hour(1)).unwrap();
    assert_eq!(change::record(through(&change::message(&voted, None))).unwrap(), voted);
    let (rejected, _) = voted.vote(ballot(VoteDecision::Reject), "bea", hour(2)).unwrap();
    assert_eq!(change::record(through(&change::message(&rejected, None))).unwrap(), rejected);
}

#[test]
fn items_relations_and_deployments_survive() {
    for &state in ConfigurationItemState::STATES {
        let record = item_in(state);
        let message = configuration_item::message(&record, None);
        assert_eq!(configuration_item::record(through(&message)).unwrap(), record);
    }
    for &kind in RelationKind::ALL {
        for &state in ItemRelationState::STATES {
            let record = ItemRelation { kind, ..relation_in(state) };
            let message = item_relation::message(&record, None);
            assert_eq!(item_relation::record(through(&message)).unwrap(), record);
        }
    }
    for &state in DeploymentState::STATES {
        let record = deployment_in(state);
        assert_eq!(deployment::record(through(&deployment::message(&record, None))).unwrap(), record);
    }
}

/// The message that is set in the oneof `what` of an encoded event, by its descriptor.
fn what_is_set(event: &str, bytes: &[u8]) -> String {
    let descriptor = ciclo_contracts::pool().get_message_by_name(event).unwrap();
    let what = descriptor.oneofs().find(|one| one.name() == "what").unwrap();
    // The tag of each field in the encoding; length-delimited fields only, as events have.
    let mut rest = bytes;
    let mut found = String::new();
    while !rest.is_empty() {
        let tag = prost::encoding::decode_varint(&mut rest).unwrap();
        let length = usize::try_from(prost::encoding::decode_varint(&mut rest).unwrap()).unwrap();
        rest = &rest[length..];
        let number = u32::try_from(tag >> 3).unwrap();
        if let Some(field) = what.fields().find(|field| field.number() == number) {
            found = field.kind().as_message().unwrap().name().to_owned();
        }
    }
    found
}

#[test]
fn what_happened_has_the_name_of_its_message() {
    let window = Window { start: hour(1), end: hour(2) };
    let s = || "text".to_owned();
    let planning = TransitionStep::Planning;
    let all = [
        TransitionHappened::Opened,
        TransitionHappened::StepPlanned { step: planning, planned: window },
        TransitionHappened::CriterionRecorded { criterion: Criterion::Scope, evidence: s() },
        TransitionHappened::CriterionWaived { criterion: Criterion::Risk, waived_by: s(), reason: s() },
        TransitionHappened::BuildAdded { package_name: s(), digest: s() },
        TransitionHappened::TestAdded { name: s(), passed: true, waiver: None },
        TransitionHappened::PilotSet { group: s(), period: window, thresholds: s() },
        TransitionHappened::PilotReported { held: true, notes: s() },
        TransitionHappened::StepCompleted { step: planning },
        TransitionHappened::StepFailed { step: planning, reason: s() },
        TransitionHappened::BackedOut { from: planning, reason: s() },
        TransitionHappened::Cancelled { reason: s() },
        TransitionHappened::Closed { outcome: TransitionOutcome::Successful },
    ];
    for what in &all {
        let bytes = transition::message(&opened(), Some(what)).encode_to_vec();
        let set = what_is_set("ciclo.transition.v1.TransitionEvent", &bytes);
        assert_eq!(set, format!("Transition{}", what.name()));
    }
    let (_, voted) =
        change_in(ChangeState::Authorize).vote(ballot(VoteDecision::Approve), "ann", hour(1)).unwrap();
    let ChangeHappened::Approved { vote } = voted else { panic!("{voted:?}") };
    let outcome = ChangeOutcome::Failed;
    let all = [
        ChangeHappened::Drafted,
        ChangeHappened::Revised { approvals_voided: true },
        ChangeHappened::SubmittedForAssessment,
        ChangeHappened::ReturnedToDraft { reason: s() },
        ChangeHappened::SubmittedForApproval,
        ChangeHappened::Voted { vote: vote.clone() },
        ChangeHappened::Approved { vote: vote.clone() },
        ChangeHappened::Rejected { vote },
        ChangeHappened::ImplementationStarted,
        ChangeHappened::Implemented { outcome },
        ChangeHappened::Closed { outcome, review: None },
        ChangeHappened::Cancelled { reason: s() },
    ];
    for what in &all {
        let bytes = change::message(&change_in(ChangeState::Draft), Some(what)).encode_to_vec();
        let set = what_is_set("ciclo.transition.v1.ChangeEvent", &bytes);
        assert_eq!(set, format!("Change{}", what.name()));
    }
    let moved =
        |step| ConfigurationItemHappened::Moved { step, from: ConfigurationItemState::Live, note: None };
    let mut all = vec![ConfigurationItemHappened::Registered, ConfigurationItemHappened::Revised];
    all.extend(ItemMove::ALL.iter().map(|step| moved(*step)));
    for what in &all {
        let event = configuration_item::message(&item_in(ConfigurationItemState::Live), Some(what));
        let set = what_is_set("ciclo.transition.v1.ConfigurationItemEvent", &event.encode_to_vec());
        assert_eq!(set, format!("ConfigurationItem{}", what.name()));
        if let Some(pb::configuration_item_event::What::Moved(moved)) = event.what {
            assert_ne!(moved.r#move, 0, "a move without its word in the contract");
        }
    }
    for what in &[ItemRelationHappened::Related, ItemRelationHappened::Removed { reason: None }] {
        let bytes =
            item_relation::message(&relation_in(ItemRelationState::Active), Some(what)).encode_to_vec();
        let set = what_is_set("ciclo.transition.v1.ItemRelationEvent", &bytes);
        assert_eq!(set, format!("ItemRelation{}", what.name()));
    }
    let all = [
        DeploymentHappened::Planned,
        DeploymentHappened::Started,
        DeploymentHappened::Succeeded { notes: None, baseline: None },
        DeploymentHappened::Verified { notes: None, baseline: None },
        DeploymentHappened::Failed { reason: s() },
        DeploymentHappened::RolledBack { reason: s() },
    ];
    for what in &all {
        let bytes = deployment::message(&deployment_in(DeploymentState::Planned), Some(what)).encode_to_vec();
        let set = what_is_set("ciclo.transition.v1.DeploymentEvent", &bytes);
        assert_eq!(set, format!("Deployment{}", what.name()));
    }
}

/// Every written word of the domain has its value in the contract.
#[test]
fn every_word_is_in_the_contract() {
    use ciclo_contracts::convert::to_enum;
    let known = [
        Criterion::ALL.iter().map(|w| to_enum::<pb::TransitionCriterion>(w.as_str())).collect::<Vec<_>>(),
        TransitionStep::ALL.iter().map(|w| to_enum::<pb::TransitionStep>(w.as_str())).collect(),
        TransitionOutcome::ALL.iter().map(|w| to_enum::<pb::TransitionOutcome>(w.as_str())).collect(),
        ChangeOutcome::ALL.iter().map(|w| to_enum::<pb::ChangeOutcome>(w.as_str())).collect(),
        VoteDecision::ALL.iter().map(|w| to_enum::<pb::ChangeVoteDecision>(w.as_str())).collect(),
        ItemMove::ALL.iter().map(|w| to_enum::<pb::ConfigurationItemMove>(w.as_str())).collect(),
        RelationKind::ALL.iter().map(|w| to_enum::<pb::ItemRelationKind>(w.as_str())).collect(),
    ];
    assert!(known.iter().flatten().all(|value| *value != 0), "{known:?}");
}

#[test]
fn what_cannot_be_read_is_corrupt() {
    assert!(transition::record(pb::TransitionEvent::default()).is_err());
    assert!(change::record(pb::ChangeEvent::default()).is_err());
    let mut message = change::message(&change_in(ChangeState::Review), None);
    if let Some(after) = message.after.as_mut() {
        after.implementation = None;
    }
    assert!(change::record(message.clone()).is_err());
    if let Some(after) = message.after.as_mut() {
        after.state = 0;
    }
    assert!(change::record(message).is_err());
}
