//! The committed schema is the one of the code, and all of it is described.

#[test]
fn the_committed_schema_is_fresh_and_described() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    ciclo_testkit::ledger::schema_is_fresh(file, &ciclo_design::graphql::sdl());
}
