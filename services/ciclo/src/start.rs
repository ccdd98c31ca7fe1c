//! Starting: the whole suite in one process, or one part alone.

use crate::cli::SuiteArgs;
use crate::config::{Common, DatabaseArgs, Identity, KafkaArgs};
use crate::stop::Stop;
use crate::suite::{Kept, RunningSuite, Suite, listen, open_at, open_one};
use crate::{banner, seed, services};
use anyhow::{Context, Result, bail};
use ciclo_gateway::{Gateway, GatewayConfig, RunningGateway};
use ciclo_host::{DataDirectory, Part, Verifiers, telemetry};
use ciclo_identity::{AUDIENCE, EMBEDDED_ISSUER, EmbeddedKey, Issuer, Jwks, Verifier};
use ciclo_kernel::{Clock, Principal, Role, SignedDuration, Tenant, Timestamp};
use ciclo_transport::embedded::RemoteFeed;
use ciclo_transport::kafka::{Kafka, KafkaOptions, topics};
use ciclo_transport::relay::Relay;
use ciclo_transport::{Embedded, Feed, Transport};
use clap::Args;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// What the process of the whole suite is called by those who watch it.
const ALL: &str = "ciclo";
/// How long a service's own token for its neighbours holds; it makes a new one for every request.
const NEIGHBOUR_TOKEN: SignedDuration = SignedDuration::from_secs(60);

/// How long a service that is asked to stop goes on answering, until nobody sends it new requests.
const DRAIN: Duration = Duration::from_secs(1);
/// How long a readiness URL may take to answer.
const HEALTHY_WITHIN: Duration = Duration::from_secs(3);

/// Options of one part alone.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// catalog, design, transition, operations, improvement or gateway.
    pub service: String,
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// Where it listens: by default the gateway on port 4000 and the services on the five behind it.
    #[arg(long, env = "CICLO_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Where another service is, as `design=http://10.0.0.7:4002`; repeat it. By default on this machine's ports 4001 to 4005.
    #[arg(long = "service", env = "CICLO_SERVICES", value_delimiter = ',')]
    pub services: Vec<String>,
    /// Where the service's data is, when it is not in the data directory.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// What carries events between the services.
    #[command(flatten)]
    pub kafka: KafkaArgs,
    /// Answer introspection queries and show the explorer (gateway only).
    #[arg(long, env = "CICLO_INTROSPECTION", default_value_t = true, action = clap::ArgAction::Set)]
    pub introspection: bool,
}

/// The runtime of a process: two threads, beside the gateway's own.
pub fn runtime() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().worker_threads(2).enable_all().thread_name("ciclo").build()?)
}

/// Runs the whole suite until it is asked to stop.
pub fn suite(args: &SuiteArgs) -> Result<()> {
    run(&args.common, ALL, run_suite(args))
}

/// Runs a process under its name: with logs, and with what it exports until its end.
fn run(common: &Common, name: &str, work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = runtime()?;
    let telemetry = runtime.block_on(async { telemetry::start(&common.telemetry(name)) })?;
    let outcome = runtime.block_on(work);
    telemetry.stop();
    outcome
}

async fn run_suite(args: &SuiteArgs) -> Result<()> {
    if args.seed {
        let data = DataDirectory::open(&args.common.data)?;
        seed::fill(&data).await?;
    }
    let stop = Stop::listen()?;
    let suite = open(&args.common, args.listen, args.introspection).await?;
    banner::print(
        &suite.gateway.address(),
        &suite.services.urls(),
        &args.common.data,
        suite.embedded,
        suite.empty,
    );
    stop.asked().await;
    eprintln!("ciclo: stopping");
    suite.stop().await
}

/// The whole suite, serving.
pub struct WholeSuite {
    services: RunningSuite,
    gateway: RunningGateway,
    embedded: bool,
    empty: bool,
    grace: Duration,
}

impl WholeSuite {
    /// The gateway's endpoint.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/graphql", self.gateway.address())
    }

    /// Drains and stops: the gateway first, so that nothing new comes in.
    pub async fn stop(self) -> Result<()> {
        tokio::task::spawn_blocking(move || self.gateway.stop()).await?;
        self.services.stop(self.grace).await;
        Ok(())
    }
}

