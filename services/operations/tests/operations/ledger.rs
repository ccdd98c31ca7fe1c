//! What must not be forgotten: the roles of every field and of every mutation.

use crate::known::operations;
use ciclo_api::Access;
use ciclo_kernel::Role;
use ciclo_operations::graphql::{access::ACCESS, sdl};
use ciclo_operations::intake::route::FIELDS;
use ciclo_testkit::ledger;
use serde_json::json;

#[test]
fn every_root_field_and_record_has_its_roles() {
    // The intakes are routes and no fields; they have their rows in the table all the same.
    let (routes, fields): (Vec<_>, Vec<_>) =
        ACCESS.fields.iter().copied().partition(|(name, _)| FIELDS.contains(name));
    assert_eq!(routes, FIELDS.map(|field| (field, &[Role::Integration, Role::Admin][..])));
    let of_schema = Access { fields: fields.leak(), records: ACCESS.records };
    ledger::access_is_complete(&sdl(), &of_schema);
}

#[tokio::test]
async fn every_mutation_needs_its_role() {
    let operations = operations().await;
    let execute = |caller, query: String| {
        let operations = &operations;
        async move { operations.execute(&caller, &query, json!({})).await }
    };
    ledger::mutations_need_their_roles(&sdl(), &ACCESS, execute).await;
}
