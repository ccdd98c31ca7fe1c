//! Commands on service level clocks: they follow the record that they measure.

use crate::domain::incident::{Incident, IncidentStatus};
use crate::domain::known::{KnownAgreement, KnownTarget, binding_agreement};
use crate::domain::service_level_clock::{
    ClockPromise, ClockSubject, ServiceLevelClock, ServiceLevelClockState, TargetKind, TimerKind,
};
use ciclo_kernel::Corrupt;
use ciclo_kernel::ids::{AgreementId, RecordId, ServiceLevelClockId};
use ciclo_store::{Filter, Result, Tx, Versioned};

/// The timer of a clock.
pub const TIMER: &str = "clock";
/// Most clocks of one record.
const CLOCKS_MOST: usize = 20;

/// What a clock should do now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted<'r> {
    Running,
    Paused(&'r str),
    Stopped,
    Cancelled,
}

/// Starts the clocks that the agreement in force promises for an incident.
pub async fn start(tx: &mut Tx, incident: &Incident) -> Result<()> {
    let agreements = tx.copies::<KnownAgreement>(&incident.service.to_string()).await?;
    let Some(agreement) = binding_agreement(&agreements, incident.opened.at) else { return Ok(()) };
    for kind in TargetKind::ALL {
        if let Some(target) = agreement.target(kind.as_str(), incident.priority) {
            start_one(tx, incident, *kind, promise(agreement, target)?).await?;
        }
    }
    Ok(())
}

async fn start_one(tx: &mut Tx, incident: &Incident, kind: TargetKind, promise: ClockPromise) -> Result<()> {
    let subject = ClockSubject {
        record_type: "Incident".to_owned(),
        id: incident.id.to_string(),
        title: incident.title.clone(),
    };
    let id: ServiceLevelClockId = tx.fresh();
    let started = ServiceLevelClock::start(id, subject, incident.service, kind, promise, incident.opened.at);
    let clock = tx.create(started).await?;
    set_timer(tx, &clock.record).await
}

fn promise(agreement: &KnownAgreement, target: &KnownTarget) -> Result<ClockPromise> {
    let agreement_id = AgreementId::parse(&agreement.id).map_err(|why| Corrupt::new("Agreement", why))?;
    Ok(ClockPromise {
        agreement: agreement_id,
        priority: target.priority,
        target: target.duration,
        warning_percents: target.warning_percents.clone(),
        pause_reasons: agreement.pause_reasons.clone(),
        calendar: agreement.calendar.clone(),
    })
}

/// Brings an incident's clocks to where the incident stands: paused, running, stopped, cancelled, retargeted.
pub async fn follow(tx: &mut Tx, incident: &Incident) -> Result<()> {
    let of_incident = Filter::is("subject_id", incident.id.to_string());
    for clock in tx.list::<ServiceLevelClock>(of_incident, CLOCKS_MOST).await? {
        let clock = retarget(tx, clock, incident).await?;
        let before = clock.version;
        let clock = bring_to(tx, clock, incident).await?;
        if clock.version != before {
            set_timer(tx, &clock.record).await?;
        }
    }
    Ok(())
}

/// Gives a clock that still runs the target of the incident's priority, by the agreement that it started under.
async fn retarget(
    tx: &mut Tx,
    clock: Versioned<ServiceLevelClock>,
    incident: &Incident,
) -> Result<Versioned<ServiceLevelClock>> {
    let open = match clock.record.state {
        ServiceLevelClockState::Running | ServiceLevelClockState::Paused => true,
        ServiceLevelClockState::Stopped | ServiceLevelClockState::Cancelled => false,
    };
    if !open || clock.record.promise.priority == incident.priority {
        return Ok(clock);
    }
    let agreement = tx.copy::<KnownAgreement>(&clock.record.promise.agreement.to_string()).await?;
    let target = agreement.as_ref().and_then(|agreement| {
        Some((agreement, agreement.target(clock.record.kind.as_str(), incident.priority)?))
    });
    let clock = match target {
        Some((agreement, target)) => {
            let promise = promise(agreement, target)?;
            tx.change_loaded(clock, None, |clock, _, at| clock.retarget(promise, at)).await?
        }
        // Nothing is promised for the new priority.
        None => tx.change_loaded(clock, None, |clock, _, at| clock.cancel(at)).await?,
    };
    set_timer(tx, &clock.record).await?;
    Ok(clock)
}

