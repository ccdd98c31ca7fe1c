//! Every machine's table, and every (state, verb) pair through the real verbs.

use super::*;
use ciclo_kernel::{Decision, Machine};

#[test]
fn the_tables_are_those_of_the_domain() {
    insta::assert_snapshot!("transition", TransitionState::table());
    insta::assert_snapshot!("change", ChangeState::table());
    insta::assert_snapshot!("configuration_item", ConfigurationItemState::table());
    insta::assert_snapshot!("item_relation", ItemRelationState::table());
    insta::assert_snapshot!("deployment", DeploymentState::table());
}

/// Runs each verb on a record in each state and compares with the table.
fn every_pair<M: Machine + std::fmt::Debug, R, E>(
    bring: impl Fn(M) -> R,
    state: impl Fn(&R) -> M,
    run: impl Fn(R, M::Verb) -> Decision<R, E>,
) {
    for &from in M::STATES {
        assert_eq!(state(&bring(from)), from);
        for &verb in M::VERBS {
            let pair = format!("{} {}", from.as_str(), M::verb_str(verb));
            match (run(bring(from), verb), from.next(verb)) {
                (Ok((after, _)), Some(to)) => assert_eq!(state(&after), to, "{pair}"),
                (Err(refusal), None) => {
                    assert_eq!(refusal.code, Code::WrongState, "{pair}: {refusal}");
                    assert_eq!(refusal.facts["state"], from.as_str(), "{pair}");
                }
                (Ok((after, _)), None) => panic!("{pair} is allowed: {:?}", state(&after)),
                (Err(refusal), Some(_)) => panic!("{pair} is refused: {refusal}"),
            }
        }
    }
}

#[test]
fn every_pair_of_a_transition() {
    let step_of = |record: &Transition| TransitionStep::of(record.state()).unwrap_or(TransitionStep::Review);
    let own = |record: &Transition| {
        let by_hand = |one: &&Criterion| one.step() == step_of(record) && one.met_by().is_none();
        Criterion::ALL.iter().find(by_hand).copied().unwrap_or(Criterion::Training)
    };
    every_pair(transition_in, Transition::state, |record, verb| match verb {
        TransitionVerb::CompleteStep => record.complete_step(&around(), hour(9)),
        TransitionVerb::FailStep => record.fail_step("broken"),
        TransitionVerb::BackOut => record.back_out("too slow", "ann", hour(9)),
        TransitionVerb::Cancel => record.cancel("not wanted", "ann", hour(9)),
        TransitionVerb::Close => record.close(TransitionOutcome::Successful, "ann", hour(9)),
        TransitionVerb::PlanStep => {
            let step = step_of(&record);
            record.plan_step(step, hour(1), hour(2))
        }
        TransitionVerb::Record => {
            let criterion = own(&record);
            record.record(criterion, "see there", "ann", hour(9))
        }
        TransitionVerb::Waive => {
            let criterion = own(&record);
            record.waive(criterion, "cio", "known", "ann", hour(9))
        }
        TransitionVerb::AddBuild => record.add_build("payroll", &digest(), "ann", hour(9)),
        TransitionVerb::AddTest => record.add_test("load", true, None, "ann", hour(9)),
        TransitionVerb::SetPilot => record.set_pilot("HR", hour(1), hour(2), "no errors"),
        TransitionVerb::ReportPilot => record.report_pilot(true, "fine", "ann", hour(9)),
    });
}

#[test]
fn every_pair_of_a_change() {
    // Two voices are needed for a vote that leaves the approval open.
    let two = || vec![step("board", ApprovalPolicy::All, &["ann", "bea"])];
    every_pair(change_in, Change::state, |record, verb| match verb {
        ChangeVerb::Submit => record.submit_for_assessment(),
        ChangeVerb::SubmitForApproval => record.submit_for_approval(),
        ChangeVerb::Vote => {
            let record = Change { approval_steps: two(), ..record };
            record.vote(ballot(VoteDecision::Approve), "bea", hour(9))
        }
        ChangeVerb::Approve => record.vote(ballot(VoteDecision::Approve), "ann", hour(9)),
        ChangeVerb::Reject => record.vote(ballot(VoteDecision::Reject), "ann", hour(9)),
        ChangeVerb::ReturnToDraft => record.return_to_draft("not clear", "ann", hour(9)),
        ChangeVerb::Describe => {
            let edit = ReviseChange { title: Some("Other".to_owned()), ..ReviseChange::default() };
            record.revise(edit, "rob", hour(9))
        }
        ChangeVerb::Revise => {
            let edit = ReviseChange { item_ids: Some(vec![]), ..ReviseChange::default() };
            record.revise(edit, "rob", hour(9))
        }
        ChangeVerb::Start => record.start_implementation(hour(10)),
        ChangeVerb::Finish => record.implemented(ChangeOutcome::Successful, None, hour(11)),
        ChangeVerb::Close => record.close(Some("done")),
        ChangeVerb::Cancel => record.cancel("not needed", "rob", hour(9)),
    });
}

#[test]
fn every_pair_of_an_item() {
    every_pair(item_in, ConfigurationItem::state, |record, verb| {
        let edit = ReviseConfigurationItem { criticality: Some(3), ..ReviseConfigurationItem::default() };
        match ItemMove::ALL.iter().find(|step| step.verb() == verb) {
            Some(step) => record.take(*step, Some("noted")),
            None => record.revise(edit),
        }
    });
}

#[test]
fn every_pair_of_a_relation() {
    every_pair(relation_in, ItemRelation::state, |record, verb| match verb {
        ItemRelationVerb::Remove => record.remove(None, "ann", hour(1)),
    });
}

#[test]
fn every_pair_of_a_deployment() {
    every_pair(deployment_in, Deployment::state, |record, verb| match verb {
        DeploymentVerb::Start => record.start(hour(9)),
        DeploymentVerb::Succeed => record.succeed(None, None, hour(9)),
        DeploymentVerb::Verify => record.verify(None, None, hour(9)),
        DeploymentVerb::Fail => record.fail("no answer", "ann", hour(9)),
        DeploymentVerb::RollBack => record.roll_back("too late", "ann", hour(9)),
    });
}
