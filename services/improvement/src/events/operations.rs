//! Operations' events: what service level clocks came to.

use crate::commands;
use crate::domain::facts::TargetKind;
use crate::domain::target_result::{ClockReading, Subject};
use async_trait::async_trait;
use ciclo_contracts::convert::{from_enum, id, instant, optional_instant, signed_duration};
use ciclo_contracts::operations::v1::{self as pb, service_level_clock_event::What};
use ciclo_kernel::{Corrupt, SignedDuration, Timestamp};
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};
use prost::Message;

/// Keeps the results of service level clocks.
pub struct FromOperations;

#[async_trait]
impl Handler for FromOperations {
    fn topics(&self) -> Topics {
        Topics { source: "operations", record_types: &["ServiceLevelClock"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        if event.record_type != "ServiceLevelClock" {
            return Ok(());
        }
        let message = pb::ServiceLevelClockEvent::decode(event.payload.as_slice())
            .map_err(|why| Corrupt::new("ServiceLevelClockEvent", why))?;
        let clock = || {
            let clock = message.after.as_ref();
            clock.ok_or_else(|| Corrupt::new("ServiceLevelClockEvent", "no clock"))
        };
        match &message.what {
            Some(What::Stopped(stopped)) => stop(tx, clock()?, stopped).await,
            Some(What::Breached(breached)) => {
                let (clock, used) = (clock()?, signed_duration("used", breached.used)?);
                breach(tx, clock, used).await
            }
            Some(What::Retargeted(retargeted)) if retargeted.breached => {
                let clock = clock()?;
                let used = match retargeted.used {
                    Some(used) => signed_duration("used", Some(used))?,
                    None => used_at_breach(clock)?,
                };
                breach(tx, clock, used).await
            }
            Some(What::Cancelled(cancelled)) if clock()?.breach.is_some() => {
                cancel(tx, clock()?, cancelled).await
            }
            Some(
                What::Retargeted(_)
                | What::Started(_)
                | What::Paused(_)
                | What::Resumed(_)
                | What::Restarted(_)
                | What::Cancelled(_)
                | What::Warned(_),
            )
            | None => Ok(()),
        }
    }
}

async fn stop(
    tx: &mut Tx,
    clock: &pb::ServiceLevelClock,
    stopped: &pb::ServiceLevelClockStopped,
) -> Result<()> {
    let due_at = optional_instant("due_at", stopped.due_at)?;
    let reading = reading(clock, signed_duration("used", stopped.used)?, due_at)?;
    let breached_at = match &clock.breach {
        Some(breach) => Some(missed_at(breach)?),
        None => due_at.filter(|_| !stopped.met),
    };
    let stopped_at = instant("stopped_at", clock.stopped_at)?;
    commands::target_result::stopped(tx, reading, stopped_at, breached_at).await
}

/// A clock that was not breached came to nothing.
async fn cancel(
    tx: &mut Tx,
    clock: &pb::ServiceLevelClock,
    cancelled: &pb::ServiceLevelClockCancelled,
) -> Result<()> {
    let breach = recorded(clock)?;
    let used = match cancelled.used {
        Some(used) => signed_duration("used", Some(used))?,
        None => used_at_breach(clock)?,
    };
    let reading = reading(clock, used, Some(instant("due_at", breach.due_at)?))?;
    let cancelled_at = instant("stopped_at", clock.stopped_at)?;
    commands::target_result::cancelled(tx, reading, cancelled_at, missed_at(breach)?).await
}

async fn breach(tx: &mut Tx, clock: &pb::ServiceLevelClock, used: SignedDuration) -> Result<()> {
    let breach = recorded(clock)?;
    let reading = reading(clock, used, Some(instant("due_at", breach.due_at)?))?;
    commands::target_result::breached(tx, reading, missed_at(breach)?).await
}

fn recorded(clock: &pb::ServiceLevelClock) -> std::result::Result<&pb::ClockBreach, Corrupt> {
    clock.breach.as_ref().ok_or_else(|| Corrupt::new("ServiceLevelClockEvent", "breached without a breach"))
}

/// When a target was missed: at the instant that was promised, however late the clock's timer was. A new target
/// that put that instant into the past was missed when it was set.
fn missed_at(breach: &pb::ClockBreach) -> std::result::Result<Timestamp, Corrupt> {
    if breach.retargeted {
        return instant("fired_at", breach.fired_at);
    }
    instant("due_at", breach.due_at)
}

/// The time used until the breach was recorded, less the pauses: older events do not say it.
fn used_at_breach(clock: &pb::ServiceLevelClock) -> std::result::Result<SignedDuration, Corrupt> {
    let until = instant("fired_at", recorded(clock)?.fired_at)?;
    let mut used = until.duration_since(instant("started_at", clock.started_at)?);
    for pause in &clock.pauses {
        let from = instant("from", pause.from)?.min(until);
        let to = pause.to.map_or(Ok(until), |to| instant("to", Some(to)))?.min(until);
        used -= to.duration_since(from);
    }
    Ok(used.max(SignedDuration::ZERO))
}

fn reading(
    clock: &pb::ServiceLevelClock,
    used: SignedDuration,
    due_at: Option<Timestamp>,
) -> std::result::Result<ClockReading, Corrupt> {
    let subject = match clock.subject_type.as_str() {
        "Incident" => Subject::Incident(id("subject_id", &clock.subject_id)?),
        "ServiceRequest" => Subject::ServiceRequest(id("subject_id", &clock.subject_id)?),
        "Problem" => Subject::Problem(id("subject_id", &clock.subject_id)?),
        "Alert" => Subject::Alert(id("subject_id", &clock.subject_id)?),
        "AccessGrant" => Subject::AccessGrant(id("subject_id", &clock.subject_id)?),
        other => return Err(Corrupt::new("subject_type", other)),
    };
    let kind = from_enum::<pb::TargetKind>("kind", clock.kind)?;
    Ok(ClockReading {
        clock_id: id("id", &clock.id)?,
        subject,
        subject_title: Some(clock.subject_title.clone()).filter(|title| !title.is_empty()),
        service_id: id("service_id", &clock.service_id)?,
        agreement_id: id("agreement_id", &clock.agreement_id)?,
        kind: TargetKind::parse(kind).ok_or_else(|| Corrupt::new("kind", kind))?,
        priority: u8::try_from(clock.priority).map_err(|why| Corrupt::new("priority", why))?,
        promised: signed_duration("target", clock.target)?,
        used,
        due_at,
    })
}
