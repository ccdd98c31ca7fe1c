//! The suite as processes: started like a user starts it, spoken to over HTTP,
//! ended by process id.

use crate::service::Answer;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process that is killed when it is dropped.
pub struct Process {
    child: Child,
    /// What it printed until it was ready.
    pub banner: String,
    /// How long it took until it was ready.
    pub started_in: Duration,
}

impl Process {
    /// Starts `ciclo` with arguments and returns when it has printed a line that holds `ready`.
    ///
    /// # Errors
    /// What it said on standard error when it ended before.
    ///
    /// # Panics
    /// When the binary cannot be run at all.
    pub fn start(binary: &Path, arguments: &[&str], ready: &str) -> Result<Self, String> {
        let begun = Instant::now();
        let mut child = Command::new(binary)
            .args(arguments)
            .env_remove("CICLO_DATA")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        let mut banner = String::new();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).expect("text") == 0 {
                let output = child.wait_with_output().expect("ended");
                return Err(String::from_utf8_lossy(&output.stderr).into_owned());
            }
            banner.push_str(&line);
            if line.contains(ready) {
                break;
            }
        }
        let started_in = begun.elapsed();
        // Nobody may block on a full pipe: both are read to their end in the background.
        let mut errors = BufReader::new(child.stderr.take().expect("piped"));
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        let echo = std::env::var_os("CICLO_TEST_ECHO").is_some();
        std::thread::spawn(move || {
            if echo {
                std::io::copy(&mut errors, &mut std::io::stderr())
            } else {
                std::io::copy(&mut errors, &mut std::io::sink())
            }
        });
        Ok(Self { child, banner, started_in })
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The first URL in the banner's line that holds `what`.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn url(&self, what: &str) -> String {
        let line = self.banner.lines().find(|line| line.contains(what) && line.contains("http://"));
        let line = line.unwrap_or_else(|| panic!("no {what} in {}", self.banner));
        line.split_whitespace().find(|word| word.starts_with("http://")).expect("a URL").to_owned()
    }

    /// Ends it at once, as a power cut would.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }

    /// Asks it to stop and waits until it has; its exit code.
    ///
    /// # Panics
    /// When it cannot be asked.
    pub fn terminate(mut self) -> Option<i32> {
        let asked =
            Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(asked.success());
        self.child.wait().expect("reaped").code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Reaped already, or about to be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A token of the embedded suite, by `ciclo token`.
///
/// # Panics
/// When it is refused.
#[must_use]
pub fn token(binary: &Path, data: &Path, role: &str, tenant: &str) -> String {
    let output = Command::new(binary)
        .args(["token", "--role", role, "--tenant", tenant, "--data"])
        .arg(data)
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// A GraphQL client of the gateway.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// The endpoint.
    pub url: String,
    /// The bearer token.
    pub token: String,
}

impl Client {
    /// A client of an endpoint with a token.
    #[must_use]
    pub fn new(url: &str, token: &str) -> Self {
        Self { http: reqwest::Client::new(), url: url.to_owned(), token: token.to_owned() }
    }

    /// Sends a query or mutation; `Err` when no answer came.
    pub async fn try_send(&self, query: &str, variables: Value) -> Result<Answer, reqwest::Error> {
        let body = json!({ "query": query, "variables": variables });
        let answer = self.http.post(&self.url).bearer_auth(&self.token).json(&body).send().await?;
        Ok(Answer(answer.json().await?))
    }

    /// Subscribes by server-sent events; `Err` when nobody answers, or not with events.
    pub async fn subscribe(&self, query: &str, variables: Value) -> Result<Events, reqwest::Error> {
        let body = json!({ "query": query, "variables": variables });
        let asked = self.http.post(&self.url).bearer_auth(&self.token).json(&body);
        let answer = asked.header("accept", "text/event-stream").send().await?.error_for_status()?;
        Ok(Events { answer, read: Vec::new() })
    }

    /// Sends a query or mutation.
    ///
    /// # Panics
    /// When no answer came.
    pub async fn send(&self, query: &str, variables: Value) -> Answer {
        self.try_send(query, variables).await.expect("an answer")
    }
}

/// The events of a subscription.
pub struct Events {
    answer: reqwest::Response,
    read: Vec<u8>,
}

impl Events {
    /// The next event; none when the connection has ended, however it did.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            while let Some(end) = self.read.windows(2).position(|two| two == b"\n\n") {
                let event: Vec<u8> = self.read.drain(..end + 2).collect();
                let event = String::from_utf8_lossy(&event);
                let data = event.lines().find_map(|line| line.strip_prefix("data:"));
                if let Some(Ok(event)) = data.map(|data| serde_json::from_str::<Value>(data.trim())) {
                    return Some(event.get("payload").cloned().unwrap_or(event));
                }
            }
            let piece = self.answer.chunk().await.ok()??;
            self.read.extend_from_slice(&piece);
        }
    }
}

/// A data directory that removes itself, with its path.
///
/// # Panics
/// When it cannot be made.
#[must_use]
pub fn directory() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("data");
    (directory, path)
}

/// Marks a database as if a newer version had migrated it further.
///
/// # Panics
/// When it cannot be written.
pub async fn pretend_newer(file: &Path) {
    use sea_orm::ConnectionTrait;
    let database = sea_orm::Database::connect(format!("sqlite://{}", file.display())).await.expect("opens");
    let mark = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_from_the_future', 0)";
    database.execute_unprepared(mark).await.expect("written");
    database.close().await.expect("closed");
}
