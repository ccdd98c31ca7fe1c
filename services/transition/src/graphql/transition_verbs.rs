//! What can be done with transitions. They are opened by design's event only.

use super::input::verb_input;
use super::transition::{Transition, TransitionOutcome};
use super::transition_step::{TransitionCriterion, TransitionStep};
use crate::{commands, domain};
use async_graphql::{Context, Object};
use ciclo_api::{ApiResult, Instant, mutate, update};
use domain::TestWaiver;

verb_input! {
    /// What plans a step of a transition.
    PlanTransitionStepInput of "The transition." {
        /// The step: the one under way, or a later one.
        step: TransitionStep,
        /// When it is planned to start.
        planned_start: Instant,
        /// When it is planned to end; after the start.
        planned_end: Instant,
    }
}

verb_input! {
    /// What records the evidence of a criterion.
    RecordCriterionInput of "The transition." {
        /// The criterion: of the step under way, or of a later one, and not one that other facts meet.
        criterion: TransitionCriterion,
        /// The evidence, or where it is found, at most 20,000 characters. Each `LESSONS_RECORDED` adds one lesson.
        evidence: String,
    }
}

verb_input! {
    /// What waives a criterion by name.
    WaiveCriterionInput of "The transition." {
        /// The criterion: of the step under way, or of a later one.
        criterion: TransitionCriterion,
        /// The person who answers for the waiver.
        waived_by: String,
        /// Why it is waived.
        reason: String,
    }
}

verb_input! {
    /// What adds the build of a package.
    AddBuildInput of "The transition." {
        /// The package's name; a build of the same name takes the place of the earlier one.
        package_name: String,
        /// The digest of what was built: `sha256:` and 64 lower-case hex digits.
        digest: String,
    }
}

verb_input! {
    /// What adds the result of a test.
    AddTestInput of "The transition." {
        /// The test's name; a result of the same name takes the place of the earlier one.
        name: String,
        /// Whether it passed.
        passed: bool,
        /// The person who answers for waiving it; only for a test that did not pass, and with a reason.
        waived_by: Option<String>,
        /// Why it is waived; only with `waivedBy`.
        waiver_reason: Option<String>,
    }
}

verb_input! {
    /// What sets the pilot.
    SetPilotInput of "The transition." {
        /// Who takes part.
        group: String,
        /// When it starts.
        starts: Instant,
        /// The first instant after it.
        ends: Instant,
        /// What has to hold during the period.
        thresholds: String,
    }
}

verb_input! {
    /// What reports on the pilot.
    ReportPilotInput of "The transition." {
        /// Whether the thresholds held.
        held: bool,
        /// What was seen.
        notes: String,
    }
}

verb_input! {
    /// What completes the step under way.
    CompleteTransitionStepInput of "The transition." {}
}

verb_input! {
    /// What fails the step under way.
    FailTransitionStepInput of "The transition." {
        /// Why.
        reason: String,
    }
}

verb_input! {
    /// What backs a transition out.
    BackOutTransitionInput of "The transition." {
        /// Why.
        reason: String,
    }
}

verb_input! {
    /// What cancels a transition.
    CancelTransitionInput of "The transition." {
        /// Why.
        reason: String,
    }
}

verb_input! {
    /// What closes a transition.
    CloseTransitionInput of "The transition." {
        /// How it ended: `BACKED_OUT` exactly when it was backed out.
        outcome: TransitionOutcome,
    }
}

fn waiver(waived_by: Option<String>, reason: Option<String>) -> Option<TestWaiver> {
    let given = waived_by.is_some() || reason.is_some();
    // Half a waiver is refused by the domain, which names the field that is blank.
    given.then(|| TestWaiver { waived_by: waived_by.unwrap_or_default(), reason: reason.unwrap_or_default() })
}

/// What can be done with transitions.
#[derive(Default)]
pub struct TransitionMutations;

