//! Design's events: what agreements promise, and the requirements that answer
//! recommendations.

use crate::commands;
use crate::domain::facts::{Target, TargetKind, TicketType};
use crate::domain::known::KnownAgreement;
use async_trait::async_trait;
use ciclo_contracts::convert::{from_enum, id, optional_id, signed_duration};
use ciclo_contracts::design::v1::{self as pb, requirement_event::What};
use ciclo_kernel::Corrupt;
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};
use prost::Message;

/// Keeps the copies of agreements and answers recommendations.
pub struct FromDesign;

#[async_trait]
impl Handler for FromDesign {
    fn topics(&self) -> Topics {
        Topics { source: "design", record_types: &["Agreement", "Requirement"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        match event.record_type.as_str() {
            "Agreement" => agreement(tx, &event.payload).await,
            "Requirement" => requirement(tx, &event.payload).await,
            _ => Ok(()),
        }
    }
}

async fn agreement(tx: &mut Tx, payload: &[u8]) -> Result<()> {
    let message = pb::AgreementEvent::decode(payload).map_err(|why| Corrupt::new("AgreementEvent", why))?;
    let agreement = message.after.ok_or_else(|| Corrupt::new("AgreementEvent", "no agreement"))?;
    let kind = from_enum::<pb::AgreementKind>("kind", agreement.kind)?;
    let targets = agreement.terms.map(|terms| terms.targets).unwrap_or_default();
    // Whatever happened to it: the event carries the agreement as it is after.
    tx.put_copy(&KnownAgreement {
        id: id("id", &agreement.id)?,
        service_id: id("service_id", &agreement.service_id)?,
        name: format!("{kind} of {}, version {}", agreement.service_name, agreement.number),
        kind: kind.to_owned(),
        state: from_enum::<pb::AgreementState>("state", agreement.state)?.to_owned(),
        targets: targets.into_iter().map(target).collect::<std::result::Result<_, _>>()?,
    })
    .await
}

fn target(message: pb::Target) -> std::result::Result<Target, Corrupt> {
    let written = from_enum::<pb::TargetKind>("kind", message.kind)?;
    let ticket_type = match pb::TicketType::try_from(message.ticket_type) {
        Ok(pb::TicketType::Unspecified) => TicketType::Incident.as_str(),
        _ => from_enum::<pb::TicketType>("ticket_type", message.ticket_type)?,
    };
    Ok(Target {
        ticket_type: TicketType::parse(ticket_type)
            .ok_or_else(|| Corrupt::new("ticket_type", ticket_type))?,
        kind: TargetKind::parse(written).ok_or_else(|| Corrupt::new("kind", written))?,
        priority: u8::try_from(message.priority).map_err(|why| Corrupt::new("priority", why))?,
        duration: signed_duration("duration", message.duration)?,
    })
}

async fn requirement(tx: &mut Tx, payload: &[u8]) -> Result<()> {
    let message =
        pb::RequirementEvent::decode(payload).map_err(|why| Corrupt::new("RequirementEvent", why))?;
    let raised = match message.what {
        Some(What::Raised(raised)) => raised,
        Some(
            What::Revised(_) | What::Agreed(_) | What::Traced(_) | What::Satisfied(_) | What::Dropped(_),
        )
        | None => return Ok(()),
    };
    let Some(recommendation) = optional_id("recommendation_id", &raised.recommendation_id)? else {
        return Ok(());
    };
    let requirement = message.after.ok_or_else(|| Corrupt::new("RequirementEvent", "no requirement"))?;
    commands::recommendation::answered(tx, recommendation, id("id", &requirement.id)?).await
}
