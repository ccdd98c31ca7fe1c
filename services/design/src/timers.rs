//! What time brings about: agreed versions come into force when their terms
//! begin to hold, and versions in force expire when their terms are over.
//!
//! A timer is an index over facts that the agreements hold; one that fires late
//! does what it would have done in time, at the instant of the firing.

use crate::commands;
use ciclo_kernel::ids::{AgreementId, RecordId};
use ciclo_kernel::trace::spanned;
use ciclo_kernel::{Principal, trace_target};
use ciclo_store::timers::Timer;
use ciclo_store::{Database, Result};
use futures::future::join_all;
use std::time::Duration;
use tokio::sync::watch;
use tracing::info_span;

/// Timers looked at together.
const TOGETHER: u64 = 64;
/// The pause after a fault.
const AGAIN: Duration = Duration::from_millis(500);

/// Fires every timer that is due now; how many there were.
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
    let (id, kind) = (timer.record_id.clone(), timer.kind.clone());
    let work = database.write(&principal, move |tx| {
        Box::pin(async move { commands::agreement::time_came(tx, AgreementId::parse(&id)?, &kind).await })
    });
    match work.await {
        Err(error) if !error.is_passing() => {
            // A timer that cannot be fired would be due for ever: it is reported and cleared.
            tracing::error!(%error, record = timer.record_id, kind = timer.kind, "a timer cannot be fired");
            let clear = database.write(&principal, move |tx| {
                Box::pin(async move { commands::agreement::clear(tx, &timer.record_id, &timer.kind).await })
            });
            clear.await
        }
        outcome => outcome,
    }
}

/// Fires what is due until the future is dropped, or the process stops.
pub async fn run(database: Database) {
    let mut tail = database.tail();
    loop {
        match wait_and_fire(&database, &mut tail).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::error!(%error, "the timers of agreements");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// Fires what is due and waits for the next timer; whether there is anything left to wait for.
async fn wait_and_fire(database: &Database, tail: &mut watch::Receiver<u64>) -> Result<bool> {
    // Before the timers are read: every timer is set together with an event, which ends the wait below.
    tail.mark_unchanged();
    fire_due(database).await?;
    let next = database.next_timers(1).await?.pop();
    let changed = tail.changed();
    Ok(match next {
        None => changed.await.is_ok(),
        Some(timer) => tokio::select! {
            changed = changed => changed.is_ok(),
            () = database.clock().sleep_until(timer.due_at) => true,
        },
    })
}
