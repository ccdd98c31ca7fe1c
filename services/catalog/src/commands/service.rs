//! Commands on services that need to look at other records.

use super::{all, offering};
use crate::domain::business_objective::BusinessObjective;
use crate::domain::capability::Capability;
use crate::domain::dependencies::DependencyGraph;
use crate::domain::service::{Audience, Service, ServiceState};
use crate::domain::service_facts::ProposeService;
use ciclo_kernel::Machine;
use ciclo_kernel::ids::{BusinessObjectiveId, CapabilityId, CustomerId, MarketSpaceId, ServiceId};
use ciclo_store::record::id_field;
use ciclo_store::{Filter, Result, Test, Tx, Versioned};
use std::collections::BTreeSet;

/// Most of the services in the way of a retirement that its refusal tells.
const MOST_DEPENDENTS: usize = 100;

/// Whom a service is for, by id.
#[derive(Clone, Debug, Default)]
pub struct AudienceIds {
    /// The market spaces.
    pub market_spaces: Vec<MarketSpaceId>,
    /// The customers.
    pub customers: Vec<CustomerId>,
}

/// A service as a caller saw it.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The service.
    pub id: ServiceId,
    /// The version that the caller saw.
    pub version: u64,
}

async fn audience(tx: &Tx, named: &AudienceIds) -> Result<Audience> {
    let market_spaces = all(tx, &named.market_spaces).await?;
    let customers = all(tx, &named.customers).await?;
    Ok(Audience::of(&market_spaces, &customers)?)
}

/// Proposes a service for market spaces and customers that are active.
///
/// `NOT_FOUND` when one of them is missing.
pub async fn propose(
    tx: &mut Tx,
    mut input: ProposeService,
    whom: AudienceIds,
) -> Result<Versioned<Service>> {
    input.audience = audience(tx, &whom).await?;
    let decided = Service::propose(tx.fresh(), input, tx.by(), tx.now());
    tx.create(decided).await
}

/// Sets whom a service is for, as a whole.
///
/// `NOT_FOUND` when the service, a market space or a customer is missing.
pub async fn set_audience(tx: &mut Tx, seen: Seen, whom: AudienceIds) -> Result<Versioned<Service>> {
    let audience = audience(tx, &whom).await?;
    tx.change(seen.id, Some(seen.version), |service: Service, _, _| service.set_audience(audience)).await
}

/// Sets how strongly a service supports an objective.
///
/// `NOT_FOUND` when the service or the objective is missing.
pub async fn set_support(
    tx: &mut Tx,
    seen: Seen,
    objective: BusinessObjectiveId,
    strength: u32,
) -> Result<Versioned<Service>> {
    let objective = tx.get::<BusinessObjective>(objective).await?.record;
    let set = |service: Service, _: &str, _| service.set_support(&objective, strength);
    tx.change(seen.id, Some(seen.version), set).await
}

/// Sets the maturity of a capability that a service needs.
///
/// `NOT_FOUND` when the service or the capability is missing.
pub async fn set_need(
    tx: &mut Tx,
    seen: Seen,
    capability: CapabilityId,
    maturity: u32,
) -> Result<Versioned<Service>> {
    let capability = tx.get::<Capability>(capability).await?.record;
    let set = |service: Service, _: &str, _| service.set_need(&capability, maturity);
    tx.change(seen.id, Some(seen.version), set).await
}

/// Adds a dependency on another service.
///
/// `NOT_FOUND` when one of the two is missing.
pub async fn add_dependency(tx: &mut Tx, seen: Seen, on: ServiceId) -> Result<Versioned<Service>> {
    let other = tx.get::<Service>(on).await?.record;
    let graph = beneath(tx, on).await?;
    let add = |service: Service, _: &str, _| service.add_dependency(&other, &graph);
    tx.change(seen.id, Some(seen.version), add).await
}

/// What a service depends on, directly or not: all that a new dependency on it can close a circle with.
async fn beneath(tx: &Tx, top: ServiceId) -> Result<DependencyGraph> {
    let mut graph = DependencyGraph::new();
    let mut level = BTreeSet::from([top]);
    while !level.is_empty() {
        let ids = level.iter().map(|id| id_field(*id)).collect();
        let found = tx.list::<Service>(Filter::Column("id", Test::In(ids)), level.len()).await?;
        graph.extend(found.into_iter().map(|found| (found.record.id, found.record.depends_on)));
        let named = level.iter().filter_map(|id| graph.get(id)).flatten().copied();
        level = named.filter(|id| !graph.contains_key(id)).collect();
    }
    Ok(graph)
}

/// Begins to phase a service out; its offerings are hidden with it.
///
/// `NOT_FOUND` when the service is missing.
pub async fn begin_retirement(tx: &mut Tx, seen: Seen, reason: &str) -> Result<Versioned<Service>> {
    let begin = |service: Service, by: &str, at| service.retire_begin(reason, by, at);
    let retiring = tx.change(seen.id, Some(seen.version), begin).await?;
    offering::service_left_operation(tx, seen.id).await?;
    Ok(retiring)
}

/// Retires a service that no service in use depends on.
///
/// `NOT_FOUND` when the service is missing.
pub async fn retire(tx: &mut Tx, seen: Seen) -> Result<Versioned<Service>> {
    let in_use = [ServiceState::Operational, ServiceState::Retiring].map(|state| state.as_str().into());
    let dependents = Filter::All(vec![
        Filter::Linked("service", vec![seen.id.to_string()]),
        Filter::Column("state", Test::In(in_use.to_vec())),
    ]);
    let dependents = tx.list::<Service>(dependents, MOST_DEPENDENTS).await?;
    let dependents: Vec<Service> = dependents.into_iter().map(|found| found.record).collect();
    let retire = |service: Service, by: &str, at| service.retire(&dependents, by, at);
    tx.change(seen.id, Some(seen.version), retire).await
}
