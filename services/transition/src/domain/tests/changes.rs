//! The rules of a change: who approves, what voids, when it is carried out.

use super::*;
use proptest::prelude::*;

fn approve(change: Change, by: &str, for_whom: Option<&str>) -> Result<Change, Refusal> {
    let cast = CastVote { on_behalf_of: for_whom.map(str::to_owned), ..ballot(VoteDecision::Approve) };
    change.vote(cast, by, hour(1)).map(|(change, _)| change)
}

#[test]
fn steps_go_in_order_by_their_policy() {
    let change = submitted(vec![
        step("lead", ApprovalPolicy::Any, &["ann", "bea"]),
        step("board", ApprovalPolicy::NOf(2), &["cid", "dee", "eva"]),
        step("cio", ApprovalPolicy::All, &["ann", "fay"]),
    ]);
    assert_eq!(approve(change.clone(), "cid", None).unwrap_err().code, Code::RuleViolated);
    let change = approve(change, "bea", None).unwrap();
    assert!(approve(change.clone(), "ann", None).is_err(), "the first step is fulfilled");
    let change = approve(change, "eva", None).unwrap();
    assert!(approve(change.clone(), "eva", None).is_err(), "a person counts once");
    let change = approve(change, "cid", None).unwrap();
    assert_eq!(change.asked_step(), Some(2));
    let change = approve(change, "ann", None).unwrap();
    let (change, happened) = change.vote(ballot(VoteDecision::Approve), "fay", hour(1)).unwrap();
    assert_eq!((change.state(), happened.name()), (ChangeState::Scheduled, "Approved"));
    assert_eq!(change.votes.len(), 5);
}

#[test]
fn a_delegate_stands_in_and_counts_once() {
    let mut board = step("board", ApprovalPolicy::NOf(2), &["ann", "bea", "cid"]);
    let delegate = |approver: &str| Delegate { approver: approver.to_owned(), delegate: "cid".to_owned() };
    board.delegates = vec![delegate("ann"), delegate("bea")];
    let change = submitted(vec![board]);
    assert!(approve(change.clone(), "zoe", Some("ann")).is_err(), "no delegate");
    let change = approve(change, "cid", Some("ann")).unwrap();
    assert_eq!(change.votes[0].seat(), "ann");
    assert!(approve(change.clone(), "cid", Some("bea")).is_err(), "the person voted");
    assert!(approve(change.clone(), "cid", None).is_err(), "the person voted");
    assert!(approve(change.clone(), "ann", None).is_err(), "the seat voted");
    assert_eq!(approve(change, "bea", Some("bea")).unwrap().state(), ChangeState::Scheduled);
}

#[test]
fn the_requester_never_approves() {
    for person in ["rob", "dan"] {
        let named = step("board", ApprovalPolicy::Any, &[person]).checked(&["rob", "dan"]);
        assert_eq!(named.unwrap_err().code, Code::Invalid);
        // Even when the record names the person.
        let change = Change {
            approval_steps: vec![step("board", ApprovalPolicy::Any, &[person])],
            ..change_in(ChangeState::Authorize)
        };
        assert_eq!(approve(change, person, None).unwrap_err().code, Code::RuleViolated);
    }
}

#[test]
fn approval_steps_must_be_possible() {
    let bad = [
        step("board", ApprovalPolicy::All, &[]),
        step("board", ApprovalPolicy::NOf(0), &["ann"]),
        step("board", ApprovalPolicy::NOf(2), &["ann", "ann"]),
        step(" ", ApprovalPolicy::Any, &["ann"]),
    ];
    for step in bad {
        assert!(step.clone().checked(&[]).is_err(), "{step:?}");
    }
}

#[test]
fn a_rejection_ends_it_and_voids_the_approvals() {
    let board = || {
        vec![step("board", ApprovalPolicy::Any, &["ann", "bea"]), step("cio", ApprovalPolicy::Any, &["ann"])]
    };
    let change = approve(submitted(board()), "bea", None).unwrap();
    let silent = CastVote { comment: None, ..ballot(VoteDecision::Reject) };
    assert!(change.clone().vote(silent, "ann", hour(2)).is_err(), "a rejection says why");
    let (change, happened) = change.vote(ballot(VoteDecision::Reject), "ann", hour(2)).unwrap();
    assert_eq!(happened.name(), "Rejected");
    assert!(change.votes.is_empty());
    let ChangePhase::Draft { returned: Some(why) } = &change.phase else { panic!("{:?}", change.phase) };
    assert_eq!((why.reason.as_str(), why.by.as_str()), ("seen", "ann"));
}

