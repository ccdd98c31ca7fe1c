//! What is made from the code and committed is as the code makes it.

use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn generated_documents_are_fresh() {
    for (name, text) in ciclo::docs::all() {
        let path = repository().join("docs").join(&name);
        if std::env::var_os("CICLO_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "docs/{name} is stale: renew it with `cargo run -- docs`");
    }
}

#[test]
fn schemas_are_fresh() {
    for name in ciclo::services::NAMES {
        let path = repository().join(format!("services/{name}/schema.graphql"));
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let made = ciclo::services::sdl(name).unwrap();
        assert!(committed == made, "{} is stale: run its tests with CICLO_BLESS=1", path.display());
    }
}
