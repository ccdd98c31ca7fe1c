//! A rule that turns alerts into incidents: which alerts it is for, and what the
//! incident gets. It opens nothing itself.

use super::{
    alert::{Alert, AlertState, EVENTS_KEPT},
    condition::Condition,
    facts::Mark,
    labels::{self, Labels},
    monitoring_event::Severity,
};
use ciclo_kernel::{
    Decision, Machine, Refusal, SignedDuration, Timestamp,
    ids::{AlertRuleId, RecordId, ServiceId},
    machine, text,
};

/// Most labels that a rule can ask for.
pub const MOST_MATCHES: usize = 20;
/// Most labels that a rule groups by.
pub const MOST_GROUPS: usize = 10;
/// The longest delay and the longest window.
pub const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

machine! {
    machine "alert rule";
    /// Whether an alert rule is at work.
    states AlertRuleState {
        /// At work.
        Enabled = "ENABLED" { Revise => Enabled, Disable => Disabled, Retire => Retired },
        /// Switched off for a while.
        Disabled = "DISABLED" { Revise => Disabled, Enable => Enabled, Retire => Retired },
        /// Given up. Final.
        Retired = "RETIRED" {},
    }
    /// What can be done to an alert rule.
    verbs AlertRuleVerb {
        Revise = "revise",
        Enable = "enable",
        Disable = "disable",
        Retire = "retire",
    }
}

/// A label that an alert must carry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LabelMatch {
    /// The label's name.
    pub label: String,
    /// The value that it must have, exactly.
    pub value: String,
}

/// Where the service of the incident comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceSource {
    /// Always this service.
    Fixed(ServiceId),
    /// The label of this name carries the service's id.
    Label(String),
    /// The service that the alert itself names.
    Alert,
}

/// How often an alert must be reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Threshold {
    /// How many reports: 2 to [`EVENTS_KEPT`], since an alert names no more of them.
    pub count: u8,
    /// How long the first and the last of them are apart at most.
    pub window: SignedDuration,
}

/// What an alert rule says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlertRuleTerms {
    /// The rule's name.
    pub name: String,
    /// The labels that an alert must carry: all of them. None at all means every alert.
    pub matches: Vec<LabelMatch>,
    /// The least severity that counts.
    pub minimum_severity: Severity,
    /// What must hold besides, in CEL over `alert`; none when nothing must.
    pub condition: Option<String>,
    /// The labels whose values make a group: the alerts of a group share one open incident of the rule. None at all
    /// gives each alert an incident of its own.
    pub group_by: Vec<String>,
    /// How often an alert must be reported before it counts; none when once is enough.
    pub threshold: Option<Threshold>,
    /// How long an alert must have lasted since it was first seen, with nobody taking notice; none when it need not.
    pub delay: Option<SignedDuration>,
    /// Where the service of the incident comes from.
    pub service: ServiceSource,
    /// The group that the incident is given to.
    pub group: String,
    /// The impact of the incident: 1 (highest) to 3.
    pub impact: u8,
    /// The urgency of the incident: 1 (highest) to 3.
    pub urgency: u8,
    /// Whether the incident is resolved when its last alert is.
    pub resolve_incident_with_alert: bool,
}

impl AlertRuleTerms {
    fn checked(self) -> Result<Self, Refusal> {
        let matches = matches(self.matches)?;
        let condition = text::optional_body("condition", self.condition.as_deref())?;
        if let Some(condition) = &condition {
            Condition::compile(condition)?;
        }
        let service = match self.service {
            ServiceSource::Label(label) => ServiceSource::Label(text::line("serviceLabel", &label)?),
            ServiceSource::Fixed(_) | ServiceSource::Alert => self.service,
        };
        for (field, level) in [("impact", self.impact), ("urgency", self.urgency)] {
            if !(1..=3).contains(&level) {
                return Err(Refusal::invalid(field, "1, 2 or 3 is needed"));
            }
        }
        Ok(Self {
            name: text::line("name", &self.name)?,
            matches,
            condition,
            group_by: groups(self.group_by)?,
            threshold: self.threshold.map(threshold).transpose()?,
            delay: self.delay.map(|delay| wait("delay", delay)).transpose()?,
            service,
            group: text::line("group", &self.group)?,
            ..self
        })
    }
}

