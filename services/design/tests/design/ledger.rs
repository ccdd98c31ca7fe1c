//! Ledgers: no mutation without its roles, no event without its delivery twice.

use crate::kit::empty;
use ciclo_design::graphql::{access::ACCESS, sdl};
use ciclo_testkit::ledger;
use serde_json::json;

#[test]
fn the_table_of_access_is_complete() {
    ledger::access_is_complete(&sdl(), &ACCESS);
}

#[tokio::test]
async fn every_mutation_needs_its_roles() {
    let design = empty().await;
    ledger::mutations_need_their_roles(&sdl(), &ACCESS, |caller, call| {
        let design = &design;
        async move { design.execute(&caller, &call, json!({})).await }
    })
    .await;
}
