//! The glossary says what is there: every name that it gives is looked up.

use ciclo_kernel::ids::REGISTRY;
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

/// Whether a name is declared after one of these words.
fn declared(text: &str, words: &[&str], name: &str) -> bool {
    words.iter().any(|word| {
        let start = format!("{word}{name}");
        text.match_indices(&start).any(|(at, _)| {
            text[at + start.len()..].chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_')
        })
    })
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
    let mut rust = text_below(&repository.join("crates"), "rs");
    let (mut schemas, mut tables) =
        (String::new(), fs::read_to_string(repository.join("crates/store/src/schema.rs")).unwrap());
    for service in ciclo::services::NAMES {
        let folder = repository.join("services").join(service);
        rust.push_str(&text_below(&folder.join("src"), "rs"));
        schemas.push_str(&fs::read_to_string(folder.join("schema.graphql")).unwrap());
        tables.push_str(&text_below(&folder.join("src/store"), "rs"));
    }
    for [term, meaning, spanish, owner, rust_name, graphql, proto, table] in rows() {
        assert!(!meaning.is_empty() && !spanish.is_empty(), "{term}");
        assert!(
            owner == "suite" || ciclo::services::NAMES.contains(&owner.as_str()),
            "{term}: owner {owner}"
        );
        if rust_name != "–" {
            // States and closed lists are declared by macros, which name them without a keyword.
            let words = ["pub struct ", "pub enum ", "pub trait ", "pub type ", "states ", "    "];
            assert!(declared(&rust, &words, &rust_name), "{term}: {rust_name} is not in the code");
        }
        if graphql != "–" {
            let words = ["type ", "enum ", "union ", "interface "];
            assert!(declared(&schemas, &words, &graphql), "{term}: {graphql} is in no schema");
        }
        if proto != "–" {
            let pool = ciclo_contracts::pool();
            let found = pool.get_message_by_name(&proto).is_some() || pool.get_enum_by_name(&proto).is_some();
            assert!(found, "{term}: {proto} is no contract");
        }
        if table != "–" {
            assert!(tables.contains(&format!("\"{table}\"")), "{term}: there is no table {table}");
        }
    }
}
