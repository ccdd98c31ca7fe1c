//! The five services in one process: their databases, their feeds of one
//! another, their addresses.

use crate::services;
use anyhow::{Context, Result};
use ciclo_host::data::Held;
use ciclo_host::{DataDirectory, Part, Running, Verifiers};
use ciclo_kernel::Clock;
use ciclo_store::Postgres;
use ciclo_transport::{Consumer, Embedded, Feed};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// What a process keeps as long as it serves: the right to a file, if its data is in one.
pub type Kept = Option<Held>;

/// The services, opened but not yet serving.
pub struct Suite {
    /// The services, in the order of the lifecycle.
    pub parts: Vec<Part>,
    held: Vec<Kept>,
}

/// The services, serving.
pub struct RunningSuite {
    services: Vec<Running>,
    _held: Vec<Kept>,
}

impl Suite {
    /// Opens all services in a data directory.
    pub async fn open(data: &DataDirectory, clock: &Clock) -> Result<Self> {
        let (mut parts, mut held) = (Vec::new(), Vec::new());
        for name in services::NAMES {
            let (part, lock) = open_one(data, name, clock).await?;
            parts.push(part);
            held.push(lock);
        }
        Ok(Self { parts, held })
    }

    /// A service by name.
    ///
    /// # Panics
    /// When there is no such service: names are constants.
    #[must_use]
    pub fn part(&self, name: &str) -> &Part {
        self.parts.iter().find(|part| part.name == name).expect("one of the five services")
    }

    fn feeds(&self) -> HashMap<&'static str, Feed> {
        self.parts.iter().map(|part| (part.name, Feed::Local(part.database.clone()))).collect()
    }

    /// Consumers of every service over every neighbour, to be pumped by hand.
    pub async fn consumers(&self) -> Result<Vec<Consumer>> {
        let mut all = Vec::new();
        for part in &self.parts {
            let transport = Embedded::new(part.database.clone(), self.feeds());
            all.extend(part.consumers(&transport).await?);
        }
        Ok(all)
    }

    /// Whether no service has anything recorded yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| *part.database.tail().borrow() == 0)
    }

    /// Serves all services: each on the port of `first` plus its place, or on any port when that is 0.
    pub async fn run(self, first: SocketAddr, verifiers: &Verifiers) -> Result<RunningSuite> {
        let feeds = self.feeds();
        let mut running = Vec::new();
        for (place, part) in (1u16..).zip(self.parts) {
            let port = if first.port() == 0 { 0 } else { first.port() + place };
            let listener = listen(SocketAddr::new(first.ip(), port), part.name).await?;
            let transport = Embedded::new(part.database.clone(), feeds.clone());
            running.push(part.run(listener, verifiers.clone(), &transport).await?);
        }
        Ok(RunningSuite { services: running, _held: self.held })
    }
}

/// Opens one service of a data directory.
pub async fn open_one(data: &DataDirectory, name: &'static str, clock: &Clock) -> Result<(Part, Kept)> {
    let held = data.hold(name)?;
    let file = data.file(name);
    let opened = services::open(name, file.clone().into(), clock.clone()).await.context("no such service")?;
    Ok((opened.with_context(|| format!("opening {}", file.display()))?, Some(held)))
}

/// Opens one service on its own database, which other processes may have open too.
pub async fn open_at(postgres: Postgres, name: &'static str, clock: &Clock) -> Result<(Part, Kept)> {
    let opened = services::open(name, postgres.into(), clock.clone()).await.context("no such service")?;
    Ok((opened.with_context(|| format!("opening the database of {name}"))?, None))
}

/// Binds a service's address.
pub async fn listen(address: SocketAddr, name: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{name} cannot listen on {address}"))
}

impl RunningSuite {
    /// The services' base URLs by name.
    #[must_use]
    pub fn urls(&self) -> BTreeMap<String, String> {
        self.services.iter().map(|one| (one.name().to_owned(), format!("http://{}", one.address()))).collect()
    }

    /// Drains and stops all services.
    pub async fn stop(self, grace: Duration) {
        futures::future::join_all(self.services.into_iter().map(|one| one.stop(grace))).await;
    }
}

/// Pumps consumers until nothing moves any more; how many events that took.
pub async fn settle(consumers: &mut [Consumer]) -> Result<usize> {
    let mut total = 0;
    loop {
        let mut moved = 0;
        for consumer in consumers.iter_mut() {
            moved += consumer.pump().await?;
        }
        if moved == 0 {
            return Ok(total);
        }
        total += moved;
    }
}
