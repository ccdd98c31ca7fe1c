//! The five services by name.

use ciclo_host::Part;
use ciclo_kernel::Clock;
use ciclo_store::Place;

/// The services, in the order of the lifecycle; the gateway's port plus the place is theirs.
pub const NAMES: [&str; 5] = [
    ciclo_catalog::NAME,
    ciclo_design::NAME,
    ciclo_transition::NAME,
    ciclo_operations::NAME,
    ciclo_improvement::NAME,
];

/// Opens a service on its data; `None` when there is no such service.
pub async fn open(name: &str, place: Place, clock: Clock) -> Option<ciclo_store::Result<Part>> {
    Some(match name {
        ciclo_catalog::NAME => ciclo_catalog::open(place, clock).await,
        ciclo_design::NAME => ciclo_design::open(place, clock).await,
        ciclo_transition::NAME => ciclo_transition::open(place, clock).await,
        ciclo_operations::NAME => ciclo_operations::open(place, clock).await,
        ciclo_improvement::NAME => ciclo_improvement::open(place, clock).await,
        _ => return None,
    })
}

/// A service's schema, as it is composed into the supergraph.
#[must_use]
pub fn sdl(name: &str) -> Option<String> {
    Some(match name {
        ciclo_catalog::NAME => ciclo_catalog::graphql::sdl(),
        ciclo_design::NAME => ciclo_design::graphql::sdl(),
        ciclo_transition::NAME => ciclo_transition::graphql::sdl(),
        ciclo_operations::NAME => ciclo_operations::graphql::sdl(),
        ciclo_improvement::NAME => ciclo_improvement::graphql::sdl(),
        _ => return None,
    })
}
