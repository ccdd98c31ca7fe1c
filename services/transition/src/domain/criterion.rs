//! The leaving criteria of the six steps: which there are, how each is met, and
//! what is missing. Approved changes and deployments are looked at from outside.

use super::change::{Change, ChangeState};
use super::deployment::{Deployment, DeploymentState};
use super::schedule::TransitionStep;
use super::transition::Transition;
use super::words::words;
use ciclo_kernel::Timestamp;
use ciclo_kernel::ids::{ChangeId, DeploymentId};

words! {
    /// A criterion that has to be met, or waived by name, before its step can be left.
    Criterion {
        /// Planning: the scope is recorded.
        Scope = "SCOPE",
        /// Planning: the version of the design package is recorded; met from the opening on.
        PackageVersion = "PACKAGE_VERSION",
        /// Planning: the acceptance criteria are recorded.
        AcceptanceCriteria = "ACCEPTANCE_CRITERIA",
        /// Planning: the risk is recorded.
        Risk = "RISK",
        /// Planning: the back-out plan is recorded.
        BackOutPlan = "BACK_OUT_PLAN",
        /// Construction and tests: the packages are built, at least one, each with its digest.
        PackagesBuilt = "PACKAGES_BUILT",
        /// Construction and tests: there are tests, and every one passed or is waived by name.
        TestsPassed = "TESTS_PASSED",
        /// Pilot: its group, period and thresholds are set.
        PilotPlan = "PILOT_PLAN",
        /// Pilot: its period is over.
        PilotPeriodOver = "PILOT_PERIOD_OVER",
        /// Pilot: it was reported that the thresholds held.
        PilotThresholdsHeld = "PILOT_THRESHOLDS_HELD",
        /// Planning of the deployment: the schedule is set.
        Schedule = "SCHEDULE",
        /// Planning of the deployment: there are changes, and all that are not cancelled are approved.
        ChangesApproved = "CHANGES_APPROVED",
        /// Planning of the deployment: no conflict blocks it.
        NoBlockingConflict = "NO_BLOCKING_CONFLICT",
        /// Planning of the deployment: the training is done.
        Training = "TRAINING",
        /// Planning of the deployment: the communication is done.
        Communication = "COMMUNICATION",
        /// Deployment: every package is deployed in each of its environments.
        EnvironmentsDeployed = "ENVIRONMENTS_DEPLOYED",
        /// Deployment: every package is verified in each of its environments.
        EnvironmentsVerified = "ENVIRONMENTS_VERIFIED",
        /// Deployment: the configuration baselines are taken: recorded, or named by every standing deployment.
        BaselineTaken = "BASELINE_TAKEN",
        /// Review: the targets are compared with the results.
        TargetsCompared = "TARGETS_COMPARED",
        /// Review: known errors and open defects are handed over to operation.
        KnownErrorsHandedOver = "KNOWN_ERRORS_HANDED_OVER",
        /// Review: lessons are recorded, for improvement.
        LessonsRecorded = "LESSONS_RECORDED",
    }
}

impl Criterion {
    /// The step that cannot be left without it.
    #[must_use]
    pub fn step(self) -> TransitionStep {
        match self {
            Self::Scope
            | Self::PackageVersion
            | Self::AcceptanceCriteria
            | Self::Risk
            | Self::BackOutPlan => TransitionStep::Planning,
            Self::PackagesBuilt | Self::TestsPassed => TransitionStep::BuildAndTest,
            Self::PilotPlan | Self::PilotPeriodOver | Self::PilotThresholdsHeld => TransitionStep::Pilot,
            Self::Schedule
            | Self::ChangesApproved
            | Self::NoBlockingConflict
            | Self::Training
            | Self::Communication => TransitionStep::DeploymentPlanning,
            Self::EnvironmentsDeployed | Self::EnvironmentsVerified | Self::BaselineTaken => {
                TransitionStep::Deployment
            }
            Self::TargetsCompared | Self::KnownErrorsHandedOver | Self::LessonsRecorded => {
                TransitionStep::Review
            }
        }
    }

