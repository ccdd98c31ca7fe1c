//! Agreements and calendars, copied from design's events. A newer version of an agreement in force retargets the open
//! clocks of those before it; a calendar that was edited has the open clocks that go by it computed anew.

use super::{carried, message};
use crate::domain::known::{KnownAgreement, KnownCalendar, KnownHours, KnownTarget, hours_id};
use crate::{commands, domain};
use async_trait::async_trait;
use ciclo_contracts::calendar::editions;
use ciclo_contracts::convert::{from_enum, instant, optional_instant, signed_duration};
use ciclo_contracts::design::v1::{
    AgreementEvent, AgreementKind, AgreementState, CalendarEvent, PauseReason, Target, TargetKind, TicketType,
};
use ciclo_kernel::Corrupt;
use ciclo_kernel::ids::{CalendarId, RecordId};
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};

pub struct FromDesign;

#[async_trait]
impl Handler for FromDesign {
    fn topics(&self) -> Topics {
        Topics { source: "design", record_types: &["Agreement", "Calendar"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        match event.record_type.as_str() {
            "Agreement" => agreement(tx, event).await,
            "Calendar" => calendar(tx, event).await,
            _ => Ok(()),
        }
    }
}

async fn agreement(tx: &mut Tx, event: &LogRow) -> Result<()> {
    let agreement = carried("Agreement", message::<AgreementEvent>(event)?.after)?;
    let terms = carried("Agreement.terms", agreement.terms)?;
    let reasons = terms.pause_reasons.iter();
    let copy = KnownAgreement {
        id: agreement.id,
        family_id: agreement.family_id,
        service_id: agreement.service_id,
        kind: from_enum::<AgreementKind>("kind", agreement.kind)?.to_owned(),
        state: from_enum::<AgreementState>("state", agreement.state)?.to_owned(),
        group: (!agreement.group.is_empty()).then_some(agreement.group),
        supplier: (!agreement.supplier.is_empty()).then_some(agreement.supplier),
        customer_id: (!agreement.customer_id.is_empty()).then_some(agreement.customer_id),
        calendar: terms.calendar,
        targets: terms.targets.into_iter().map(target).collect::<Result<_, Corrupt>>()?,
        pause_reasons: reasons
            .map(|reason| from_enum::<PauseReason>("pause_reasons", *reason).map(str::to_owned))
            .collect::<Result<_, Corrupt>>()?,
        valid_from: instant("valid_from", terms.valid_from)?,
        valid_until: optional_instant("valid_until", terms.valid_until)?,
    };
    // A clock that goes by it needs the hours: the calendar's own events may come later.
    commands::clock::calendar_of(tx, &copy).await?;
    tx.put_copy(&copy).await?;
    // Design's clock may be a little ahead of the one here.
    commands::terms::renew(tx, &copy, tx.now().max(event.at)).await
}

async fn calendar(tx: &mut Tx, event: &LogRow) -> Result<()> {
    let calendar = carried("Calendar", message::<CalendarEvent>(event)?.after)?;
    let editions = editions(calendar.editions)?;
    let before = tx.copy::<KnownCalendar>(&calendar.id).await?;
    let said = match &before {
        Some(before) => tx.copy::<KnownHours>(&hours_id(&before.id, before.version)).await?,
        None => None,
    };
    if let (Some(before), true) = (before, said.is_some_and(|said| said.editions == editions)) {
        return tx.put_copy(&KnownCalendar { name: calendar.name, ..before }).await;
    }
    let version = event.record_version;
    tx.put_copy(&KnownHours { calendar_id: calendar.id.clone(), version, editions }).await?;
    tx.put_copy(&KnownCalendar { id: calendar.id.clone(), name: calendar.name, version }).await?;
    commands::terms::edited(tx, CalendarId::parse(&calendar.id)?, version).await
}

fn target(target: Target) -> Result<KnownTarget, Corrupt> {
    let small = |number: u32| u8::try_from(number).map_err(|why| Corrupt::new("target", why));
    let ticket_type = match TicketType::try_from(target.ticket_type) {
        Ok(TicketType::Unspecified) => domain::measured::TicketType::Incident.as_str(),
        _ => from_enum::<TicketType>("ticket_type", target.ticket_type)?,
    };
    Ok(KnownTarget {
        ticket_type: ticket_type.to_owned(),
        kind: from_enum::<TargetKind>("kind", target.kind)?.to_owned(),
        priority: small(target.priority)?,
        duration: signed_duration("duration", target.duration)?,
        warning_percents: target.warning_percent.into_iter().map(small).collect::<Result<_, _>>()?,
    })
}
