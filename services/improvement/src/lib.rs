//! Improvement: what service levels came to, reviews of agreements,
//! recommendations with their evidence, and the register of initiatives.
//!
//! `domain` decides, `commands` holds one transaction each, `store` names the
//! tables, `contract` writes the events, `graphql` is the API, `events` is what
//! the neighbours' events bring about. This page wires them.

pub mod commands;
pub mod contract;
pub mod domain;
pub mod events;
pub mod graphql;
pub mod store;

use ciclo_host::{GraphQl, Part};
use ciclo_kernel::Clock;
use ciclo_store::{Database, Options, Place};
use std::sync::Arc;

/// The service's name.
pub const NAME: &str = "improvement";

/// Opens the service on its SQLite file.
pub async fn open(place: impl Into<Place>, clock: Clock) -> ciclo_store::Result<Part> {
    let options = Options { service: NAME, place: place.into(), migrations: store::migrations, clock };
    let database = Database::open(options).await?;
    let handlers = events::handlers();
    let schema = graphql::schema(&handlers);
    Ok(Part {
        name: NAME,
        database,
        schema: GraphQl(Arc::new(schema)),
        access: &graphql::access::ACCESS,
        handlers,
        routes: Box::new(|_| axum::Router::new()),
        tasks: Vec::new(),
    })
}