    /// What meets the criterion when it cannot be recorded by hand; `None` when it can.
    #[must_use]
    pub fn met_by(self) -> Option<&'static str> {
        match self {
            Self::PackageVersion => Some("the opening of the transition"),
            Self::PackagesBuilt => Some("adding the builds"),
            Self::TestsPassed => Some("adding the tests"),
            Self::PilotPlan => Some("setting the pilot"),
            Self::PilotPeriodOver => Some("the end of the pilot's period"),
            Self::PilotThresholdsHeld => Some("reporting the pilot"),
            Self::ChangesApproved => Some("the changes of the transition"),
            Self::EnvironmentsDeployed | Self::EnvironmentsVerified => {
                Some("the deployments of the transition")
            }
            Self::Scope
            | Self::AcceptanceCriteria
            | Self::Risk
            | Self::BackOutPlan
            | Self::Schedule
            | Self::NoBlockingConflict
            | Self::Training
            | Self::Communication
            | Self::BaselineTaken
            | Self::TargetsCompared
            | Self::KnownErrorsHandedOver
            | Self::LessonsRecorded => None,
        }
    }
}

/// The evidence that meets a criterion, as it was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CriterionRecord {
    /// The criterion that it meets.
    pub criterion: Criterion,
    /// The evidence, or where it is found.
    pub evidence: String,
    /// Who recorded it.
    pub by: String,
    /// When it was recorded.
    pub at: Timestamp,
}

/// A waiver: the step may be left without this criterion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CriterionWaiver {
    /// The criterion that is waived.
    pub criterion: Criterion,
    /// The person who answers for the waiver.
    pub waived_by: String,
    /// Why it is waived.
    pub reason: String,
    /// Who recorded the waiver.
    pub by: String,
    /// When it was recorded.
    pub at: Timestamp,
}

/// Where a change of the transition stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChangeStanding {
    /// The change.
    pub id: ChangeId,
    /// Its state.
    pub state: ChangeState,
}

impl From<&Change> for ChangeStanding {
    fn from(change: &Change) -> Self {
        Self { id: change.id, state: change.state() }
    }
}

impl ChangeStanding {
    /// Whether the change is approved; `None` when it is cancelled and does not count.
    #[must_use]
    pub fn approved(&self) -> Option<bool> {
        match self.state {
            ChangeState::Draft | ChangeState::Assess | ChangeState::Authorize => Some(false),
            ChangeState::Scheduled | ChangeState::Implement | ChangeState::Review | ChangeState::Closed => {
                Some(true)
            }
            ChangeState::Cancelled => None,
        }
    }
}

/// Where a deployment of the transition stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeploymentStanding {
    /// The deployment.
    pub id: DeploymentId,
    /// The package that is deployed.
    pub package_name: String,
    /// The environment that it is deployed in.
    pub environment: String,
    /// Its state.
    pub state: DeploymentState,
    /// Whether it names the configuration baseline that was taken.
    pub baseline: bool,
}

impl From<&Deployment> for DeploymentStanding {
    fn from(deployment: &Deployment) -> Self {
        Self {
            id: deployment.id,
            package_name: deployment.package_name.clone(),
            environment: deployment.environment.clone(),
            state: deployment.state(),
            baseline: deployment.baseline.is_some(),
        }
    }
}

/// What stands around a transition when its criteria are looked at: all its changes and deployments.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Surroundings {
    /// Every change of the transition.
    pub changes: Vec<ChangeStanding>,
    /// Every deployment of the transition.
    pub deployments: Vec<DeploymentStanding>,
}

impl Surroundings {
    /// Most changes, and most deployments, of one transition.
    pub const MOST: usize = 1000;

    fn changes_approved(&self) -> bool {
        let mut counted = self.changes.iter().filter_map(ChangeStanding::approved).peekable();
        counted.peek().is_some() && counted.all(|approved| approved)
    }

