//! Fires what is due: warnings and breaches of clocks, the closing of resolved
//! incidents, the return of problems whose risk was accepted, the expiry of access
//! grants, rules that waited for an alert to last, the turns of silences. It sleeps
//! until the next instant; it never walks the records.

use crate::commands::{access, alert_rule, clock, incident, problem, silence};
use ciclo_kernel::ids::{AccessGrantId, AlertId, IncidentId, ProblemId, RecordId, ServiceLevelClockId};
use ciclo_kernel::trace::spanned;
use ciclo_kernel::{Corrupt, Principal, trace_target};
use ciclo_store::timers::Timer;
use ciclo_store::{Database, Result};
use futures::future::join_all;
use std::time::Duration;
use tracing::info_span;

/// Timers looked at together.
const TOGETHER: u64 = 64;
/// Pause after a fault.
const AGAIN: Duration = Duration::from_millis(500);

/// Fires everything that is due now; how many timers that was.
pub async fn fire_due(database: &Database) -> Result<usize> {
    let mut fired = 0;
    loop {
        let now = database.clock().now();
        let timers = database.next_timers(TOGETHER).await?;
        let due: Vec<Timer> = timers.into_iter().filter(|timer| timer.due_at <= now).collect();
        if due.is_empty() {
            return Ok(fired);
        }
        fired += due.len();
        // All at once: what waits together shares a commit.
        let fires = due.into_iter().map(|timer| {
            // Nobody asked for it: what time brings about is a trace of its own.
            let span =
                info_span!(target: trace_target!(), "timer", otel.name = format!("timer {}", timer.kind));
            spanned(span, None, fire(database, timer))
        });
        join_all(fires).await.into_iter().collect::<Result<()>>()?;
    }
}

async fn fire(database: &Database, timer: Timer) -> Result<()> {
    let principal = Principal::service(timer.tenant.clone(), database.service());
    match act(database, &principal, &timer).await {
        Err(error) if !error.is_passing() => {
            // A timer that cannot be fired would be due for ever: it is reported and cleared.
            tracing::error!(%error, record = timer.record_id, kind = timer.kind, "a timer cannot be fired");
            let (kind, id) = (known_kind(&timer.kind), timer.record_id);
            database
                .write(&principal, move |tx| Box::pin(async move { tx.set_timer(&id, kind, None).await }))
                .await
        }
        outcome => outcome,
    }
}

/// Does what a timer is for.
async fn act(database: &Database, principal: &Principal, timer: &Timer) -> Result<()> {
    if timer.kind == silence::TIMER {
        // It looks at alerts in steps, each a transaction.
        return silence::fire(database, principal, timer).await;
    }
    let (kind, id) = (timer.kind.clone(), timer.record_id.clone());
    let done = database.write(principal, move |tx| {
        Box::pin(async move {
            match kind.as_str() {
                clock::TIMER => clock::fire(tx, ServiceLevelClockId::parse(&id)?).await,
                incident::CLOSE_TIMER => incident::close_in_time(tx, IncidentId::parse(&id)?).await,
                problem::RISK_TIMER => problem::review_risk(tx, ProblemId::parse(&id)?).await,
                access::EXPIRY_TIMER => access::expire_in_time(tx, AccessGrantId::parse(&id)?).await,
                alert_rule::TIMER => alert_rule::fire(tx, AlertId::parse(&id)?).await,
                other => Err(Corrupt::new("timer", format!("no kind {other}")).into()),
            }
        })
    });
    done.await
}

/// The kinds of timers.
const KINDS: [&str; 6] = [
    clock::TIMER,
    incident::CLOSE_TIMER,
    problem::RISK_TIMER,
    access::EXPIRY_TIMER,
    alert_rule::TIMER,
    silence::TIMER,
];

fn known_kind(kind: &str) -> &'static str {
    KINDS.into_iter().find(|known| *known == kind).unwrap_or(clock::TIMER)
}

/// Fires timers until the future is dropped.
pub async fn run(database: Database) {
    let mut tail = database.tail();
    loop {
        tail.mark_unchanged();
        if let Err(error) = fire_due(&database).await {
            tracing::error!(%error, "firing timers");
            tokio::time::sleep(AGAIN).await;
            continue;
        }
        let next = match database.next_timers(1).await {
            Ok(timers) => timers.first().map(|timer| timer.due_at),
            Err(error) => {
                tracing::error!(%error, "reading timers");
                tokio::time::sleep(AGAIN).await;
                continue;
            }
        };
        // A command may set an earlier timer: each commit is a reason to look again.
        let changed = tail.changed();
        let gone = match next {
            Some(at) => tokio::select! {
                changed = changed => changed.is_err(),
                () = database.clock().sleep_until(at) => false,
            },
            None => changed.await.is_err(),
        };
        if gone {
            return;
        }
    }
}
