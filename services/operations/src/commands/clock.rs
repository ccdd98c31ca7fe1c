//! Commands on service level clocks: they follow the record that they measure.

use crate::domain::incident::Incident;
use crate::domain::known::{KnownAgreement, KnownTarget, binding_agreement, binding_since};
use crate::domain::service_level_clock::{
    ClockPromise, ClockSubject, ServiceLevelClock, ServiceLevelClockHappened, ServiceLevelClockState,
    TargetKind, TimerKind,
};
use ciclo_kernel::ids::{AgreementId, IncidentId, RecordId, ServiceLevelClockId};
use ciclo_kernel::{Corrupt, Decision, Machine, Timestamp};
use ciclo_store::{Filter, Result, Test, Tx, Versioned};

/// The timer of a clock.
pub const TIMER: &str = "clock";
/// Most clocks of one record that are not cancelled.
const CLOCKS_MOST: usize = 20;
/// Clocks of a renewed agreement that are read together.
const CLOCKS_AT_ONCE: usize = 500;

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
    let clock = tx.create(started(tx, incident, kind, promise)).await?;
    set_timer(tx, &clock.record).await
}

/// A clock of an incident, started when the incident was opened.
fn started(
    tx: &Tx,
    incident: &Incident,
    kind: TargetKind,
    promise: ClockPromise,
) -> Decision<ServiceLevelClock, ServiceLevelClockHappened> {
    let subject = ClockSubject {
        record_type: "Incident".to_owned(),
        id: incident.id.to_string(),
        title: incident.title.clone(),
    };
    let id: ServiceLevelClockId = tx.fresh();
    ServiceLevelClock::start(id, subject, incident.service, kind, promise, incident.opened.at)
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

/// Starts the clocks of an incident whose new priority is promised something that the old one was not: from the
/// instant at which it was opened, less the times that it waited. What has its answer already gets no clock, and
/// neither does a kind whose clock was broken before it was cancelled.
pub async fn start_promised(tx: &mut Tx, incident: &Incident) -> Result<()> {
    let (now, opened) = (tx.now(), incident.opened.at);
    let agreements = tx.copies::<KnownAgreement>(&incident.service.to_string()).await?;
    let Some(agreement) = binding_since(&agreements, opened, now) else { return Ok(()) };
    let measured = Filter::Any(vec![not_cancelled(), Filter::is("breached", true)]);
    let measured = Filter::All(vec![of_incident(incident), measured]);
    let measured = tx.list::<ServiceLevelClock>(measured, CLOCKS_MOST).await?;
    for kind in TargetKind::ALL.iter().filter(|kind| measured.iter().all(|clock| clock.record.kind != **kind))
    {
        if let Some(target) = agreement.target(kind.as_str(), incident.priority) {
            start_late(tx, incident, *kind, promise(agreement, target)?).await?;
        }
    }
    Ok(())
}

async fn start_late(tx: &mut Tx, incident: &Incident, kind: TargetKind, promise: ClockPromise) -> Result<()> {
    let life = tx.versions::<Incident>(incident.id).await?;
    let life: Vec<_> = life.into_iter().map(|version| (version.record, version.changed_at)).collect();
    let (started, happened) = started(tx, incident, kind, promise)?;
    let started = started.relive(&life)?;
    if !started.is_open() {
        return Ok(());
    }
    let mut clock = tx.create(Ok((started, happened))).await?;
    if clock.record.due(tx.now()) < tx.now() {
        clock = tx.change_loaded(clock, None, |clock, _, at| clock.breach_when_made(at)).await?;
    }
    set_timer(tx, &clock.record).await
}

fn of_incident(incident: &Incident) -> Filter {
    Filter::is("subject_id", incident.id.to_string())
}

fn not_cancelled() -> Filter {
    Filter::Not(Box::new(Filter::is("state", ServiceLevelClockState::Cancelled.as_str())))
}

/// Brings an incident's clocks to where the incident stands: paused, running, stopped, cancelled, retargeted.
pub async fn follow(tx: &mut Tx, incident: &Incident) -> Result<()> {
    let clocks = Filter::All(vec![of_incident(incident), not_cancelled()]);
    for clock in tx.list::<ServiceLevelClock>(clocks, CLOCKS_MOST).await? {
        let before = clock.version;
        let clock = reprioritise(tx, clock, incident).await?;
        let clock = bring_to(tx, clock, incident).await?;
        if clock.version != before {
            set_timer(tx, &clock.record).await?;
        }
    }
    Ok(())
}

/// Gives a clock that still runs the target of the incident's priority, by the agreement that it is under.
async fn reprioritise(
    tx: &mut Tx,
    clock: Versioned<ServiceLevelClock>,
    incident: &Incident,
) -> Result<Versioned<ServiceLevelClock>> {
    if !clock.record.is_open() || clock.record.promise.priority == incident.priority {
        return Ok(clock);
    }
    let agreement = tx.copy::<KnownAgreement>(&clock.record.promise.agreement.to_string()).await?;
    retarget(tx, clock, agreement.as_ref(), incident.priority).await
}

/// Gives a clock that still runs the target of an agreement and a priority; cancels it when nothing is promised.
async fn retarget(
    tx: &mut Tx,
    clock: Versioned<ServiceLevelClock>,
    agreement: Option<&KnownAgreement>,
    priority: u8,
) -> Result<Versioned<ServiceLevelClock>> {
    let kind = clock.record.kind.as_str();
    let target = agreement.and_then(|agreement| Some((agreement, agreement.target(kind, priority)?)));
    match target {
        Some((agreement, target)) => {
            let promise = promise(agreement, target)?;
            tx.change_loaded(clock, None, |clock, _, at| clock.retarget(promise, at)).await
        }
        None => tx.change_loaded(clock, None, |clock, _, at| clock.cancel(at)).await,
    }
}

async fn bring_to(
    tx: &mut Tx,
    clock: Versioned<ServiceLevelClock>,
    incident: &Incident,
) -> Result<Versioned<ServiceLevelClock>> {
    match clock.record.next_move(incident) {
        Some(next) => tx.change_loaded(clock, None, |clock, _, at| clock.make(next, at)).await,
        None => Ok(clock),
    }
}

/// Retargets the clocks that still run under earlier versions of an agreement to the version that binds at an
/// instant. What has its result keeps it.
pub async fn renew(tx: &mut Tx, agreement: &KnownAgreement, at: Timestamp) -> Result<()> {
    let versions = tx.copies::<KnownAgreement>(&agreement.service_id).await?;
    let versions: Vec<_> =
        versions.into_iter().filter(|version| version.lineage() == agreement.lineage()).collect();
    let Some(now) = binding_agreement(&versions, at) else { return Ok(()) };
    let before =
        versions.iter().filter(|version| version.id != now.id).map(|version| version.id.as_str().into());
    let open = [ServiceLevelClockState::Running, ServiceLevelClockState::Paused];
    let open = open.map(|state| state.as_str().into()).to_vec();
    let clocks = Filter::All(vec![
        Filter::Column("agreement_id", Test::In(before.collect())),
        Filter::Column("state", Test::In(open)),
    ]);
    loop {
        // Each of them leaves the filter: it is under the new version then, or cancelled.
        let found = tx.list::<ServiceLevelClock>(clocks.clone(), CLOCKS_AT_ONCE).await?;
        if found.is_empty() {
            return Ok(());
        }
        for clock in found {
            let incident = IncidentId::parse(&clock.record.subject.id)?;
            let incident = tx.get::<Incident>(incident).await?.record;
            let priority = clock.record.promise.priority;
            let clock = retarget(tx, clock, Some(now), priority).await?;
            let clock = bring_to(tx, clock, &incident).await?;
            set_timer(tx, &clock.record).await?;
        }
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
