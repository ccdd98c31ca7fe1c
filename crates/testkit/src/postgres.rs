//! A PostgreSQL server for tests: Debian's own, in a temporary directory,
//! reached by a socket there, ended with the process that started it.

use ciclo_store::Postgres;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// The password of every role of a server for tests.
const PASSWORD: &str = "of tests";
/// Runs the server, and ends it at once when standard input closes. Whoever started it is gone then,
/// and its directory goes too, unless something was said before: the server may be started again.
const WATCHED: &str =
    r#""$@" & server=$!; said=$(cat); kill -QUIT $server; wait $server; [ -n "$said" ] || rm -rf "$0""#;

/// A server. Dropping it ends it.
pub struct Server {
    directory: TempDir,
    running: Option<Running>,
    databases: AtomicUsize,
    durable: bool,
}

struct Running {
    watch: Child,
    held: ChildStdin,
}

/// What to do about a machine without PostgreSQL.
fn missing(why: &str) -> String {
    format!("{why}: install the Debian package postgresql, as ./test does")
}

impl Server {
    /// The server that the tests of a process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(false))
    }

    /// Starts a server of its own. One that is not durable does not wait for
    /// the disk: what it has committed outlives its processes, not the machine.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    #[must_use]
    pub fn start(durable: bool) -> Self {
        let directory = tempfile::Builder::new().prefix("pg").tempdir().expect("a temporary directory");
        let owner = owner();
        if let Some((user, group)) = owner {
            chown(directory.path(), Some(user), Some(group)).expect("given away");
        }
        let secret = directory.path().join("secret");
        fs::write(&secret, PASSWORD).expect("written");
        // Anybody may read it: it is the password of a server for tests.
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).expect("set");
        let mut made = command(&binary("initdb"));
        made.arg("-D").arg(directory.path().join("data")).arg("--pwfile").arg(&secret);
        made.args([
            "--locale=C",
            "--encoding=UTF8",
            "--auth=scram-sha-256",
            "--username=postgres",
            "--no-sync",
        ]);
        let output = made.stdin(Stdio::null()).output().expect("initdb runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut server = Self { directory, running: None, databases: AtomicUsize::new(0), durable };
        server.resume();
        server
    }

    /// Starts it again where it was stopped.
    ///
    /// # Panics
    /// When it does not start.
    pub fn resume(&mut self) {
        let mut run = command(Path::new("/bin/sh"));
        run.args(["-c", WATCHED]).arg(self.directory.path()).arg(binary("postgres"));
        run.arg("-D").arg(self.directory.path().join("data")).arg("-k").arg(self.directory.path());
        run.args(["-c", "listen_addresses=", "-c", "max_connections=300", "-c", "logging_collector=off"]);
        if !self.durable {
            run.args(["-c", "fsync=off"]);
        }
        let mut watch = run.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("sh runs");
        let held = watch.stdin.take().expect("piped");
        let mut lines = BufReader::new(watch.stderr.take().expect("piped"));
        let mut said = String::new();
        while !said.contains("ready to accept connections") {
            assert!(lines.read_line(&mut said).expect("text") > 0, "{said}");
        }
        // Nobody may block on a full pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        self.running = Some(Running { watch, held });
    }

    /// Ends it at once, as a crash would.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn stop(&mut self) {
        if let Some(Running { mut watch, mut held }) = self.running.take() {
            // The watch may have ended by itself, with the server.
            let _ = held.write_all(b"keep");
            drop(held);
            watch.wait().expect("reaped");
        }
    }

    /// How a role reaches a database.
    #[must_use]
    pub fn place(&self, role: &str, database: &str) -> Postgres {
        let socket = self.directory.path().display();
        Postgres {
            url: format!("postgres://{role}@localhost/{database}?host={socket}"),
            password: Some(PASSWORD.to_owned()),
            connections: 8,
            migrate: true,
        }
    }

    /// Makes a database with a role of its own, as an installation does for each service.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn database(&self, service: &str) -> Postgres {
        self.database_on(service, None).await
    }

    /// [`Server::database`], on a disk of its own.
    ///
    /// # Panics
    /// As that; when the server cannot write to the disk.
    pub async fn database_on(&self, service: &str, disk: Option<&Path>) -> Postgres {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("{service}_{number}");
        let admin = self.connect(&self.place("postgres", "postgres")).await;
        let mut space = "pg_default";
        if let Some(disk) = disk {
            space = &name;
            if let Some((user, group)) = owner() {
                chown(disk, Some(user), Some(group)).expect("given away");
            }
            let made = format!("CREATE TABLESPACE {name} LOCATION '{}'", disk.display());
            admin.execute_unprepared(&made).await.expect("made");
        }
        for statement in [
            format!("CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'"),
            format!(
                "CREATE DATABASE {name} OWNER {name} TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8' TABLESPACE {space}"
            ),
            format!("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"),
        ] {
            admin.execute_unprepared(&statement).await.expect("made");
        }
        admin.close().await.expect("closed");
        self.place(&name, &name)
    }

    /// A plain connection.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn connect(&self, place: &Postgres) -> DatabaseConnection {
        let mut options = ConnectOptions::new(place.url.as_str());
        options
            .max_connections(1)
            .sqlx_logging(false)
            .map_sqlx_postgres_opts(|options| options.password(PASSWORD));
        Database::connect(options).await.expect("connected")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Who runs the server when we are root, whom PostgreSQL refuses: its own user, or nobody.
fn owner() -> Option<(u32, u32)> {
    let uid = fs::metadata("/proc/self").map(|of| std::os::unix::fs::MetadataExt::uid(&of)).unwrap_or(0);
    if uid != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["postgres", "nobody"].iter().find_map(|name| {
        let user = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = user.split(':').skip(2).filter_map(|number| number.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    })
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group);
    }
    command.current_dir("/");
    command
}

/// A program of the newest PostgreSQL that is installed.
fn binary(name: &str) -> PathBuf {
    let installed =
        fs::read_dir("/usr/lib/postgresql").unwrap_or_else(|why| panic!("{}", missing(&why.to_string())));
    let mut versions: Vec<(u32, PathBuf)> = installed
        .flatten()
        .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path())))
        .filter(|(_, path)| path.join("bin").join(name).exists())
        .collect();
    versions.sort();
    let newest = versions.pop().unwrap_or_else(|| panic!("{}", missing("there is no server")));
    newest.1.join("bin").join(name)
}
