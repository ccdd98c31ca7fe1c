//! The page that a browser gets at `/graphql`: a query editor in one file.
//!
//! It loads nothing from elsewhere. The router's own page takes its script from a
//! public CDN, which would see every visit and could read every token.

use hive_router::ntex::http::{Method, Response, header};
use hive_router::ntex::web::{DefaultError, WebRequest};

const PAGE: &str = include_str!("explorer.html");
/// What the page may do: run its own script, talk to its own host, nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whether a browser asks for a page rather than a program for an answer.
pub fn asked_for(request: &WebRequest<DefaultError>) -> bool {
    let headers = request.headers();
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    request.method() == Method::GET
        && accepts.contains("text/html")
        && !headers.contains_key(header::UPGRADE)
        && !request.query_string().split('&').any(|part| part.starts_with("query="))
}

/// The page.
pub fn page() -> Response {
    Response::Ok()
        .content_type("text/html; charset=utf-8")
        .header(header::CONTENT_SECURITY_POLICY, POLICY)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::REFERRER_POLICY, "no-referrer")
        .body(PAGE)
}