    /// Every package and environment has a deployment in one of these states. A failed or rolled back one
    /// does not stand, and is made good by another of the same package in the same environment.
    fn every_environment(&self, fits: impl Fn(&DeploymentStanding) -> bool) -> bool {
        !self.deployments.is_empty()
            && self.deployments.iter().all(|one| {
                self.deployments.iter().any(|other| {
                    other.package_name == one.package_name
                        && other.environment == one.environment
                        && fits(other)
                })
            })
    }
}

/// How one criterion of a transition stands at an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CriterionStanding {
    /// The criterion.
    pub criterion: Criterion,
    /// Whether it is met by facts; a waiver does not count here.
    pub met: bool,
    /// The recorded evidence; `None` when none was recorded or the criterion is met by other facts.
    pub evidence: Option<CriterionRecord>,
    /// The waiver; `None` when it is not waived.
    pub waiver: Option<CriterionWaiver>,
}

impl Transition {
    /// How each criterion of a step stands.
    #[must_use]
    pub fn criteria(
        &self,
        step: TransitionStep,
        around: &Surroundings,
        at: Timestamp,
    ) -> Vec<CriterionStanding> {
        let of_step = Criterion::ALL.iter().copied().filter(|criterion| criterion.step() == step);
        of_step
            .map(|criterion| CriterionStanding {
                criterion,
                met: self.meets(criterion, around, at),
                evidence: self.recorded(criterion).cloned(),
                waiver: self.waivers.iter().find(|waiver| waiver.criterion == criterion).cloned(),
            })
            .collect()
    }

    /// The names of the criteria of a step that are neither met nor waived.
    #[must_use]
    pub fn missing(&self, step: TransitionStep, around: &Surroundings, at: Timestamp) -> Vec<String> {
        self.criteria(step, around, at)
            .into_iter()
            .filter(|standing| !standing.met && standing.waiver.is_none())
            .map(|standing| standing.criterion.as_str().to_owned())
            .collect()
    }

    fn recorded(&self, criterion: Criterion) -> Option<&CriterionRecord> {
        self.records.iter().find(|record| record.criterion == criterion)
    }

    fn meets(&self, criterion: Criterion, around: &Surroundings, at: Timestamp) -> bool {
        let deployed = |one: &DeploymentStanding| match one.state {
            DeploymentState::Deployed | DeploymentState::Verified => true,
            DeploymentState::Planned
            | DeploymentState::Running
            | DeploymentState::Failed
            | DeploymentState::RolledBack => false,
        };
        match criterion {
            Criterion::PackageVersion => true,
            Criterion::PackagesBuilt => !self.builds.is_empty(),
            Criterion::TestsPassed => {
                !self.tests.is_empty() && self.tests.iter().all(|test| test.passed || test.waiver.is_some())
            }
            Criterion::PilotPlan => self.pilot.is_some(),
            Criterion::PilotPeriodOver => self.pilot.as_ref().is_some_and(|pilot| pilot.period.end <= at),
            Criterion::PilotThresholdsHeld => self
                .pilot
                .as_ref()
                .is_some_and(|pilot| pilot.report.as_ref().is_some_and(|report| report.held)),
            Criterion::ChangesApproved => around.changes_approved(),
            Criterion::EnvironmentsDeployed => around.every_environment(deployed),
            Criterion::EnvironmentsVerified => {
                around.every_environment(|one| one.state == DeploymentState::Verified)
            }
            Criterion::BaselineTaken => {
                self.recorded(criterion).is_some()
                    || around.every_environment(|one| deployed(one) && one.baseline)
            }
            Criterion::LessonsRecorded => !self.lessons.is_empty(),
            Criterion::Scope
            | Criterion::AcceptanceCriteria
            | Criterion::Risk
            | Criterion::BackOutPlan
            | Criterion::Schedule
            | Criterion::NoBlockingConflict
            | Criterion::Training
            | Criterion::Communication
            | Criterion::TargetsCompared
            | Criterion::KnownErrorsHandedOver => self.recorded(criterion).is_some(),
        }
    }
}