#[test]
fn edits_after_the_submission_void_what_was_approved() {
    let edits = [
        ReviseChange { item_ids: Some(vec![]), ..ReviseChange::default() },
        ReviseChange { window: Some(Window { start: hour(20), end: hour(21) }), ..ReviseChange::default() },
        ReviseChange { implementation_plan: Some("by hand".to_owned()), ..ReviseChange::default() },
        ReviseChange { test_plan: Some(String::new()), ..ReviseChange::default() },
        ReviseChange { back_out_plan: Some("none".to_owned()), ..ReviseChange::default() },
        ReviseChange {
            approval_steps: Some(vec![step("x", ApprovalPolicy::Any, &["eva"])]),
            ..ReviseChange::default()
        },
    ];
    for edit in edits {
        for state in [ChangeState::Authorize, ChangeState::Scheduled] {
            let (after, happened) = change_in(state).revise(edit.clone(), "rob", hour(6)).unwrap();
            assert_eq!(happened, ChangeHappened::Revised { approvals_voided: true });
            assert_eq!((after.state(), after.votes.len()), (ChangeState::Draft, 0));
        }
        let assess = change_in(ChangeState::Assess).revise(edit, "rob", hour(6)).unwrap().0;
        assert_eq!(assess.state(), ChangeState::Assess);
    }
    let scheduled = change_in(ChangeState::Scheduled);
    let title = ReviseChange { title: Some("Clearer".to_owned()), ..ReviseChange::default() };
    let after = scheduled.clone().revise(title, "rob", hour(6)).unwrap().0;
    assert_eq!((after.state(), after.votes.len()), (ChangeState::Scheduled, 1));
    let same = ReviseChange { window: scheduled.window, ..ReviseChange::default() };
    assert_eq!(scheduled.clone().revise(same, "rob", hour(6)).unwrap_err().code, Code::Invalid);
    let back = scheduled.return_to_draft("postponed", "rob", hour(6)).unwrap().0;
    assert!(back.votes.is_empty());
}

#[test]
fn it_is_implemented_inside_the_open_window() {
    let scheduled = change_in(ChangeState::Scheduled);
    for outside in [hour(9), hour(12), hour(13)] {
        let refusal = scheduled.clone().start_implementation(outside).unwrap_err();
        assert_eq!(missing(&refusal), ["WINDOW_OPEN"]);
    }
    assert!(scheduled.start_implementation(hour(10)).is_ok());
}

#[test]
fn approval_needs_the_plans_and_the_close_of_a_failure_a_text() {
    let bare = Change { plans: ChangePlans::default(), window: None, ..change_in(ChangeState::Assess) };
    let bare = Change { approval_steps: vec![], ..bare };
    let expected = ["WINDOW", "IMPLEMENTATION_PLAN", "TEST_PLAN", "BACK_OUT_PLAN", "APPROVAL_STEPS"];
    assert_eq!(missing(&bare.submit_for_approval().unwrap_err()), expected);
    for (outcome, text_needed) in [
        (ChangeOutcome::Successful, false),
        (ChangeOutcome::WithIssues, false),
        (ChangeOutcome::Failed, true),
        (ChangeOutcome::BackedOut, true),
    ] {
        let review = change_in(ChangeState::Implement).implemented(outcome, None, hour(11)).unwrap().0;
        let closed = review.close(Some(" "));
        assert_eq!(closed.is_err(), text_needed, "{outcome:?}");
        if let Err(refusal) = closed {
            assert_eq!(missing(&refusal), ["REVIEW_TEXT"]);
        }
    }
    assert!(ChangeKind::supported("NORMAL").is_ok());
    for kind in ["STANDARD", "EMERGENCY", "normal"] {
        assert_eq!(ChangeKind::supported(kind).unwrap_err().facts["field"], "kind");
    }
}

proptest! {
    /// Whoever votes in whatever order: the change is scheduled exactly when, step by step, as many
    /// different approvers as needed have approved, and nobody is counted twice.
    #[test]
    fn votes_in_any_order_count_each_person_once(
        n in 1u32..=4,
        voters in proptest::collection::vec(0usize..6, 0..20),
    ) {
        let people = ["ann", "bea", "cid", "dee", "rob", "zoe"];
        let mut change = submitted(vec![step("board", ApprovalPolicy::NOf(n), &people[..4])]);
        let mut counted = std::collections::BTreeSet::new();
        for voter in voters {
            let before = change.state();
            let after = approve(change.clone(), people[voter], None);
            let counts = before == ChangeState::Authorize && voter < 4 && counted.insert(voter);
            prop_assert_eq!(after.is_ok(), counts);
            if let Ok(after) = after { change = after; }
            let full = counted.len() >= n as usize;
            prop_assert_eq!(change.state() == ChangeState::Scheduled, full);
        }
    }
}
