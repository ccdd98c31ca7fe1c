//! Every command that the documents show is run. A block that this test does
//! not know how to run fails it, so that none can be shown untried.

use crate::support::{Suite, binary, start_in};
use ciclo_testkit::process::{Process, directory, token};
use std::path::Path;
use std::process::Command;

/// The documents that show commands.
const DOCUMENTS: [&str; 3] = ["README.md", "CONTRIBUTING.md", "docs/api.md"];
/// How the documents start the executable.
const CARGO: &str = "cargo run --release";

/// The `sh` blocks of a document, each as one line.
fn blocks(document: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(document);
    let text = std::fs::read_to_string(path).unwrap();
    let fences = text.split("```sh\n").skip(1);
    fences.map(|rest| rest.split("```").next().unwrap().replace("\\\n", " ").trim().to_owned()).collect()
}

/// Starts the suite, or a part of it, with the arguments shown, on a directory and ports of its own.
fn start(arguments: &[&str]) {
    let (_directory, data) = directory();
    let data = data.display().to_string();
    let mut arguments = arguments.to_vec();
    arguments.extend(["--data", &data, "--listen", "127.0.0.1:0"]);
    let ready = if arguments.contains(&"serve") { "ready" } else { "Ctrl-C" };
    let process =
        Process::start(binary(), &arguments, ready).unwrap_or_else(|why| panic!("{arguments:?}: {why}"));
    assert_eq!(process.terminate(), Some(0), "{arguments:?}");
}

/// Runs a command on the data of a suite: it is refused while the suite runs, and done when it has stopped.
fn on_a_stopped_suite(arguments: &[&str]) {
    let (_directory, data) = directory();
    let running = start_in(&data);
    let run = || Command::new(binary()).args(arguments).arg("--data").arg(&data).output().expect("runs");
    let refused = run();
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && why.contains("in use by another process"), "{arguments:?}: {why}");
    assert_eq!(running.terminate(), Some(0));
    let done = run();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Runs a command that reads a file of the repository, from where the documents are read; it says when a target is due.
fn on_a_file(arguments: &[&str]) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let done = Command::new(binary()).args(arguments).current_dir(repository).output().expect("runs");
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && told.contains("due"), "{arguments:?}: {told}{done:?}");
}

/// Runs a query or an intake as it is shown, with curl, against a suite; the answer must have data and no errors, or
/// say how many events came.
fn request(suite: &Suite, shown: &str) {
    let shown = shown.replace("http://127.0.0.1:4000/graphql", &suite.gateway);
    let shown = shown.replace("http://127.0.0.1:4004", &suite.operations());
    let token = token(binary(), &suite.data, "admin", "demo");
    let output = Command::new("sh").args(["-c", &shown]).env("TOKEN", token).output().expect("sh runs");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|why| panic!("{shown}: {why}: {}", String::from_utf8_lossy(&output.stdout)));
    let answered =
        if shown.contains("/intake/") { answer["events"] == 1 } else { answer["data"].is_object() };
    assert!(answered && answer.get("errors").is_none(), "{shown}: {answer}");
}

/// Whether a test of this binary has what is shown in its name; the long form of one is not run here.
fn is_a_test(shown: &str) -> bool {
    let itself = std::env::current_exe().expect("this binary");
    let listed = Command::new(itself).args(["--list", shown]).output().expect("lists its tests");
    String::from_utf8_lossy(&listed.stdout).contains(": test")
}

#[test]
fn every_command_shown_runs() {
    let suite = Suite::one();
    let mut run = 0;
    for block in DOCUMENTS.iter().flat_map(|document| blocks(document)) {
        run += 1;
        if ["./test", "./bench", "./bench --soak", "./bench --stage"].contains(&block.as_str()) {
            // The one that is running, and its steps that run the benchmark.
        } else if let Some(shown) = block.strip_prefix("CICLO_FAULTS=500 cargo test -p ciclo --test suite ") {
            assert!(is_a_test(shown), "{block}");
        } else if block.starts_with("curl ") {
            request(&suite, &block);
        } else if let Some(shown) =
            block.strip_prefix("export TOKEN=$(").and_then(|rest| rest.strip_suffix(')'))
        {
            let arguments = shown.strip_prefix(CARGO).expect("our own executable").trim_start_matches(" -- ");
            let mut arguments: Vec<&str> = arguments.split_whitespace().collect();
            let data = suite.data.display().to_string();
            arguments.extend(["--data", &data]);
            let output = Command::new(binary()).args(&arguments).output().expect("runs");
            assert!(output.status.success(), "{block}");
        } else if block == format!("{CARGO} -- demo") {
            let output = Command::new(binary()).arg("demo").output().expect("runs");
            assert!(output.status.success(), "{block}: {}", String::from_utf8_lossy(&output.stderr));
        } else if let Some(arguments) = block.strip_prefix(CARGO) {
            let arguments: Vec<&str> = arguments.split_whitespace().filter(|word| *word != "--").collect();
            if arguments.first() == Some(&"replay") {
                on_a_stopped_suite(&arguments);
            } else if arguments.first() == Some(&"clock") {
                on_a_file(&arguments);
            } else {
                start(&arguments);
            }
        } else {
            panic!("the documents show a command that no test runs: {block}");
        }
    }
    assert!(run >= 10, "only {run} commands were found");
}
