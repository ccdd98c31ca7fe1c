//! Agreements as messages.

use super::facts::{mark, mark_message, optional_mark, word};
use crate::domain::{
    agreement::{
        Agreement, AgreementHappened, AgreementKind, AgreementParty, AgreementState, AgreementStatus,
        InForce, PreviousVersion, Renewal,
    },
    terms::{AgreedCalendar, PauseReason, Target, TargetKind, Terms, TicketType},
};
use ciclo_contracts::{
    convert,
    design::v1::{self as pb, agreement_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to an agreement, with the agreement as it is after.
#[must_use]
pub fn message(record: &Agreement, what: Option<&AgreementHappened>) -> pb::AgreementEvent {
    pb::AgreementEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The agreement as it was after an event.
pub fn record(message: pb::AgreementEvent) -> Result<Agreement, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Agreement", "no record"))?;
    let previous = after.previous.as_ref().map(|previous| {
        Ok(PreviousVersion {
            id: convert::id("previous", &previous.id)?,
            valid_from: convert::instant("previous", previous.valid_from)?,
        })
    });
    Ok(Agreement {
        id: convert::id("id", &after.id)?,
        family: convert::id("family_id", &after.family_id)?,
        number: after.number,
        previous: previous.transpose()?,
        service: convert::id("service_id", &after.service_id)?,
        service_name: after.service_name.clone(),
        party: party(&after)?,
        terms: terms(after.terms.clone().ok_or_else(|| Corrupt::new("terms", "no terms"))?)?,
        drafted: mark("drafted", after.drafted.clone())?,
        status: status(after)?,
    })
}

fn party(after: &pb::Agreement) -> Result<AgreementParty, Corrupt> {
    Ok(match word::<pb::AgreementKind, _>("kind", after.kind, AgreementKind::parse)? {
        AgreementKind::Sla => AgreementParty::Customer(convert::id("customer_id", &after.customer_id)?),
        AgreementKind::Ola => AgreementParty::Group(after.group.clone()),
        AgreementKind::Contract => AgreementParty::Supplier(after.supplier.clone()),
    })
}

fn status(after: pb::Agreement) -> Result<AgreementStatus, Corrupt> {
    let agreed = || mark("agreed", after.agreed.clone());
    let force = || Ok(InForce { agreed: agreed()?, activated: mark("activated", after.activated.clone())? });
    let ended = || mark("ended", after.ended.clone());
    Ok(match convert::state_from_proto::<pb::AgreementState, _>("state", after.state)? {
        AgreementState::Draft => AgreementStatus::Draft,
        AgreementState::Negotiation => AgreementStatus::Negotiation {
            started: mark("negotiation_started", after.negotiation_started.clone())?,
        },
        AgreementState::Agreed => AgreementStatus::Agreed { agreed: agreed()? },
        AgreementState::Active => {
            let renewal = after.renewal.clone().map(|renewal| {
                let renewed = mark("renewed", renewal.renewed)?;
                Ok(Renewal { conclusion: renewal.conclusion, renewed })
            });
            AgreementStatus::Active { force: force()?, renewal: renewal.transpose()? }
        }
        AgreementState::UnderReview => AgreementStatus::UnderReview {
            force: force()?,
            reason: after.review_reason.clone(),
            started: mark("review_started", after.review_started.clone())?,
        },
        AgreementState::Superseded => AgreementStatus::Superseded {
            agreed: agreed()?,
            activated: optional_mark("activated", after.activated.clone())?,
            next: convert::id("next_id", &after.next_id)?,
            ended: ended()?,
        },
        AgreementState::Expired => AgreementStatus::Expired { force: force()?, ended: ended()? },
        AgreementState::Terminated => AgreementStatus::Terminated {
            force: force()?,
            reason: after.termination_reason.clone(),
            ended: ended()?,
        },
    })
}

fn snapshot(record: &Agreement) -> pb::Agreement {
    let mut snapshot = pb::Agreement {
        id: record.id.to_string(),
        family_id: record.family.to_string(),
        number: record.number,
        previous: record.previous.as_ref().map(|previous| pb::PreviousVersion {
            id: previous.id.to_string(),
            valid_from: Some(convert::timestamp(previous.valid_from)),
        }),
        service_id: record.service.to_string(),
        service_name: record.service_name.clone(),
        kind: convert::to_enum::<pb::AgreementKind>(record.kind().as_str()),
        terms: Some(terms_message(&record.terms)),
        state: convert::state_to_proto::<pb::AgreementState, _>(record.state()),
        drafted: Some(mark_message(&record.drafted)),
        agreed: record.agreed().map(mark_message),
        activated: record.activated().map(mark_message),
        ..pb::Agreement::default()
    };
    match &record.party {
        AgreementParty::Customer(customer) => snapshot.customer_id = customer.to_string(),
        AgreementParty::Group(group) => snapshot.group.clone_from(group),
        AgreementParty::Supplier(supplier) => snapshot.supplier.clone_from(supplier),
    }
    match &record.status {
        AgreementStatus::Draft | AgreementStatus::Agreed { .. } => {}
        AgreementStatus::Negotiation { started } => {
            snapshot.negotiation_started = Some(mark_message(started));
        }
        AgreementStatus::Active { renewal, .. } => {
            snapshot.renewal = renewal.as_ref().map(|renewal| pb::Renewal {
                conclusion: renewal.conclusion.clone(),
                renewed: Some(mark_message(&renewal.renewed)),
            });
        }
        AgreementStatus::UnderReview { reason, started, .. } => {
            snapshot.review_reason.clone_from(reason);
            snapshot.review_started = Some(mark_message(started));
        }
        AgreementStatus::Superseded { next, ended, .. } => {
            snapshot.next_id = next.to_string();
            snapshot.ended = Some(mark_message(ended));
        }
        AgreementStatus::Expired { ended, .. } => snapshot.ended = Some(mark_message(ended)),
        AgreementStatus::Terminated { reason, ended, .. } => {
            snapshot.termination_reason.clone_from(reason);
            snapshot.ended = Some(mark_message(ended));
        }
    }
    snapshot
}

fn terms_message(terms: &Terms) -> pb::Terms {
    pb::Terms {
        valid_from: Some(convert::timestamp(terms.valid_from)),
        valid_until: terms.valid_until.map(convert::timestamp),
        calendar: terms.calendar.to_string(),
        targets: terms.targets.iter().map(target_message).collect(),
        availability_basis_points: terms.availability_basis_points,
        pause_reasons: terms
            .pause_reasons
            .iter()
            .map(|reason| convert::to_enum::<pb::PauseReason>(reason.as_str()))
            .collect(),
    }
}

fn terms(message: pb::Terms) -> Result<Terms, Corrupt> {
    let reason = |value| word::<pb::PauseReason, _>("pause_reasons", value, PauseReason::parse);
    Ok(Terms {
        valid_from: convert::instant("valid_from", message.valid_from)?,
        valid_until: convert::optional_instant("valid_until", message.valid_until)?,
        calendar: calendar(&message.calendar)?,
        targets: message.targets.into_iter().map(target).collect::<Result<_, _>>()?,
        availability_basis_points: message.availability_basis_points,
        pause_reasons: message.pause_reasons.into_iter().map(reason).collect::<Result<_, _>>()?,
    })
}

fn calendar(written: &str) -> Result<AgreedCalendar, Corrupt> {
    AgreedCalendar::parse(written).map_err(|refused| Corrupt::new("calendar", refused.message))
}

fn target_message(target: &Target) -> pb::Target {
    pb::Target {
        ticket_type: convert::to_enum::<pb::TicketType>(target.ticket_type.as_str()),
        kind: convert::to_enum::<pb::TargetKind>(target.kind.as_str()),
        priority: target.priority.into(),
        duration: Some(convert::duration(target.duration)),
        warning_percent: target.warning_percent.iter().map(|percent| u32::from(*percent)).collect(),
    }
}

fn target(message: pb::Target) -> Result<Target, Corrupt> {
    let small = |field: &'static str, value: u32| u8::try_from(value).map_err(|why| Corrupt::new(field, why));
    // Written before there were others, it is for incidents.
    let ticket_type = match pb::TicketType::try_from(message.ticket_type) {
        Ok(pb::TicketType::Unspecified) => TicketType::Incident,
        _ => word::<pb::TicketType, _>("ticket_type", message.ticket_type, TicketType::parse)?,
    };
    Ok(Target {
        ticket_type,
        kind: word::<pb::TargetKind, _>("kind", message.kind, TargetKind::parse)?,
        priority: small("priority", message.priority)?,
        duration: convert::signed_duration("duration", message.duration)?,
        warning_percent: message
            .warning_percent
            .into_iter()
            .map(|percent| small("warning_percent", percent))
            .collect::<Result<_, _>>()?,
    })
}

fn happened(what: &AgreementHappened) -> What {
    match what {
        AgreementHappened::Drafted { previous } => What::Drafted(pb::AgreementDrafted {
            previous_id: previous.map(|id| id.to_string()).unwrap_or_default(),
        }),
        AgreementHappened::Revised => What::Revised(pb::AgreementRevised {}),
        AgreementHappened::NegotiationStarted => What::NegotiationStarted(pb::AgreementNegotiationStarted {}),
        AgreementHappened::Agreed => What::Agreed(pb::AgreementAgreed {}),
        AgreementHappened::Activated => What::Activated(pb::AgreementActivated {}),
        AgreementHappened::ReviewStarted { reason } => {
            What::ReviewStarted(pb::AgreementReviewStarted { reason: reason.clone() })
        }
        AgreementHappened::Renewed { conclusion } => {
            What::Renewed(pb::AgreementRenewed { conclusion: conclusion.clone() })
        }
        AgreementHappened::Superseded { next } => {
            What::Superseded(pb::AgreementSuperseded { next_id: next.to_string() })
        }
        AgreementHappened::Expired => What::Expired(pb::AgreementExpired {}),
        AgreementHappened::Terminated { reason } => {
            What::Terminated(pb::AgreementTerminated { reason: reason.clone() })
        }
    }
}