fn wanted<'r>(clock: &ServiceLevelClock, incident: &'r Incident) -> Wanted<'r> {
    let answered = match clock.kind {
        TargetKind::Response => incident.first_response_at.is_some(),
        TargetKind::Resolution => false,
    };
    match &incident.status {
        _ if answered => Wanted::Stopped,
        IncidentStatus::Resolved { .. } | IncidentStatus::Closed { .. } => Wanted::Stopped,
        IncidentStatus::OnHold { reason, .. } if clock.pauses_for(reason.as_str()) => {
            Wanted::Paused(reason.as_str())
        }
        IncidentStatus::New
        | IncidentStatus::Assigned
        | IncidentStatus::InProgress
        | IncidentStatus::OnHold { .. } => Wanted::Running,
        IncidentStatus::Cancelled { .. } => Wanted::Cancelled,
    }
}

async fn bring_to(
    tx: &mut Tx,
    clock: Versioned<ServiceLevelClock>,
    incident: &Incident,
) -> Result<Versioned<ServiceLevelClock>> {
    use ServiceLevelClockState::{Cancelled, Paused, Running, Stopped};
    let wanted = wanted(&clock.record, incident);
    match (clock.record.state, wanted) {
        (Running, Wanted::Running)
        | (Paused, Wanted::Paused(_))
        | (Stopped, Wanted::Stopped | Wanted::Cancelled) => Ok(clock),
        (Cancelled, Wanted::Running | Wanted::Paused(_) | Wanted::Stopped | Wanted::Cancelled) => Ok(clock),
        (Running, Wanted::Paused(reason)) => {
            tx.change_loaded(clock, None, |clock, _, at| clock.pause(reason, at)).await
        }
        (Paused, Wanted::Running) => tx.change_loaded(clock, None, |clock, _, at| clock.resume(at)).await,
        (Running | Paused, Wanted::Stopped) => {
            tx.change_loaded(clock, None, |clock, _, at| clock.stop(at)).await
        }
        (Running | Paused, Wanted::Cancelled) => {
            tx.change_loaded(clock, None, |clock, _, at| clock.cancel(at)).await
        }
        // A response is given once; only a resolution is taken back.
        (Stopped, Wanted::Running | Wanted::Paused(_)) => match clock.record.kind {
            TargetKind::Response => Ok(clock),
            TargetKind::Resolution => tx.change_loaded(clock, None, |clock, _, at| clock.restart(at)).await,
        },
    }
}

async fn set_timer(tx: &Tx, clock: &ServiceLevelClock) -> Result<()> {
    let next = clock.next_timer().map(|(at, _)| at);
    tx.set_timer(&clock.id.to_string(), TIMER, next).await
}

/// Fires what is due of a clock, everything once, and sets its timer to what comes next.
pub async fn fire(tx: &mut Tx, id: ServiceLevelClockId) -> Result<()> {
    let mut clock = tx.get::<ServiceLevelClock>(id).await?;
    while let Some((_, what)) = clock.record.next_timer().filter(|(at, _)| *at <= tx.now()) {
        clock = match what {
            TimerKind::Warning(percent) => {
                tx.change_loaded(clock, None, |clock, _, at| clock.warn(percent, at)).await?
            }
            TimerKind::Breach => tx.change_loaded(clock, None, |clock, _, at| clock.breach(at)).await?,
        };
    }
    set_timer(tx, &clock.record).await
}
