//! What is given by the environment and by a file: checked at the start, with
//! every mistake at once and no secret shown.

use crate::support::{Suite, binary};
use ciclo_testkit::process::directory;
use clap::CommandFactory;
use std::path::Path;
use std::process::{Command, Output};

/// A secret that must be seen nowhere.
const SECRET: &str = "hush-hush";

/// Runs `ciclo` with settings by the environment.
fn run(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    Command::new(binary()).args(arguments).envs(settings.iter().copied()).output().expect("runs")
}

fn said(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr.clone()).expect("text")
}

#[test]
fn every_mistake_is_told_at_once() {
    let (directory, data) = directory();
    let file = directory.path().join("settings");
    std::fs::create_dir_all(directory.path()).unwrap();
    std::fs::write(&file, "CICLO_DATABASE_CONNECTIONS=many\nCICLO_LOGG=info\nno more\n").unwrap();
    let (file, data) = (file.display().to_string(), data.display().to_string());
    let url = format!("postgres://design:{SECRET}@localhost/design");
    let settings = [
        ("CICLO_CONFIG", file.as_str()),
        ("CICLO_DATA", &data),
        ("CICLO_LISTEN", "everywhere"),
        ("CICLO_LOG_FORMAT", "xml"),
        ("CICLO_DATABASE_URL", &url),
    ];
    let said = said(&run(&["serve", "design"], &settings));
    for name in
        ["CICLO_LISTEN: ", "CICLO_LOG_FORMAT: ", "CICLO_DATABASE_CONNECTIONS: ", "CICLO_LOGG: ", "line 3"]
    {
        assert!(said.contains(name), "{name} is missing: {said}");
    }
    assert_eq!(said.lines().count(), 5, "one line each, and nothing of what is right: {said}");
    assert!(!said.contains(SECRET), "{said}");
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_secrets() {
    let (_directory, data) = directory();
    let data = data.display().to_string();
    let url = format!("postgres://design:{SECRET}@127.0.0.1:1/design");
    let settings = [("CICLO_DATA", data.as_str()), ("CICLO_DATABASE_URL", &url)];
    let said = said(&run(&["serve", "design", "--listen", "127.0.0.1:0"], &settings));
    assert!(said.contains("opening the database of design"), "{said}");
    assert!(!said.contains(SECRET), "{said}");
    let other = [("CICLO_DATA", data.as_str()), ("CICLO_DATABASE_URL", "mysql://db/design")];
    let said = self::said(&run(&["serve", "design", "--listen", "127.0.0.1:0"], &other));
    assert!(said.contains("CICLO_DATABASE_URL: it begins with postgres://"), "{said}");
}

#[test]
fn the_command_line_prevails_over_the_environment_and_that_over_the_file() {
    let (directory, data) = directory();
    let file = directory.path().join("settings");
    std::fs::write(&file, "CICLO_LOG_FORMAT=json\nCICLO_LOG=nonsense=\nCICLO_AUDIENCE=of the file\n")
        .unwrap();
    let (file, data) = (file.display().to_string(), data.display().to_string());
    // Only one of the two that go together, so that it ends by itself.
    let settings = [("CICLO_CONFIG", file.as_str()), ("CICLO_DATA", &data), ("CICLO_ISSUER", "https://one")];
    let arguments =
        ["serve", "design", "--listen", "127.0.0.1:0", "--issuer", "https://two", "--log", "info"];
    let said = said(&run(&arguments, &settings));
    assert!(said.contains("CICLO_ISSUER and CICLO_JWKS_URL go together"), "{said}");
}

#[tokio::test]
async fn a_schema_is_brought_up_to_date_by_a_command_and_refused_before() {
    let (directory, data) = directory();
    let server = ciclo_testkit::postgres::Server::shared();
    let place = server.database("improvement").await;
    let secret = directory.path().join("secret");
    std::fs::write(&secret, place.password.as_deref().unwrap()).unwrap();
    let (data, secret) = (data.display().to_string(), secret.display().to_string());
    let settings = [
        ("CICLO_DATA", data.as_str()),
        ("CICLO_DATABASE_URL", &place.url),
        ("CICLO_DATABASE_PASSWORD_FILE", &secret),
        ("CICLO_MIGRATE", "false"),
    ];
    let serve = ["serve", "improvement", "--listen", "127.0.0.1:0"];
    let refused = said(&run(&serve, &settings));
    assert!(refused.contains("run `ciclo migrate` first"), "{refused}");
    assert!(said(&run(&["migrate", "improvement"], &settings)).contains("run `ciclo migrate` first"));
    for _ in 0..2 {
        let migrated = run(&["migrate", "improvement"], &settings[..3]);
        assert!(migrated.status.success(), "{migrated:?}");
    }
    let arguments: Vec<&str> =
        serve.into_iter().chain(["--data", &data, "--database-url", &place.url]).collect();
    let arguments: Vec<&str> =
        arguments.into_iter().chain(["--database-password-file", &secret, "--migrate", "false"]).collect();
    let process =
        ciclo_testkit::process::Process::start(binary(), &arguments, "ready").expect("now it starts");
    let ready = format!("{}/health/ready", process.url("ready"));
    assert!(run(&["healthy", &ready], &[]).status.success());
    assert_eq!(process.terminate(), Some(0));
    assert!(said(&run(&["healthy", &ready], &[])).contains("is not ready"));
}

/// docs/configuration.md has a row for every variable, and none for what is none.
#[test]
fn every_setting_is_in_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let table = std::fs::read_to_string(path).expect("docs/configuration.md");
    let rows: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|row| row.split('`').next())
        .collect();
    let mut known = ciclo::config::given::names(&ciclo::cli::Cli::command());
    known.push(ciclo::config::given::FILE.to_owned());
    for name in &known {
        assert!(rows.contains(&name.as_str()), "{name} is not in the table");
    }
    let strange: Vec<&&str> = rows
        .iter()
        .filter(|row| row.starts_with("CICLO_") && !known.iter().any(|name| name == **row))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}

/// A suite is not disturbed by a file that says nothing.
#[test]
fn an_empty_file_of_settings_is_one() {
    let suite = Suite::one();
    let (directory, _) = directory();
    let file = directory.path().join("settings");
    std::fs::write(&file, "# nothing yet\n").unwrap();
    let (file, data) = (file.display().to_string(), suite.data.display().to_string());
    let token = run(&["token", "--role", "admin"], &[("CICLO_CONFIG", &file), ("CICLO_DATA", &data)]);
    assert!(token.status.success(), "{token:?}");
}
