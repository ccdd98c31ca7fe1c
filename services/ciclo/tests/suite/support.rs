//! Starting the suite's processes.

use ciclo_store::Postgres;
use ciclo_testkit::postgres::Server;
use ciclo_testkit::process::{Client, Process, directory, token};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// The gateway among the six processes.
const GATEWAY: &str = "gateway";

/// The executable under test.
pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_ciclo"))
}

/// The suite, however many processes it is.
pub struct Suite {
    pub gateway: String,
    pub data: PathBuf,
    /// The base URLs of services that are processes of their own.
    services: BTreeMap<&'static str, String>,
    /// What each of the processes is told besides.
    besides: BTreeMap<&'static str, Vec<String>>,
    processes: BTreeMap<&'static str, Process>,
    _directory: TempDir,
}

impl Suite {
    /// All in one process, on ports that are free.
    pub fn one() -> Self {
        let (directory, data) = directory();
        let process = start_in(&data);
        let gateway = process.url("explorer");
        let processes = BTreeMap::from([("suite", process)]);
        let (services, besides) = (BTreeMap::new(), BTreeMap::new());
        Self { gateway, data, services, besides, processes, _directory: directory }
    }

    /// The base URL of operations, of a suite in one process.
    pub fn operations(&self) -> String {
        let intake = self.processes["suite"].url("Alertmanager intake");
        intake.trim_end_matches("/intake/alertmanager").to_owned()
    }

    /// Six processes over one data directory.
    pub fn six() -> Self {
        Self::six_with(&[])
    }

    /// [`Suite::six`], each with these arguments besides.
    pub fn six_with(besides: &[String]) -> Self {
        let (directory, data) = directory();
        let names = ciclo::services::NAMES.into_iter().chain([GATEWAY]);
        Self::processes(directory, data, names.map(|name| (name, besides.to_vec())).collect())
    }

    /// Six processes, each service on a PostgreSQL database of its own.
    pub async fn six_on_postgresql() -> Self {
        Self::six_on_disks(&BTreeMap::new()).await
    }

    /// [`Suite::six_on_postgresql`], the databases of these services each on a disk of its own.
    pub async fn six_on_disks(disks: &BTreeMap<&'static str, &Path>) -> Self {
        let (directory, data) = directory();
        let mut besides = BTreeMap::new();
        for name in ciclo::services::NAMES {
            let place = Server::shared().database_on(name, disks.get(name).copied()).await;
            besides.insert(name, on_postgresql(directory.path(), name, &place));
        }
        Self::processes(directory, data, besides)
    }

    fn processes(directory: TempDir, data: PathBuf, besides: BTreeMap<&'static str, Vec<String>>) -> Self {
        let host = own_host();
        let services = (4001..).zip(ciclo::services::NAMES);
        let services = services.map(|(port, name)| (name, format!("http://{host}:{port}"))).collect();
        let mut suite = Self {
            gateway: String::new(),
            data,
            services,
            besides,
            processes: BTreeMap::new(),
            _directory: directory,
        };
        for name in ciclo::services::NAMES {
            suite.start(name);
        }
        let gateway = suite.serve(GATEWAY, "127.0.0.1:0");
        suite.gateway = gateway.url(GATEWAY);
        suite.processes.insert(GATEWAY, gateway);
        suite
    }

    /// Starts one of the six, or starts it again where it was.
    pub fn start(&mut self, name: &'static str) {
        let listen = self.services[name].trim_start_matches("http://");
        let process = self.serve(name, listen);
        self.processes.insert(name, process);
    }

    /// Ends one of the six at once, as a power cut would.
    pub fn kill(&mut self, name: &str) {
        self.processes.remove(name).expect("it runs").kill();
    }

    fn serve(&self, name: &str, listen: &str) -> Process {
        let data = self.data.display().to_string();
        let urls: Vec<String> = self.services.iter().map(|(name, url)| format!("{name}={url}")).collect();
        let urls = urls.join(",");
        let mut arguments = vec!["serve", name, "--data", &data, "--listen", listen, "--service", &urls];
        arguments.extend(self.besides.get(name).into_iter().flatten().map(String::as_str));
        Process::start(binary(), &arguments, "ready").expect("starts")
    }

    /// A client of the gateway with a role in the tests' tenant.
    pub fn client(&self, role: &str) -> Client {
        Client::new(&self.gateway, &token(binary(), &self.data, role, "acme"))
    }

    /// The base URL of a service that is a process of its own.
    pub fn service(&self, name: &str) -> &str {
        &self.services[name]
    }

    /// Stops every process and says how each ended.
    pub fn terminate(self) -> Vec<Option<i32>> {
        self.processes.into_values().map(Process::terminate).collect()
    }
}

/// What a service is told so that its data is in a PostgreSQL database.
fn on_postgresql(directory: &Path, name: &str, place: &Postgres) -> Vec<String> {
    let secret = directory.join(format!("{name}.secret"));
    std::fs::write(&secret, format!("{}\n", place.password.as_deref().unwrap())).unwrap();
    ["--database-url", &place.url, "--database-password-file", &secret.display().to_string()]
        .map(str::to_owned)
        .to_vec()
}

/// Starts the whole suite in a data directory, on ports that are free.
pub fn start_in(data: &Path) -> Process {
    try_start_in(data).expect("starts")
}

/// As [`start_in`], or what it said when it refused.
pub fn try_start_in(data: &Path) -> Result<Process, String> {
    let data = data.display().to_string();
    Process::start(binary(), &["--data", &data, "--listen", "127.0.0.1:0"], "Ctrl-C")
}

/// A loopback address that this test process has for itself, a new one at each call: six processes
/// must know one another's ports before any of them listens.
pub fn own_host() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let id = std::process::id();
    format!("127.{}.{}.{}", 1 + (id >> 8) % 250, id % 250, NEXT.fetch_add(1, Ordering::Relaxed))
}
