//! Alert rules in the API.

use super::foreign::Service;
use super::monitoring_event::Severity;
use crate::domain;
use crate::domain::alert_rule::{AlertRuleTerms, LabelMatch as DomainMatch, ServiceSource, Threshold};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use ciclo_api::filters::StringFilter;
use ciclo_api::{
    ApiResult, Duration, create, enum_filter, filter, mutate, record_api, record_object, update,
};
use ciclo_kernel::Refusal;

/// Whether an alert rule works.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::alert_rule::AlertRuleState")]
pub enum AlertRuleState {
    /// At work.
    Enabled,
    /// Switched off.
    Disabled,
    /// Given up. Final.
    Retired,
}

/// A label that an alert must carry.
#[derive(SimpleObject, Clone, Debug)]
pub struct LabelMatch {
    /// The label's name.
    pub label: String,
    /// The value that it must have, exactly.
    pub value: String,
}

/// How often an alert must be reported.
#[derive(SimpleObject, Clone, Debug)]
pub struct AlertRuleThreshold {
    /// How many reports: 2 to 20.
    pub count: u8,
    /// How long the first and the last of them are apart at most: more than nothing and at most a day.
    pub window: Duration,
}

/// How often an alert must be reported.
#[derive(InputObject, Clone, Debug)]
pub struct AlertRuleThresholdInput {
    /// How many reports: 2 to 20.
    pub count: u8,
    /// How long the first and the last of them are apart at most: more than nothing and at most a day.
    pub window: Duration,
}

/// A label that an alert must carry.
#[derive(InputObject, Clone, Debug)]
pub struct LabelMatchInput {
    /// The label's name.
    pub label: String,
    /// The value that it must have, exactly.
    pub value: String,
}

record_object! {
    /// A rule that turns alerts into incidents.
    AlertRule of domain::alert_rule::AlertRule {
        /// Its name.
        async fn name(&self) -> &str {
            &self.record().terms.name
        }
        /// Whether it works.
        async fn state(&self) -> AlertRuleState {
            self.record().state().into()
        }
        /// The labels that an alert must carry, all of them; none means every alert.
        async fn matches(&self) -> Vec<LabelMatch> {
            let matches = self.record().terms.matches.iter();
            matches.map(|wanted| LabelMatch { label: wanted.label.clone(), value: wanted.value.clone() }).collect()
        }
        /// The least severity that counts.
        async fn minimum_severity(&self) -> Severity {
            self.record().terms.minimum_severity.into()
        }
        /// What must hold besides, in CEL over `alert`; null when nothing must.
        async fn condition(&self) -> Option<&str> {
            self.record().terms.condition.as_deref()
        }
        /// The labels whose values make a group: the alerts of a group share one open incident; none gives each alert its own.
        async fn group_by(&self) -> &[String] {
            &self.record().terms.group_by
        }
        /// How often an alert must be reported; null when once is enough.
        async fn threshold(&self) -> Option<AlertRuleThreshold> {
            let threshold = self.record().terms.threshold?;
            Some(AlertRuleThreshold { count: threshold.count, window: Duration(threshold.window) })
        }
        /// How long an alert must have lasted since it was first seen, with nobody taking notice; null when it need not.
        async fn delay(&self) -> Option<Duration> {
            self.record().terms.delay.map(Duration)
        }
        /// The service that the incident is about; null when the alert says it.
        async fn service(&self) -> Option<Service> {
            match &self.record().terms.service {
                ServiceSource::Fixed(service) => Some(Service::named(service)),
                ServiceSource::Label(_) | ServiceSource::Alert => None,
            }
        }
        /// The label that carries the service's id; null when it is not taken from a label.
        async fn service_label(&self) -> Option<&str> {
            match &self.record().terms.service {
                ServiceSource::Label(label) => Some(label),
                ServiceSource::Fixed(_) | ServiceSource::Alert => None,
            }
        }
        /// The group that the incident is given to.
        async fn group(&self) -> &str {
            &self.record().terms.group
        }
        /// The impact of the incident: 1 (highest) to 3.
        async fn impact(&self) -> u8 {
            self.record().terms.impact
        }
        /// The urgency of the incident: 1 (highest) to 3.
        async fn urgency(&self) -> u8 {
            self.record().terms.urgency
        }
        /// Whether the incident is resolved when its last alert is.
        async fn resolve_incident_with_alert(&self) -> bool {
            self.record().terms.resolve_incident_with_alert
        }
    }
}

enum_filter!(AlertRuleStateFilter of AlertRuleState);

filter! {
    /// Which alert rules.
    AlertRuleFilter {
        /// By name.
        name: StringFilter => "name",
        /// By state.
        state: AlertRuleStateFilter => "state",
    }
}

record_api! {
    AlertRule of domain::alert_rule::AlertRule, "alert rule", "alert rules";
    one alert_rule, many alert_rules, changed alert_rule_changed;
    filter AlertRuleFilter;
    order {
        /// Name.
        Name = "name",
    }
}

