//! Records in each of their states, brought there by the real verbs, and the tests of the rules.

mod changes;
mod impacts;
mod items;
mod machines;
mod transitions;

use super::*;
use ciclo_kernel::ids::{
    ChangeId, ConfigurationItemId, DeploymentId, DesignPackageId, ItemRelationId, RecordId, ServiceId,
    TransitionId,
};
use ciclo_kernel::{Code, Refusal, Timestamp};

/// So many hours into the test.
pub(crate) fn hour(hours: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + hours * 3600).unwrap()
}

pub(crate) fn fresh<I: RecordId>() -> I {
    I::at(hour(0))
}

pub(crate) fn missing(refusal: &Refusal) -> Vec<String> {
    assert_eq!(refusal.code, Code::CriteriaUnmet, "{refusal}");
    let names = refusal.facts["missing"].as_array().unwrap();
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn digest() -> String {
    format!("sha256:{}", "0a".repeat(32))
}

pub(crate) fn opened() -> Transition {
    let input = OpenTransition {
        service_id: fresh::<ServiceId>(),
        service_name: "Payroll".to_owned(),
        design_package_id: fresh::<DesignPackageId>(),
        design_package_number: 2,
    };
    Transition::open(fresh::<TransitionId>(), input, hour(0)).unwrap().0
}

/// Approved changes and verified deployments.
pub(crate) fn around() -> Surroundings {
    Surroundings {
        changes: vec![ChangeStanding::from(&change_in(ChangeState::Scheduled))],
        deployments: vec![DeploymentStanding::from(&deployment_in(DeploymentState::Verified))],
    }
}

/// The transition with every criterion of its step met.
fn ready(mut transition: Transition) -> Transition {
    let state = transition.state();
    let Some(step) = TransitionStep::of(state) else { return transition };
    let by_hand = Criterion::ALL.iter().filter(|one| one.step() == step && one.met_by().is_none());
    for criterion in by_hand {
        transition = transition.record(*criterion, "see the wiki", "ann", hour(1)).unwrap().0;
    }
    match step {
        TransitionStep::BuildAndTest => {
            let waiver = TestWaiver { waived_by: "cio".to_owned(), reason: "known".to_owned() };
            transition = transition.add_build("payroll", &digest(), "ann", hour(1)).unwrap().0;
            transition = transition.add_test("load", true, None, "ann", hour(1)).unwrap().0;
            transition = transition.add_test("soak", false, Some(waiver), "ann", hour(1)).unwrap().0;
        }
        TransitionStep::Pilot => {
            transition = transition.set_pilot("HR", hour(1), hour(2), "no errors").unwrap().0;
            transition = transition.report_pilot(true, "fine", "ann", hour(2)).unwrap().0;
        }
        TransitionStep::Planning
        | TransitionStep::DeploymentPlanning
        | TransitionStep::Deployment
        | TransitionStep::Review => {}
    }
    transition
}

/// A transition in a state, the criteria of its step being met.
pub(crate) fn transition_in(state: TransitionState) -> Transition {
    let mut transition = ready(opened());
    if state == TransitionState::Cancelled {
        return transition.cancel("not wanted", "ann", hour(3)).unwrap().0;
    }
    if state == TransitionState::Closed {
        let review = transition_in(TransitionState::Review);
        return review.close(TransitionOutcome::WithIssues, "ann", hour(9)).unwrap().0;
    }
    let planned = transition.clone().plan_step(TransitionStep::Review, hour(5), hour(6));
    transition = planned.unwrap().0;
    while transition.state() != state {
        transition = ready(transition.complete_step(&around(), hour(3)).unwrap().0);
    }
    transition
}

pub(crate) fn step(name: &str, policy: ApprovalPolicy, approvers: &[&str]) -> ApprovalStep {
    ApprovalStep {
        name: name.to_owned(),
        policy,
        approvers: approvers.iter().map(ToString::to_string).collect(),
        delegates: vec![],
    }
}

pub(crate) fn draft_with(steps: Vec<ApprovalStep>) -> Change {
    let input = DraftChange {
        kind: ChangeKind::Normal,
        title: "New payroll database".to_owned(),
        description: Some("Version 17".to_owned()),
        requester: Some("rob".to_owned()),
        assignee: Some("tom".to_owned()),
        transition_id: Some(fresh::<TransitionId>()),
        item_ids: vec![fresh::<ConfigurationItemId>()],
        window: Some(Window::new("window", hour(10), hour(12)).unwrap()),
        plans: ChangePlans {
            implementation: Some("install".to_owned()),
            test: Some("query".to_owned()),
            back_out: Some("restore".to_owned()),
        },
        approval_steps: steps,
    };
    Change::draft(fresh::<ChangeId>(), input, "dan").unwrap().0
}

pub(crate) fn ballot(decision: VoteDecision) -> CastVote {
    CastVote { on_behalf_of: None, decision, comment: Some("seen".to_owned()) }
}

pub(crate) fn submitted(steps: Vec<ApprovalStep>) -> Change {
    let assess = draft_with(steps).submit_for_assessment().unwrap().0;
    assess.submit_for_approval().unwrap().0
}

/// A change in a state; its approval takes one vote, of `ann`.
pub(crate) fn change_in(state: ChangeState) -> Change {
    let steps = || vec![step("board", ApprovalPolicy::Any, &["ann", "bea"])];
    match state {
        ChangeState::Draft => draft_with(steps()),
        ChangeState::Assess => draft_with(steps()).submit_for_assessment().unwrap().0,
        ChangeState::Authorize => submitted(steps()),
        ChangeState::Scheduled => {
            let vote = ballot(VoteDecision::Approve);
            change_in(ChangeState::Authorize).vote(vote, "ann", hour(5)).unwrap().0
        }
        ChangeState::Implement => change_in(ChangeState::Scheduled).start_implementation(hour(10)).unwrap().0,
        ChangeState::Review => {
            let change = change_in(ChangeState::Implement);
            change.implemented(ChangeOutcome::Failed, Some("no space"), hour(11)).unwrap().0
        }
        ChangeState::Closed => change_in(ChangeState::Review).close(Some("ask for disks")).unwrap().0,
        ChangeState::Cancelled => {
            change_in(ChangeState::Assess).cancel("not needed", "rob", hour(2)).unwrap().0
        }
    }
}

pub(crate) fn item_with(initial: InitialItemState) -> ConfigurationItem {
    let input = RegisterConfigurationItem {
        name: "db-1".to_owned(),
        class: "database".to_owned(),
        attributes: Some(r#"{"engine":"PostgreSQL"}"#.to_owned()),
        service_ids: vec![fresh::<ServiceId>()],
        criticality: 1,
        initial,
    };
    ConfigurationItem::register(fresh::<ConfigurationItemId>(), input).unwrap().0
}

/// An item in a state, with the note of its last move.
pub(crate) fn item_in(state: ConfigurationItemState) -> ConfigurationItem {
    let moves: &[ItemMove] = match state {
        ConfigurationItemState::Planned => &[],
        ConfigurationItemState::Ordered => &[ItemMove::Order],
        ConfigurationItemState::Received => &[ItemMove::Order, ItemMove::Receive],
        ConfigurationItemState::InTest => &[ItemMove::Order, ItemMove::Receive, ItemMove::StartTest],
        ConfigurationItemState::Live => return item_with(InitialItemState::Live),
        ConfigurationItemState::InMaintenance => &[ItemMove::StartMaintenance],
        ConfigurationItemState::Retiring => &[ItemMove::StartRetiring],
        ConfigurationItemState::Retired => &[ItemMove::StartRetiring, ItemMove::Retire],
        ConfigurationItemState::Disposed => &[ItemMove::StartRetiring, ItemMove::Retire, ItemMove::Dispose],
        ConfigurationItemState::Missing => &[ItemMove::ReportMissing],
    };
    let initial = match moves.first() {
        None | Some(ItemMove::Order) => InitialItemState::Planned,
        Some(_) => InitialItemState::Live,
    };
    let moved = |item: ConfigurationItem, step: &ItemMove| item.take(*step, Some("noted")).unwrap().0;
    moves.iter().fold(item_with(initial), moved)
}

pub(crate) fn relation_in(state: ItemRelationState) -> ItemRelation {
    let [source_id, target_id] = [fresh::<ConfigurationItemId>(), fresh()];
    let input = Relate { source_id, target_id, kind: RelationKind::RunsOn };
    let related = ItemRelation::relate(fresh::<ItemRelationId>(), input).unwrap().0;
    match state {
        ItemRelationState::Active => related,
        ItemRelationState::Removed => related.remove(Some("moved"), "ann", hour(1)).unwrap().0,
    }
}

pub(crate) fn deployment_in(state: DeploymentState) -> Deployment {
    let input = PlanDeployment {
        transition_id: fresh::<TransitionId>(),
        package_name: "payroll".to_owned(),
        environment: "production".to_owned(),
    };
    let planned = Deployment::plan(fresh::<DeploymentId>(), input).unwrap().0;
    let running = || planned.clone().start(hour(1)).unwrap().0;
    let deployed = || running().succeed(Some("done"), Some("base-7"), hour(2)).unwrap().0;
    match state {
        DeploymentState::Planned => planned,
        DeploymentState::Running => running(),
        DeploymentState::Deployed => deployed(),
        DeploymentState::Verified => deployed().verify(None, None, hour(3)).unwrap().0,
        DeploymentState::Failed => deployed().fail("no answer", "ann", hour(3)).unwrap().0,
        DeploymentState::RolledBack => running().roll_back("too late", "ann", hour(3)).unwrap().0,
    }
}
