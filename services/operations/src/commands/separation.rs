//! Commands on separation rules: a rule names entitlements that there are.

use crate::domain::entitlement::Entitlement;
use crate::domain::separation_rule::{MOST_ENTITLEMENTS, SeparationRule, SeparationTerms};
use ciclo_kernel::Refusal;
use ciclo_kernel::ids::SeparationRuleId;
use ciclo_store::{Result, Tx, Versioned};

/// Makes a rule; it is at work at once, and takes nothing away from anybody.
///
/// `NOT_FOUND` when there is no such entitlement.
pub async fn create(tx: &mut Tx, terms: SeparationTerms) -> Result<Versioned<SeparationRule>> {
    entitlements_exist(tx, &terms).await?;
    let made = SeparationRule::create(tx.fresh(), terms, tx.by(), tx.now());
    tx.create(made).await
}

/// Changes what a rule says.
///
/// `NOT_FOUND` when there is no such entitlement.
pub async fn revise(
    tx: &mut Tx,
    id: SeparationRuleId,
    expected: u64,
    terms: SeparationTerms,
) -> Result<Versioned<SeparationRule>> {
    entitlements_exist(tx, &terms).await?;
    tx.change(id, Some(expected), |rule: SeparationRule, _, _| rule.revise(terms)).await
}

async fn entitlements_exist(tx: &Tx, terms: &SeparationTerms) -> Result<()> {
    let count = terms.entitlements.len();
    if count > MOST_ENTITLEMENTS {
        let why = format!("{count} entitlements; at most {MOST_ENTITLEMENTS} are allowed");
        return Err(Refusal::invalid("entitlements", why).with("limit", MOST_ENTITLEMENTS).into());
    }
    for entitlement in &terms.entitlements {
        tx.get::<Entitlement>(*entitlement).await?;
    }
    Ok(())
}
