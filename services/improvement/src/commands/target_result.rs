//! Commands on the results of service level targets: what operations told of a
//! clock, kept once a clock, and the recommendation that a missed target brings about.

use super::recommendation;
use crate::domain::target_result::{ClockReading, TargetResult, TargetResultState};
use ciclo_kernel::Timestamp;
use ciclo_store::record::id_field;
use ciclo_store::{Result, Tx, Versioned};

/// A clock was breached while it runs. A breach that is known already changes nothing.
pub async fn breached(tx: &mut Tx, clock: ClockReading, breached_at: Timestamp) -> Result<()> {
    let after = match of_clock(tx, &clock).await? {
        None => tx.create(TargetResult::of_breach(tx.fresh(), clock, breached_at)).await?,
        Some(before) if before.record.breached() => return Ok(()),
        Some(before) => {
            let breach = |result: TargetResult, _: &str, _| result.breach(clock, breached_at);
            tx.change_loaded(before, None, breach).await?
        }
    };
    recommendation::after_breach(tx, &after.record).await
}

/// A clock stopped, in time or late.
pub async fn stopped(
    tx: &mut Tx,
    clock: ClockReading,
    stopped_at: Timestamp,
    breached_at: Option<Timestamp>,
) -> Result<()> {
    let (known, after) = match of_clock(tx, &clock).await? {
        None => {
            let decided = TargetResult::of_conclusion(tx.fresh(), clock, stopped_at, breached_at);
            (false, tx.create(decided).await?)
        }
        Some(before) => {
            let known = before.record.breached();
            let conclude = |result: TargetResult, _: &str, _| result.conclude(clock, stopped_at, breached_at);
            (known, tx.change_loaded(before, None, conclude).await?)
        }
    };
    if after.record.breached() && !known {
        recommendation::after_breach(tx, &after.record).await?;
    }
    Ok(())
}

/// A clock that was breached was cancelled: its miss is kept, and nothing more comes of it. A result that the
/// clock had before it was reopened stays when it was a miss.
pub async fn cancelled(
    tx: &mut Tx,
    clock: ClockReading,
    cancelled_at: Timestamp,
    breached_at: Timestamp,
) -> Result<()> {
    breached(tx, clock.clone(), breached_at).await?;
    if let Some(late) =
        of_clock(tx, &clock).await?.filter(|result| result.record.state() == TargetResultState::RunningLate)
    {
        let cancel = |result: TargetResult, _: &str, _| result.cancel(clock, cancelled_at);
        tx.change_loaded(late, None, cancel).await?;
    }
    Ok(())
}

async fn of_clock(tx: &Tx, clock: &ClockReading) -> Result<Option<Versioned<TargetResult>>> {
    tx.find_by("clock_id", id_field(clock.clock_id)).await
}