/// Checks the labels that an alert must carry: each named once.
pub(super) fn matches(wanted: Vec<LabelMatch>) -> Result<Vec<LabelMatch>, Refusal> {
    if wanted.len() > MOST_MATCHES {
        let why = format!("{} labels; at most {MOST_MATCHES} are allowed", wanted.len());
        return Err(Refusal::invalid("matches", why).with("limit", MOST_MATCHES));
    }
    let mut matches: Vec<LabelMatch> = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        let label = text::line("matches", &wanted.label)?;
        if matches.iter().any(|earlier| earlier.label == label) {
            return Err(Refusal::invalid("matches", format!("the label {label} is named twice")));
        }
        matches.push(LabelMatch { label, value: labels::value("matches", &wanted.value)? });
    }
    Ok(matches)
}

/// Whether an alert carries labels, all of them.
pub(super) fn carries(alert: &Alert, matches: &[LabelMatch]) -> bool {
    matches.iter().all(|wanted| alert.labels.get(&wanted.label) == Some(&wanted.value))
}

fn groups(group_by: Vec<String>) -> Result<Vec<String>, Refusal> {
    if group_by.len() > MOST_GROUPS {
        let why = format!("{} labels; at most {MOST_GROUPS} are allowed", group_by.len());
        return Err(Refusal::invalid("groupBy", why).with("limit", MOST_GROUPS));
    }
    let mut groups: Vec<String> = Vec::with_capacity(group_by.len());
    for label in group_by {
        let label = text::line("groupBy", &label)?;
        if groups.contains(&label) {
            return Err(Refusal::invalid("groupBy", format!("the label {label} is named twice")));
        }
        groups.push(label);
    }
    Ok(groups)
}

fn threshold(threshold: Threshold) -> Result<Threshold, Refusal> {
    if !(2..=EVENTS_KEPT).contains(&usize::from(threshold.count)) {
        let why = format!("{}: 2 to {EVENTS_KEPT} reports are counted", threshold.count);
        return Err(Refusal::invalid("threshold.count", why).with("limit", EVENTS_KEPT));
    }
    wait("threshold.window", threshold.window)?;
    Ok(threshold)
}

fn wait(field: &str, length: SignedDuration) -> Result<SignedDuration, Refusal> {
    if length <= SignedDuration::ZERO || length > LONGEST_WAIT {
        return Err(Refusal::invalid(field, "more than nothing and at most a day is needed"));
    }
    Ok(length)
}

/// Where an alert rule stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlertRuleStatus {
    /// At work.
    Enabled {
        /// Who switched it on or made it, and when.
        enabled: Mark,
    },
    /// Switched off.
    Disabled {
        /// Why; none when nobody said.
        reason: Option<String>,
        /// Who switched it off, and when.
        disabled: Mark,
    },
    /// Given up.
    Retired {
        /// Why; none when nobody said.
        reason: Option<String>,
        /// Who gave it up, and when.
        retired: Mark,
    },
}

/// A rule that turns alerts into incidents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlertRule {
    /// The alert rule.
    pub id: AlertRuleId,
    /// What it says.
    pub terms: AlertRuleTerms,
    /// Who made it, and when.
    pub created: Mark,
    /// Where it stands.
    pub status: AlertRuleStatus,
}

/// What happened to an alert rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlertRuleHappened {
    /// It was made, and is at work.
    Created,
    /// What it says was changed.
    Revised,
    /// It was switched on.
    Enabled,
    /// It was switched off.
    Disabled {
        /// Why; none when nobody said.
        reason: Option<String>,
    },
    /// It was given up.
    Retired {
        /// Why; none when nobody said.
        reason: Option<String>,
    },
}

impl AlertRuleHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Revised => "Revised",
            Self::Enabled => "Enabled",
            Self::Disabled { .. } => "Disabled",
            Self::Retired { .. } => "Retired",
        }
    }
}

