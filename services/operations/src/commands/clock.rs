//! Commands on service level clocks: they follow the record that they measure.

use crate::domain::access_grant::AccessGrant;
use crate::domain::alert::Alert;
use crate::domain::clock_calendar::ClockCalendar;
use crate::domain::due::{Due, Timed};
use crate::domain::incident::Incident;
use crate::domain::known::{KnownAgreement, KnownCalendar, KnownTarget, binding_since, by_party};
use crate::domain::measured::{ClockParty, ClockSubject, Measured, TicketType};
use crate::domain::problem::Problem;
use crate::domain::service_level_clock::{
    ClockPromise, ServiceLevelClock, ServiceLevelClockState, TargetKind, TimerKind,
};
use crate::domain::service_request::ServiceRequest;
use crate::hours;
use ciclo_clocks::Hours;
use ciclo_kernel::ids::{AgreementId, RecordId, ServiceId, ServiceLevelClockId};
use ciclo_kernel::{Corrupt, Decision, Machine, Timestamp};
use ciclo_store::{Filter, Record, Result, Test, Tx, Versioned};

/// The timer of a clock.
pub const TIMER: &str = "clock";
/// Most clocks of one record that are not cancelled: two for each group and one for each supplier with an agreement
/// on its service that ever had it.
pub(super) const CLOCKS_MOST: usize = 1_000;

/// A record, and from when it was as it is described.
type Life = [(Measured, Timestamp)];

/// Makes a record, and starts its clocks: what the agreements in force promise.
pub async fn create<R: Record + Timed>(tx: &mut Tx, decided: Decision<R, R::Happened>) -> Result<Versioned<R>>
where
    for<'a> Measured: From<&'a R>,
{
    let (mut record, what) = decided?;
    let due = start(tx, &Measured::from(&record)).await?;
    if let Some(kept) = record.due_mut() {
        *kept = due;
    }
    tx.create(Ok((record, what))).await
}

/// Starts the clocks of a record that is about to be made; what they promise next.
pub async fn start(tx: &mut Tx, measured: &Measured) -> Result<Option<Due>> {
    let now = tx.now();
    let clocks = start_promised(tx, &[(measured.clone(), now)], &[]).await?;
    next_due(tx, &clocks).await
}

/// Applies a verb to a record that clocks measure; they follow.
pub async fn change<R: Record + Timed>(
    tx: &mut Tx,
    id: R::Id,
    expected: Option<u64>,
    verb: impl FnOnce(R, &str, Timestamp) -> Decision<R, R::Happened> + Send,
) -> Result<Versioned<R>>
where
    for<'a> Measured: From<&'a R>,
{
    let before = tx.get::<R>(id).await?;
    change_loaded(tx, before, expected, verb).await
}

/// Applies a verb to a record that clocks measure and that was read in this transaction; they follow.
pub async fn change_loaded<R: Record + Timed>(
    tx: &mut Tx,
    before: Versioned<R>,
    expected: Option<u64>,
    verb: impl FnOnce(R, &str, Timestamp) -> Decision<R, R::Happened> + Send,
) -> Result<Versioned<R>>
where
    for<'a> Measured: From<&'a R>,
{
    before.must_be(expected)?;
    let then = Measured::from(&before.record);
    let (mut after, what) = verb(before.record.clone(), tx.by(), tx.now())?;
    let measured = Measured::from(&after);
    if !measured.stands_as(&then) {
        let clocks = follow(tx, &then, &measured).await?;
        let due = next_due(tx, &clocks).await?;
        if let Some(kept) = after.due_mut() {
            *kept = due;
        }
    }
    // Last, so that it says what its clocks promise now.
    tx.change_loaded(before, None, |_, _, _| Ok((after, what))).await
}

