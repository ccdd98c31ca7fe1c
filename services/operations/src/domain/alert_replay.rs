//! What a rule would have opened: its decisions over what became of alerts in a
//! past period, in order, as the intake and the timers would have asked for them.
//! It writes nothing, and takes the rule to be alone and at work from the start.

use super::alert::{Alert, AlertState};
use super::alert_decision::{ReadyRule, Verdict};
use super::labels::Labels;
use ciclo_kernel::Timestamp;
use ciclo_kernel::ids::{AlertId, ServiceId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// An incident that a rule would have opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WouldOpen {
    /// The alert that would have opened it.
    pub alert: AlertId,
    /// When.
    pub at: Timestamp,
    /// The group that it would have been for; none when the rule does not group.
    pub group: Option<Labels>,
    /// How many alerts would have been given to it, the first included.
    pub alerts: u64,
    /// How many of them last; an incident that ends with its alerts is over when none does.
    lasting: u64,
}

/// A time that the condition could not be answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The alert.
    pub alert: AlertId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
}

/// A rule, played over the past.
#[derive(Debug)]
pub struct Replay {
    rule: ReadyRule,
    /// The services that are known here: an incident is about one of them.
    pub services: HashSet<ServiceId>,
    alerts: HashMap<AlertId, Alert>,
    waiting: BTreeSet<(Timestamp, AlertId)>,
    given: HashMap<AlertId, usize>,
    groups: BTreeMap<Labels, usize>,
    looked_at: HashSet<AlertId>,
    matched: HashSet<AlertId>,
    /// The incidents that would have been opened, in order.
    pub opened: Vec<WouldOpen>,
    /// How often the condition could not be answered.
    pub failures: u64,
    /// The last time that it could not; none when it always could.
    pub last_failure: Option<Failure>,
}

impl Replay {
    /// Nothing played yet.
    #[must_use]
    pub fn of(rule: ReadyRule) -> Self {
        Self {
            rule,
            services: HashSet::new(),
            alerts: HashMap::new(),
            waiting: BTreeSet::new(),
            given: HashMap::new(),
            groups: BTreeMap::new(),
            looked_at: HashSet::new(),
            matched: HashSet::new(),
            opened: Vec::new(),
            failures: 0,
            last_failure: None,
        }
    }

    /// How many alerts were looked at.
    #[must_use]
    pub fn looked_at(&self) -> u64 {
        self.looked_at.len() as u64
    }

    /// How many of them the rule was for at one time or another.
    #[must_use]
    pub fn matched(&self) -> u64 {
        self.matched.len() as u64
    }

    /// The service that an incident on this alert would be about.
    #[must_use]
    pub fn service_of(&self, alert: &Alert) -> Option<ServiceId> {
        self.rule.rule.service_of(alert)
    }

    /// What became of an alert at an instant, not before the one of the call before; whether it was by a report.
    pub fn step(&mut self, mut alert: Alert, at: Timestamp, reported: bool) {
        self.pass(at);
        // What deals with it in truth is not what would.
        alert.incident = None;
        let id = alert.id;
        match alert.state() {
            AlertState::Resolved => {
                self.alerts.remove(&id);
                self.over(&alert);
            }
            AlertState::Open | AlertState::Acknowledged | AlertState::Suppressed => {
                self.alerts.insert(id, alert);
                if reported {
                    self.looked_at.insert(id);
                    self.look(id, at);
                }
            }
        }
    }

    /// Lets the time pass until an instant: what waited for less is asked again, each at its own instant.
    pub fn pass(&mut self, until: Timestamp) {
        while let Some((due, id)) = self.waiting.first().copied().filter(|(due, _)| *due <= until) {
            self.waiting.remove(&(due, id));
            self.look(id, due);
        }
    }

    /// Ends the play at an instant: what waited for less is asked.
    pub fn end(&mut self, at: Timestamp) {
        while let Some((due, _)) = self.waiting.first().copied()
            && due < at
        {
            self.pass(due);
        }
    }

    fn look(&mut self, id: AlertId, at: Timestamp) {
        let Some(alert) = self.alerts.get(&id).filter(|_| !self.given.contains_key(&id)) else { return };
        if self.rule.is_for(alert) == Ok(true) {
            self.matched.insert(id);
        }
        match self.rule.decide(alert, at) {
            Verdict::No => {}
            Verdict::Failed(why) => {
                self.failures += 1;
                self.last_failure = Some(Failure { alert: id, at, why });
            }
            Verdict::Later(due) => {
                self.waiting.insert((due, id));
            }
            Verdict::Now => self.give(id, at),
        }
    }

    /// Gives an alert to the open incident of its group, or to a new one.
    fn give(&mut self, id: AlertId, at: Timestamp) {
        let Some(alert) = self.alerts.get(&id) else { return };
        let group = self.rule.rule.group_of(alert);
        if let Some(open) = group.as_ref().and_then(|group| self.groups.get(group)) {
            self.opened[*open].alerts += 1;
            self.opened[*open].lasting += 1;
            self.given.insert(id, *open);
            return;
        }
        if !self.rule.rule.service_of(alert).is_some_and(|service| self.services.contains(&service)) {
            return;
        }
        let place = self.opened.len();
        if let Some(group) = &group {
            self.groups.insert(group.clone(), place);
        }
        self.given.insert(id, place);
        self.opened.push(WouldOpen { alert: id, at, group, alerts: 1, lasting: 1 });
    }

    /// The incident of an alert that is over is over too when no other alert of it lasts and the rule says so.
    fn over(&mut self, alert: &Alert) {
        let Some(place) = self.given.remove(&alert.id) else { return };
        let incident = &mut self.opened[place];
        incident.lasting -= 1;
        if incident.lasting == 0
            && self.rule.resolves(alert)
            && let Some(group) = &incident.group
        {
            self.groups.remove(group);
        }
    }
}

#[cfg(test)]
#[path = "alert_replay_tests.rs"]
mod tests;
