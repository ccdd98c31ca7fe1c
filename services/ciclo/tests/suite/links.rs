//! Every link of the documents to a place in the repository leads somewhere.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Folders whose documents are ours.
const FOLDERS: [&str; 4] = ["docs", "services", "crates", "tools"];

/// What a document offers and asks for.
struct Document {
    links: Vec<String>,
    anchors: HashSet<String>,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The documents at the top and below our folders, by their path.
fn documents() -> BTreeMap<PathBuf, Document> {
    let root = repository();
    let mut paths = Vec::new();
    documents_in(&root, false, &mut paths);
    for folder in FOLDERS {
        documents_in(&root.join(folder), true, &mut paths);
    }
    paths.into_iter().map(|path| (path.clone(), read(&fs::read_to_string(&path).unwrap()))).collect()
}

fn documents_in(folder: &Path, below: bool, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let others = path.file_name().is_some_and(|name| name == "node_modules");
        if path.is_dir() && below && !others {
            documents_in(&path, true, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

fn read(text: &str) -> Document {
    let (mut links, mut anchors) = (Vec::new(), HashSet::new());
    let (mut heading, mut taken) = (None, HashMap::new());
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                anchors.insert(anchor(&heading.take().unwrap_or_default(), &mut taken));
            }
            _ => {}
        }
    }
    Document { links, anchors }
}

/// The anchor that GitHub gives a heading; one that is there already is numbered.
fn anchor(heading: &str, taken: &mut HashMap<String, u32>) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || "-_ ".contains(*letter));
    let name: String = kept.collect::<String>().to_lowercase().replace(' ', "-");
    let times = taken.entry(name.clone()).or_default();
    *times += 1;
    if *times == 1 { name } else { format!("{name}-{}", *times - 1) }
}

/// A path without its `..`, which may lead through folders that are not there.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// What is wrong with a link of a document; nothing when it leads somewhere.
fn broken(link: &str, from: &Path, documents: &BTreeMap<PathBuf, Document>) -> Option<&'static str> {
    if ["http://", "https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme)) {
        return None;
    }
    let (path, wanted) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target =
        if path.is_empty() { from.to_owned() } else { plain(&from.parent().expect("a folder").join(path)) };
    if !target.starts_with(repository()) || !target.exists() {
        return Some("there is no such file");
    }
    let wanted = wanted?;
    let found = documents.get(&target).is_some_and(|document| document.anchors.contains(wanted));
    (!found).then_some("there is no such heading")
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    let mut wrong = Vec::new();
    let mut checked = 0;
    for (from, document) in &documents {
        for link in &document.links {
            checked += 1;
            if let Some(why) = broken(link, from, &documents) {
                wrong.push(format!("{}: {link}: {why}", from.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 30, "only {checked} links were found in {} documents", documents.len());
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let from = repository().join("docs/api.md");
    let text = "# The API\n\n## `as_of`, *twice*\n\n## As of\n\n## As of\n";
    let documents = BTreeMap::from([(from.clone(), read(text))]);
    for link in ["", "#the-api", "#as_of-twice", "#as-of-1", "../README.md", "errors", "https://a.test/#b"] {
        assert_eq!(broken(link, &from, &documents), None, "{link}");
    }
    for link in ["#as-of-2", "README.md", "../README.md#no-such", "errors/NONE.md", "../../elsewhere"] {
        assert!(broken(link, &from, &documents).is_some(), "{link}");
    }
}
