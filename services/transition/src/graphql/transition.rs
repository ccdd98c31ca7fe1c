//! Transitions in the API: the record with its edges, its list and its subscription.

use super::change::Change;
use super::deployment::Deployment;
use super::foreign::{DesignPackage, Service};
use super::transition_step::{TransitionStep, TransitionStepProgress};
use crate::domain;
use async_graphql::{Context, Enum, SimpleObject};
use ciclo_api::filters::{IdFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Session, enum_filter, filter, record_api, record_object};
use domain::TransitionPhase;
use std::sync::Arc;

/// Where a transition stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::TransitionState")]
pub enum TransitionState {
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
    /// Over, with an outcome. Final.
    Closed,
    /// Given up before the deployment. Final.
    Cancelled,
}

/// How a transition ended.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::TransitionOutcome")]
pub enum TransitionOutcome {
    /// The service is in operation as designed.
    Successful,
    /// The service is in operation, with issues handed over.
    WithIssues,
    /// What was rolled out was taken back: the service is not in operation by this transition.
    BackedOut,
}

/// A package that was built.
#[derive(SimpleObject, Clone, Debug)]
pub struct TransitionBuild {
    /// The package's name.
    pub package_name: String,
    /// The digest of what was built: `sha256:` and 64 hex digits.
    pub digest: String,
    /// Who added it.
    pub by: String,
    /// When it was added.
    pub at: Instant,
}

impl From<&domain::Build> for TransitionBuild {
    fn from(build: &domain::Build) -> Self {
        Self {
            package_name: build.package_name.clone(),
            digest: build.digest.clone(),
            by: build.by.clone(),
            at: Instant(build.at),
        }
    }
}

/// A test with its last result.
#[derive(SimpleObject, Clone, Debug)]
pub struct TransitionTest {
    /// The test's name.
    pub name: String,
    /// Whether it passed.
    pub passed: bool,
    /// Who answers for waiving a test that did not pass; null when it is not waived.
    pub waived_by: Option<String>,
    /// Why it is waived; null when it is not.
    pub waiver_reason: Option<String>,
    /// Who added the result.
    pub by: String,
    /// When it was added.
    pub at: Instant,
}

impl From<&domain::TestResult> for TransitionTest {
    fn from(test: &domain::TestResult) -> Self {
        Self {
            name: test.name.clone(),
            passed: test.passed,
            waived_by: test.waiver.as_ref().map(|waiver| waiver.waived_by.clone()),
            waiver_reason: test.waiver.as_ref().map(|waiver| waiver.reason.clone()),
            by: test.by.clone(),
            at: Instant(test.at),
        }
    }
}

/// The pilot of a transition.
#[derive(SimpleObject, Clone, Debug)]
pub struct TransitionPilot {
    /// Who takes part.
    pub group: String,
    /// When it starts.
    pub starts: Instant,
    /// The first instant after it.
    pub ends: Instant,
    /// What has to hold during the period.
    pub thresholds: String,
    /// The last report; null while there is none.
    pub report: Option<TransitionPilotReport>,
}

/// A report on a pilot.
#[derive(SimpleObject, Clone, Debug)]
pub struct TransitionPilotReport {
    /// Whether the thresholds held.
    pub held: bool,
    /// What was seen.
    pub notes: String,
    /// Who reported.
    pub by: String,
    /// When it was reported.
    pub at: Instant,
}

impl From<&domain::Pilot> for TransitionPilot {
    fn from(pilot: &domain::Pilot) -> Self {
        Self {
            group: pilot.group.clone(),
            starts: Instant(pilot.period.start),
            ends: Instant(pilot.period.end),
            thresholds: pilot.thresholds.clone(),
            report: pilot.report.as_ref().map(|report| TransitionPilotReport {
                held: report.held,
                notes: report.notes.clone(),
                by: report.by.clone(),
                at: Instant(report.at),
            }),
        }
    }
}

/// A back-out: what was rolled out was taken back.
#[derive(SimpleObject, Clone, Debug)]
pub struct TransitionBackOut {
    /// The step that was backed out of.
    pub from: TransitionStep,
    /// Why.
    pub reason: String,
    /// Who decided it.
    pub by: String,
    /// When it was decided.
    pub at: Instant,
}

/// The end of a transition's review.
#[derive(SimpleObject, Clone, Debug)]
pub struct TransitionClosing {
    /// How the transition ended.
    pub outcome: TransitionOutcome,
    /// Who closed it.
    pub by: String,
    /// When it was closed.
    pub at: Instant,
}

/// Why a transition was given up.
#[derive(SimpleObject, Clone, Debug)]
pub struct TransitionCancellation {
    /// Why.
    pub reason: String,
    /// Who cancelled it.
    pub by: String,
    /// When it was cancelled.
    pub at: Instant,
}

