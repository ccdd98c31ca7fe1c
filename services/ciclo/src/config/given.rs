//! What is given by the environment and by a file, before the command line is
//! read: every value is tried by itself, so that all mistakes come at once.

use clap::{Arg, Command};
use std::ffi::OsString;
use std::fs;

/// The variable that names a file of settings.
pub const FILE: &str = "CICLO_CONFIG";

/// The command line with the settings of the file put before what was typed,
/// which so prevails; the environment prevails over the file.
///
/// # Errors
/// Every mistake of the file and of the environment.
pub fn command_line(command: &Command, typed: Vec<OsString>) -> Result<Vec<OsString>, Vec<String>> {
    let mut mistakes = Vec::new();
    let file = match std::env::var(FILE) {
        Ok(path) => settings(&path, &mut mistakes),
        Err(_) => Vec::new(),
    };
    let chosen = typed.get(1).and_then(|name| name.to_str()).and_then(|name| command.find_subcommand(name));
    let at = if chosen.is_some() { 2 } else { 1 };
    let running = chosen.unwrap_or(command);
    unknown(command, &file, &mut mistakes);
    let mut line: Vec<OsString> = typed.iter().take(at).cloned().collect();
    for arg in running.get_arguments() {
        let (Some(name), Some(flag)) = (name(arg), arg.get_long()) else { continue };
        let from_file = file.iter().find(|(given, _)| *given == name).map(|(_, value)| value.clone());
        let from_environment = std::env::var(&name).ok();
        if from_environment.is_none()
            && let Some(value) = &from_file
        {
            line.push(format!("--{flag}={value}").into());
        }
        if let Some(value) = from_environment.or(from_file) {
            mistakes.extend(wrong(running, &name, flag, &value));
        }
    }
    line.extend(typed.into_iter().skip(at));
    if mistakes.is_empty() { Ok(line) } else { Err(mistakes) }
}

/// The variable of an argument.
fn name(arg: &Arg) -> Option<String> {
    arg.get_env().and_then(|name| name.to_str()).map(str::to_owned)
}

/// Every variable that a command or one of its subcommands takes, in order, once.
#[must_use]
pub fn names(command: &Command) -> Vec<String> {
    let below = command.get_subcommands().flat_map(names);
    let mut all: Vec<String> = command.get_arguments().filter_map(name).chain(below).collect();
    all.sort();
    all.dedup();
    all
}

/// The lines of a file: `NAME=value`, with comments behind `#` at their start.
fn settings(path: &str, mistakes: &mut Vec<String>) -> Vec<(String, String)> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) => {
            mistakes.push(format!("{FILE}={path}: {why}"));
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once('=') {
            Some((name, value)) => found.push((name.trim().to_owned(), value.trim().to_owned())),
            // Not shown: it may be half of a secret.
            None => mistakes.push(format!("{path}, line {number}: it takes NAME=value")),
        }
    }
    found
}

/// Names in the file that no command knows.
fn unknown(command: &Command, file: &[(String, String)], mistakes: &mut Vec<String>) {
    let known = names(command);
    let strange = file.iter().filter(|(name, _)| !known.contains(name));
    mistakes.extend(strange.map(|(name, _)| format!("{name}: there is no such setting")));
}

/// What is wrong with one value.
fn wrong(command: &Command, name: &str, flag: &str, value: &str) -> Option<String> {
    let alone = command.clone().mut_args(|arg| arg.env(None::<&str>).required(false));
    let tried = alone.try_get_matches_from([command.get_name().into(), format!("--{flag}={value}")]);
    let error = tried.err()?;
    let said = error.to_string();
    let first = said.lines().next().unwrap_or_default().trim_start_matches("error: ");
    Some(format!("{name}: {first}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        let flag = |name: &'static str, env: &'static str| Arg::new(name).long(name).env(env);
        let number = flag("number", "GIVEN_TEST_NUMBER").value_parser(clap::value_parser!(u8));
        let run = Command::new("run").arg(number).arg(flag("text", "GIVEN_TEST_TEXT"));
        Command::new("given").subcommand(run).args_override_self(true)
    }

    #[test]
    fn a_value_is_tried_by_itself() {
        let run = command().find_subcommand("run").cloned().unwrap();
        let said = wrong(&run, "GIVEN_TEST_NUMBER", "number", "many").unwrap();
        assert!(said.starts_with("GIVEN_TEST_NUMBER: ") && said.contains("many"), "{said}");
        assert_eq!(wrong(&run, "GIVEN_TEST_NUMBER", "number", "7"), None);
        assert_eq!(wrong(&run, "GIVEN_TEST_TEXT", "text", "-odd = #"), None);
    }

    #[test]
    fn a_file_is_lines_of_names_and_values() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("settings");
        fs::write(&path, "# what\n\nGIVEN_TEST_TEXT = a=b \nhalf\n").unwrap();
        let mut mistakes = Vec::new();
        let found = settings(path.to_str().unwrap(), &mut mistakes);
        assert_eq!(found, [("GIVEN_TEST_TEXT".to_owned(), "a=b".to_owned())]);
        assert_eq!(mistakes.len(), 1);
        assert!(mistakes[0].ends_with("line 4: it takes NAME=value"), "{mistakes:?}");
        unknown(&command(), &[("GIVEN_TEST_TXET".to_owned(), String::new())], &mut mistakes);
        assert_eq!(mistakes[1], "GIVEN_TEST_TXET: there is no such setting");
        assert_eq!(names(&command()), ["GIVEN_TEST_NUMBER", "GIVEN_TEST_TEXT"]);
    }
}
