//! Separation rules as messages.

use super::facts::{id_texts, ids, mark, mark_message};
use crate::domain::separation_rule::{
    SeparationRule, SeparationRuleHappened, SeparationRuleState, SeparationRuleStatus, SeparationTerms,
};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, separation_rule_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a separation rule, with the separation rule as it is after.
#[must_use]
pub fn message(record: &SeparationRule, what: Option<&SeparationRuleHappened>) -> pb::SeparationRuleEvent {
    pb::SeparationRuleEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The separation rule as it was after an event.
pub fn record(message: pb::SeparationRuleEvent) -> Result<SeparationRule, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("SeparationRule", "no record"))?;
    let status = match convert::state_from_proto::<pb::SeparationRuleState, _>("state", after.state)? {
        SeparationRuleState::Enabled => SeparationRuleStatus::Enabled,
        SeparationRuleState::Disabled => SeparationRuleStatus::Disabled {
            reason: after.disabled_reason.ok_or_else(|| Corrupt::new("disabled_reason", "no reason"))?,
            disabled: mark("disabled", after.disabled)?,
        },
    };
    Ok(SeparationRule {
        id: convert::id("id", &after.id)?,
        terms: SeparationTerms {
            name: after.name,
            reason: after.reason,
            entitlements: ids("entitlement_ids", &after.entitlement_ids)?,
        },
        created: mark("created", after.created)?,
        status,
    })
}

fn snapshot(record: &SeparationRule) -> pb::SeparationRule {
    let (disabled, disabled_reason) = match &record.status {
        SeparationRuleStatus::Enabled => (None, None),
        SeparationRuleStatus::Disabled { reason, disabled } => {
            (Some(mark_message(disabled)), Some(reason.clone()))
        }
    };
    pb::SeparationRule {
        id: record.id.to_string(),
        name: record.terms.name.clone(),
        reason: record.terms.reason.clone(),
        entitlement_ids: id_texts(&record.terms.entitlements),
        state: convert::state_to_proto::<pb::SeparationRuleState, _>(record.state()),
        created: Some(mark_message(&record.created)),
        disabled,
        disabled_reason,
    }
}

fn happened(what: &SeparationRuleHappened) -> What {
    match what {
        SeparationRuleHappened::Created => What::Created(pb::SeparationRuleCreated {}),
        SeparationRuleHappened::Revised => What::Revised(pb::SeparationRuleRevised {}),
        SeparationRuleHappened::Enabled => What::Enabled(pb::SeparationRuleEnabled {}),
        SeparationRuleHappened::Disabled { reason } => {
            What::Disabled(pb::SeparationRuleDisabled { reason: reason.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{pairs::named, separation_rule::tests::rule_in};
    use ciclo_kernel::Machine;
    use prost::Message;

    #[test]
    fn separation_rules_in_every_state_read_back() {
        for state in SeparationRuleState::STATES {
            let before = rule_in(*state);
            let bytes = message(&before, None).encode_to_vec();
            assert_eq!(record(pb::SeparationRuleEvent::decode(&*bytes).unwrap()), Ok(before));
        }
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        for what in [
            SeparationRuleHappened::Created,
            SeparationRuleHappened::Revised,
            SeparationRuleHappened::Enabled,
            SeparationRuleHappened::Disabled { reason: String::new() },
        ] {
            named("SeparationRule", what.name());
        }
    }
}
