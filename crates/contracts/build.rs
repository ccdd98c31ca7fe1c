//! Generates the event messages from proto/, without a protoc on the machine.

use prost_reflect::prost::Message;
use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

fn proto_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            proto_files(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "proto") {
            found.push(path);
        }
    }
    Ok(())
}

/// `crate::proto_enum!(crate::operations::v1::IncidentState, "INCIDENT_STATE_");` for every enum of ours.
fn enum_names(pool: &prost_reflect::DescriptorPool) -> String {
    let ours =
        pool.all_enums().filter(|e| e.package_name().starts_with("ciclo.") && e.parent_message().is_none());
    ours.map(|e| {
        let prefix = e.get_value(0).map(|zero| zero.name().trim_end_matches("UNSPECIFIED").to_owned());
        let module = e.package_name().trim_start_matches("ciclo.").replace('.', "::");
        format!("crate::proto_enum!(crate::{module}::{}, \"{}\");\n", e.name(), prefix.unwrap_or_default())
    })
    .collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    proto_files(&root, &mut files)?;
    files.sort();
    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_source_info(true).include_imports(true).open_files(&files)?;
    let descriptors = compiler.file_descriptor_set();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    fs::write(
        out.join("enums.rs"),
        enum_names(&prost_reflect::DescriptorPool::from_file_descriptor_set(descriptors.clone())?),
    )?;
    prost_build::Config::new().include_file("_all.rs").skip_protoc_run().compile_fds(descriptors)?;
    Ok(())
}
