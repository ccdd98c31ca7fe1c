//! Design: requirements on services, the packages that design them and the
//! agreements on how well they are served.
//!
//! `domain` decides, `commands` holds one transaction each, `store` names the
//! tables, `contract` writes the events, `graphql` is the API, `events` is what
//! the neighbours' events bring about, `timers` what time does. This page wires them.

pub mod commands;
pub mod contract;
pub mod domain;
pub mod events;
pub mod graphql;
pub mod store;
pub mod timers;

use ciclo_host::{GraphQl, Part};
use ciclo_kernel::Clock;
use ciclo_store::{Database, Options, Place};
use std::sync::Arc;

/// The service's name.
pub const NAME: &str = "design";

/// Opens the service on its SQLite file.
pub async fn open(place: impl Into<Place>, clock: Clock) -> ciclo_store::Result<Part> {
    let options = Options { service: NAME, place: place.into(), migrations: store::migrations, clock };
    let database = Database::open(options).await?;
    let handlers = events::handlers();
    let schema = graphql::schema(&handlers);
    let timed = database.clone();
    Ok(Part {
        name: NAME,
        database,
        schema: GraphQl(Arc::new(schema)),
        access: &graphql::access::ACCESS,
        handlers,
        routes: Box::new(|_| axum::Router::new()),
        tasks: vec![Box::new(move || Box::pin(timers::run(timed)))],
    })
}