#[Object]
impl TransitionMutations {
    /// Sets when a step is planned: the one under way, or a later one. Errors: WRONG_STATE, RULE_VIOLATED (the step is over), INVALID, NOT_FOUND, CONFLICT.
    async fn plan_transition_step(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which step, and when.")] input: PlanTransitionStepInput,
    ) -> ApiResult<Transition> {
        let (step, start, end) = (input.step.into(), input.planned_start.0, input.planned_end.0);
        let plan = move |transition: domain::Transition, _: &str, _| transition.plan_step(step, start, end);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, plan).await
    }

    /// Records the evidence of a criterion, in place of an earlier record. Errors: WRONG_STATE, RULE_VIOLATED (its step is over), INVALID (other facts meet it), LIMIT_EXCEEDED, NOT_FOUND, CONFLICT.
    async fn record_criterion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which criterion, with what evidence.")] input: RecordCriterionInput,
    ) -> ApiResult<Transition> {
        let (criterion, evidence) = (input.criterion.into(), input.evidence);
        let record = move |transition: domain::Transition, by: &str, at| {
            transition.record(criterion, &evidence, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, record).await
    }

    /// Waives a criterion by name: its step can be left without it. Errors: WRONG_STATE, RULE_VIOLATED (its step is over), INVALID, NOT_FOUND, CONFLICT.
    async fn waive_criterion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which criterion, by whom and why.")] input: WaiveCriterionInput,
    ) -> ApiResult<Transition> {
        let (criterion, waived_by, reason) = (input.criterion.into(), input.waived_by, input.reason);
        let waive = move |transition: domain::Transition, by: &str, at| {
            transition.waive(criterion, &waived_by, &reason, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, waive).await
    }

    /// Adds the build of a package, in construction and tests. Errors: WRONG_STATE, INVALID, LIMIT_EXCEEDED, NOT_FOUND, CONFLICT.
    async fn add_build(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which package, with which digest.")] input: AddBuildInput,
    ) -> ApiResult<Transition> {
        let (package, digest) = (input.package_name, input.digest);
        let add = move |transition: domain::Transition, by: &str, at| {
            transition.add_build(&package, &digest, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, add).await
    }

    /// Adds the result of a test, in construction and tests. Errors: WRONG_STATE, INVALID, LIMIT_EXCEEDED, NOT_FOUND, CONFLICT.
    async fn add_test(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which test, with which result.")] input: AddTestInput,
    ) -> ApiResult<Transition> {
        let (name, passed, waiver) = (input.name, input.passed, waiver(input.waived_by, input.waiver_reason));
        let add = move |transition: domain::Transition, by: &str, at| {
            transition.add_test(&name, passed, waiver, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, add).await
    }

    /// Sets the pilot; setting it again drops an earlier report. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn set_pilot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, when and what has to hold.")] input: SetPilotInput,
    ) -> ApiResult<Transition> {
        let (group, starts, ends, thresholds) = (input.group, input.starts.0, input.ends.0, input.thresholds);
        let set = move |transition: domain::Transition, _: &str, _| {
            transition.set_pilot(&group, starts, ends, &thresholds)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, set).await
    }

    /// Reports whether the pilot held; the last report counts. Errors: WRONG_STATE, CRITERIA_UNMET (no pilot is set), RULE_VIOLATED (it has not started), INVALID, NOT_FOUND, CONFLICT.
    async fn report_pilot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether it held, and what was seen.")] input: ReportPilotInput,
    ) -> ApiResult<Transition> {
        let (held, notes) = (input.held, input.notes);
        let report =
            move |transition: domain::Transition, by: &str, at| transition.report_pilot(held, &notes, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, report).await
    }

    /// Leaves the step under way for the next one. Errors: WRONG_STATE, CRITERIA_UNMET (`missing` names every criterion that is neither met nor waived), NOT_FOUND, CONFLICT.
    async fn complete_transition_step(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which transition.")] input: CompleteTransitionStepInput,
    ) -> ApiResult<Transition> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::transition::complete_step(tx, id, expected))
        })
        .await
    }

    /// Goes back to the step before; what was recorded for the failed step is void. Errors: WRONG_STATE, RULE_VIOLATED (the review of a back-out), INVALID, NOT_FOUND, CONFLICT.
    async fn fail_transition_step(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which transition, and why.")] input: FailTransitionStepInput,
    ) -> ApiResult<Transition> {
        let reason = input.reason;
        let fail = move |transition: domain::Transition, _: &str, _| transition.fail_step(&reason);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, fail).await
    }

    /// Gives up after something was rolled out, in the pilot or the deployment: on to the review. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn back_out_transition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transition, and why.")] input: BackOutTransitionInput,
    ) -> ApiResult<Transition> {
        let reason = input.reason;
        let back_out =
            move |transition: domain::Transition, by: &str, at| transition.back_out(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, back_out).await
    }

    /// Gives up before the deployment. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn cancel_transition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transition, and why.")] input: CancelTransitionInput,
    ) -> ApiResult<Transition> {
        let reason = input.reason;
        let cancel = move |transition: domain::Transition, by: &str, at| transition.cancel(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, cancel).await
    }

    /// Ends the review with the outcome; by it the service goes into operation, unless it was backed out. Errors: WRONG_STATE, CRITERIA_UNMET, INVALID (the outcome does not fit), NOT_FOUND, CONFLICT.
    async fn close_transition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transition, with which outcome.")] input: CloseTransitionInput,
    ) -> ApiResult<Transition> {
        let outcome = input.outcome.into();
        let close = move |transition: domain::Transition, by: &str, at| transition.close(outcome, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, close).await
    }
}
