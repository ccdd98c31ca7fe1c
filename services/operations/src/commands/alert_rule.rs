//! The alert rules that are at work, applied to an alert: by the intake when it
//! is reported, and by a timer when it has lasted as long as a rule asks for.

use crate::commands::incident;
use crate::domain::alert::Alert;
use crate::domain::alert_decision::{ReadyRule, Verdict};
use crate::domain::alert_rule::{AlertRule, AlertRuleState};
use crate::rules;
use ciclo_kernel::Machine;
use ciclo_kernel::ids::AlertId;
use ciclo_store::{Filter, Result, Tx, Versioned};

/// The timer of an alert that a rule waits for.
pub const TIMER: &str = "alert-rules";
/// Most alert rules of a tenant that are at work.
const RULES_MOST: usize = 1_000;

/// The rules that are at work, the oldest first, with their conditions compiled.
pub async fn at_work(tx: &Tx) -> Result<Vec<ReadyRule>> {
    let enabled = Filter::is("state", AlertRuleState::Enabled.as_str());
    let rules = tx.list::<AlertRule>(enabled, RULES_MOST).await?;
    Ok(rules.into_iter().map(|rule| rules::ready(rule.record, rule.version)).collect())
}

/// Gives an alert to an incident by the first rule that says so now and whose service is known. When none does and
/// some would later, a timer asks them again.
pub async fn apply(tx: &mut Tx, alert: Versioned<Alert>, rules: &[ReadyRule]) -> Result<()> {
    let mut later = None;
    for rule in rules {
        match rule.decide(&alert.record, tx.now()) {
            // A failing condition stops no intake; a dry run tells of it.
            Verdict::No | Verdict::Failed(_) => {}
            Verdict::Later(at) => later = Some(later.map_or(at, |before| at.min(before))),
            Verdict::Now => {
                if let Some(incident) = incident::for_alert(tx, &alert.record, rule).await? {
                    return tx
                        .change_loaded(alert, None, |alert, _, _| alert.link_incident(incident))
                        .await
                        .map(drop);
                }
            }
        }
    }
    match later {
        Some(at) => tx.set_timer(&alert.record.id.to_string(), TIMER, Some(at)).await,
        None => Ok(()),
    }
}

/// Asks the rules again about an alert that one of them waited for.
pub async fn fire(tx: &mut Tx, id: AlertId) -> Result<()> {
    tx.set_timer(&id.to_string(), TIMER, None).await?;
    let alert = tx.get::<Alert>(id).await?;
    let rules = at_work(tx).await?;
    apply(tx, alert, &rules).await
}
