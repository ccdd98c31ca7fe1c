//! Operations: what happens while services are in operation. Monitoring events
//! and alerts, incidents and their service level clocks, service requests,
//! problems and known errors.
//!
//! `domain` decides, `commands` holds one transaction each, `store` names the
//! tables, `contract` writes the events, `graphql` is the API, `intake` takes
//! in what comes from outside, `events` is what the neighbours' events bring
//! about, `timers` fires what is due. This page wires them.

pub mod commands;
pub mod contract;
pub mod domain;
pub mod events;
pub mod graphql;
pub mod hours;
pub mod intake;
pub mod rules;
pub mod silences;
pub mod store;
pub mod timers;

use ciclo_host::{GraphQl, Part};
use ciclo_kernel::Clock;
use ciclo_store::{Database, Options, Place};
use std::sync::Arc;

/// The service's name.
pub const NAME: &str = "operations";

/// Opens the service on its SQLite file.
pub async fn open(place: impl Into<Place>, clock: Clock) -> ciclo_store::Result<Part> {
    let options = Options { service: NAME, place: place.into(), migrations: store::migrations, clock };
    let database = Database::open(options).await?;
    let timed = database.clone();
    let handlers = events::handlers();
    let schema = graphql::schema(&handlers);
    Ok(Part {
        name: NAME,
        tasks: vec![Box::new(move || Box::pin(timers::run(timed)))],
        database,
        schema: GraphQl(Arc::new(schema)),
        access: &graphql::access::ACCESS,
        handlers,
        routes: Box::new(intake::route::routes),
    })
}
