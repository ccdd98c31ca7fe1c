//! A real Apache Kafka broker of one's own, by `tools/broker/run`: one process
//! on loopback, with its storage in a temporary directory.

use crate::skip::skip;
use crate::wire::Wire;
use ciclo_transport::{Kafka, KafkaOptions};
use std::fs::File;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// How long a broker may take to start; the first fetches it.
const PATIENCE: Duration = Duration::from_secs(240);
/// What `tools/broker/run` ends with where nothing runs a broker.
const NOTHING_TO_RUN: i32 = 69;
/// Starts before it is given up: another process may take a port that was free a moment ago.
const STARTS: u32 = 3;

/// A broker, ended at once when it is dropped.
pub struct Broker {
    storage: TempDir,
    port: u16,
    wire: Option<Wire>,
    child: Option<Child>,
}

impl Broker {
    /// Starts a broker on fresh storage and returns when it answers. `None`,
    /// said loudly, where neither java with Maven Central nor docker is to be had.
    ///
    /// # Panics
    /// When it does not start; and where it cannot, when the environment says `CI=true`.
    pub async fn start() -> Option<Self> {
        Self::begin("--attached", false).await
    }

    /// [`Broker::start`], with a second way to it, over a wire that can be cut.
    ///
    /// # Panics
    /// As that.
    pub async fn start_with_wire() -> Option<Self> {
        Self::begin("--attached", true).await
    }

    async fn begin(how: &str, wired: bool) -> Option<Self> {
        for _ in 0..STARTS {
            let storage = tempfile::tempdir().expect("a temporary directory");
            let port = free_ports();
            let wire = if wired { Some(Wire::to(([127, 0, 0, 1], port + 2).into()).await) } else { None };
            let mut broker = Self { storage, port, wire, child: None };
            match broker.run(how).await {
                Ok(()) => return Some(broker),
                Err(Some(NOTHING_TO_RUN)) => {
                    skip(
                        "an Apache Kafka broker",
                        "neither java with Maven Central nor docker is to be had here",
                    );
                    return None;
                }
                Err(_) => eprintln!("a broker did not start: {}", broker.log()),
            }
        }
        panic!("no broker starts");
    }

    /// The broker that all tests of a process share; it ends with the process.
    ///
    /// # Panics
    /// As [`Broker::start`].
    pub async fn shared() -> Option<&'static Self> {
        static SHARED: OnceCell<Option<Broker>> = OnceCell::const_new();
        // What is static is never dropped, so the broker removes its storage itself.
        SHARED.get_or_init(|| Self::begin("--fleeting", false)).await.as_ref()
    }

    /// Where clients connect.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Where clients connect over the wire.
    ///
    /// # Panics
    /// When it was started without one.
    #[must_use]
    pub fn wired_address(&self) -> String {
        self.wire().address().to_string()
    }

    /// Nothing gets through the wire from now on.
    ///
    /// # Panics
    /// As [`Broker::wired_address`].
    pub fn cut(&self) {
        self.wire().cut();
    }

    /// What waits gets through the wire, and all that follows.
    ///
    /// # Panics
    /// As [`Broker::wired_address`].
    pub fn mend(&self) {
        self.wire().mend();
    }

    fn wire(&self) -> &Wire {
        self.wire.as_ref().expect("started with a wire")
    }

    /// Ends it at once, as a power cut would. Its storage stays.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Its standard input ends, and it with that.
            drop(child.stdin.take());
            child.wait().expect("reaped");
        }
    }

    /// Starts it again on its storage and its port, and returns when it answers.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restart(&mut self) {
        self.stop();
        let started = self.run("--attached").await;
        assert!(started.is_ok(), "{}", self.log());
    }

    /// Runs it until it answers; its exit code if it ended before, or took too long.
    async fn run(&mut self, how: &str) -> Result<(), Option<i32>> {
        let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/broker/run");
        let log = File::create(self.storage.path().join("broker.log")).expect("a file");
        let child = Command::new(tool)
            .arg(how)
            .arg(self.storage.path())
            .arg(self.port.to_string())
            .args(self.wire.as_ref().map(|wire| wire.address().to_string()))
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .spawn()
            .expect("tools/broker/run runs");
        let child = self.child.insert(child);
        let asking = Kafka::new(KafkaOptions::new(&format!("127.0.0.1:{}", self.port))).expect("a client");
        let deadline = Instant::now() + PATIENCE;
        while asking.answers(Duration::from_millis(500)).await.is_err() {
            if let Some(ended) = child.try_wait().expect("asked") {
                return Err(ended.code());
            }
            if Instant::now() > deadline {
                self.stop();
                return Err(None);
            }
        }
        Ok(())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.storage.path().join("broker.log")).unwrap_or_default()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The first of three ports in a row that are free. Below those that the system
/// gives to outgoing connections: a broker that is stopped finds its own again.
fn free_ports() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = (std::process::id() % 3000) as u16 * 3;
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut ports = (0..3000).map(|_| {
        let step = NEXT.fetch_add(3, Ordering::Relaxed);
        20_000 + (first + step) % 9_000
    });
    ports.find(|port| (0..3).all(|more| free(port + more))).expect("three free ports")
}
