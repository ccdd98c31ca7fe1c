//! Starting the suite's processes.

use ciclo_testkit::process::{Client, Process, directory, token};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// The executable under test.
pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_ciclo"))
}

/// The suite, however many processes it is.
pub struct Suite {
    pub gateway: String,
    pub data: PathBuf,
    services: HashMap<&'static str, String>,
    processes: Vec<Process>,
    _directory: TempDir,
}

impl Suite {
    /// All in one process, on ports that are free.
    pub fn one() -> Self {
        let (directory, data) = directory();
        let process = start_in(&data);
        let gateway = process.url("explorer");
        Self { gateway, data, services: HashMap::new(), processes: vec![process], _directory: directory }
    }

    /// Six processes over one data directory.
    pub fn six() -> Self {
        let (directory, data) = directory();
        let names = ciclo::services::NAMES;
        let host = own_host();
        let ports = [4001, 4002, 4003, 4004, 4005];
        let urls: Vec<String> =
            names.iter().zip(&ports).map(|(name, port)| format!("{name}=http://{host}:{port}")).collect();
        let services = names.into_iter().zip(ports.map(|port| format!("http://{host}:{port}"))).collect();
        let urls = urls.join(",");
        let data_text = data.display().to_string();
        let mut processes: Vec<Process> = names
            .iter()
            .zip(&ports)
            .map(|(name, port)| {
                let listen = format!("{host}:{port}");
                let arguments =
                    ["serve", name, "--data", &data_text, "--listen", &listen, "--service", &urls];
                Process::start(binary(), &arguments, "ready").expect("starts")
            })
            .collect();
        let arguments =
            ["serve", "gateway", "--data", &data_text, "--listen", "127.0.0.1:0", "--service", &urls];
        let gateway = Process::start(binary(), &arguments, "ready").expect("starts");
        let url = gateway.url("gateway");
        processes.push(gateway);
        Self { gateway: url, data, services, processes, _directory: directory }
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
        self.processes.into_iter().map(Process::terminate).collect()
    }
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
fn own_host() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let id = std::process::id();
    format!("127.{}.{}.{}", 1 + (id >> 8) % 250, id % 250, NEXT.fetch_add(1, Ordering::Relaxed))
}
