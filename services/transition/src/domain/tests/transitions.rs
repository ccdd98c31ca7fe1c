//! The rules of the six steps.

use super::*;
use ciclo_kernel::SignedDuration;

#[test]
fn each_step_lists_what_is_missing() {
    let refused = |t: Transition, at| missing(&t.complete_step(&Surroundings::default(), at).unwrap_err());
    let planning = opened();
    assert_eq!(refused(planning, hour(1)), ["SCOPE", "ACCEPTANCE_CRITERIA", "RISK", "BACK_OUT_PLAN"]);
    let step = |state| transition_in(state);
    let entered = |state| step(state).complete_step(&around(), hour(3)).unwrap().0;
    assert_eq!(refused(entered(TransitionState::Planning), hour(3)), ["PACKAGES_BUILT", "TESTS_PASSED"]);
    assert_eq!(
        refused(entered(TransitionState::BuildAndTest), hour(3)),
        ["PILOT_PLAN", "PILOT_PERIOD_OVER", "PILOT_THRESHOLDS_HELD"]
    );
    assert_eq!(
        refused(entered(TransitionState::Pilot), hour(3)),
        ["SCHEDULE", "CHANGES_APPROVED", "NO_BLOCKING_CONFLICT", "TRAINING", "COMMUNICATION"]
    );
    assert_eq!(
        refused(entered(TransitionState::DeploymentPlanning), hour(3)),
        ["ENVIRONMENTS_DEPLOYED", "ENVIRONMENTS_VERIFIED", "BASELINE_TAKEN"]
    );
    let review = entered(TransitionState::Deployment);
    let refusal = review.close(TransitionOutcome::Successful, "ann", hour(3)).unwrap_err();
    assert_eq!(missing(&refusal), ["TARGETS_COMPARED", "KNOWN_ERRORS_HANDED_OVER", "LESSONS_RECORDED"]);
}

#[test]
fn a_waiver_names_who_and_why_and_a_failed_test_holds_the_step() {
    let build = transition_in(TransitionState::BuildAndTest);
    let failing = build.add_test("load", false, None, "ann", hour(2)).unwrap().0;
    let refusal = failing.clone().complete_step(&around(), hour(3)).unwrap_err();
    assert_eq!(missing(&refusal), ["TESTS_PASSED"]);
    assert!(failing.clone().waive(Criterion::TestsPassed, " ", "known", "ann", hour(3)).is_err());
    assert!(failing.clone().waive(Criterion::TestsPassed, "cio", "", "ann", hour(3)).is_err());
    let waived = failing.clone().waive(Criterion::TestsPassed, "cio", "known", "ann", hour(3)).unwrap().0;
    assert!(waived.complete_step(&around(), hour(3)).is_ok());
    let passed = failing.add_test("load", true, None, "ann", hour(3)).unwrap().0;
    assert_eq!(passed.tests.len(), 2, "a test that ran again is the same test");
    assert!(passed.complete_step(&around(), hour(3)).is_ok());
}

#[test]
fn the_pilot_is_over_at_its_end() {
    let pilot = transition_in(TransitionState::Pilot).set_pilot("HR", hour(4), hour(6), "none").unwrap().0;
    assert!(pilot.clone().report_pilot(true, "fine", "ann", hour(3)).is_err(), "it has not started");
    let pilot = pilot.report_pilot(true, "fine", "ann", hour(5)).unwrap().0;
    let early = pilot.clone().complete_step(&around(), hour(6) - SignedDuration::from_nanos(1));
    assert_eq!(missing(&early.unwrap_err()), ["PILOT_PERIOD_OVER"]);
    assert!(pilot.clone().complete_step(&around(), hour(6)).is_ok());
    let failed = pilot.report_pilot(false, "errors", "ann", hour(6)).unwrap().0;
    let refusal = failed.complete_step(&around(), hour(7)).unwrap_err();
    assert_eq!(missing(&refusal), ["PILOT_THRESHOLDS_HELD"]);
}

#[test]
fn changes_and_environments_are_looked_at_from_outside() {
    let planning = transition_in(TransitionState::DeploymentPlanning);
    let with = |states: &[ChangeState]| Surroundings {
        changes: states.iter().map(|state| ChangeStanding::from(&change_in(*state))).collect(),
        deployments: vec![],
    };
    let approved = |states| planning.clone().complete_step(&with(states), hour(9)).is_ok();
    assert!(!approved(&[]));
    assert!(!approved(&[ChangeState::Cancelled]));
    assert!(!approved(&[ChangeState::Scheduled, ChangeState::Authorize]));
    assert!(approved(&[ChangeState::Scheduled, ChangeState::Closed, ChangeState::Cancelled]));

    let deployment = transition_in(TransitionState::Deployment);
    let one = |state, environment: &str| DeploymentStanding {
        environment: environment.to_owned(),
        ..DeploymentStanding::from(&deployment_in(state))
    };
    let lacks = |deployments| {
        let around = Surroundings { changes: vec![], deployments };
        deployment.missing(TransitionStep::Deployment, &around, hour(9))
    };
    let (verified, failed) = (DeploymentState::Verified, DeploymentState::Failed);
    assert_eq!(lacks(vec![one(DeploymentState::Deployed, "a")]), ["ENVIRONMENTS_VERIFIED"]);
    let both = ["ENVIRONMENTS_DEPLOYED", "ENVIRONMENTS_VERIFIED"];
    assert_eq!(lacks(vec![one(verified, "a"), one(failed, "b")]), both);
    assert_eq!(lacks(vec![one(failed, "a"), one(verified, "a")]), Vec::<String>::new());
}

