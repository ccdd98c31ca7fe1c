//! The one lane of writes: commands run one after the other, and those that
//! wait together share a commit, each behind a savepoint.

use crate::backend::{Whose, Writer, postgres};
use crate::batch::Batch;
use crate::error::Result;
use crate::gauges::Gauges;
use crate::tx::Tx;
use ciclo_kernel::{Clock, Principal};
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{mpsc, watch};

/// How many commands share one commit at most.
const TOGETHER: usize = 64;

/// Runs a command in its savepoint; whether to keep what it did.
pub(crate) type Run = Box<dyn for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, bool> + Send>;
/// Tells a command how the commit went: how many commands shared it, or why it failed.
pub(crate) type Done = Box<dyn FnOnce(Result<usize, String>) + Send>;

/// A command on its way to the lane.
pub(crate) struct Job {
    pub run: Run,
    pub done: Done,
    pub principal: Principal,
    /// The idempotency key that it answers, if it does.
    pub key: Option<String>,
    pub trace: String,
    pub sent: Instant,
}

/// Runs what comes until nobody can send any more. `tail` learns the newest
/// committed sequence before any command of the commit is answered.
pub(crate) async fn run(
    mut writer: Writer,
    mut jobs: mpsc::Receiver<Job>,
    tail: watch::Sender<u64>,
    clock: Clock,
    gauges: Arc<Gauges>,
) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while jobs.recv_many(&mut batch, TOGETHER).await > 0 {
        let mut waiting = Vec::with_capacity(batch.len());
        gauges.batch(batch.len(), batch.iter().map(|job| job.sent.elapsed()).sum());
        let committed = run_batch(&mut writer, &mut batch, &mut waiting, &clock).await;
        match &committed {
            Ok(last) => postgres::grow(&tail, last.unwrap_or(0)),
            Err(fault) => {
                tracing::error!(%fault, "a commit failed");
                // The database may have rolled back on its own, so how deep the connection's
                // transactions are is in doubt: the next batch gets a fresh one.
                writer.close().await;
            }
        }
        let together = waiting.len();
        let outcome = committed.map(|_| together).map_err(|fault| fault.to_string());
        for done in waiting {
            done(outcome.clone());
        }
    }
    writer.close().await;
}

/// Runs a batch behind savepoints and commits it; the newest sequence written, if any.
async fn run_batch(
    writer: &mut Writer,
    batch: &mut Vec<Job>,
    waiting: &mut Vec<Done>,
    clock: &Clock,
) -> Result<Option<u64>> {
    // Whatever fails, each of them waits for an answer.
    let (mut runs, mut keys) = (Vec::with_capacity(batch.len()), Vec::new());
    for Job { run, done, principal, key, trace, sent: _ } in batch.drain(..) {
        waiting.push(done);
        keys.extend(key.map(|key| (principal.clone(), key)));
        runs.push((run, principal, trace));
    }
    let mut together = Batch::new(writer.begin().await?);
    together.look_up(&keys).await?;
    for (run, principal, trace) in runs {
        together.see(Whose::Tenant(principal.tenant.as_str())).await?;
        together.save().await?;
        let mut tx = Tx::new(together, principal, clock.now(), trace);
        let keep = run(&mut tx).await;
        together = tx.into_batch();
        if !keep {
            together.undo().await?;
        }
    }
    let last = together.append().await?;
    if let Some(last) = last {
        writer.tell(&together.inner, last).await?;
    }
    together.inner.commit().await?;
    Ok(last)
}
