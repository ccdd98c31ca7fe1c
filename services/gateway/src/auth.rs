//! The refusal of a request that names no caller.

use ciclo_kernel::Refusal;
use hive_router::GraphQLError;
use hive_router::ntex::http::{Response, StatusCode, header};
use hive_router::sonic_rs;

/// The answer to a request without a valid token: 401 with the refusal as a GraphQL error.
pub fn unauthenticated(refusal: &Refusal) -> Response {
    let mut error = GraphQLError::from_message_and_code(refusal.message.as_str(), refusal.code.as_str());
    for (name, fact) in &refusal.facts {
        if let Ok(fact) = sonic_rs::to_value(fact) {
            error.extensions.set(name.clone(), fact);
        }
    }
    let body = sonic_rs::to_vec(&sonic_rs::json!({ "errors": [error] })).unwrap_or_default();
    Response::build(StatusCode::UNAUTHORIZED)
        .header(header::WWW_AUTHENTICATE, "Bearer")
        .content_type("application/json")
        .body(body)
}
