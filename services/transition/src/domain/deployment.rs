//! Deployment: one package of a transition in one environment, with its result.

use super::transition::{Transition, TransitionState};
use ciclo_kernel::ids::{DeploymentId, TransitionId};
use ciclo_kernel::{Decision, Machine, Refusal, Timestamp, text};

ciclo_kernel::machine! {
    machine "deployment";
    /// Where a deployment stands.
    states DeploymentState {
        /// Planned.
        Planned = "PLANNED" { Start => Running },
        /// Being carried out.
        Running = "RUNNING" { Succeed => Deployed, Fail => Failed, RollBack => RolledBack },
        /// Carried out, to be verified.
        Deployed = "DEPLOYED" { Verify => Verified, Fail => Failed, RollBack => RolledBack },
        /// Carried out and verified.
        Verified = "VERIFIED" { RollBack => RolledBack },
        /// Failed, in the course of it or when it was verified.
        Failed = "FAILED" { RollBack => RolledBack },
        /// Taken back.
        RolledBack = "ROLLED_BACK" {},
    }
    /// What can be done to a deployment.
    verbs DeploymentVerb {
        /// Starts it.
        Start = "start",
        /// It was carried out.
        Succeed = "succeed",
        /// It was verified in its environment.
        Verify = "verify",
        /// It failed.
        Fail = "fail",
        /// It was taken back.
        RollBack = "rollBack",
    }
}

/// One package in one environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deployment {
    /// The deployment's id.
    pub id: DeploymentId,
    /// The transition that it belongs to.
    pub transition_id: TransitionId,
    /// The package that is deployed.
    pub package_name: String,
    /// The environment that it is deployed in.
    pub environment: String,
    /// Where it stands.
    pub state: DeploymentState,
    /// When it was started; `None` before.
    pub started_at: Option<Timestamp>,
    /// When it was carried out; `None` before, or when it failed on the way.
    pub deployed_at: Option<Timestamp>,
    /// When it was verified; `None` before.
    pub verified_at: Option<Timestamp>,
    /// The notes on its result, the newest; `None` when there are none.
    pub result_notes: Option<String>,
    /// The name of the configuration baseline that was taken; `None` when none was.
    pub baseline: Option<String>,
    /// Its last failure; `None` when it did not fail.
    pub failure: Option<Failure>,
    /// Why and when it was taken back; `None` when it was not.
    pub rolled_back: Option<Failure>,
}

/// Why and when a deployment failed or was taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What plans a deployment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlanDeployment {
    /// The transition that it belongs to.
    pub transition_id: TransitionId,
    /// The package that is deployed.
    pub package_name: String,
    /// The environment that it is deployed in.
    pub environment: String,
}

/// What happened to a deployment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeploymentHappened {
    /// It was planned.
    Planned,
    /// It was started.
    Started,
    /// It was carried out.
    Succeeded { notes: Option<String>, baseline: Option<String> },
    /// It was verified.
    Verified { notes: Option<String>, baseline: Option<String> },
    /// It failed.
    Failed { reason: String },
    /// It was taken back.
    RolledBack { reason: String },
}

impl DeploymentHappened {
    /// The name of what happened, as in the contract.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Planned => "Planned",
            Self::Started => "Started",
            Self::Succeeded { .. } => "Succeeded",
            Self::Verified { .. } => "Verified",
            Self::Failed { .. } => "Failed",
            Self::RolledBack { .. } => "RolledBack",
        }
    }
}

/// What a verb of a deployment answers.
pub type DeploymentDecision = Decision<Deployment, DeploymentHappened>;

impl Deployment {
    /// Plans a deployment.
    pub fn plan(id: DeploymentId, input: PlanDeployment) -> DeploymentDecision {
        let planned = Self {
            id,
            transition_id: input.transition_id,
            package_name: text::line("packageName", &input.package_name)?,
            environment: text::line("environment", &input.environment)?,
            state: DeploymentState::Planned,
            started_at: None,
            deployed_at: None,
            verified_at: None,
            result_notes: None,
            baseline: None,
            failure: None,
            rolled_back: None,
        };
        Ok((planned, DeploymentHappened::Planned))
    }

