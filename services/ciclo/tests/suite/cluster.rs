//! The suite as platform teams run it: each service as two processes on one
//! PostgreSQL database, Kafka between the services, a balancer before each.

use crate::support::{binary, own_host};
use ciclo::services::NAMES;
use ciclo_testkit::balancer::Balancer;
use ciclo_testkit::broker::Broker;
use ciclo_testkit::postgres::Server;
use ciclo_testkit::process::{Client, Process, directory, token};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use tempfile::TempDir;

/// What the gateway is called among the processes.
const GATEWAY: &str = "gateway";
/// The service whose way to the broker can be cut.
const FAR: &str = "design";
/// Processes of each service.
pub const REPLICAS: usize = 2;

/// A process of a service: which service, and which of its processes.
pub type Place = (&'static str, usize);

/// The suite, with what it stands on.
pub struct Cluster {
    pub gateway: String,
    pub database: Server,
    pub broker: Broker,
    pub data: PathBuf,
    balancers: BTreeMap<&'static str, Balancer>,
    addresses: BTreeMap<Place, SocketAddr>,
    settings: BTreeMap<&'static str, Vec<String>>,
    processes: BTreeMap<Place, Process>,
    gateway_process: Option<Process>,
    _directory: TempDir,
}

impl Cluster {
    /// Starts everything; `None`, said loudly, where no broker is to be had.
    pub async fn start() -> Option<Self> {
        Self::start_with(&[]).await
    }

    /// [`Cluster::start`], each process with these arguments besides.
    pub async fn start_with(besides: &[String]) -> Option<Self> {
        let broker = Broker::start_with_wire().await?;
        let database = Server::start(false);
        let (directory, data) = directory();
        let (mut balancers, mut settings, mut addresses) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for name in NAMES {
            balancers.insert(name, Balancer::start().await);
            let place = database.database(name).await;
            let secret = directory.path().join(format!("{name}.secret"));
            std::fs::write(&secret, place.password.unwrap()).unwrap();
            let of =
                ["--database-url", &place.url, "--database-password-file", &secret.display().to_string()]
                    .map(str::to_owned);
            let way = if name == FAR { broker.wired_address() } else { broker.address() };
            let brokers = ["--kafka-brokers".to_owned(), way];
            let all = of.into_iter().chain(brokers).chain(besides.iter().cloned());
            settings.insert(name, all.collect::<Vec<String>>());
            for replica in 0..REPLICAS {
                addresses.insert((name, replica), format!("{}:4001", own_host()).parse().unwrap());
            }
        }
        settings.insert(GATEWAY, besides.to_vec());
        let mut cluster = Self {
            gateway: String::new(),
            database,
            broker,
            data,
            balancers,
            addresses,
            settings,
            processes: BTreeMap::new(),
            gateway_process: None,
            _directory: directory,
        };
        for place in cluster.addresses.keys().copied().collect::<Vec<_>>() {
            cluster.resume(place);
        }
        cluster.resume_gateway("127.0.0.1:0");
        Some(cluster)
    }

    /// Starts a process where it was, and puts connections through to it.
    pub fn resume(&mut self, place: Place) {
        let (name, _) = place;
        let address = self.addresses[&place];
        let (data, listen) = (self.data.display().to_string(), address.to_string());
        let mut arguments = vec!["serve", name, "--data", &data, "--listen", &listen];
        arguments.extend(self.settings[name].iter().map(String::as_str));
        let process = Process::start(binary(), &arguments, "ready").expect("starts");
        self.processes.insert(place, process);
        self.balancers[name].add(address);
    }

    fn resume_gateway(&mut self, listen: &str) {
        let urls: Vec<String> =
            NAMES.iter().map(|name| format!("{name}={}", self.balancers[name].url())).collect();
        let (data, urls) = (self.data.display().to_string(), urls.join(","));
        let mut arguments = vec!["serve", GATEWAY, "--data", &data, "--listen", listen, "--service", &urls];
        arguments.extend(self.settings[GATEWAY].iter().map(String::as_str));
        let process = Process::start(binary(), &arguments, "ready").expect("starts");
        self.gateway = process.url(GATEWAY);
        self.gateway_process = Some(process);
    }

    /// Kills a process as a power cut would; the balancer does not know.
    pub fn kill(&mut self, place: Place) {
        self.processes.remove(&place).expect("it runs").kill();
        // Not for the one that comes after it on the same address.
        self.balancers[place.0].remove(self.addresses[&place]);
    }

    /// Kills the gateway and starts it where it was.
    pub fn restart_gateway(&mut self) {
        let listen = self.gateway.trim_start_matches("http://").trim_end_matches("/graphql").to_owned();
        self.gateway_process.take().expect("it runs").kill();
        self.resume_gateway(&listen);
    }

    /// Takes a process out of the balancer, asks it to stop, and starts it again: what a roll-out does.
    pub fn roll(&mut self, place: Place) {
        self.balancers[place.0].remove(self.addresses[&place]);
        assert_eq!(self.processes.remove(&place).expect("it runs").terminate(), Some(0));
        self.resume(place);
    }

    /// All processes of services.
    pub fn places(&self) -> Vec<Place> {
        self.addresses.keys().copied().collect()
    }

    /// A client of the gateway with a role in the tests' tenant.
    pub fn client(&self, role: &str) -> Client {
        Client::new(&self.gateway, &token(binary(), &self.data, role, "acme"))
    }

    /// A base URL of a service, whichever of its processes answers.
    pub fn service(&self, name: &str) -> String {
        self.balancers[name].url()
    }

    /// Stops every process and says how each ended.
    pub fn terminate(mut self) -> Vec<Option<i32>> {
        let gateway = self.gateway_process.take();
        let services = std::mem::take(&mut self.processes).into_values();
        gateway.into_iter().chain(services).map(Process::terminate).collect()
    }
}
