//! The glossary says what is there: every name that it gives is looked up.

use ciclo_kernel::ids::REGISTRY;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A row of the table: term, meaning, Spanish, owner, Rust, GraphQL, proto, table.
fn rows() -> Vec<[String; 8]> {
    let text = fs::read_to_string(repository().join("GLOSSARY.md")).expect("GLOSSARY.md");
    let table = text.lines().skip_while(|line| !line.starts_with("| Term ")).skip(2);
    table
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<String> = line
                .trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().trim_matches('`').to_owned())
                .collect();
            cells.try_into().unwrap_or_else(|cells: Vec<String>| panic!("{} cells: {line}", cells.len()))
        })
        .collect()
}

/// The text of all files below a folder with an ending.
fn text_below(folder: &Path, ending: &str) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&text_below(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    text
}

/// The names that Rust code declares: by keyword, or by a macro for machines and closed lists.
fn declared(code: &str) -> HashSet<&str> {
    let mut names = HashSet::new();
    let mut in_words = false;
    for line in code.lines() {
        let trimmed = line.trim_start();
        if trimmed == "words! {" {
            in_words = true;
        } else if in_words && !trimmed.starts_with("///") {
            names.insert(first_word(trimmed));
            in_words = false;
        }
        for keyword in ["pub struct ", "pub enum ", "pub trait ", "pub type ", "states ", "verbs "] {
            names.extend(trimmed.strip_prefix(keyword).map(first_word));
        }
    }
    names
}

fn first_word(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

/// The types that a schema declares and, as `Type.field`, their fields and values.
fn schema_names(sdl: &str) -> HashSet<String> {
    let mut names = HashSet::new();
    let mut within = "";
    let mut in_description = false;
    for line in sdl.lines() {
        if line.trim() == "\"\"\"" {
            in_description = !in_description;
        } else if let Some(field) = line.strip_prefix('\t').filter(|_| !in_description) {
            names.insert(format!("{within}.{}", first_word(field)));
        } else if let Some((keyword, rest)) = line.split_once(' ')
            && !in_description
            && ["type", "enum", "union", "interface", "input"].contains(&keyword)
        {
            within = first_word(rest);
            names.insert(within.to_owned());
        }
    }
    names
}

#[test]
fn every_record_type_has_a_row_with_its_owner() {
    let rows = rows();
    for (_, record_type, owner) in REGISTRY {
        let row = rows.iter().find(|row| row[5] == *record_type);
        let row = row.unwrap_or_else(|| panic!("{record_type} has no row"));
        assert_eq!(row[3], *owner, "{record_type}");
        assert_ne!(row[7], "–", "{record_type} has a table");
    }
}

#[test]
fn every_name_of_the_glossary_is_there() {
    let repository = repository();
    let shared = text_below(&repository.join("crates"), "rs");
    let shared_tables = fs::read_to_string(repository.join("crates/store/src/schema.rs")).unwrap();
    let mut places = HashMap::from([("suite".to_owned(), (shared, String::new(), shared_tables))]);
    for service in ciclo::services::NAMES {
        let folder = repository.join("services").join(service);
        let rust = text_below(&folder.join("src"), "rs");
        let schema = fs::read_to_string(folder.join("schema.graphql")).unwrap();
        // What all services share in the API, the suite owns.
        places.get_mut("suite").unwrap().1.push_str(&schema);
        places.insert(service.to_owned(), (rust, schema, text_below(&folder.join("src/store"), "rs")));
    }
    // What a service has from a crate, as its calendars from that of the clocks, is the service's word.
    let crates = declared(&places["suite"].0);
    let mut missing = Vec::new();
    for [term, meaning, spanish, owner, rust, graphql, proto, table] in rows() {
        assert!(!meaning.is_empty() && !spanish.is_empty(), "{term}");
        let (code, schema, tables) = places.get(&owner).unwrap_or_else(|| panic!("{term}: owner {owner}"));
        let mut look = |name: &str, found: bool| {
            if name != "–" && !found {
                missing.push(format!("{term}: {owner} has no {name}"));
            }
        };
        look(&rust, crates.contains(rust.as_str()) || declared(code).contains(rust.as_str()));
        look(&graphql, schema_names(schema).contains(&graphql));
        let pool = ciclo_contracts::pool();
        let contract = pool.get_message_by_name(&proto).is_some() || pool.get_enum_by_name(&proto).is_some();
        look(&proto, contract && proto.starts_with(&format!("ciclo.{owner}.v1.")));
        look(&table, tables.contains(&format!("\"{table}\"")));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