/// Brings a record's clocks to where it stands after a change: paused, running, stopped, cancelled, retargeted, and
/// starts those that were not promised before. Answers all that are not cancelled.
async fn follow(
    tx: &mut Tx,
    before: &Measured,
    measured: &Measured,
) -> Result<Vec<Versioned<ServiceLevelClock>>> {
    let mut followed = Vec::new();
    for clock in tx.list::<ServiceLevelClock>(not_cancelled_of(&measured.subject), CLOCKS_MOST).await? {
        let version = clock.version;
        let clock = reprioritise(tx, clock, measured).await?;
        let clock = bring_to(tx, clock, measured).await?;
        let clock = by_newest_version(tx, clock).await?;
        if clock.version != version {
            set_timer(tx, &clock.record).await?;
        }
        followed.push(clock);
    }
    if measured.may_have_other_promises_than(before) {
        let counted = Filter::Any(vec![not_cancelled(), Filter::is("breached", true)]);
        let counted = Filter::All(vec![of_subject(&measured.subject), counted]);
        let clocks = tx.list::<ServiceLevelClock>(counted, CLOCKS_MOST).await?;
        let mut life = life(tx, &measured.subject).await?;
        life.push((measured.clone(), tx.now()));
        followed.extend(start_promised(tx, &life, &clocks).await?);
    }
    Ok(followed)
}

/// What clocks promise next.
pub(super) async fn next_due(tx: &Tx, clocks: &[Versioned<ServiceLevelClock>]) -> Result<Option<Due>> {
    let mut next = None;
    for clock in clocks.iter().filter(|clock| clock.record.is_open()) {
        let hours = hours::of(tx, clock.record.promise.calendar).await?;
        let due = Due::of(&clock.record, &hours, tx.now());
        next = next.into_iter().chain(due).min();
    }
    Ok(next)
}

/// Starts the clocks that a record is promised and has not: of each party whose turn it is, from the instant at which
/// it first was, less the times that the record waited. What has its answer already gets no clock, and neither does
/// a kind whose clock was broken before it was cancelled.
async fn start_promised(
    tx: &mut Tx,
    life: &Life,
    clocks: &[Versioned<ServiceLevelClock>],
) -> Result<Vec<Versioned<ServiceLevelClock>>> {
    let mut started = Vec::new();
    let Some((measured, _)) = life.last() else { return Ok(started) };
    let Some(service) = measured.service else { return Ok(started) };
    let agreements = tx.copies::<KnownAgreement>(&service.to_string()).await?;
    for (party, versions) in by_party(&agreements, measured) {
        let begin = life.iter().position(|(then, _)| party.has_turn(then)).unwrap_or(0);
        let life = &life[begin..];
        let Some((_, since)) = life.first() else { continue };
        let Some(agreement) = binding_since(&versions, *since, tx.now()) else { continue };
        for kind in TargetKind::ALL.iter().filter(|kind| party.promises(**kind)) {
            let has_one = |clock: &Versioned<ServiceLevelClock>| {
                clock.record.kind == *kind && clock.record.promise.party == party
            };
            let target = agreement.target(measured.subject.ticket_type, *kind, measured.priority);
            if let Some(target) = target.filter(|_| !clocks.iter().any(has_one)) {
                let calendar = calendar_of(tx, agreement).await?;
                let promise = promise(agreement, party.clone(), calendar, target)?;
                started.extend(start_one(tx, life, service, *kind, promise).await?);
            }
        }
    }
    Ok(started)
}

async fn start_one(
    tx: &mut Tx,
    life: &Life,
    service: ServiceId,
    kind: TargetKind,
    promise: ClockPromise,
) -> Result<Option<Versioned<ServiceLevelClock>>> {
    let (Some((_, since)), Some((measured, _))) = (life.first(), life.last()) else { return Ok(None) };
    let hours = hours::of(tx, promise.calendar).await?;
    let (subject, id) = (measured.subject.clone(), tx.fresh());
    let (started, happened) = ServiceLevelClock::start(id, subject, service, kind, promise, *since)?;
    let started = started.relive(life, &hours)?;
    if !started.is_open() {
        return Ok(None);
    }
    let mut clock = tx.create(Ok((started, happened))).await?;
    if clock.record.due(&hours, tx.now()).is_some_and(|due| due < tx.now()) {
        clock = tx.change_loaded(clock, None, |clock, _, at| clock.breach_when_made(&hours, at)).await?;
    }
    set_timer(tx, &clock.record).await?;
    Ok(Some(clock))
}

