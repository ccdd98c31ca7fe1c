//! What must not be forgotten: access of every field. The delivery tests of events have their ledger in `events`.

use crate::support::open;
use ciclo_catalog::graphql::{access::ACCESS, sdl};
use ciclo_testkit::ledger;
use serde_json::json;

#[test]
fn every_root_field_and_record_has_its_roles() {
    ledger::access_is_complete(&sdl(), &ACCESS);
}

#[tokio::test]
async fn every_mutation_needs_its_role() {
    let catalog = open().await;
    let execute = |caller, query: String| {
        let catalog = &catalog;
        async move { catalog.execute(&caller, &query, json!({})).await }
    };
    ledger::mutations_need_their_roles(&sdl(), &ACCESS, execute).await;
}