/// Opens the suite in its data directory and serves it.
pub async fn open(common: &Common, listen: SocketAddr, introspection: bool) -> Result<WholeSuite> {
    let data = DataDirectory::open(&common.data)?;
    let key = EmbeddedKey::open(data.path())?;
    let identity = common.identity(listen, key.jwks_file())?;
    let verifiers = verifiers(&identity, Some(&key)).await?;
    let suite = Suite::open(&data, &Clock::System).await?;
    let empty = suite.is_empty();
    let services = suite.run(listen, &verifiers).await?;
    let gateway = gateway(&identity, listen, services.urls(), introspection).await?;
    Ok(WholeSuite { services, gateway, embedded: identity.embedded, empty, grace: common.grace() })
}

/// Runs one part until it is asked to stop.
pub fn serve(args: &ServeArgs) -> Result<()> {
    run(&args.common, &args.service, async {
        if args.service == ciclo_gateway::NAME {
            serve_gateway(args).await
        } else {
            serve_service(args).await
        }
    })
}

async fn serve_gateway(args: &ServeArgs) -> Result<()> {
    let listen = args.listen.unwrap_or_else(|| default_address(0));
    let data = DataDirectory::open(&args.common.data)?;
    let key = EmbeddedKey::open(data.path())?;
    let identity = args.common.identity(listen, key.jwks_file())?;
    let gateway = gateway(&identity, listen, neighbours(&args.services)?, args.introspection).await?;
    let stop = Stop::listen()?;
    println!("gateway ready at http://{}/graphql", gateway.address());
    stop.asked().await;
    tokio::task::spawn_blocking(move || gateway.stop()).await?;
    Ok(())
}

async fn serve_service(args: &ServeArgs) -> Result<()> {
    let (place, name) = place_of(&args.service)?;
    let address = args.listen.unwrap_or_else(|| default_address(place + 1));
    let kafka = args.kafka.options(name)?;
    // With a provider and brokers nobody needs a key of the suite's own, and no directory to keep it.
    let key =
        if args.common.issuer.is_some() && kafka.is_some() { None } else { Some(own_key(&args.common)?) };
    let jwks = key.as_ref().map(EmbeddedKey::jwks_file).unwrap_or(&args.common.data);
    let identity = args.common.identity(address, jwks)?;
    let verifiers = verifiers(&identity, key.as_ref()).await?;
    let (mut part, kept) = open_service(&args.database, &args.common, name).await?;
    let transport: Arc<dyn Transport> = match (kafka, key) {
        (Some(options), _) => over_kafka(options, &mut part).await?,
        (None, Some(key)) => {
            let feeds = remote_feeds(&neighbours(&args.services)?, Issuer::new(&key)?, name)?;
            Arc::new(Embedded::new(part.database.clone(), feeds))
        }
        (None, None) => bail!("without brokers a service needs the suite's own key"),
    };
    let running = part.run(listen(address, name).await?, verifiers, transport.as_ref()).await?;
    let stop = Stop::listen()?;
    println!("{name} ready at http://{}", running.address());
    stop.asked().await;
    running.drain(DRAIN).await;
    running.stop(args.common.grace()).await;
    drop(kept);
    Ok(())
}

/// The suite's own key, of the data directory.
fn own_key(common: &Common) -> Result<EmbeddedKey> {
    let data = DataDirectory::open(&common.data)?;
    Ok(EmbeddedKey::open(data.path())?)
}

/// The transport over brokers; the service relays its log to them beside its requests.
async fn over_kafka(options: KafkaOptions, part: &mut Part) -> Result<Arc<dyn Transport>> {
    let kafka = Arc::new(Kafka::new(options)?);
    // Everybody makes the topics of everybody: who comes first cannot read what is not there.
    for service in services::NAMES {
        let record_types: Vec<&str> = topics::record_types(service).collect();
        kafka.make_topics(service, &record_types).await?;
    }
    let relay = Relay::new(part.database.clone(), kafka.clone());
    part.tasks.push(Box::new(move || Box::pin(relay.run())));
    Ok(kafka)
}

/// A service by what it is called: its place in the lifecycle and its name.
fn place_of(service: &str) -> Result<(usize, &'static str)> {
    let Some(place) = services::NAMES.iter().position(|name| *name == service) else {
        bail!("there is no service {service}; there are {} and gateway", services::NAMES.join(", "));
    };
    Ok((place, services::NAMES[place]))
}

