//! The committed schema.

#[test]
fn the_committed_schema_is_fresh_and_described() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    ciclo_testkit::ledger::schema_is_fresh(file, &ciclo_operations::graphql::sdl());
}
