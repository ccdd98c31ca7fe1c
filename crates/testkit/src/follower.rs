//! A client that follows a subscription whatever happens to the connection: it
//! goes on behind the last cursor that it has seen.

use crate::process::Client;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Pause before it connects again.
const PAUSE: Duration = Duration::from_millis(100);

/// A follower; it ends when it is dropped.
pub struct Follower {
    seen: Arc<Mutex<Vec<Value>>>,
    connections: Arc<Mutex<usize>>,
    task: JoinHandle<()>,
}

impl Follower {
    /// Follows `field` of `subscription($after: String)` from a cursor on.
    #[must_use]
    pub fn start(client: &Client, subscription: &'static str, field: &'static str, after: &str) -> Self {
        let (seen, connections) = (Arc::<Mutex<Vec<Value>>>::default(), Arc::<Mutex<usize>>::default());
        let (client, mut after) = (client.clone(), after.to_owned());
        let (all, made) = (seen.clone(), connections.clone());
        let task = tokio::spawn(async move {
            loop {
                if let Ok(mut events) = client.subscribe(subscription, json!({ "after": after })).await {
                    *made.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                    while let Some(event) = events.next().await {
                        let change = &event["data"][field];
                        // An error in a change's place: it is asked for again, not passed over.
                        let Some(cursor) = change["cursor"].as_str() else { break };
                        cursor.clone_into(&mut after);
                        all.lock().unwrap_or_else(PoisonError::into_inner).push(change.clone());
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        Self { seen, connections, task }
    }

    /// What it has seen, in order.
    #[must_use]
    pub fn seen(&self) -> Vec<Value> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often it was connected.
    #[must_use]
    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}
