//! Which errors a client sees as they are, and what stands for the others.

use crate::config::Limits;
use hive_router::{GraphQLError, sonic_rs};
use serde_json::{Value, json};

/// The sentence that stands for every fault.
pub const FAULT: &str = "The request failed on our side; quote the trace id when you report it.";
/// The sentence for a service that cannot be reached.
pub const UNREACHABLE: &str =
    "A service that this field needs cannot be reached; repeat the request after a moment.";
/// The sentence for a subscription that ends because the gateway does.
pub const RESTARTING: &str = "The gateway is restarting; subscribe again after the last cursor.";

const INTERNAL: &str = "INTERNAL";
const UNAVAILABLE: &str = "UNAVAILABLE";
const LIMIT_EXCEEDED: &str = "LIMIT_EXCEEDED";
const VALIDATION: &str = "GRAPHQL_VALIDATION_FAILED";

/// The router's largest request head, in bytes.
const HEAD_BYTES: usize = 64 * 1024;

/// The router's own codes for requests that it cannot take; all of them are documented.
const REQUEST_CODES: [&str; 19] = [
    "BAD_REQUEST",
    "BAD_USER_INPUT",
    "DECOMPRESSION_FAILED",
    "GRAPHQL_PARSE_FAILED",
    VALIDATION,
    "INTROSPECTION_DISABLED",
    "INVALID_HEADER",
    "METHOD_NOT_ALLOWED",
    "MISSING_CONTENT_TYPE_HEADER",
    "MISSING_QUERY_PARAM",
    "MUTATION_NOT_ALLOWED_OVER_HTTP_GET",
    "OPERATION_RESOLUTION_FAILURE",
    "PAYLOAD_READ_ERROR",
    "SUBSCRIPTIONS_NOT_SUPPORTED",
    "SUBSCRIPTIONS_TRANSPORT_NOT_SUPPORTED",
    "UNPROCESSABLE_QUERY_PARAMS",
    "UNSUPPORTED_CONTENT_ENCODING",
    "UNSUPPORTED_CONTENT_TYPE",
    "UNAUTHENTICATED",
];

/// The router's codes for a subgraph that did not answer.
const UNREACHABLE_CODES: [&str; 11] = [
    "SUBREQUEST_HTTP_ERROR",
    "SUBGRAPH_RESPONSE_FAILURE",
    "SUBGRAPH_REQUEST_TIMEOUT",
    "SUBGRAPH_RESPONSE_BODY_READ_FAILURE",
    "SUBGRAPH_CIRCUIT_BREAKER_REJECTED",
    "SUBGRAPH_WEBSOCKET_CONNECT_FAILURE",
    "SUBGRAPH_WEBSOCKET_HANDSHAKE_FAILURE",
    "SUBGRAPH_WEBSOCKET_STREAM_CLOSED_EMPTY",
    "SUBGRAPH_WEBSOCKET_CLIENT_FAILURE",
    "GATEWAY_TIMEOUT",
    "NO_SUPERGRAPH_AVAILABLE",
];

/// What becomes of an error.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Verdict {
    /// It reaches the client as it is.
    Passes,
    /// A limit of ours was exceeded: what, and how much is allowed.
    Limit(&'static str, usize),
    /// A rule of GraphQL was broken.
    Rule(String),
    /// It is replaced by a code and a sentence.
    Masked(&'static str, &'static str),
}

/// Judges errors.
#[derive(Clone, Debug)]
pub struct Mask {
    refusals: Vec<String>,
    limits: Limits,
}

impl Mask {
    /// A mask that lets the given codes of subgraphs through.
    pub fn new(refusals: Vec<String>, limits: Limits) -> Self {
        Self { refusals, limits }
    }

    fn judge(&self, code: Option<&str>, status: Option<u64>, from_subgraph: bool) -> Verdict {
        let Some(code) = code else { return Verdict::Masked(INTERNAL, FAULT) };
        if self.refusals.iter().any(|known| known == code) {
            return Verdict::Passes;
        }
        if UNREACHABLE_CODES.contains(&code) {
            // The same code stands for an answer with an error status: 500 is a fault of a service that is there.
            return match status {
                None | Some(502..=504) => Verdict::Masked(UNAVAILABLE, UNREACHABLE),
                Some(_) => Verdict::Masked(INTERNAL, FAULT),
            };
        }
        if from_subgraph {
            return Verdict::Masked(INTERNAL, FAULT);
        }
        let limits = self.limits;
        match code {
            "MAX_DEPTH_EXCEEDED" => Verdict::Limit("depth", limits.max_depth),
            "MAX_ALIASES_EXCEEDED" => Verdict::Limit("aliases", limits.max_aliases),
            "MAX_DIRECTIVES_EXCEEDED" => Verdict::Limit("directives", limits.max_directives),
            "TOKEN_LIMIT_EXCEEDED" => Verdict::Limit("tokens", limits.max_tokens),
            "PAYLOAD_TOO_LARGE_CONTENT_LENGTH" | "PAYLOAD_TOO_LARGE_BODY_STREAM" => {
                Verdict::Limit("bytes", limits.max_body_bytes)
            }
            "REQUEST_HEADER_FIELDS_TOO_LARGE" => Verdict::Limit("header bytes", HEAD_BYTES),
            "SUBSCRIPTION_SCHEMA_RELOAD" => Verdict::Masked(UNAVAILABLE, RESTARTING),
            _ if REQUEST_CODES.contains(&code) => Verdict::Passes,
            // Validation errors carry the name of the broken rule in place of a code.
            rule if rule.starts_with(char::is_uppercase) && rule.contains(char::is_lowercase) => {
                Verdict::Rule(rule.to_owned())
            }
            _ => Verdict::Masked(INTERNAL, FAULT),
        }
    }

