//! Deployments in the API.

use super::input::verb_input;
use super::transition::Transition;
use crate::{commands, domain};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use ciclo_api::filters::{IdFilter, StringFilter};
use ciclo_api::{
    ApiResult, Instant, Session, enum_filter, filter, mutate, record_api, record_object, update,
};
use domain::PlanDeployment;

/// Where a deployment stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::DeploymentState")]
pub enum DeploymentState {
    /// Planned.
    Planned,
    /// Being carried out.
    Running,
    /// Carried out, to be verified.
    Deployed,
    /// Carried out and verified.
    Verified,
    /// Failed, in the course of it or when it was verified. It can only be rolled back; another one is planned.
    Failed,
    /// Taken back. Final.
    RolledBack,
}

/// Why and when a deployment failed or was taken back.
#[derive(SimpleObject, Clone, Debug)]
pub struct DeploymentFailure {
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Instant,
}

impl From<&domain::Failure> for DeploymentFailure {
    fn from(facts: &domain::Failure) -> Self {
        Self { reason: facts.reason.clone(), by: facts.by.clone(), at: Instant(facts.at) }
    }
}

record_object! {
    /// A deployment: one package of a transition in one environment.
    Deployment of domain::Deployment {
        /// The transition that it belongs to.
        async fn transition(&self, ctx: &Context<'_>) -> ApiResult<Option<Transition>> {
            let loaders = Session::of(ctx).loads::<domain::Transition>()?;
            let found = loaders.one::<domain::Transition>(self.record().transition_id).await?;
            Ok(found.map(Transition::from))
        }
        /// The package that is deployed.
        async fn package_name(&self) -> &str {
            &self.record().package_name
        }
        /// The environment that it is deployed in.
        async fn environment(&self) -> &str {
            &self.record().environment
        }
        /// Where it stands.
        async fn state(&self) -> DeploymentState {
            self.record().state().into()
        }
        /// When it was started; null before.
        async fn started_at(&self) -> Option<Instant> {
            self.record().started_at.map(Instant)
        }
        /// When it was carried out; null before, or when it failed on the way.
        async fn deployed_at(&self) -> Option<Instant> {
            self.record().deployed_at.map(Instant)
        }
        /// When it was verified; null before.
        async fn verified_at(&self) -> Option<Instant> {
            self.record().verified_at.map(Instant)
        }
        /// The notes on its result, the newest; null when there are none.
        async fn result_notes(&self) -> Option<&str> {
            self.record().result_notes.as_deref()
        }
        /// The name of the configuration baseline that was taken; null when none was.
        async fn baseline(&self) -> Option<&str> {
            self.record().baseline.as_deref()
        }
        /// Its failure; null when it did not fail.
        async fn failure(&self) -> Option<DeploymentFailure> {
            self.record().failure.as_ref().map(DeploymentFailure::from)
        }
        /// Why and when it was taken back; null when it was not.
        async fn rolled_back(&self) -> Option<DeploymentFailure> {
            self.record().rolled_back.as_ref().map(DeploymentFailure::from)
        }
    }
}

enum_filter!(DeploymentStateFilter of DeploymentState);

filter! {
    /// Which deployments.
    DeploymentFilter {
        /// By transition.
        transition: IdFilter => "transition_id",
        /// By package.
        package_name: StringFilter => "package_name",
        /// By environment.
        environment: StringFilter => "environment",
        /// By state.
        state: DeploymentStateFilter => "state",
    }
}

record_api! {
    Deployment of domain::Deployment, "deployment", "deployments";
    one deployment, many deployments, changed deployment_changed;
    filter DeploymentFilter;
    order {
        /// The package's name.
        PackageName = "package_name",
        /// The environment.
        Environment = "environment",
        /// State.
        State = "state",
    }
}

/// What plans a deployment.
#[derive(InputObject, Clone, Debug)]
pub struct PlanDeploymentInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The transition that it belongs to; before its review.
    pub transition: ID,
    /// The package that is deployed: one of the transition's builds.
    pub package_name: String,
    /// The environment that it is deployed in, for example `production`.
    pub environment: String,
}

verb_input! {
    /// What starts a deployment.
    StartDeploymentInput of "The deployment." {}
}

verb_input! {
    /// What says that a deployment was carried out.
    SucceedDeploymentInput of "The deployment." {
        /// Notes on the result; null for none.
        notes: Option<String>,
        /// The name of the configuration baseline that was taken; null when none was.
        baseline: Option<String>,
    }
}

verb_input! {
    /// What says that a deployment was verified.
    VerifyDeploymentInput of "The deployment." {
        /// Notes on the result; null leaves them as they are.
        notes: Option<String>,
        /// The name of the configuration baseline that was taken; null leaves it as it is.
        baseline: Option<String>,
    }
}

verb_input! {
    /// What says that a deployment failed.
    FailDeploymentInput of "The deployment." {
        /// Why.
        reason: String,
    }
}

verb_input! {
    /// What says that a deployment was taken back.
    RollBackDeploymentInput of "The deployment." {
        /// Why.
        reason: String,
    }
}

/// What can be done with deployments.
#[derive(Default)]
pub struct DeploymentMutations;

#[Object]
impl DeploymentMutations {
    /// Plans the deployment of a package that the transition has built. Errors: NOT_FOUND (the transition), RULE_VIOLATED (the package is not built, or the transition is in its review or over), INVALID, LIMIT_EXCEEDED.
    async fn plan_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which package, and where.")] input: PlanDeploymentInput,
    ) -> ApiResult<Deployment> {
        let plan = PlanDeployment {
            transition_id: mutate::id(&input.transition)?,
            package_name: input.package_name,
            environment: input.environment,
        };
        mutate::mutate(ctx, &input.idempotency_key, |tx| Box::pin(commands::deployment::plan(tx, plan))).await
    }

    /// Starts a deployment. Errors: WRONG_STATE, RULE_VIOLATED (the package is not built any more, or the transition is in its review or over), NOT_FOUND, CONFLICT.
    async fn start_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which deployment.")] input: StartDeploymentInput,
    ) -> ApiResult<Deployment> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::deployment::start(tx, id, expected))
        })
        .await
    }

    /// Says that a deployment was carried out. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn succeed_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which deployment, with which result.")] input: SucceedDeploymentInput,
    ) -> ApiResult<Deployment> {
        let (notes, baseline) = (input.notes, input.baseline);
        let succeed = move |deployment: domain::Deployment, _: &str, at| {
            deployment.succeed(notes.as_deref(), baseline.as_deref(), at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, succeed).await
    }

    /// Says that a deployment was verified in its environment. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn verify_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which deployment, with which result.")] input: VerifyDeploymentInput,
    ) -> ApiResult<Deployment> {
        let (notes, baseline) = (input.notes, input.baseline);
        let verify = move |deployment: domain::Deployment, _: &str, at| {
            deployment.verify(notes.as_deref(), baseline.as_deref(), at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verify).await
    }

    /// Says that a deployment failed, in the course of it or when it was verified. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn fail_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which deployment, and why.")] input: FailDeploymentInput,
    ) -> ApiResult<Deployment> {
        let reason = input.reason;
        let fail = move |deployment: domain::Deployment, by: &str, at| deployment.fail(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, fail).await
    }

    /// Says that a deployment was taken back. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn roll_back_deployment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which deployment, and why.")] input: RollBackDeploymentInput,
    ) -> ApiResult<Deployment> {
        let reason = input.reason;
        let back = move |deployment: domain::Deployment, by: &str, at| deployment.roll_back(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, back).await
    }
}
