//! What can be done with design packages.

use super::design_package::{ApprovalCondition, DesignPackage, DesignPackagePurpose};
use super::input::verb_input;
use crate::{commands, domain};
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, MoneyInput, mutate, update};
use domain::design_package::PackagePlan;
use domain::facts::Money;

/// What opens the next version of a service's design package.
#[derive(InputObject, Clone, Debug)]
pub struct OpenDesignPackageInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The service that it designs.
    pub service: ID,
    /// What it is for: CHANGE or IMPROVEMENT of a service in operation, NEW_SERVICE before that.
    pub purpose: DesignPackagePurpose,
}

verb_input! {
    /// The plan of a design package, as a whole: what is left out is cleared.
    PlanDesignPackageInput of "The design package." {
        /// What is designed, in short, at most 20,000 characters.
        summary: Option<String>,
        /// How the service is accepted, at most 20,000 characters; needed for the approval.
        acceptance_plan: Option<String>,
        /// What it is thought to cost; needed for the approval.
        cost_estimate: Option<MoneyInput>,
    }
}

verb_input! {
    /// What waives a condition of the approval.
    WaiveConditionInput of "The design package." {
        /// The condition; only AGREEMENT can be waived.
        condition: ApprovalCondition,
        /// Why it need not be met, at most 20,000 characters.
        why: String,
    }
}

verb_input! {
    /// What submits a design package to review.
    SubmitDesignPackageInput of "The design package." {}
}

verb_input! {
    /// What returns a design package from review to draft.
    ReturnDesignPackageInput of "The design package." {
        /// Why it is returned, at most 20,000 characters.
        reason: String,
    }
}

verb_input! {
    /// What approves a design package.
    ApproveDesignPackageInput of "The design package." {}
}

/// What can be done with design packages.
#[derive(Default)]
pub struct DesignPackageMutations;

/// What can be done with design packages.
#[Object]
impl DesignPackageMutations {
    /// Opens the next version of a service's design package; the service's open requirements that belong to no version come to it. Errors: BAD_ID, NOT_FOUND (the service), RULE_VIOLATED (the service takes none of this purpose, or has a version that is not approved yet).
    async fn open_design_package(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which service, and what for.")] input: OpenDesignPackageInput,
    ) -> ApiResult<DesignPackage> {
        let (service, purpose) = (mutate::id(&input.service)?, input.purpose.into());
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::design_package::open(tx, service, purpose))
        })
        .await
    }

    /// Sets the plan of a draft. Errors: INVALID, BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn plan_design_package(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which design package, and its plan.")] input: PlanDesignPackageInput,
    ) -> ApiResult<DesignPackage> {
        let plan = PackagePlan {
            summary: input.summary,
            acceptance_plan: input.acceptance_plan,
            cost_estimate: input
                .cost_estimate
                .map(|cost| Money { minor_units: cost.minor_units.0, currency: cost.currency }),
        };
        let decide = |package: domain::design_package::DesignPackage, _: &str, _| package.plan(plan);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, decide).await
    }

    /// Waives a condition of the approval, by name. Errors: INVALID, BAD_ID, NOT_FOUND, WRONG_STATE, RULE_VIOLATED (the condition cannot be waived, or is already), CONFLICT.
    async fn waive_condition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which design package, which condition and why.")] input: WaiveConditionInput,
    ) -> ApiResult<DesignPackage> {
        let (condition, why) = (input.condition.into(), input.why);
        let decide = move |package: domain::design_package::DesignPackage, by: &str, at| {
            package.waive(condition, &why, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, decide).await
    }

    /// Submits a draft to review: the plan stands still from then on. Errors: BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn submit_design_package(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which design package.")] input: SubmitDesignPackageInput,
    ) -> ApiResult<DesignPackage> {
        let decide = |package: domain::design_package::DesignPackage, by: &str, at| package.submit(by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, decide).await
    }

    /// Returns a design package from review to draft; the plan and the waivers stay. Errors: INVALID, BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn return_design_package(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which design package, and why.")] input: ReturnDesignPackageInput,
    ) -> ApiResult<DesignPackage> {
        let reason = input.reason;
        let decide = move |package: domain::design_package::DesignPackage, by: &str, at| {
            package.return_to_draft(&reason, by, at)
        };
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, decide).await
    }

    /// Approves a design package in review; it is immutable from then on, and the version that was approved before is superseded. Errors: BAD_ID, NOT_FOUND, WRONG_STATE, CRITERIA_UNMET (with everything that is `missing`), CONFLICT.
    async fn approve_design_package(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which design package.")] input: ApproveDesignPackageInput,
    ) -> ApiResult<DesignPackage> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::design_package::approve(tx, id, expected))
        })
        .await
    }
}
