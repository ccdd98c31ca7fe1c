//! What a rule makes of an alert now. The intake, the timers and the dry run all
//! ask here, so that none of them can disagree with another.

use super::{alert::Alert, alert_rule::AlertRule, condition::Condition};
use ciclo_kernel::{Timestamp, ids::RecordId};
use std::sync::Arc;

/// A condition as it was found in a rule: good, or why not.
pub type Compiled = Result<Arc<Condition>, String>;

/// A rule in one version, with its condition compiled.
#[derive(Clone, Debug)]
pub struct ReadyRule {
    /// The rule.
    pub rule: AlertRule,
    /// The version of its record.
    pub version: u64,
    /// Its condition; none when it has none.
    pub condition: Option<Compiled>,
}

/// What a rule makes of an alert.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Nothing.
    No,
    /// Nothing, because its condition could not be answered: why.
    Failed(String),
    /// Nothing yet: to be asked again at this instant, if nothing has changed until then.
    Later(Timestamp),
    /// An incident: a new one, or the open one of the alert's group.
    Now,
}

/// Compiles the condition of a rule.
#[must_use]
pub fn compiled(rule: &AlertRule) -> Option<Compiled> {
    let condition = rule.terms.condition.as_deref()?;
    Some(Condition::compile(condition).map(Arc::new).map_err(|refusal| refusal.to_string()))
}

impl ReadyRule {
    /// Whether the rule is for this alert, whatever the state of either; or why its condition does not say.
    pub fn is_for(&self, alert: &Alert) -> Result<bool, String> {
        if !self.rule.matches(alert) {
            return Ok(false);
        }
        match &self.condition {
            None => Ok(true),
            Some(Ok(condition)) => condition.holds(alert),
            Some(Err(why)) => Err(why.clone()),
        }
    }

    /// Whether the incident of an alert that is over is resolved with it, if no other alert of it lasts.
    #[must_use]
    pub fn resolves(&self, alert: &Alert) -> bool {
        self.rule.terms.resolve_incident_with_alert && self.is_for(alert) == Ok(true)
    }

    /// What the rule makes of an alert now: it is at work and for it, the alert is neither quiet nor over nor dealt
    /// with, it was reported often enough, and it has lasted.
    #[must_use]
    pub fn decide(&self, alert: &Alert, now: Timestamp) -> Verdict {
        if !self.rule.applies(alert) {
            return Verdict::No;
        }
        match self.is_for(alert) {
            Ok(true) => {}
            Ok(false) => return Verdict::No,
            Err(why) => return Verdict::Failed(why),
        }
        if !self.often_enough(alert) {
            return Verdict::No;
        }
        match self.rule.terms.delay.map(|delay| alert.first_seen + delay) {
            Some(at) if at > now => Verdict::Later(at),
            Some(_) | None => Verdict::Now,
        }
    }

    /// Whether as many reports as the threshold asks for came within its window, at any time among those that the
    /// alert still names.
    fn often_enough(&self, alert: &Alert) -> bool {
        let Some(threshold) = self.rule.terms.threshold else { return true };
        let mut reports: Vec<Timestamp> = alert.monitoring_events.iter().filter_map(|id| id.made()).collect();
        reports.sort_unstable();
        reports
            .windows(usize::from(threshold.count))
            .any(|some| some[some.len() - 1].duration_since(some[0]) <= threshold.window)
    }
}
