//! Transition: the way of an approved design package into operation, in six
//! steps. Owns the record, its machine and its verbs; the criteria are in
//! `criterion`, the dates in `schedule`.

use super::criterion::{Criterion, CriterionRecord, CriterionWaiver};
use super::schedule::{StepDates, TransitionStep};
use super::window::Window;
use super::words::words;
use ciclo_kernel::ids::{DesignPackageId, ServiceId, TransitionId};
use ciclo_kernel::{Decision, Refusal, Timestamp, text};

ciclo_kernel::machine! {
    machine "transition";
    /// Where a transition stands.
    states TransitionState {
        /// Step 1: planning and preparation.
        Planning = "PLANNING" { CompleteStep => BuildAndTest, Cancel => Cancelled, PlanStep => Planning, Record => Planning, Waive => Planning, SetPilot => Planning },
        /// Step 2: construction and tests.
        BuildAndTest = "BUILD_AND_TEST" { CompleteStep => Pilot, FailStep => Planning, Cancel => Cancelled, PlanStep => BuildAndTest, Record => BuildAndTest, Waive => BuildAndTest, AddBuild => BuildAndTest, AddTest => BuildAndTest, SetPilot => BuildAndTest },
        /// Step 3: pilots.
        Pilot = "PILOT" { CompleteStep => DeploymentPlanning, FailStep => BuildAndTest, BackOut => Review, Cancel => Cancelled, PlanStep => Pilot, Record => Pilot, Waive => Pilot, SetPilot => Pilot, ReportPilot => Pilot },
        /// Step 4: planning and preparation of the deployment.
        DeploymentPlanning = "DEPLOYMENT_PLANNING" { CompleteStep => Deployment, FailStep => Pilot, Cancel => Cancelled, PlanStep => DeploymentPlanning, Record => DeploymentPlanning, Waive => DeploymentPlanning },
        /// Step 5: deployment and transition into operation.
        Deployment = "DEPLOYMENT" { CompleteStep => Review, FailStep => DeploymentPlanning, BackOut => Review, PlanStep => Deployment, Record => Deployment, Waive => Deployment },
        /// Step 6: review and closure.
        Review = "REVIEW" { Close => Closed, FailStep => Deployment, PlanStep => Review, Record => Review, Waive => Review },
        /// Over, with an outcome.
        Closed = "CLOSED" {},
        /// Given up before the deployment.
        Cancelled = "CANCELLED" {},
    }
    /// What can be done to a transition.
    verbs TransitionVerb {
        /// Leaves the step for the next one, its criteria being met.
        CompleteStep = "completeStep",
        /// Goes back to the step before.
        FailStep = "failStep",
        /// Gives up after something was rolled out; what remains is the review.
        BackOut = "backOut",
        /// Gives up before the deployment.
        Cancel = "cancel",
        /// Ends the review.
        Close = "close",
        /// Sets the planned dates of a step.
        PlanStep = "planStep",
        /// Records the evidence of a criterion.
        Record = "record",
        /// Waives a criterion by name.
        Waive = "waive",
        /// Adds the build of a package.
        AddBuild = "addBuild",
        /// Adds the result of a test.
        AddTest = "addTest",
        /// Sets the pilot's group, period and thresholds.
        SetPilot = "setPilot",
        /// Reports whether the pilot held.
        ReportPilot = "reportPilot",
    }
}

words! {
    /// How a transition ended.
    TransitionOutcome {
        /// The service is in operation as designed.
        Successful = "SUCCESSFUL",
        /// The service is in operation, with issues handed over.
        WithIssues = "WITH_ISSUES",
        /// What was rolled out was taken back: the service is not in operation by this transition.
        BackedOut = "BACKED_OUT",
    }
}

/// Most builds, tests or lessons of one transition.
pub const MOST: usize = 500;

/// A transition of a service into operation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transition {
    /// The transition's id.
    pub id: TransitionId,
    /// The service that is brought into operation.
    pub service_id: ServiceId,
    /// The service's name, copied at the opening.
    pub service_name: String,
    /// The approved design package that is brought into operation.
    pub design_package_id: DesignPackageId,
    /// The version number of the design package, from 1.
    pub design_package_number: u32,
    /// Where it stands, with the facts of that state.
    pub phase: TransitionPhase,
    /// The dates of the six steps, in their order.
    pub steps: [StepDates; 6],
    /// The evidence of criteria, one a criterion, the newest.
    pub records: Vec<CriterionRecord>,
    /// The waivers of criteria, one a criterion, the newest.
    pub waivers: Vec<CriterionWaiver>,
    /// The packages that were built, one a name, the newest.
    pub builds: Vec<Build>,
    /// The tests with their last result, one a name.
    pub tests: Vec<TestResult>,
    /// The pilot; `None` while it is not set.
    pub pilot: Option<Pilot>,
    /// The lessons for improvement, in the order they were recorded.
    pub lessons: Vec<String>,
}

/// Where a transition stands, with the facts that belong there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TransitionPhase {
    /// Step 1.
    Planning,
    /// Step 2.
    BuildAndTest,
    /// Step 3.
    Pilot,
    /// Step 4.
    DeploymentPlanning,
    /// Step 5.
    Deployment,
    /// Step 6.
    Review {
        /// The back-out that led here; `None` when the deployment was completed.
        backed_out: Option<BackOut>,
    },
    /// Over.
    Closed {
        /// How it ended.
        outcome: TransitionOutcome,
        /// The back-out, when there was one.
        backed_out: Option<BackOut>,
        /// Who closed it.
        by: String,
        /// When it was closed.
        at: Timestamp,
    },
    /// Given up.
    Cancelled {
        /// Why.
        reason: String,
        /// Who cancelled it.
        by: String,
        /// When it was cancelled.
        at: Timestamp,
    },
}

