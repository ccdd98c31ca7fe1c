//! A service whose only effect is to count the events that it took in.

use crate::scripted::Scripted;
use crate::source::open;
use async_trait::async_trait;
use ciclo_kernel::{Corrupt, Principal, Refusal, Tenant};
use ciclo_store::{Copied, Database, LogRow, Tx};
use ciclo_transport::{Consumer, Handler, Topics};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::sync::watch;

/// The source of every event here.
pub const SOURCE: &str = "source";

/// How often each version of a record took effect.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Effects {
    record: String,
    /// The versions, in the order they took effect.
    pub versions: Vec<u64>,
}

impl Copied for Effects {
    const KIND: &'static str = "Effects";
    fn id(&self) -> String {
        self.record.clone()
    }
}

/// How an event fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Poison {
    /// It breaks a rule.
    Refused,
    /// It cannot be read.
    Corrupt,
}

/// Counts tries and effects; some events are poison until it is told otherwise.
pub struct Counting {
    poison: Mutex<HashSet<(String, u64, Poison)>>,
    /// Every try, in order.
    pub tries: watch::Sender<Vec<(String, u64)>>,
}

impl Counting {
    pub fn poison(&self, record: &str, version: u64, how: Poison) {
        self.poison.lock().unwrap().insert((record.to_owned(), version, how));
    }

    pub fn cure(&self) {
        self.poison.lock().unwrap().clear();
    }

    /// How often a version was tried.
    pub fn tried(&self, record: &str, version: u64) -> usize {
        count(&self.tries.borrow(), record, version)
    }
}

/// How often a version is among the tries.
pub fn count(tries: &[(String, u64)], record: &str, version: u64) -> usize {
    tries.iter().filter(|(r, v)| r == record && *v == version).count()
}

#[async_trait]
impl Handler for Counting {
    fn topics(&self) -> Topics {
        Topics { source: SOURCE, record_types: &["Requirement"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> ciclo_store::Result<()> {
        let (record, version) = (event.record_id.clone(), event.record_version);
        self.tries.send_modify(|tries| tries.push((record.clone(), version)));
        let found = tx.copy::<Effects>(&record).await?;
        let mut effects = found.unwrap_or_else(|| Effects { record: record.clone(), versions: Vec::new() });
        effects.versions.push(version);
        // The effect is written before the poison works: what fails must leave nothing.
        tx.put_copy(&effects).await?;
        let poisoned = |how| self.poison.lock().unwrap().contains(&(record.clone(), version, how));
        if poisoned(Poison::Refused) {
            return Err(Refusal::rule("poison").into());
        }
        if poisoned(Poison::Corrupt) {
            return Err(Corrupt::new("payload", "garbled").into());
        }
        Ok(())
    }
}

/// The service with its consumer.
pub struct Service {
    pub directory: TempDir,
    pub database: Database,
    pub handler: Arc<Counting>,
    pub script: Scripted,
    pub consumer: Consumer,
}

impl Service {
    pub async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = open(directory.path(), "reader").await;
        let tries = watch::Sender::new(Vec::new());
        let handler = Arc::new(Counting { poison: Mutex::default(), tries });
        let script = Scripted::default();
        let consumer = Consumer::start(database.clone(), &script, handler.clone()).await.unwrap();
        Self { directory, database, handler, script, consumer }
    }

    /// Takes in a batch.
    pub async fn take(&mut self, rows: Vec<LogRow>) {
        let count = rows.len();
        self.script.push(rows);
        assert_eq!(self.consumer.pump().await.unwrap(), count);
    }

    /// Tries the parked events of a record again.
    pub async fn retry(&self, record: &str) -> ciclo_store::Result<usize> {
        let handler: Arc<dyn Handler> = self.handler.clone();
        ciclo_transport::consumer::retry(&self.database, &handler, record).await
    }

    /// The versions of a record that took effect, in their order.
    pub async fn effects(&self, record: &str) -> Vec<u64> {
        effects(&self.database, record).await
    }

    /// The parked versions of a record, each with its reason and tries.
    pub async fn parked(&self, record: &str) -> Vec<(u64, String, u32)> {
        let parked = self.database.parked_of(SOURCE, record).await.unwrap();
        parked.into_iter().map(|event| (event.record_version, event.reason, event.tries)).collect()
    }
}

/// The versions of a record that took effect in a database, in their order.
pub async fn effects(database: &Database, record: &str) -> Vec<u64> {
    let reader = database.reader(&Principal::service(Tenant::parse("acme").unwrap(), "reader"));
    let found = reader.copies_by_ids::<Effects>(&[record.to_owned()]).await.unwrap();
    found.into_iter().next().map(|effects| effects.versions).unwrap_or_default()
}
