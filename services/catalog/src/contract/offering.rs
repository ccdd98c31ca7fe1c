//! Offerings as messages.

use super::facts::{id_texts, ids, mark, mark_message, money, money_message};
use crate::domain::offering::{FulfilmentStep, Offering, OfferingHappened, OfferingState, OfferingStatus};
use ciclo_contracts::{
    catalog::v1::{self as pb, offering_event::What},
    convert,
};
use ciclo_kernel::Corrupt;

/// What happened to an offering, with the offering as it is after.
#[must_use]
pub fn message(record: &Offering, what: Option<&OfferingHappened>) -> pb::OfferingEvent {
    pb::OfferingEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The offering as it was after an event. Whether it is visible is computed anew.
pub fn record(message: pb::OfferingEvent) -> Result<Offering, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Offering", "no record"))?;
    let status = match convert::state_from_proto::<pb::OfferingState, _>("state", after.state)? {
        OfferingState::Draft => OfferingStatus::Draft,
        OfferingState::Published => {
            OfferingStatus::Published { published: mark("published", after.published)? }
        }
        OfferingState::Withdrawn => OfferingStatus::Withdrawn {
            published: mark("published", after.published)?,
            reason: after.withdrawal_reason,
            withdrawn: mark("withdrawn", after.withdrawn)?,
        },
    };
    let steps = after.fulfilment.into_iter();
    Ok(Offering {
        id: convert::id("id", &after.id)?,
        service: convert::id("service_id", &after.service_id)?,
        name: after.name,
        description: after.description,
        price: money("price", after.price)?,
        eligible: ids("eligible_customer_ids", &after.eligible_customer_ids)?,
        fulfilment: steps.map(|step| FulfilmentStep { name: step.name, group: step.group }).collect(),
        form: after.form,
        approval_needed: after.approval_needed,
        service_operational: after.service_operational,
        drafted: mark("drafted", after.drafted)?,
        status,
    })
}

fn snapshot(record: &Offering) -> pb::Offering {
    let (published, withdrawal_reason, withdrawn) = match &record.status {
        OfferingStatus::Draft => (None, "", None),
        OfferingStatus::Published { published } => (Some(published), "", None),
        OfferingStatus::Withdrawn { published, reason, withdrawn } => {
            (Some(published), reason.as_str(), Some(withdrawn))
        }
    };
    let step =
        |step: &FulfilmentStep| pb::FulfilmentStep { name: step.name.clone(), group: step.group.clone() };
    pb::Offering {
        id: record.id.to_string(),
        service_id: record.service.to_string(),
        name: record.name.clone(),
        description: record.description.clone(),
        price: Some(money_message(&record.price)),
        eligible_customer_ids: id_texts(&record.eligible),
        fulfilment: record.fulfilment.iter().map(step).collect(),
        form: record.form.clone(),
        approval_needed: record.approval_needed,
        service_operational: record.service_operational,
        visible: record.is_visible(),
        state: convert::state_to_proto::<pb::OfferingState, _>(record.state()),
        drafted: Some(mark_message(&record.drafted)),
        published: published.map(mark_message),
        withdrawal_reason: withdrawal_reason.to_owned(),
        withdrawn: withdrawn.map(mark_message),
    }
}

fn happened(what: &OfferingHappened) -> What {
    match what {
        OfferingHappened::Drafted => What::Drafted(pb::OfferingDrafted {}),
        OfferingHappened::Revised => What::Revised(pb::OfferingRevised {}),
        OfferingHappened::Published => What::Published(pb::OfferingPublished {}),
        OfferingHappened::Withdrawn { reason } => {
            What::Withdrawn(pb::OfferingWithdrawn { reason: reason.clone() })
        }
        OfferingHappened::BecameVisible => What::BecameVisible(pb::OfferingBecameVisible {}),
        OfferingHappened::BecameHidden => What::BecameHidden(pb::OfferingBecameHidden {}),
    }
}