/// What an alert rule says.
#[derive(InputObject, Clone, Debug)]
pub struct AlertRuleTermsInput {
    /// Its name.
    pub name: String,
    /// The labels that an alert must carry, all of them; none means every alert.
    #[graphql(default)]
    pub matches: Vec<LabelMatchInput>,
    /// The least severity that counts.
    pub minimum_severity: Severity,
    /// What must hold besides: an expression in CEL over `alert` that says true or false, of at most 1000 bytes. The alert has `dedupKey`, `title`, `severity`, `labels`, `service` (empty when it names none), `occurrences`, `firstSeen`, `lastSeen`, `startsAt`. It walks no lists and joins no texts; the pattern of `matches` is written out. When it cannot be answered, as for a label that is not there, the rule is not for the alert.
    pub condition: Option<String>,
    /// The labels whose values make a group, at most 10: a further alert of a group is given to the open incident that the rule opened for it. A label that is not there counts as empty. None gives each alert its own.
    #[graphql(default)]
    pub group_by: Vec<String>,
    /// How often an alert must be reported before it counts; once is enough when left out.
    pub threshold: Option<AlertRuleThresholdInput>,
    /// How long an alert must have lasted since it was first seen before an incident is opened: more than nothing and at most a day. None is opened when somebody took notice, or it is quiet or over then.
    pub delay: Option<Duration>,
    /// The service that the incident is about. At most one of `service` and `serviceLabel`; neither takes the service that the alert names.
    pub service: Option<ID>,
    /// The label that carries the service's id.
    pub service_label: Option<String>,
    /// The group that the incident is given to.
    pub group: String,
    /// The impact of the incident: 1 (highest) to 3.
    pub impact: u8,
    /// The urgency of the incident: 1 (highest) to 3.
    pub urgency: u8,
    /// Whether the incident is resolved when its last alert is.
    #[graphql(default = true)]
    pub resolve_incident_with_alert: bool,
}

impl AlertRuleTermsInput {
    pub(super) fn terms(self) -> Result<AlertRuleTerms, Refusal> {
        let service = match (self.service, self.service_label) {
            (Some(_), Some(_)) => {
                return Err(Refusal::invalid("service", "give `service` or `serviceLabel`, not both"));
            }
            (Some(id), None) => ServiceSource::Fixed(mutate::id(&id)?),
            (None, Some(label)) => ServiceSource::Label(label),
            (None, None) => ServiceSource::Alert,
        };
        let matches = self.matches.into_iter();
        Ok(AlertRuleTerms {
            name: self.name,
            matches: matches.map(|wanted| DomainMatch { label: wanted.label, value: wanted.value }).collect(),
            minimum_severity: self.minimum_severity.into(),
            condition: self.condition,
            group_by: self.group_by,
            threshold: self
                .threshold
                .map(|wanted| Threshold { count: wanted.count, window: wanted.window.0 }),
            delay: self.delay.map(|delay| delay.0),
            service,
            group: self.group,
            impact: self.impact,
            urgency: self.urgency,
            resolve_incident_with_alert: self.resolve_incident_with_alert,
        })
    }
}

/// What makes an alert rule.
#[derive(InputObject, Clone, Debug)]
pub struct CreateAlertRuleInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What it says.
    pub terms: AlertRuleTermsInput,
}

/// What changes an alert rule.
#[derive(InputObject, Clone, Debug)]
pub struct ReviseAlertRuleInput {
    /// The rule.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What it says from then on.
    pub terms: AlertRuleTermsInput,
}

/// What switches an alert rule on.
#[derive(InputObject, Clone, Debug)]
pub struct EnableAlertRuleInput {
    /// The rule.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What switches an alert rule off, or gives it up.
#[derive(InputObject, Clone, Debug)]
pub struct StopAlertRuleInput {
    /// The rule.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why; may be left out.
    pub reason: Option<String>,
}

/// What can be done with alert rules.
#[derive(Default)]
pub struct AlertRuleMutations;

#[Object]
impl AlertRuleMutations {
    /// Makes an alert rule, which works at once. Errors: INVALID, BAD_ID.
    async fn create_alert_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says.")] input: CreateAlertRuleInput,
    ) -> ApiResult<AlertRule> {
        let terms = input.terms.terms()?;
        let make = move |id, by: &str, at| domain::alert_rule::AlertRule::create(id, terms, by, at);
        create(ctx, &input.idempotency_key, make).await
    }

    /// Changes what an alert rule says. Errors: WRONG_STATE, INVALID, CONFLICT.
    async fn revise_alert_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule, and what it says.")] input: ReviseAlertRuleInput,
    ) -> ApiResult<AlertRule> {
        let terms = input.terms.terms()?;
        let verb = move |rule: domain::alert_rule::AlertRule, _: &str, _| rule.revise(terms);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Switches an alert rule on. Errors: WRONG_STATE, CONFLICT.
    async fn enable_alert_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule.")] input: EnableAlertRuleInput,
    ) -> ApiResult<AlertRule> {
        let verb = |rule: domain::alert_rule::AlertRule, by: &str, at| rule.enable(by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Switches an alert rule off. Errors: WRONG_STATE, CONFLICT.
    async fn disable_alert_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule, and why.")] input: StopAlertRuleInput,
    ) -> ApiResult<AlertRule> {
        let reason = input.reason;
        let verb =
            move |rule: domain::alert_rule::AlertRule, by: &str, at| rule.disable(reason.as_deref(), by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Gives an alert rule up, for good. Errors: WRONG_STATE, CONFLICT.
    async fn retire_alert_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule, and why.")] input: StopAlertRuleInput,
    ) -> ApiResult<AlertRule> {
        let reason = input.reason;
        let verb =
            move |rule: domain::alert_rule::AlertRule, by: &str, at| rule.retire(reason.as_deref(), by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }
}
