//! Commands on service level clocks: they follow the record that they measure.

use crate::domain::clock_calendar::ClockCalendar;
use crate::domain::incident::Incident;
use crate::domain::known::{KnownAgreement, KnownCalendar, KnownTarget, binding_agreement, binding_since};
use crate::domain::service_level_clock::{
    ClockPromise, ClockSubject, ServiceLevelClock, ServiceLevelClockHappened, ServiceLevelClockState,
    TargetKind, TimerKind,
};
use crate::hours;
use ciclo_clocks::Hours;
use ciclo_kernel::ids::{AgreementId, CalendarId, IncidentId, RecordId, ServiceLevelClockId};
use ciclo_kernel::{Corrupt, Decision, Machine, Timestamp};
use ciclo_store::record::id_field;
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
    let calendar = calendar_of(tx, agreement).await?;
    for kind in TargetKind::ALL {
        if let Some(target) = agreement.target(kind.as_str(), incident.priority) {
            start_one(tx, incident, *kind, promise(agreement, calendar, target)?).await?;
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

/// The calendar that a clock under an agreement goes by, in the version that counts now.
///
/// [`Error::NotArrived`](ciclo_store::Error::NotArrived) when operations has not heard of it yet.
pub async fn calendar_of(tx: &Tx, agreement: &KnownAgreement) -> Result<ClockCalendar> {
    let calendar = ClockCalendar::read(&agreement.calendar, 0)?;
    match calendar.id() {
        None => Ok(calendar),
        Some(id) => {
            let version = tx.known::<KnownCalendar>(id).await?.version;
            Ok(ClockCalendar::Version { id, version })
        }
    }
}

fn promise(
    agreement: &KnownAgreement,
    calendar: ClockCalendar,
    target: &KnownTarget,
) -> Result<ClockPromise> {
    let agreement_id = AgreementId::parse(&agreement.id).map_err(|why| Corrupt::new("Agreement", why))?;
    Ok(ClockPromise {
        agreement: agreement_id,
        priority: target.priority,
        target: target.duration,
        warning_percents: target.warning_percents.clone(),
        pause_reasons: agreement.pause_reasons.clone(),
        calendar,
    })
}

/// Starts the clocks of an incident whose new priority is promised something that the old one was not: from the
/// instant at which it was opened, less the times that it waited. What has its answer already gets no clock, and
/// neither does a kind whose clock was broken before it was cancelled.
pub async fn start_promised(tx: &mut Tx, incident: &Incident) -> Result<()> {
    let (now, opened) = (tx.now(), incident.opened.at);
    let agreements = tx.copies::<KnownAgreement>(&incident.service.to_string()).await?;
    let Some(agreement) = binding_since(&agreements, opened, now) else { return Ok(()) };
    let calendar = calendar_of(tx, agreement).await?;
    let measured = Filter::Any(vec![not_cancelled(), Filter::is("breached", true)]);
    let measured = Filter::All(vec![of_incident(incident), measured]);
    let measured = tx.list::<ServiceLevelClock>(measured, CLOCKS_MOST).await?;
    for kind in TargetKind::ALL.iter().filter(|kind| measured.iter().all(|clock| clock.record.kind != **kind))
    {
        if let Some(target) = agreement.target(kind.as_str(), incident.priority) {
            start_late(tx, incident, *kind, promise(agreement, calendar, target)?).await?;
        }
    }
    Ok(())
}

async fn start_late(tx: &mut Tx, incident: &Incident, kind: TargetKind, promise: ClockPromise) -> Result<()> {
    let life = tx.versions::<Incident>(incident.id).await?;
    let life: Vec<_> = life.into_iter().map(|version| (version.record, version.changed_at)).collect();
    let hours = hours::of(tx, promise.calendar).await?;
    let (started, happened) = started(tx, incident, kind, promise)?;
    let started = started.relive(&life, &hours)?;
    if !started.is_open() {
        return Ok(());
    }
    let mut clock = tx.create(Ok((started, happened))).await?;
    if clock.record.due(&hours, tx.now()).is_some_and(|due| due < tx.now()) {
        clock = tx.change_loaded(clock, None, |clock, _, at| clock.breach_when_made(&hours, at)).await?;
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
        let clock = by_newest_version(tx, clock).await?;
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
    let hours = hours::of(tx, clock.record.promise.calendar).await?;
    match target {
        Some((agreement, target)) => {
            let promise = promise(agreement, calendar_of(tx, agreement).await?, target)?;
            to(tx, clock, promise, &hours).await
        }
        None => tx.change_loaded(clock, None, |clock, _, at| clock.cancel(&hours, at)).await,
    }
}

/// Gives a clock another promise.
async fn to(
    tx: &mut Tx,
    clock: Versioned<ServiceLevelClock>,
    promise: ClockPromise,
    hours: &Hours,
) -> Result<Versioned<ServiceLevelClock>> {
    let new_hours = hours::of(tx, promise.calendar).await?;
    tx.change_loaded(clock, None, |clock, _, at| clock.retarget(promise, (hours, &new_hours), at)).await
}

async fn bring_to(
    tx: &mut Tx,
    clock: Versioned<ServiceLevelClock>,
    incident: &Incident,
) -> Result<Versioned<ServiceLevelClock>> {
    let Some(next) = clock.record.next_move(incident) else { return Ok(clock) };
    let hours = hours::of(tx, clock.record.promise.calendar).await?;
    tx.change_loaded(clock, None, |clock, _, at| clock.make(next, &hours, at)).await
}

/// Computes an open clock anew when its calendar was edited since: one that was stopped meanwhile was left alone.
async fn by_newest_version(
    tx: &mut Tx,
    clock: Versioned<ServiceLevelClock>,
) -> Result<Versioned<ServiceLevelClock>> {
    let before = clock.record.promise.calendar;
    let Some(id) = before.id().filter(|_| clock.record.is_open()) else { return Ok(clock) };
    let version = tx.known::<KnownCalendar>(id).await?.version;
    let calendar = ClockCalendar::Version { id, version };
    if calendar == before {
        return Ok(clock);
    }
    let promise = ClockPromise { calendar, ..clock.record.promise.clone() };
    let hours = hours::of(tx, before).await?;
    to(tx, clock, promise, &hours).await
}

/// Computes the open clocks anew that go by earlier versions of a calendar. What has its result keeps it.
pub async fn edited(tx: &mut Tx, calendar: CalendarId, version: u64) -> Result<()> {
    let clocks = Filter::All(vec![
        Filter::is("calendar_id", id_field(calendar)),
        Filter::Column("calendar_version", Test::Below(version.into())),
        open(),
    ]);
    loop {
        // Each of them leaves the filter: it goes by the new version then.
        let found = tx.list::<ServiceLevelClock>(clocks.clone(), CLOCKS_AT_ONCE).await?;
        if found.is_empty() {
            return Ok(());
        }
        for clock in found {
            let clock = by_newest_version(tx, clock).await?;
            set_timer(tx, &clock.record).await?;
        }
    }
}

fn open() -> Filter {
    let open = [ServiceLevelClockState::Running, ServiceLevelClockState::Paused];
    Filter::Column("state", Test::In(open.map(|state| state.as_str().into()).to_vec()))
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
    let clocks = Filter::All(vec![Filter::Column("agreement_id", Test::In(before.collect())), open()]);
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
    let hours = hours::of(tx, clock.promise.calendar).await?;
    let next = clock.next_timer(&hours).map(|(at, _)| at);
    tx.set_timer(&clock.id.to_string(), TIMER, next).await
}

/// Fires what is due of a clock, everything once, and sets its timer to what comes next.
pub async fn fire(tx: &mut Tx, id: ServiceLevelClockId) -> Result<()> {
    let mut clock = tx.get::<ServiceLevelClock>(id).await?;
    let hours = hours::of(tx, clock.record.promise.calendar).await?;
    while let Some((_, what)) = clock.record.next_timer(&hours).filter(|(at, _)| *at <= tx.now()) {
        clock = match what {
            TimerKind::Warning(percent) => {
                tx.change_loaded(clock, None, |clock, _, at| clock.warn(percent, &hours, at)).await?
            }
            TimerKind::Breach => {
                tx.change_loaded(clock, None, |clock, _, at| clock.breach(&hours, at)).await?
            }
        };
    }
    set_timer(tx, &clock.record).await
}
