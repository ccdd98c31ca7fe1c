//! The six steps of a transition in the API: dates, delay, risk and criteria.

use crate::domain;
use async_graphql::{Context, Enum, Object, SimpleObject};
use ciclo_api::{ApiResult, Duration, Instant, Session};
use ciclo_kernel::Timestamp;
use domain::{ChangeStanding, CriterionStanding, DeploymentStanding, StepDates, Surroundings};
use std::sync::Arc;

/// One of the six steps of a transition, in their order.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::TransitionStep")]
pub enum TransitionStep {
    /// Step 1: planning and preparation.
    Planning,
    /// Step 2: construction and tests.
    BuildAndTest,
    /// Step 3: pilots.
    Pilot,
    /// Step 4: planning and preparation of the deployment.
    DeploymentPlanning,
    /// Step 5: deployment and transition into operation.
    Deployment,
    /// Step 6: review and closure.
    Review,
}

/// A criterion that has to be met, or waived by name, before its step can be left.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::Criterion")]
pub enum TransitionCriterion {
    /// Planning: the scope is recorded.
    Scope,
    /// Planning: the version of the design package is recorded; met from the opening on.
    PackageVersion,
    /// Planning: the acceptance criteria are recorded.
    AcceptanceCriteria,
    /// Planning: the risk is recorded.
    Risk,
    /// Planning: the back-out plan is recorded.
    BackOutPlan,
    /// Construction and tests: the packages are built, at least one, each with its digest.
    PackagesBuilt,
    /// Construction and tests: there are tests, and every one passed or is waived by name.
    TestsPassed,
    /// Pilot: its group, period and thresholds are set.
    PilotPlan,
    /// Pilot: its period is over.
    PilotPeriodOver,
    /// Pilot: it was reported that the thresholds held.
    PilotThresholdsHeld,
    /// Planning of the deployment: the schedule is set.
    Schedule,
    /// Planning of the deployment: there are changes, and all that are not cancelled are approved.
    ChangesApproved,
    /// Planning of the deployment: no conflict blocks it.
    NoBlockingConflict,
    /// Planning of the deployment: the training is done.
    Training,
    /// Planning of the deployment: the communication is done.
    Communication,
    /// Deployment: every package is deployed in each of its environments.
    EnvironmentsDeployed,
    /// Deployment: every package is verified in each of its environments.
    EnvironmentsVerified,
    /// Deployment: the configuration baselines are taken: recorded, or named by every standing deployment.
    BaselineTaken,
    /// Review: the targets are compared with the results.
    TargetsCompared,
    /// Review: known errors and open defects are handed over to operation.
    KnownErrorsHandedOver,
    /// Review: lessons are recorded, for improvement.
    LessonsRecorded,
}

/// How one criterion of a step stands now.
#[derive(SimpleObject, Clone, Debug)]
pub struct TransitionCriterionStanding {
    /// The criterion.
    pub name: TransitionCriterion,
    /// Whether it is met by facts; a waiver does not count here.
    pub met: bool,
    /// The recorded evidence, or where it is found; null when none was recorded, or other facts meet it.
    pub evidence: Option<String>,
    /// Who recorded the evidence; null when there is none.
    pub recorded_by: Option<String>,
    /// When the evidence was recorded; null when there is none.
    pub recorded_at: Option<Instant>,
    /// The person who answers for the waiver; null when it is not waived.
    pub waived_by: Option<String>,
    /// Why it is waived; null when it is not.
    pub waiver_reason: Option<String>,
    /// Who recorded the waiver; null when there is none.
    pub waiver_recorded_by: Option<String>,
    /// When the waiver was recorded; null when there is none.
    pub waived_at: Option<Instant>,
}

impl From<CriterionStanding> for TransitionCriterionStanding {
    fn from(standing: CriterionStanding) -> Self {
        let (evidence, waiver) = (standing.evidence, standing.waiver);
        Self {
            name: standing.criterion.into(),
            met: standing.met,
            recorded_by: evidence.as_ref().map(|record| record.by.clone()),
            recorded_at: evidence.as_ref().map(|record| Instant(record.at)),
            evidence: evidence.map(|record| record.evidence),
            waived_by: waiver.as_ref().map(|waiver| waiver.waived_by.clone()),
            waiver_recorded_by: waiver.as_ref().map(|waiver| waiver.by.clone()),
            waived_at: waiver.as_ref().map(|waiver| Instant(waiver.at)),
            waiver_reason: waiver.map(|waiver| waiver.reason),
        }
    }
}