    /// Where the deployment stands.
    #[must_use]
    pub fn state(&self) -> DeploymentState {
        self.state
    }

    /// Starts it.
    pub fn start(mut self, at: Timestamp) -> DeploymentDecision {
        self.state = self.state.go(DeploymentVerb::Start)?;
        self.started_at = Some(at);
        Ok((self, DeploymentHappened::Started))
    }

    /// It was carried out; a baseline may have been taken.
    pub fn succeed(
        mut self,
        notes: Option<&str>,
        baseline: Option<&str>,
        at: Timestamp,
    ) -> DeploymentDecision {
        self.state = self.state.go(DeploymentVerb::Succeed)?;
        let (notes, baseline) = self.note(notes, baseline)?;
        self.deployed_at = Some(at);
        Ok((self, DeploymentHappened::Succeeded { notes, baseline }))
    }

    /// It was verified in its environment; a baseline may have been taken.
    pub fn verify(
        mut self,
        notes: Option<&str>,
        baseline: Option<&str>,
        at: Timestamp,
    ) -> DeploymentDecision {
        self.state = self.state.go(DeploymentVerb::Verify)?;
        let (notes, baseline) = self.note(notes, baseline)?;
        self.verified_at = Some(at);
        Ok((self, DeploymentHappened::Verified { notes, baseline }))
    }

    /// It failed, in the course of it or when it was verified.
    pub fn fail(mut self, reason: &str, by: &str, at: Timestamp) -> DeploymentDecision {
        self.state = self.state.go(DeploymentVerb::Fail)?;
        let reason = text::body("reason", reason)?;
        self.failure = Some(Failure { reason: reason.clone(), by: by.to_owned(), at });
        Ok((self, DeploymentHappened::Failed { reason }))
    }

    /// It was taken back.
    pub fn roll_back(mut self, reason: &str, by: &str, at: Timestamp) -> DeploymentDecision {
        self.state = self.state.go(DeploymentVerb::RollBack)?;
        let reason = text::body("reason", reason)?;
        self.rolled_back = Some(Failure { reason: reason.clone(), by: by.to_owned(), at });
        Ok((self, DeploymentHappened::RolledBack { reason }))
    }

    fn note(
        &mut self,
        notes: Option<&str>,
        baseline: Option<&str>,
    ) -> Result<(Option<String>, Option<String>), Refusal> {
        let notes = text::optional_body("notes", notes)?;
        let baseline = text::optional_line("baseline", baseline)?;
        self.result_notes = notes.clone().or_else(|| self.result_notes.take());
        self.baseline = baseline.clone().or_else(|| self.baseline.take());
        Ok((notes, baseline))
    }
}

impl Transition {
    /// Refuses to deploy a package that was not built, or when nothing is rolled out any more: in the review,
    /// and after it.
    pub fn may_deploy(&self, package_name: &str) -> Result<(), Refusal> {
        let state = self.state();
        match state {
            TransitionState::Planning
            | TransitionState::BuildAndTest
            | TransitionState::Pilot
            | TransitionState::DeploymentPlanning
            | TransitionState::Deployment => {}
            TransitionState::Review | TransitionState::Closed | TransitionState::Cancelled => {
                let why = format!("the transition is in {}: nothing is deployed any more", state.as_str());
                return Err(Refusal::rule(why).with("state", state.as_str()));
            }
        }
        let name = package_name.trim();
        if self.builds.iter().any(|build| build.package_name == name) {
            return Ok(());
        }
        let built: Vec<_> = self.builds.iter().map(|build| build.package_name.as_str()).collect();
        Err(Refusal::rule(format!("the package {name} is not among the builds of the transition"))
            .with("built", built))
    }

    /// Refuses when the transition is over.
    pub fn must_be_open(&self) -> Result<(), Refusal> {
        let state = self.state();
        match state {
            TransitionState::Planning
            | TransitionState::BuildAndTest
            | TransitionState::Pilot
            | TransitionState::DeploymentPlanning
            | TransitionState::Deployment
            | TransitionState::Review => Ok(()),
            TransitionState::Closed | TransitionState::Cancelled => {
                Err(Refusal::rule(format!("the transition is {}: it is over", state.as_str()))
                    .with("state", state.as_str()))
            }
        }
    }
}
