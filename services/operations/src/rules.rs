//! The conditions of alert rules, compiled once in a process: a version of a rule
//! never changes, so what was made of it is good for as long as it is kept.

use crate::domain::alert_decision::{Compiled, ReadyRule, compiled};
use crate::domain::alert_rule::AlertRule;
use ciclo_kernel::ids::AlertRuleId;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// How many versions of rules are kept; when there are more, all are made anew.
const KEPT: usize = 4_096;

static VERSIONS: LazyLock<Mutex<Versions>> = LazyLock::new(Mutex::default);

/// Conditions by rule and version.
type Versions = HashMap<(AlertRuleId, u64), Compiled>;

/// A rule in a version that was saved, with its condition compiled.
#[must_use]
pub fn ready(rule: AlertRule, version: u64) -> ReadyRule {
    let mut versions = VERSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let condition = match versions.get(&(rule.id, version)) {
        Some(known) => Some(known.clone()),
        None => compiled(&rule).inspect(|made| {
            if versions.len() >= KEPT {
                versions.clear();
            }
            versions.insert((rule.id, version), made.clone());
        }),
    };
    ReadyRule { rule, version, condition }
}
