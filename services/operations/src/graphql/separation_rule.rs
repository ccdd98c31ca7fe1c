//! Separation rules in the API. The conflicts that exist are in `separation_conflict`.

use super::entitlement::Entitlement;
use crate::domain::separation_rule::{SeparationRule as Record, SeparationRuleStatus, SeparationTerms};
use crate::{commands, domain};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use ciclo_api::filters::{LinkFilter, StringFilter};
use ciclo_api::{
    ApiResult, Instant, Session, enum_filter, filter, mutate, record_api, record_object, update,
};
use ciclo_kernel::Refusal;

/// Whether a separation rule is at work.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::separation_rule::SeparationRuleState")]
pub enum SeparationRuleState {
    /// At work.
    Enabled,
    /// Switched off.
    Disabled,
}

record_object! {
    /// A separation of duties: entitlements of which a person holds at most one at a time.
    SeparationRule of domain::separation_rule::SeparationRule {
        /// What it is called, in a line.
        async fn name(&self) -> &str {
            &self.record().terms.name
        }
        /// Why these duties are separate.
        async fn reason(&self) -> &str {
            &self.record().terms.reason
        }
        /// The entitlements, two to 50.
        async fn entitlements(&self, ctx: &Context<'_>) -> ApiResult<Vec<Entitlement>> {
            let loaders = Session::of(ctx).loads::<domain::entitlement::Entitlement>()?;
            let found = loaders.many(self.record().terms.entitlements.iter().copied()).await?;
            Ok(found.into_iter().map(Entitlement::from).collect())
        }
        /// Whether it is at work.
        async fn state(&self) -> SeparationRuleState {
            self.record().state().into()
        }
        /// Who made it.
        async fn created_by(&self) -> &str {
            &self.record().created.by
        }
        /// When it was made.
        async fn created_at(&self) -> Instant {
            Instant(self.record().created.at)
        }
        /// Who switched it off; null while it is at work.
        async fn disabled_by(&self) -> Option<&str> {
            match &self.record().status {
                SeparationRuleStatus::Enabled => None,
                SeparationRuleStatus::Disabled { disabled, .. } => Some(&disabled.by),
            }
        }
        /// When it was switched off; null while it is at work.
        async fn disabled_at(&self) -> Option<Instant> {
            match &self.record().status {
                SeparationRuleStatus::Enabled => None,
                SeparationRuleStatus::Disabled { disabled, .. } => Some(Instant(disabled.at)),
            }
        }
        /// Why it is switched off; null while it is at work.
        async fn disabled_reason(&self) -> Option<&str> {
            match &self.record().status {
                SeparationRuleStatus::Enabled => None,
                SeparationRuleStatus::Disabled { reason, .. } => Some(reason),
            }
        }
    }
}

enum_filter!(SeparationRuleStateFilter of SeparationRuleState);

filter! {
    /// Which separation rules.
    SeparationRuleFilter {
        /// By name.
        name: StringFilter => "name",
        /// By state.
        state: SeparationRuleStateFilter => "state",
        /// By entitlements that they name.
        entitlements: LinkFilter => "entitlement",
    }
}

record_api! {
    SeparationRule of domain::separation_rule::SeparationRule, "separation rule", "separation rules";
    one separation_rule, many separation_rules, changed separation_rule_changed;
    filter SeparationRuleFilter;
    order {
        /// Name.
        Name = "name",
    }
}

/// What a separation rule says.
#[derive(InputObject, Clone, Debug)]
pub struct SeparationTermsInput {
    /// What it is called, in a line.
    pub name: String,
    /// Why these duties are separate, at most 20,000 characters.
    pub reason: String,
    /// The entitlements of which a person holds at most one at a time: two to 50.
    pub entitlements: Vec<ID>,
}

impl SeparationTermsInput {
    fn terms(self) -> Result<SeparationTerms, Refusal> {
        let entitlements = self.entitlements.iter().map(mutate::id).collect::<Result<_, _>>()?;
        Ok(SeparationTerms { name: self.name, reason: self.reason, entitlements })
    }
}

/// What makes a separation rule.
#[derive(InputObject, Clone, Debug)]
pub struct CreateSeparationRuleInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What it says.
    pub terms: SeparationTermsInput,
}

/// What changes a separation rule.
#[derive(InputObject, Clone, Debug)]
pub struct ReviseSeparationRuleInput {
    /// The rule.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What it says from then on.
    pub terms: SeparationTermsInput,
}

/// What switches a separation rule on.
#[derive(InputObject, Clone, Debug)]
pub struct EnableSeparationRuleInput {
    /// The rule.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What switches a separation rule off.
#[derive(InputObject, Clone, Debug)]
pub struct DisableSeparationRuleInput {
    /// The rule.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why, at most 20,000 characters.
    pub reason: String,
}

/// What can be done with separation rules.
#[derive(Default)]
pub struct SeparationRuleMutations;

#[Object]
impl SeparationRuleMutations {
    /// Makes a separation rule, which is at work at once. It takes nothing away from who holds several of its entitlements already: `separationConflicts` shows them. Errors: INVALID, BAD_ID, NOT_FOUND (an entitlement).
    async fn create_separation_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says.")] input: CreateSeparationRuleInput,
    ) -> ApiResult<SeparationRule> {
        let terms = input.terms.terms()?;
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::separation::create(tx, terms))
        })
        .await
    }

    /// Changes what a separation rule says. It takes nothing away from anybody. Errors: NOT_FOUND (an entitlement too), INVALID, BAD_ID, CONFLICT.
    async fn revise_separation_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule, and what it says.")] input: ReviseSeparationRuleInput,
    ) -> ApiResult<SeparationRule> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let terms = input.terms.terms()?;
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::separation::revise(tx, id, expected, terms))
        })
        .await
    }

    /// Switches a separation rule on. It takes nothing away from anybody. Errors: NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn enable_separation_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule.")] input: EnableSeparationRuleInput,
    ) -> ApiResult<SeparationRule> {
        let verb = |rule: Record, _: &str, _| rule.enable();
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Switches a separation rule off. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn disable_separation_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule, and why.")] input: DisableSeparationRuleInput,
    ) -> ApiResult<SeparationRule> {
        let reason = input.reason;
        let verb = move |rule: Record, by: &str, at| rule.disable(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }
}
