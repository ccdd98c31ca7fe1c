//! What must not be forgotten: access of every field, a delivery test of every event.

use crate::support::open;
use ciclo_testkit::ledger;
use ciclo_transition::graphql::{access::ACCESS, sdl};
use serde_json::json;

#[test]
fn every_root_field_and_record_has_its_roles() {
    ledger::access_is_complete(&sdl(), &ACCESS);
}

#[tokio::test]
async fn every_mutation_needs_its_role() {
    let transition = open().await;
    let execute = |caller, query: String| {
        let transition = &transition;
        async move { transition.execute(&caller, &query, json!({})).await }
    };
    ledger::mutations_need_their_roles(&sdl(), &ACCESS, execute).await;
}
