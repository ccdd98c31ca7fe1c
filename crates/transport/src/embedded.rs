//! The transport with nothing to install: a consumer reads its neighbour's log,
//! in the same process or over HTTP, and keeps its position in its own database.

use crate::{Subscription, Topics, Transport, TransportError, envelope};
use async_trait::async_trait;
use ciclo_kernel::{Principal, Tenant};
use ciclo_store::{Database, LogRow};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// What this transport is to traces: the services' own logs.
pub const SYSTEM: &str = "ciclo";
/// How long a remote feed holds a request open when there is nothing new.
pub const LONG_POLL: Duration = Duration::from_secs(20);
/// Pause before a feed that failed is asked again.
const AGAIN: Duration = Duration::from_millis(250);

/// Where a neighbour's log is read.
#[derive(Clone)]
pub enum Feed {
    /// In this process.
    Local(Database),
    /// At the neighbour's `/internal/log`.
    Remote(RemoteFeed),
}

/// A neighbour's log over HTTP.
#[derive(Clone)]
pub struct RemoteFeed {
    /// The neighbour's base URL.
    pub url: String,
    /// Makes the token that the neighbour checks.
    pub token: Arc<dyn Fn() -> String + Send + Sync>,
    /// The HTTP client.
    pub client: reqwest::Client,
}

impl RemoteFeed {
    async fn read(&self, after: u64, most: usize, wait: Duration) -> Result<Vec<LogRow>, TransportError> {
        let lost = |why: reqwest::Error| TransportError(format!("{}: {why}", self.url));
        let url = format!("{}/internal/log?after={after}&limit={most}&wait={}", self.url, wait.as_secs());
        let timeout = wait + Duration::from_secs(10);
        let answer =
            self.client.get(url).bearer_auth((self.token)()).timeout(timeout).send().await.map_err(lost)?;
        let bytes = answer.error_for_status().map_err(lost)?.bytes().await.map_err(lost)?;
        envelope::decode_batch(&bytes).map_err(|why| TransportError(why.to_string()))
    }
}

/// The embedded transport of one service.
pub struct Embedded {
    own: Database,
    feeds: HashMap<&'static str, Feed>,
}

impl Embedded {
    /// A transport that keeps positions in `own` and reads `feeds` by the neighbours' names.
    #[must_use]
    pub fn new(own: Database, feeds: HashMap<&'static str, Feed>) -> Self {
        Self { own, feeds }
    }
}

#[async_trait]
impl Transport for Embedded {
    async fn publish(&self, _source: &str, _rows: &[LogRow]) -> Result<(), TransportError> {
        // The log is the topic.
        Ok(())
    }

    async fn subscribe(
        &self,
        group: &'static str,
        topics: Topics,
    ) -> Result<Box<dyn Subscription>, TransportError> {
        let feed = self
            .feeds
            .get(topics.source)
            .cloned()
            .ok_or_else(|| TransportError(format!("no feed of {}", topics.source)))?;
        let key = key(group, topics.source);
        let at = self.own.position(&key).await?;
        Ok(Box::new(Reading {
            own: self.own.clone(),
            feed,
            topics,
            key,
            at,
            committed: at,
            ahead: Vec::new(),
        }))
    }
}

/// The name of a service's position in a neighbour's log.
fn key(group: &str, source: &str) -> String {
    format!("{group}<{source}")
}

/// Keeps a position.
async fn keep(own: &Database, key: &str, at: u64) -> Result<(), TransportError> {
    // Positions belong to no tenant; the name only says who writes.
    let tenant = Tenant::parse("suite").map_err(|why| TransportError(why.to_string()))?;
    let principal = Principal::service(tenant, own.service());
    let key = key.to_owned();
    own.write(&principal, move |tx| Box::pin(async move { tx.set_position(&key, at).await })).await?;
    Ok(())
}

/// Sets a service back to the beginning of a neighbour's log, and answers where it was: from its
/// next start on, every event is offered to it again, and what it applied before is dropped. One
/// that reads meanwhile does not notice, and overwrites it.
pub async fn rewind(own: &Database, source: &str) -> Result<u64, TransportError> {
    let key = key(own.service(), source);
    let before = own.position(&key).await?;
    keep(own, &key, 0).await?;
    Ok(before)
}

struct Reading {
    own: Database,
    feed: Feed,
    topics: Topics,
    key: String,
    at: u64,
    committed: u64,
    /// Rows that a long poll brought while it waited.
    ahead: Vec<LogRow>,
}

impl Reading {
    fn wanted(&mut self, rows: Vec<LogRow>) -> Vec<LogRow> {
        if let Some(last) = rows.last() {
            self.at = last.sequence;
        }
        rows.into_iter().filter(|row| self.topics.record_types.contains(&row.record_type.as_str())).collect()
    }
}

#[async_trait]
impl Subscription for Reading {
    async fn poll(&mut self, most: usize) -> Result<Vec<LogRow>, TransportError> {
        loop {
            let before = self.at;
            let rows = if self.ahead.is_empty() {
                match &self.feed {
                    Feed::Local(log) => log.log_after(self.at, most as u64).await?,
                    Feed::Remote(feed) => feed.read(self.at, most, Duration::ZERO).await?,
                }
            } else {
                self.ahead.drain(..most.min(self.ahead.len())).collect()
            };
            let wanted = self.wanted(rows);
            // Rows of other types may fill a whole batch: look on behind them.
            if !wanted.is_empty() || self.at == before {
                return Ok(wanted);
            }
        }
    }

    async fn ready(&mut self) -> Result<(), TransportError> {
        match &self.feed {
            Feed::Local(log) => {
                let at = self.at;
                let grown = log.tail().wait_for(|tail| *tail > at).await.map(|_| ());
                grown.map_err(|_| TransportError("the neighbour's log has closed".to_owned()))
            }
            Feed::Remote(feed) => match feed.read(self.at, 256, LONG_POLL).await {
                Ok(rows) => {
                    self.ahead = rows;
                    Ok(())
                }
                Err(error) => {
                    tokio::time::sleep(AGAIN).await;
                    Err(error)
                }
            },
        }
    }

    fn system(&self) -> &'static str {
        SYSTEM
    }

    fn destination(&self, _row: &LogRow) -> String {
        self.topics.source.to_owned()
    }

    async fn commit(&mut self) -> Result<(), TransportError> {
        if self.committed == self.at {
            return Ok(());
        }
        keep(&self.own, &self.key, self.at).await?;
        self.committed = self.at;
        Ok(())
    }
}
