//! Starting and stopping a gateway on a thread of its own.
//!
//! The router's server is ntex, which brings its own runtime; whatever runtime
//! the rest of the process uses is left alone.

use crate::config::GatewayConfig;
use crate::error::GatewayError;
use crate::mask::Mask;
use crate::plugin::{CicloPlugin, Parts};
use crate::{GRAPHQL_PATH, router};
use ciclo_identity::Verifier;
use hive_router::background_tasks::BackgroundTasksManager;
use hive_router::config::HiveRouterConfig;
use hive_router::ntex::SharedCfg;
use hive_router::ntex::rt::{DefaultRuntime, System};
use hive_router::ntex::web::{self, HttpResponse, HttpServer};
use hive_router::pipeline::long_lived_client_limit::LongLivedClientLimitService;
use hive_router::pipeline::request_identifiers::RequestIdentifiersService;
use hive_router::pipeline::request_summary::RequestSummaryService;
use hive_router::plugins::plugins_service::PluginService;
use hive_router::telemetry::TelemetryContext;
use hive_router::{PluginRegistry, RouterPaths, SchemaState};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Once, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// A federation gateway.
pub struct Gateway;

/// A gateway that is listening. Dropping it stops it without waiting.
pub struct RunningGateway {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl RunningGateway {
    /// The address that it listens on, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the subscriptions, waits for the requests at work (at most `drain`), and returns once
    /// the threads are gone. It blocks.
    pub fn stop(mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the gateway's thread panicked");
        }
    }
}

impl Gateway {
    /// Starts a gateway and returns once it is listening. It blocks for as long as the supergraph
    /// is read and the keys are fetched.
    pub fn start(config: GatewayConfig) -> Result<RunningGateway, GatewayError> {
        static CRYPTO: Once = Once::new();
        // The router's client is made with TLS even when every subgraph is plain HTTP.
        CRYPTO.call_once(hive_router::init_rustls_crypto_provider);

        let failed = |source| GatewayError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (started, wait) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("gateway".to_owned()).spawn(move || {
            System::build().name("gateway").build(DefaultRuntime).block_on(async move {
                let running = match prepare(&config).await {
                    Ok(prepared) => serve(prepared, listener, config.drain),
                    Err(why) => Err(why),
                };
                match running {
                    Ok(running) => {
                        let _ = started.send(Ok(()));
                        running.until(stopped).await;
                    }
                    Err(why) => {
                        let _ = started.send(Err(why));
                    }
                }
            });
        });
        let thread = thread.map_err(|why| GatewayError::Thread(why.to_string()))?;
        match wait.recv() {
            Ok(Ok(())) => Ok(RunningGateway { address, stop: Some(stop), thread: Some(thread) }),
            Ok(Err(why)) => {
                let _ = thread.join();
                Err(why)
            }
            Err(_) => Err(GatewayError::Thread("it panicked".to_owned())),
        }
    }
}

struct Prepared {
    settings: &'static HiveRouterConfig,
    parts: Arc<Parts>,
    tasks: BackgroundTasksManager,
    shared: Arc<hive_router::RouterSharedState>,
    schema: Arc<SchemaState>,
    paths: RouterPaths,
}

async fn prepare(config: &GatewayConfig) -> Result<Prepared, GatewayError> {
    let settings = router::config(config)?;
    let supergraph = router::supergraph(&config.supergraph, &settings)?;
    let verifier = Verifier::new(config.jwks.clone(), &config.issuer, &config.audience).await?;
    let mask = Mask::new(config.refusals.clone(), config.limits);
    let parts = Parts::new(verifier, mask, config.explorer, supergraph);
    parts.hand_over();

    // The router keeps its configuration for the life of the process: a few kilobytes for each start.
    let settings = settings.into_static();
    let telemetry =
        TelemetryContext::from_propagation_config(&settings.telemetry.tracing.propagation, &settings.log);
    let mut tasks = BackgroundTasksManager::new();
    let plugins = PluginRegistry::new().register::<CicloPlugin>();
    let (shared, schema) = hive_router::configure_app_from_config(settings, telemetry, &mut tasks, plugins)
        .await
        .map_err(|why| GatewayError::Config(why.to_string()))?;
    warm(&parts, &schema).await?;

    let mut paths = RouterPaths::new(GRAPHQL_PATH.to_owned(), Some(GRAPHQL_PATH.to_owned()), None);
    paths.health.clone_from(&config.live_path);
    paths.readiness.clone_from(&config.ready_path);
    paths.detect_conflicts(&None).map_err(|why| GatewayError::Config(why.to_string()))?;
    Ok(Prepared { settings, parts, tasks, shared, schema, paths })
}

/// Makes what the router would make at the first request, so that a mistake shows now.
async fn warm(parts: &Parts, schema: &SchemaState) -> Result<(), GatewayError> {
    let request = web::test::TestRequest::default().to_http_request();
    if let Some(supergraph) = parts.supergraph() {
        request.extensions_mut().insert(supergraph.snapshot());
    }
    schema.select_supergraph(&request).await.map_err(|why| GatewayError::Supergraph(why.to_string()))?;
    Ok(())
}

struct Serving {
    server: hive_router::ntex::server::Server,
    parts: Arc<Parts>,
    tasks: BackgroundTasksManager,
    drain: Duration,
}

fn serve(prepared: Prepared, listener: TcpListener, drain: Duration) -> Result<Serving, GatewayError> {
    let Prepared { settings, parts, tasks, shared, schema, paths } = prepared;
    let address = listener.local_addr().map_err(|why| GatewayError::Config(why.to_string()))?;
    let streams = LongLivedClientLimitService::new(settings);
    let mut server = HttpServer::new(async move || {
        let (paths, shared, schema) = (paths.clone(), shared.clone(), schema.clone());
        web::App::new()
            .middleware(streams.clone())
            .middleware(PluginService::new(paths.clone(), None))
            .middleware(RequestSummaryService::new(GRAPHQL_PATH))
            .middleware(RequestIdentifiersService)
            .state(shared.clone())
            .state(schema.clone())
            .state(shared.telemetry_context.clone())
            .state(schema.callback_subscriptions.clone())
            .configure(|service| hive_router::configure_ntex_app(service, &paths, None))
            .default_service(web::to(async |request: web::HttpRequest| {
                if request.path() == "/" {
                    HttpResponse::TemporaryRedirect().header("location", GRAPHQL_PATH).finish()
                } else {
                    HttpResponse::NotFound().body("the API is at /graphql\n")
                }
            }))
    });
    if let Some(workers) = settings.workers() {
        server = server.workers(workers.get());
    }
    let server = server
        .config(SharedCfg::new("GATEWAY").add(hive_router::build_http_service_config(settings)))
        .shutdown_timeout(settings.shutdown_timeout())
        .disable_signals()
        .listen(listener)
        .map_err(|source| GatewayError::Listen { address, source })?
        .run();
    Ok(Serving { server, parts, tasks, drain })
}

impl Serving {
    /// Serves until the word comes, or the server ends by itself.
    async fn until(mut self, stopped: oneshot::Receiver<()>) {
        tokio::select! {
            ended = self.server.clone() => {
                if let Err(why) = ended {
                    tracing::error!(%why, "the gateway's server ended");
                }
            }
            _ = stopped => {
                self.parts.retire();
                self.server.pause().await;
                if tokio::time::timeout(self.drain, self.parts.idle()).await.is_err() {
                    tracing::warn!("requests were still at work when the gateway stopped");
                }
                self.server.stop(true).await;
            }
        }
        self.tasks.graceful_shutdown().await;
    }
}
