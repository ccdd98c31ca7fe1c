//! One service as the host runs it: its HTTP side, its consumers, its tasks.

use crate::graphql::GraphQl;
use crate::{gauges, http, spans};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::response::Response;
use ciclo_api::Access;
use ciclo_identity::Verifier;
use ciclo_store::Database;
use ciclo_transport::{Consumer, Handler, Transport, TransportError};
use futures::future::BoxFuture;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What a request handler of a service needs.
#[derive(Clone)]
pub struct Shared {
    /// The service's database.
    pub database: Database,
    /// Its schema.
    pub schema: GraphQl,
    /// Its table of access.
    pub access: &'static Access,
    /// Who checks tokens.
    pub verifiers: Verifiers,
}

/// Who checks tokens, by who sends them. One verifier alone checks both.
#[derive(Clone)]
pub struct Verifiers {
    /// Checks the tokens of callers.
    pub callers: Verifier,
    /// Checks the tokens that services make for one another.
    pub neighbours: Verifier,
}

impl From<Verifier> for Verifiers {
    fn from(verifier: Verifier) -> Self {
        Self { callers: verifier.clone(), neighbours: verifier }
    }
}

/// A service's own routes, made when the host knows who checks tokens.
pub type Routes = Box<dyn FnOnce(Shared) -> Router + Send + Sync>;

/// Work that runs beside a service's requests, begun when it serves.
pub type Task = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send + Sync>;

/// A service, opened but not yet running.
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Its database.
    pub database: Database,
    /// Its schema.
    pub schema: GraphQl,
    /// Its table of access.
    pub access: &'static Access,
    /// What it does with its neighbours' events.
    pub handlers: Vec<Arc<dyn Handler>>,
    /// Routes of its own, beside those that every service has.
    pub routes: Routes,
    /// What runs beside: timers.
    pub tasks: Vec<Task>,
}

/// A service that serves.
pub struct Running {
    name: &'static str,
    address: SocketAddr,
    draining: Arc<AtomicBool>,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<()>,
    background: JoinSet<()>,
}

impl Part {
    /// Subscribes to the neighbours.
    pub async fn consumers(&self, transport: &dyn Transport) -> Result<Vec<Consumer>, TransportError> {
        let mut consumers = Vec::new();
        for handler in &self.handlers {
            consumers.push(Consumer::start(self.database.clone(), transport, handler.clone()).await?);
        }
        Ok(consumers)
    }

    /// Serves on a listener, consumes and runs the tasks until stopped.
    pub async fn run(
        self,
        listener: TcpListener,
        verifiers: impl Into<Verifiers>,
        transport: &dyn Transport,
    ) -> Result<Running, TransportError> {
        let address = listener.local_addr().map_err(|why| TransportError(why.to_string()))?;
        let mut background = JoinSet::new();
        gauges::show(&self.database);
        background.spawn(gauges::look(self.database.clone()));
        for consumer in self.consumers(transport).await? {
            background.spawn(consumer.run());
        }
        for task in self.tasks {
            background.spawn(task());
        }
        let verifiers = verifiers.into();
        let shared = Shared { database: self.database, schema: self.schema, access: self.access, verifiers };
        let app = http::routes(shared.clone()).merge((self.routes)(shared));
        let draining = Arc::new(AtomicBool::new(false));
        let app = app.layer(from_fn_with_state(self.name, spans::traced));
        let app = app.layer(map_response_with_state(draining.clone(), close_when_draining));
        let stop = CancellationToken::new();
        let stopping = stop.clone().cancelled_owned();
        let server = tokio::spawn(async move {
            if let Err(fault) = axum::serve(listener, app).with_graceful_shutdown(stopping).await {
                tracing::error!(%fault, "serving");
            }
        });
        Ok(Running { name: self.name, address, draining, stop, server, background })
    }
}

/// Has a client of a process that is about to stop make another connection for its next request.
async fn close_when_draining(State(draining): State<Arc<AtomicBool>>, mut response: Response) -> Response {
    if draining.load(Ordering::Relaxed) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

impl Running {
    /// The service's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Goes on answering for a while and tells every client not to use its connection again: whoever
    /// sends them on has learnt meanwhile that this process goes, so that no request is lost on a
    /// connection that is being closed.
    pub async fn drain(&self, time: std::time::Duration) {
        self.draining.store(true, Ordering::Relaxed);
        tokio::time::sleep(time).await;
    }

    /// Takes no new requests, lets those at work finish for up to `grace`, stops consuming.
    pub async fn stop(mut self, grace: std::time::Duration) {
        self.stop.cancel();
        // Subscriptions never finish on their own: after the grace period they are cut.
        if tokio::time::timeout(grace, &mut self.server).await.is_err() {
            self.server.abort();
        }
        self.background.shutdown().await;
    }
}