/// A back-out: what was rolled out was taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BackOut {
    /// The step that was backed out of.
    pub from: TransitionStep,
    /// Why.
    pub reason: String,
    /// Who decided it.
    pub by: String,
    /// When it was decided.
    pub at: Timestamp,
}

/// A package that was built.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Build {
    /// The package's name.
    pub package_name: String,
    /// The digest of what was built: `sha256:` and 64 hex digits.
    pub digest: String,
    /// Who added it.
    pub by: String,
    /// When it was added.
    pub at: Timestamp,
}

/// A test with its last result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestResult {
    /// The test's name.
    pub name: String,
    /// Whether it passed.
    pub passed: bool,
    /// The waiver of a test that did not pass; `None` when it is not waived.
    pub waiver: Option<TestWaiver>,
    /// Who added the result.
    pub by: String,
    /// When it was added.
    pub at: Timestamp,
}

/// A waiver of a test that did not pass.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestWaiver {
    /// The person who answers for the waiver.
    pub waived_by: String,
    /// Why it is waived.
    pub reason: String,
}

/// The pilot of a transition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pilot {
    /// Who takes part.
    pub group: String,
    /// When it takes place.
    pub period: Window,
    /// What has to hold during the period.
    pub thresholds: String,
    /// The last report; `None` while there is none.
    pub report: Option<PilotReport>,
}

/// A report on the pilot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PilotReport {
    /// Whether the thresholds held.
    pub held: bool,
    /// What was seen.
    pub notes: String,
    /// Who reported.
    pub by: String,
    /// When it was reported.
    pub at: Timestamp,
}

/// What opens a transition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenTransition {
    /// The service that is brought into operation.
    pub service_id: ServiceId,
    /// The service's name.
    pub service_name: String,
    /// The approved design package.
    pub design_package_id: DesignPackageId,
    /// The version number of the design package, from 1.
    pub design_package_number: u32,
}

/// What happened to a transition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TransitionHappened {
    /// It was opened, in planning.
    Opened,
    /// A step got its planned dates.
    StepPlanned { step: TransitionStep, planned: Window },
    /// The evidence of a criterion was recorded.
    CriterionRecorded { criterion: Criterion, evidence: String },
    /// A criterion was waived.
    CriterionWaived { criterion: Criterion, waived_by: String, reason: String },
    /// A package was built.
    BuildAdded { package_name: String, digest: String },
    /// A test got its result.
    TestAdded { name: String, passed: bool, waiver: Option<TestWaiver> },
    /// The pilot was set.
    PilotSet { group: String, period: Window, thresholds: String },
    /// The pilot was reported on.
    PilotReported { held: bool, notes: String },
    /// A step was completed.
    StepCompleted { step: TransitionStep },
    /// A step failed, and the one before it is under way again.
    StepFailed { step: TransitionStep, reason: String },
    /// What was rolled out was taken back.
    BackedOut { from: TransitionStep, reason: String },
    /// It was given up.
    Cancelled { reason: String },
    /// It is over.
    Closed { outcome: TransitionOutcome },
}

impl TransitionHappened {
    /// The name of what happened, as in the contract.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened => "Opened",
            Self::StepPlanned { .. } => "StepPlanned",
            Self::CriterionRecorded { .. } => "CriterionRecorded",
            Self::CriterionWaived { .. } => "CriterionWaived",
            Self::BuildAdded { .. } => "BuildAdded",
            Self::TestAdded { .. } => "TestAdded",
            Self::PilotSet { .. } => "PilotSet",
            Self::PilotReported { .. } => "PilotReported",
            Self::StepCompleted { .. } => "StepCompleted",
            Self::StepFailed { .. } => "StepFailed",
            Self::BackedOut { .. } => "BackedOut",
            Self::Cancelled { .. } => "Cancelled",
            Self::Closed { .. } => "Closed",
        }
    }
}

/// What a verb of a transition answers.
pub type TransitionDecision = Decision<Transition, TransitionHappened>;

impl Transition {
    /// Opens a transition, in planning.
    pub fn open(id: TransitionId, input: OpenTransition, at: Timestamp) -> TransitionDecision {
        if input.design_package_number == 0 {
            return Err(Refusal::invalid("designPackageNumber", "versions are numbered from 1"));
        }
        let opened = Self {
            id,
            service_id: input.service_id,
            service_name: text::line("serviceName", &input.service_name)?,
            design_package_id: input.design_package_id,
            design_package_number: input.design_package_number,
            phase: TransitionPhase::Planning,
            steps: Self::fresh_steps(at),
            records: Vec::new(),
            waivers: Vec::new(),
            builds: Vec::new(),
            tests: Vec::new(),
            pilot: None,
            lessons: Vec::new(),
        };
        Ok((opened, TransitionHappened::Opened))
    }

    /// Where the transition stands.
    #[must_use]
    pub fn state(&self) -> TransitionState {
        match self.phase {
            TransitionPhase::Planning => TransitionState::Planning,
            TransitionPhase::BuildAndTest => TransitionState::BuildAndTest,
            TransitionPhase::Pilot => TransitionState::Pilot,
            TransitionPhase::DeploymentPlanning => TransitionState::DeploymentPlanning,
            TransitionPhase::Deployment => TransitionState::Deployment,
            TransitionPhase::Review { .. } => TransitionState::Review,
            TransitionPhase::Closed { .. } => TransitionState::Closed,
            TransitionPhase::Cancelled { .. } => TransitionState::Cancelled,
        }
    }
}