record_object! {
    /// A transition: the way of an approved design package into operation, in six steps.
    Transition of domain::Transition {
        /// The service that is brought into operation.
        async fn service(&self) -> Service {
            Service::named(self.record().service_id)
        }
        /// The service's name when the transition was opened.
        async fn service_name(&self) -> &str {
            &self.record().service_name
        }
        /// The approved design package that is brought into operation.
        async fn design_package(&self) -> DesignPackage {
            DesignPackage::named(self.record().design_package_id)
        }
        /// The version number of the design package within its service, from 1.
        async fn design_package_number(&self) -> i32 {
            i32::try_from(self.record().design_package_number).unwrap_or(i32::MAX)
        }
        /// Where it stands.
        async fn state(&self) -> TransitionState {
            self.record().state().into()
        }
        /// The step under way; null when the transition is over.
        async fn step(&self) -> Option<TransitionStep> {
            domain::TransitionStep::of(self.record().state()).map(TransitionStep::from)
        }
        /// The six steps in their order, with dates planned and real, delay, risk and criteria.
        async fn steps(&self) -> Vec<TransitionStepProgress> {
            let transition = Arc::new(self.record().clone());
            let all = domain::TransitionStep::ALL.iter();
            all.map(|step| TransitionStepProgress::new(transition.clone(), *step)).collect()
        }
        /// The packages that were built, one a name, the newest; at most 500.
        async fn builds(&self) -> Vec<TransitionBuild> {
            self.record().builds.iter().map(TransitionBuild::from).collect()
        }
        /// The tests with their last result, one a name; at most 500.
        async fn tests(&self) -> Vec<TransitionTest> {
            self.record().tests.iter().map(TransitionTest::from).collect()
        }
        /// The pilot; null while it is not set.
        async fn pilot(&self) -> Option<TransitionPilot> {
            self.record().pilot.as_ref().map(TransitionPilot::from)
        }
        /// The lessons for improvement, in the order they were recorded; at most 500.
        async fn lessons(&self) -> &[String] {
            &self.record().lessons
        }
        /// The back-out; null when there was none.
        async fn back_out(&self) -> Option<TransitionBackOut> {
            self.record().back_out_facts().map(|facts| TransitionBackOut {
                from: facts.from.into(),
                reason: facts.reason.clone(),
                by: facts.by.clone(),
                at: Instant(facts.at),
            })
        }
        /// The end of the review; null while the transition is not closed.
        async fn closing(&self) -> Option<TransitionClosing> {
            closing(&self.record().phase)
        }
        /// How the transition ended; null while it is not closed.
        async fn outcome(&self) -> Option<TransitionOutcome> {
            closing(&self.record().phase).map(|facts| facts.outcome)
        }
        /// Why it was given up; null when it was not.
        async fn cancellation(&self) -> Option<TransitionCancellation> {
            cancellation(&self.record().phase)
        }
        /// The newest changes of the transition.
        async fn changes(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Change>> {
            let loaders = Session::of(ctx).loads::<domain::Change>()?;
            let id = self.record().id.to_string();
            let found = loaders.by_column("transition_id", id, first).await?;
            Ok(found.into_iter().map(Change::from).collect())
        }
        /// The newest deployments of the transition.
        async fn deployments(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Deployment>> {
            let loaders = Session::of(ctx).loads::<domain::Deployment>()?;
            let id = self.record().id.to_string();
            let found = loaders.by_column("transition_id", id, first).await?;
            Ok(found.into_iter().map(Deployment::from).collect())
        }
    }
}

fn closing(phase: &TransitionPhase) -> Option<TransitionClosing> {
    match phase {
        TransitionPhase::Closed { outcome, by, at, .. } => {
            Some(TransitionClosing { outcome: (*outcome).into(), by: by.clone(), at: Instant(*at) })
        }
        TransitionPhase::Planning
        | TransitionPhase::BuildAndTest
        | TransitionPhase::Pilot
        | TransitionPhase::DeploymentPlanning
        | TransitionPhase::Deployment
        | TransitionPhase::Review { .. }
        | TransitionPhase::Cancelled { .. } => None,
    }
}

fn cancellation(phase: &TransitionPhase) -> Option<TransitionCancellation> {
    match phase {
        TransitionPhase::Cancelled { reason, by, at } => {
            Some(TransitionCancellation { reason: reason.clone(), by: by.clone(), at: Instant(*at) })
        }
        TransitionPhase::Planning
        | TransitionPhase::BuildAndTest
        | TransitionPhase::Pilot
        | TransitionPhase::DeploymentPlanning
        | TransitionPhase::Deployment
        | TransitionPhase::Review { .. }
        | TransitionPhase::Closed { .. } => None,
    }
}

enum_filter!(TransitionStateFilter of TransitionState);
enum_filter!(TransitionOutcomeFilter of TransitionOutcome);

filter! {
    /// Which transitions.
    TransitionFilter {
        /// By service.
        service: IdFilter => "service_id",
        /// By the service's name at the opening.
        service_name: StringFilter => "service_name",
        /// By design package.
        design_package: IdFilter => "design_package_id",
        /// By state.
        state: TransitionStateFilter => "state",
        /// By outcome; nothing passes that is not closed.
        outcome: TransitionOutcomeFilter => "outcome",
    }
}

record_api! {
    Transition of domain::Transition, "transition", "transitions";
    one transition, many transitions, changed transition_changed;
    filter TransitionFilter;
    order {
        /// The service's name at the opening.
        ServiceName = "service_name",
        /// State.
        State = "state",
    }
}
