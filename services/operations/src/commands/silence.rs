//! Silences at work: an alert that one covers becomes quiet when it is reported or
//! when the silence begins, and is open again when nothing covers it any more.

use super::neighbours::service_is_known;
use super::{alert_rule, clock};
use crate::domain::alert::{Alert, AlertState};
use crate::domain::silence::{ReadySilence, Silence, SilenceState, SilenceTerms, covering};
use crate::silences::{self, Pass};
use ciclo_kernel::ids::{AlertId, RecordId, SilenceId};
use ciclo_kernel::{Code, Machine, Principal, Refusal, Timestamp};
use ciclo_store::record::id_field;
use ciclo_store::timers::Timer;
use ciclo_store::{Database, Filter, Order, PageRequest, Result, Tx, Versioned};

/// The timer of a silence.
pub const TIMER: &str = "silence";
/// Most silences of a tenant that are not over.
const ACTIVE_MOST: usize = 1_000;
/// Alerts that are looked at together.
const AT_ONCE: usize = 100;

/// Makes a silence. What it covers now becomes quiet soon after, in steps.
///
/// `NOT_FOUND` when there is no such service, `LIMIT_EXCEEDED` when there are too many already.
pub async fn create(tx: &mut Tx, terms: SilenceTerms) -> Result<Versioned<Silence>> {
    service_may_be_named(tx, &terms).await?;
    if at_work(tx).await?.len() >= ACTIVE_MOST {
        let why = format!("there are {ACTIVE_MOST} silences that are not over");
        return Err(Refusal::new(Code::LimitExceeded, why).with("limit", ACTIVE_MOST).into());
    }
    let made = Silence::create(tx.fresh(), terms, tx.by(), tx.now());
    let silence = tx.create(made).await?;
    look_now(tx, silence).await
}

/// Changes what a silence says.
pub async fn revise(
    tx: &mut Tx,
    id: SilenceId,
    expected: u64,
    terms: SilenceTerms,
) -> Result<Versioned<Silence>> {
    service_may_be_named(tx, &terms).await?;
    let silence = tx.change(id, Some(expected), |silence: Silence, _, at| silence.revise(terms, at)).await?;
    look_now(tx, silence).await
}

/// Ends a silence.
pub async fn end(tx: &mut Tx, id: SilenceId, expected: u64) -> Result<Versioned<Silence>> {
    let silence = tx.change(id, Some(expected), Silence::end).await?;
    look_now(tx, silence).await
}

async fn service_may_be_named(tx: &Tx, terms: &SilenceTerms) -> Result<()> {
    match terms.service {
        Some(service) => service_is_known(tx, service).await,
        None => Ok(()),
    }
}

/// Has the timers look at the alerts of a silence at once.
async fn look_now(tx: &mut Tx, silence: Versioned<Silence>) -> Result<Versioned<Silence>> {
    tx.set_timer(&silence.record.id.to_string(), TIMER, Some(tx.now())).await?;
    Ok(silence)
}

/// The silences that are not over, the oldest first, with their conditions and hours compiled.
pub async fn at_work(tx: &Tx) -> Result<Vec<ReadySilence>> {
    let active = Filter::is("state", SilenceState::Active.as_str());
    let silences = tx.list::<Silence>(active, ACTIVE_MOST).await?;
    Ok(silences.into_iter().map(silences::ready).collect())
}

/// Keeps an open alert quiet if a silence covers it now; the alert otherwise.
pub async fn keep_quiet(
    tx: &mut Tx,
    alert: Versioned<Alert>,
    silences: &[ReadySilence],
) -> Result<Option<Versioned<Alert>>> {
    if alert.record.state() != AlertState::Open {
        return Ok(Some(alert));
    }
    let Some(silence) = covering(silences, &alert.record, tx.now()).cloned() else { return Ok(Some(alert)) };
    clock::change_loaded(tx, alert, None, |alert, _, at| alert.silence(&silence, at)).await?;
    Ok(None)
}

/// Brings the next of a silence's alerts to where it wants them now, and once all are there sets its timer to its next
/// turn. Until then the timer stays due: so what else is due goes on between the steps.
pub async fn fire(database: &Database, principal: &Principal, timer: &Timer) -> Result<()> {
    let id = SilenceId::parse(&timer.record_id)?;
    let reader = database.reader(principal);
    let Some(found) = reader.find::<Silence>(id).await? else { return Ok(()) };
    let (version, now) = (found.version, database.clock().now());
    let on = silences::ready(found).is_on(now);
    let (pass, after) = match silences::progress(id, version) {
        // It has ceased meanwhile: what it kept quiet before is looked at again.
        (Pass::Open, _) if !on => (Pass::Quiet, None),
        progress => progress,
    };
    let filter = match pass {
        Pass::Quiet => Filter::is("silence_id", id_field(id)),
        Pass::Open => Filter::is("state", AlertState::Open.as_str()),
    };
    let order = Order { column: "id", descending: false };
    let request = PageRequest { filter, order, first: AT_ONCE, after };
    let page = reader.page::<Alert>(&request).await?;
    let last = page.rows.last().map(|(last, at)| (at.clone(), last.record.id.to_string()));
    let alerts: Vec<AlertId> = page.rows.iter().map(|(alert, _)| alert.record.id).collect();
    database.write(principal, move |tx| Box::pin(async move { look(tx, alerts).await })).await?;
    let next = match pass {
        _ if page.more => Some((pass, last)),
        Pass::Quiet if on => Some((Pass::Open, None)),
        Pass::Quiet | Pass::Open => None,
    };
    let done = next.is_none();
    silences::advance(id, version, next);
    if done {
        database.write(principal, move |tx| Box::pin(async move { turned(tx, id, now).await })).await?;
    }
    Ok(())
}

/// Looks at alerts: what is open and covered becomes quiet; what a silence kept quiet and nothing covers any more is
/// open, and the rules hear of it.
async fn look(tx: &mut Tx, alerts: Vec<AlertId>) -> Result<()> {
    let silences = at_work(tx).await?;
    let rules = alert_rule::at_work(tx).await?;
    for id in alerts {
        let mut alert = tx.get::<Alert>(id).await?;
        let by = alert.record.silenced_by();
        let holds = |silence: &ReadySilence| {
            Some(silence.silence.id) == by && silence.covers(&alert.record, tx.now())
        };
        let released = by.is_some() && !silences.iter().any(holds);
        if released {
            alert = clock::change_loaded(tx, alert, None, |alert: Alert, _, _| alert.unsuppress()).await?;
        }
        let heard = keep_quiet(tx, alert, &silences).await?.filter(|_| released);
        if let Some(alert) = heard {
            alert_rule::apply(tx, alert, &rules).await?;
        }
    }
    Ok(())
}

/// Ends a silence whose time is over, and sets the timer of another to its next turn after an instant at which its
/// alerts were looked at.
async fn turned(tx: &mut Tx, id: SilenceId, looked_at: Timestamp) -> Result<()> {
    let mut silence = tx.get::<Silence>(id).await?;
    let over = silence.record.terms.ends_at.is_some_and(|ends_at| ends_at <= looked_at);
    if over && silence.record.state() == SilenceState::Active {
        silence = tx.change_loaded(silence, None, Silence::end).await?;
    }
    let next = silences::ready(silence).next_turn(looked_at);
    tx.set_timer(&id.to_string(), TIMER, next).await
}