/// What a record was, oldest first, as its clocks see it.
async fn life(tx: &Tx, subject: &ClockSubject) -> Result<Vec<(Measured, Timestamp)>> {
    match subject.ticket_type {
        TicketType::Incident => versions::<Incident>(tx, subject).await,
        TicketType::ServiceRequest => versions::<ServiceRequest>(tx, subject).await,
        TicketType::Problem => versions::<Problem>(tx, subject).await,
        TicketType::Alert => versions::<Alert>(tx, subject).await,
        TicketType::AccessGrant => versions::<AccessGrant>(tx, subject).await,
    }
}

async fn versions<R: Record>(tx: &Tx, subject: &ClockSubject) -> Result<Vec<(Measured, Timestamp)>>
where
    for<'a> Measured: From<&'a R>,
{
    let versions = tx.versions::<R>(R::Id::parse(&subject.id)?).await?;
    Ok(versions.iter().map(|version| (Measured::from(&version.record), version.changed_at)).collect())
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
    party: ClockParty,
    calendar: ClockCalendar,
    target: &KnownTarget,
) -> Result<ClockPromise> {
    let agreement_id = AgreementId::parse(&agreement.id).map_err(|why| Corrupt::new("Agreement", why))?;
    Ok(ClockPromise {
        agreement: agreement_id,
        party,
        priority: target.priority,
        target: target.duration,
        warning_percents: target.warning_percents.clone(),
        pause_reasons: agreement.pause_reasons.clone(),
        calendar,
    })
}

fn of_subject(subject: &ClockSubject) -> Filter {
    Filter::is("subject_id", subject.id.as_str())
}

pub(super) fn not_cancelled_of(subject: &ClockSubject) -> Filter {
    Filter::All(vec![of_subject(subject), not_cancelled()])
}

fn not_cancelled() -> Filter {
    Filter::Not(Box::new(Filter::is("state", ServiceLevelClockState::Cancelled.as_str())))
}

/// Gives a clock that still runs the target of the record's priority, by the agreement that it is under.
async fn reprioritise(
    tx: &mut Tx,
    clock: Versioned<ServiceLevelClock>,
    measured: &Measured,
) -> Result<Versioned<ServiceLevelClock>> {
    if !clock.record.is_open() || clock.record.promise.priority == measured.priority {
        return Ok(clock);
    }
    let agreement = tx.copy::<KnownAgreement>(&clock.record.promise.agreement.to_string()).await?;
    retarget(tx, clock, agreement.as_ref(), measured.priority).await
}

/// Gives a clock that still runs the target of an agreement and a priority; cancels it when nothing is promised.
pub(super) async fn retarget(
    tx: &mut Tx,
    clock: Versioned<ServiceLevelClock>,
    agreement: Option<&KnownAgreement>,
    priority: u8,
) -> Result<Versioned<ServiceLevelClock>> {
    let (ticket_type, kind) = (clock.record.subject.ticket_type, clock.record.kind);
    let target = |agreement: &KnownAgreement| agreement.target(ticket_type, kind, priority).cloned();
    let target = agreement.and_then(|agreement| Some((agreement, target(agreement)?)));
    let hours = hours::of(tx, clock.record.promise.calendar).await?;
    match target {
        Some((agreement, target)) => {
            let (party, calendar) = (clock.record.promise.party.clone(), calendar_of(tx, agreement).await?);
            let promise = promise(agreement, party, calendar, &target)?;
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

pub(super) async fn bring_to(
    tx: &mut Tx,
    mut clock: Versioned<ServiceLevelClock>,
    measured: &Measured,
) -> Result<Versioned<ServiceLevelClock>> {
    while let Some(next) = clock.record.next_move(measured) {
        let hours = hours::of(tx, clock.record.promise.calendar).await?;
        clock = tx.change_loaded(clock, None, |clock, _, at| clock.make(next, &hours, at)).await?;
    }
    Ok(clock)
}

/// Computes an open clock anew when its calendar was edited since: one that was stopped meanwhile was left alone.
pub(super) async fn by_newest_version(
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

pub(super) fn open() -> Filter {
    let open = [ServiceLevelClockState::Running, ServiceLevelClockState::Paused];
    Filter::Column("state", Test::In(open.map(|state| state.as_str().into()).to_vec()))
}

pub(super) async fn set_timer(tx: &Tx, clock: &ServiceLevelClock) -> Result<()> {
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
