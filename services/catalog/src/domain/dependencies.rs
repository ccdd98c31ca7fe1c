//! Which services depend on which: never on themselves, and never in a circle.

use ciclo_kernel::{Refusal, ids::ServiceId};
use std::collections::{BTreeMap, BTreeSet};

/// For each service of the tenant, the services that it depends on. A service that is
/// missing depends on none.
pub type DependencyGraph = BTreeMap<ServiceId, Vec<ServiceId>>;

/// Whether `service` may depend on exactly `depends_on`, given what the other services depend
/// on. What `graph` says of `service` itself does not count: `depends_on` takes its place.
/// Refuses a dependency on itself, one named twice, and one that closes a circle, with the circle.
pub fn check_dependencies(
    graph: &DependencyGraph,
    service: ServiceId,
    depends_on: &[ServiceId],
) -> Result<(), Refusal> {
    let mut named = BTreeSet::new();
    for on in depends_on {
        if *on == service {
            return Err(Refusal::rule("a service cannot depend on itself").with("service", on.to_string()));
        }
        if !named.insert(*on) {
            return Err(
                Refusal::rule(format!("the service depends on {on} already")).with("service", on.to_string())
            );
        }
    }
    // Of several circles, tell the one through the dependency that was named last: the new one.
    match depends_on.iter().rev().find_map(|on| path(graph, *on, service)) {
        None => Ok(()),
        Some(way) => {
            let circle: Vec<String> =
                std::iter::once(service).chain(way).map(|member| member.to_string()).collect();
            Err(Refusal::rule(format!(
                "services cannot depend on each other in a circle: {}",
                circle.join(" → ")
            ))
            .with("circle", circle))
        }
    }
}

/// A shortest way from one service to another along dependencies, both ends included.
fn path(graph: &DependencyGraph, from: ServiceId, to: ServiceId) -> Option<Vec<ServiceId>> {
    let mut came_from = BTreeMap::from([(from, from)]);
    let mut queue = std::collections::VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if at == to {
            let mut way = vec![to];
            let mut last = to;
            while let Some(before) = came_from.get(&last).copied().filter(|before| *before != last) {
                way.push(before);
                last = before;
            }
            way.reverse();
            return Some(way);
        }
        for next in graph.get(&at).into_iter().flatten() {
            if !came_from.contains_key(next) {
                came_from.insert(*next, at);
                queue.push_back(*next);
            }
        }
    }
    None
}