impl AlertRule {
    /// Makes a rule; it is at work at once.
    pub fn create(
        id: AlertRuleId,
        terms: AlertRuleTerms,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AlertRuleHappened> {
        let created = Mark::new(by, at);
        let status = AlertRuleStatus::Enabled { enabled: created.clone() };
        Ok((Self { id, terms: terms.checked()?, created, status }, AlertRuleHappened::Created))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> AlertRuleState {
        match self.status {
            AlertRuleStatus::Enabled { .. } => AlertRuleState::Enabled,
            AlertRuleStatus::Disabled { .. } => AlertRuleState::Disabled,
            AlertRuleStatus::Retired { .. } => AlertRuleState::Retired,
        }
    }

    /// Whether an alert has the severity and the labels that the rule asks for, whatever the state of either. What its
    /// condition says is for [`super::alert_decision`].
    #[must_use]
    pub fn matches(&self, alert: &Alert) -> bool {
        alert.severity >= self.terms.minimum_severity && carries(alert, &self.terms.matches)
    }

    /// Whether the rule may turn this alert into an incident: it is at work, the alert has its severity and labels, and
    /// is neither quiet nor over nor dealt with by an incident. A rule that waits is not for what somebody has seen.
    #[must_use]
    pub fn applies(&self, alert: &Alert) -> bool {
        let at_work = match self.state() {
            AlertRuleState::Enabled => true,
            AlertRuleState::Disabled | AlertRuleState::Retired => false,
        };
        let heard = match alert.state() {
            AlertState::Open => alert.incident.is_none(),
            AlertState::Acknowledged => alert.incident.is_none() && self.terms.delay.is_none(),
            AlertState::Suppressed | AlertState::Resolved => false,
        };
        at_work && heard && self.matches(alert)
    }

    /// The service that an incident on this alert is about; none when the alert does not tell.
    #[must_use]
    pub fn service_of(&self, alert: &Alert) -> Option<ServiceId> {
        match &self.terms.service {
            ServiceSource::Fixed(service) => Some(*service),
            ServiceSource::Label(label) => {
                alert.labels.get(label).and_then(|value| ServiceId::parse(value).ok())
            }
            ServiceSource::Alert => alert.service,
        }
    }

    /// The group of an alert: the values of the labels that the rule groups by, empty for one that it does not carry;
    /// none when the rule does not group.
    #[must_use]
    pub fn group_of(&self, alert: &Alert) -> Option<Labels> {
        let value = |label: &String| alert.labels.get(label).cloned().unwrap_or_default();
        let groups = self.terms.group_by.iter();
        (!self.terms.group_by.is_empty()).then(|| groups.map(|label| (label.clone(), value(label))).collect())
    }

    /// Replaces what the rule says.
    pub fn revise(mut self, terms: AlertRuleTerms) -> Decision<Self, AlertRuleHappened> {
        self.state().go(AlertRuleVerb::Revise)?;
        self.terms = terms.checked()?;
        Ok((self, AlertRuleHappened::Revised))
    }

    /// Switches it on.
    pub fn enable(mut self, by: &str, at: Timestamp) -> Decision<Self, AlertRuleHappened> {
        self.state().go(AlertRuleVerb::Enable)?;
        self.status = AlertRuleStatus::Enabled { enabled: Mark::new(by, at) };
        Ok((self, AlertRuleHappened::Enabled))
    }

    /// Switches it off.
    pub fn disable(
        mut self,
        reason: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AlertRuleHappened> {
        self.state().go(AlertRuleVerb::Disable)?;
        let reason = text::optional_body("reason", reason)?;
        self.status = AlertRuleStatus::Disabled { reason: reason.clone(), disabled: Mark::new(by, at) };
        Ok((self, AlertRuleHappened::Disabled { reason }))
    }

    /// Gives it up for good.
    pub fn retire(
        mut self,
        reason: Option<&str>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, AlertRuleHappened> {
        self.state().go(AlertRuleVerb::Retire)?;
        let reason = text::optional_body("reason", reason)?;
        self.status = AlertRuleStatus::Retired { reason: reason.clone(), retired: Mark::new(by, at) };
        Ok((self, AlertRuleHappened::Retired { reason }))
    }
}

#[cfg(test)]
#[path = "alert_rule_tests.rs"]
pub(crate) mod tests;