#[test]
fn a_failed_step_voids_its_own_facts_and_reopens_the_one_before() {
    let pilot = transition_in(TransitionState::Pilot);
    let (back, happened) = pilot.fail_step("thresholds broken").unwrap();
    assert_eq!(back.state(), TransitionState::BuildAndTest);
    assert_eq!(happened.name(), "StepFailed");
    assert_eq!(back.pilot, None);
    assert!(!back.builds.is_empty(), "what was built stays built");
    assert_eq!(back.dates(TransitionStep::BuildAndTest).ended, None);
    assert_eq!(back.dates(TransitionStep::Pilot).failures, 1);
    let again = back.complete_step(&around(), hour(5)).unwrap().0;
    assert_eq!(again.dates(TransitionStep::Pilot).started, Some(hour(3)), "the first start stays");
    let refusal = again.complete_step(&around(), hour(6)).unwrap_err();
    assert_eq!(missing(&refusal).len(), 3);
}

#[test]
fn a_back_out_goes_to_the_review_with_its_outcome() {
    for from in [TransitionState::Pilot, TransitionState::Deployment] {
        let review = transition_in(from).back_out("too slow", "ann", hour(4)).unwrap().0;
        assert_eq!(review.state(), TransitionState::Review);
        assert_eq!(review.clone().fail_step("again").unwrap_err().code, Code::RuleViolated);
        let review = ready(review);
        let wrong = review.clone().close(TransitionOutcome::Successful, "ann", hour(5)).unwrap_err();
        assert_eq!((wrong.code, &wrong.facts["field"]), (Code::Invalid, &"outcome".into()));
        let closed = review.close(TransitionOutcome::BackedOut, "ann", hour(5)).unwrap().0;
        assert_eq!(closed.back_out_facts().unwrap().from, TransitionStep::of(from).unwrap());
    }
    let review = transition_in(TransitionState::Review);
    assert!(review.close(TransitionOutcome::BackedOut, "ann", hour(5)).is_err());
}

#[test]
fn criteria_are_recorded_by_hand_or_by_facts_and_not_behind() {
    let build = transition_in(TransitionState::BuildAndTest);
    let computed = build.clone().record(Criterion::TestsPassed, "yes", "ann", hour(2)).unwrap_err();
    assert_eq!(computed.code, Code::Invalid);
    let behind = build.clone().record(Criterion::Scope, "more", "ann", hour(2)).unwrap_err();
    assert_eq!(behind.code, Code::RuleViolated);
    assert!(build.clone().plan_step(TransitionStep::Planning, hour(1), hour(2)).is_err());
    assert!(build.clone().record(Criterion::Training, "done early", "ann", hour(2)).is_ok());
    for bad in ["", "sha256:", &"0".repeat(64), &format!("sha256:{}", "Z".repeat(64))] {
        assert!(build.clone().add_build("payroll", bad, "ann", hour(2)).is_err(), "{bad}");
    }
    let review = transition_in(TransitionState::Review);
    let review = review.record(Criterion::LessonsRecorded, "test earlier", "ann", hour(6)).unwrap().0;
    assert_eq!(review.lessons, ["see the wiki", "test earlier"]);
}

#[test]
fn delay_and_risk_follow_the_plan() {
    let plan = |t: Transition, step, from, to| t.plan_step(step, hour(from), hour(to)).unwrap().0;
    let t = plan(opened(), TransitionStep::Planning, 0, 10);
    let t = plan(t, TransitionStep::BuildAndTest, 10, 20);
    let t = plan(t, TransitionStep::Pilot, 25, 35);
    let late = |t: &Transition, step, now| t.delay(step, hour(now)).map(|delay| delay.as_hours());
    assert_eq!(late(&t, TransitionStep::Planning, 10), None, "the planned end is in time");
    assert_eq!(late(&t, TransitionStep::Planning, 13), Some(3));
    assert_eq!(late(&t, TransitionStep::Deployment, 99), None, "it is not planned");
    assert!(!t.at_risk(TransitionStep::Planning, hour(10)));
    assert!(t.at_risk(TransitionStep::Planning, hour(11)));
    // Three hours late pushes the next step, and the slack before the pilot takes them up.
    assert!(t.at_risk(TransitionStep::BuildAndTest, hour(13)));
    assert_eq!(t.expected_end(TransitionStep::BuildAndTest, hour(13)), Some(hour(23)));
    assert!(!t.at_risk(TransitionStep::Pilot, hour(13)));
    assert!(t.at_risk(TransitionStep::Pilot, hour(16)));
    let left = ready(t).complete_step(&around(), hour(12)).unwrap().0;
    assert_eq!(late(&left, TransitionStep::Planning, 50), Some(2), "it ended two hours late");
    assert!(!left.at_risk(TransitionStep::Planning, hour(50)));
    let cancelled = left.cancel("not wanted", "ann", hour(13)).unwrap().0;
    assert_eq!(late(&cancelled, TransitionStep::BuildAndTest, 99), None, "ended in time, by the cancelling");
    assert_eq!(late(&cancelled, TransitionStep::Pilot, 99), None, "never took place");
}
