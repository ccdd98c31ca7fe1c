//! What must not be forgotten: access of every field. The delivery test of every event is in `events`.

use crate::support::open;
use ciclo_improvement::graphql::{access::ACCESS, sdl};
use ciclo_testkit::ledger;
use serde_json::json;

#[test]
fn every_root_field_and_record_has_its_roles() {
    ledger::access_is_complete(&sdl(), &ACCESS);
}

#[tokio::test]
async fn every_mutation_needs_its_role() {
    let improvement = open().await;
    let execute = |caller, query: String| {
        let improvement = &improvement;
        async move { improvement.execute(&caller, &query, json!({})).await }
    };
    ledger::mutations_need_their_roles(&sdl(), &ACCESS, execute).await;
}