/// A step of a transition, as it stands now.
#[derive(Clone, Debug)]
pub struct TransitionStepProgress {
    transition: Arc<domain::Transition>,
    step: domain::TransitionStep,
}

impl TransitionStepProgress {
    /// A step of a transition.
    #[must_use]
    pub fn new(transition: Arc<domain::Transition>, step: domain::TransitionStep) -> Self {
        Self { transition, step }
    }

    fn dates(&self) -> StepDates {
        self.transition.dates(self.step)
    }

    /// All changes and deployments of the transition, loaded once for all steps of all transitions of a list.
    async fn around(&self, ctx: &Context<'_>) -> ApiResult<Surroundings> {
        let (session, id) = (Session::of(ctx), self.transition.id.to_string());
        let changes = session.loads::<domain::Change>()?;
        let deployments = session.loads::<domain::Deployment>()?;
        let (changes, deployments) = futures::try_join!(
            changes.up_to::<domain::Change>("transition_id", id.clone(), Surroundings::MOST),
            deployments.up_to::<domain::Deployment>("transition_id", id, Surroundings::MOST),
        )?;
        Ok(Surroundings {
            changes: changes.iter().map(|one| ChangeStanding::from(&one.record)).collect(),
            deployments: deployments.iter().map(|one| DeploymentStanding::from(&one.record)).collect(),
        })
    }
}

fn now(ctx: &Context<'_>) -> Timestamp {
    Session::of(ctx).database().clock().now()
}

/// A step of a transition, as it stands now.
#[Object]
impl TransitionStepProgress {
    /// Which step.
    async fn step(&self) -> TransitionStep {
        self.step.into()
    }
    /// When it is planned to start; null while it is not planned.
    async fn planned_start(&self) -> Option<Instant> {
        self.dates().planned.map(|planned| Instant(planned.start))
    }
    /// When it is planned to end; null while it is not planned.
    async fn planned_end(&self) -> Option<Instant> {
        self.dates().planned.map(|planned| Instant(planned.end))
    }
    /// When it was entered for the first time; null while it never was.
    async fn real_start(&self) -> Option<Instant> {
        self.dates().started.map(Instant)
    }
    /// When it was left for the next one; null while it is not over, or was entered again.
    async fn real_end(&self) -> Option<Instant> {
        self.dates().ended.map(Instant)
    }
    /// How often it failed.
    async fn failures(&self) -> i32 {
        i32::try_from(self.dates().failures).unwrap_or(i32::MAX)
    }
    /// How late it ended after its planned end, or is by now; null when it is not planned, not late, or never took place.
    async fn delay(&self, ctx: &Context<'_>) -> Option<Duration> {
        self.transition.delay(self.step, now(ctx)).map(Duration)
    }
    /// When it is expected to end: its planned length after its start, or after the earliest start that the steps
    /// before it allow. Null when it is not planned, or not to be done any more.
    async fn expected_end(&self, ctx: &Context<'_>) -> Option<Instant> {
        self.transition.expected_end(self.step, now(ctx)).map(Instant)
    }
    /// Whether it is under way or to come, and expected to end after its planned end.
    async fn at_risk(&self, ctx: &Context<'_>) -> bool {
        self.transition.at_risk(self.step, now(ctx))
    }
    /// Its criteria, as they stand now.
    async fn criteria(&self, ctx: &Context<'_>) -> ApiResult<Vec<TransitionCriterionStanding>> {
        let around = self.around(ctx).await?;
        let all = self.transition.criteria(self.step, &around, now(ctx));
        Ok(all.into_iter().map(TransitionCriterionStanding::from).collect())
    }
    /// The criteria that are neither met nor waived: the step cannot be left without them.
    async fn missing(&self, ctx: &Context<'_>) -> ApiResult<Vec<TransitionCriterion>> {
        let around = self.around(ctx).await?;
        let all = self.transition.criteria(self.step, &around, now(ctx));
        let missing = all.into_iter().filter(|one| !one.met && one.waiver.is_none());
        Ok(missing.map(|one| one.criterion.into()).collect())
    }
}