/// Opens a service where its data is: in its own database, or in the data directory.
async fn open_service(database: &DatabaseArgs, common: &Common, name: &'static str) -> Result<(Part, Kept)> {
    match database.place()? {
        Some(postgres) => open_at(postgres, name, &Clock::System).await,
        None => open_one(&DataDirectory::open(&common.data)?, name, &Clock::System).await,
    }
}

/// Options of a migration.
#[derive(Args, Clone, Debug)]
pub struct MigrateArgs {
    /// catalog, design, transition, operations or improvement.
    pub service: String,
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
    /// Where the service's data is, when it is not in the data directory.
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// Brings one service's schema up to date.
pub fn migrate(args: &MigrateArgs) -> Result<()> {
    run(&args.common, &args.service, async {
        let (_, name) = place_of(&args.service)?;
        open_service(&args.database, &args.common, name).await?;
        println!("the schema of {name} is up to date");
        Ok(())
    })
}

/// Asks a readiness URL.
pub fn healthy(url: &str) -> Result<()> {
    let answer = runtime()?.block_on(async {
        reqwest::Client::new().get(url).timeout(HEALTHY_WITHIN).send().await?.error_for_status()
    });
    answer.map(|_| ()).with_context(|| format!("{url} is not ready"))
}

/// Who checks tokens: those of callers by the issuer's keys, those of neighbours always by the
/// suite's own key, which its processes share.
async fn verifiers(identity: &Identity, key: Option<&EmbeddedKey>) -> Result<Verifiers> {
    let callers = Verifier::new(identity.jwks.clone(), &identity.issuer, &identity.audience).await?;
    let neighbours = match key {
        Some(key) => Verifier::new(Jwks::File(key.jwks_file().to_owned()), EMBEDDED_ISSUER, AUDIENCE).await?,
        None => callers.clone(),
    };
    Ok(Verifiers { callers, neighbours })
}

async fn gateway(
    identity: &Identity,
    listen: SocketAddr,
    subgraphs: BTreeMap<String, String>,
    introspection: bool,
) -> Result<RunningGateway> {
    let mut config =
        GatewayConfig::new(listen, subgraphs, &identity.issuer, &identity.audience, identity.jwks.clone());
    config.introspection = introspection;
    config.explorer = introspection;
    // It has a runtime of its own, and starting it blocks.
    let started = tokio::task::spawn_blocking(move || Gateway::start(config)).await?;
    started.with_context(|| format!("the gateway cannot start on {listen}"))
}

fn default_address(place: usize) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 4000 + u16::try_from(place).unwrap_or(0)))
}

/// The services' base URLs: the defaults, with those given in their place.
fn neighbours(given: &[String]) -> Result<BTreeMap<String, String>> {
    let mut urls: BTreeMap<String, String> = services::NAMES
        .iter()
        .enumerate()
        .map(|(place, name)| ((*name).to_owned(), format!("http://{}", default_address(place + 1))))
        .collect();
    for one in given {
        let (name, url) =
            one.split_once('=').with_context(|| format!("--service {one}: it takes name=url"))?;
        if !urls.contains_key(name) {
            bail!("--service {one}: there is no service {name}");
        }
        urls.insert(name.to_owned(), url.trim_end_matches('/').to_owned());
    }
    Ok(urls)
}

fn remote_feeds(
    urls: &BTreeMap<String, String>,
    issuer: Issuer,
    own: &'static str,
) -> Result<HashMap<&'static str, Feed>> {
    let principal = Principal {
        tenant: Tenant::parse("suite")?,
        subject: format!("service:{own}"),
        roles: vec![Role::Subgraph],
    };
    let client = reqwest::Client::new();
    let token: Arc<dyn Fn() -> String + Send + Sync> = Arc::new(move || {
        // A key that signed at the start goes on signing; an empty token is refused by the neighbour.
        issuer.issue(&principal, Timestamp::now(), NEIGHBOUR_TOKEN).unwrap_or_default()
    });
    Ok(services::NAMES
        .iter()
        .filter_map(|name| {
            let url = urls.get(*name)?.clone();
            Some((*name, Feed::Remote(RemoteFeed { url, token: token.clone(), client: client.clone() })))
        })
        .collect())
}