    /// Judges an error of the router's and rewrites it as the client shall see it.
    pub fn apply(&self, error: &mut GraphQLError, trace_id: &str) {
        let service = error.extensions.service_name.take();
        error.extensions.affected_path = None;
        let status = error.extensions.get("http").and_then(http_status);
        let code = error.extensions.code.clone();
        match self.judge(code.as_deref(), status, service.is_some()) {
            Verdict::Passes => {}
            Verdict::Limit(what, limit) => {
                error.extensions.code = Some(LIMIT_EXCEEDED.to_owned());
                error.message = too_much(what, limit);
                error.extensions.set("limit".to_owned(), sonic_rs::json!(limit));
            }
            Verdict::Rule(rule) => {
                error.extensions.code = Some(VALIDATION.to_owned());
                error.extensions.set("rule".to_owned(), sonic_rs::json!(rule));
            }
            Verdict::Masked(masked, message) => {
                let told = error.extensions.get("traceId").and_then(told_trace);
                tracing::warn!(trace_id, subgraph = service, code, message = error.message, "fault masked");
                error.message = message.to_owned();
                error.extensions.extensions.clear();
                error.extensions.code = Some(masked.to_owned());
                let trace_id = told.as_deref().unwrap_or(trace_id);
                error.extensions.set("traceId".to_owned(), sonic_rs::json!(trace_id));
            }
        }
    }

    /// The same for an error that is already in an answer's JSON.
    pub fn apply_json(&self, error: &mut Value, trace_id: &str) {
        let extensions = &error["extensions"];
        let code = extensions["code"].as_str();
        let status = extensions["http"]["status"].as_u64();
        let from_subgraph = extensions.get("service").is_some();
        let (message, extensions) = match self.judge(code, status, from_subgraph) {
            Verdict::Passes => return,
            Verdict::Limit(what, limit) => {
                (too_much(what, limit), json!({ "code": LIMIT_EXCEEDED, "limit": limit }))
            }
            Verdict::Rule(rule) => {
                let message = error["message"].as_str().unwrap_or_default().to_owned();
                (message, json!({ "code": VALIDATION, "rule": rule }))
            }
            Verdict::Masked(code, message) => {
                let told = extensions["traceId"].as_str().filter(|id| is_trace(id)).unwrap_or(trace_id);
                (message.to_owned(), json!({ "code": code, "traceId": told }))
            }
        };
        error["message"] = message.into();
        error["extensions"] = extensions;
    }
}

fn too_much(what: &str, limit: usize) -> String {
    format!("the request is too large: at most {limit} ({what}) are allowed")
}

fn is_trace(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The trace id that a subgraph gave its own fault.
fn told_trace(value: &sonic_rs::Value) -> Option<String> {
    use sonic_rs::JsonValueTrait;
    value.as_str().filter(|id| is_trace(id)).map(str::to_owned)
}

fn http_status(value: &sonic_rs::Value) -> Option<u64> {
    use sonic_rs::JsonValueTrait;
    value.get("status").and_then(|status| status.as_u64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask() -> Mask {
        Mask::new(vec!["CONFLICT".to_owned()], Limits::default())
    }

    #[test]
    fn a_refusal_of_a_subgraph_passes_and_anything_else_of_it_does_not() {
        let mask = mask();
        assert_eq!(mask.judge(Some("CONFLICT"), None, true), Verdict::Passes);
        for code in [None, Some("SQL_ERROR"), Some("BAD_REQUEST"), Some("MAX_DEPTH_EXCEEDED")] {
            assert_eq!(mask.judge(code, None, true), Verdict::Masked(INTERNAL, FAULT), "{code:?}");
        }
    }

    #[test]
    fn a_subgraph_that_is_away_is_unavailable_and_one_that_fails_is_not() {
        let judge = |status| mask().judge(Some("SUBREQUEST_HTTP_ERROR"), status, true);
        assert_eq!(judge(None), Verdict::Masked(UNAVAILABLE, UNREACHABLE));
        assert_eq!(judge(Some(503)), Verdict::Masked(UNAVAILABLE, UNREACHABLE));
        assert_eq!(judge(Some(500)), Verdict::Masked(INTERNAL, FAULT));
    }

    #[test]
    fn a_masked_error_stays_the_same_when_judged_again() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let mut error =
            json!({ "message": "no table users", "extensions": { "code": "SQL", "table": "users" } });
        mask().apply_json(&mut error, trace);
        let once = json!({ "message": FAULT, "extensions": { "code": "INTERNAL", "traceId": trace } });
        assert_eq!(error, once);
        mask().apply_json(&mut error, "00000000000000000000000000000001");
        assert_eq!(error, once);
    }
}
