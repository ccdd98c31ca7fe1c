//! How well a service serves the strategy: the objectives that it supports, weighed, and
//! the capabilities that it needs, with every gap. Computed, never stored.

use super::{
    business_objective::{BusinessObjective, BusinessObjectiveState},
    capability::{Capability, CapabilityState},
    service::{Need, Service, Support},
    service_facts::MOST_STRENGTH,
};
use ciclo_kernel::ids::{BusinessObjectiveId, CapabilityId};

/// Something that a service lacks for a full alignment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlignmentGap {
    /// An active objective that the service does not support.
    UnsupportedObjective {
        /// The objective.
        objective: BusinessObjectiveId,
        /// The objective's name.
        name: String,
        /// The objective's weight: 1 to 100.
        weight: u32,
    },
    /// A needed capability under its needed maturity.
    ImmatureCapability {
        /// The capability.
        capability: CapabilityId,
        /// The capability's name; none when it is not among those that were considered.
        name: Option<String>,
        /// The needed maturity: 1 to 5.
        needed: u32,
        /// The real maturity: 1 to 5; none when the capability is retired or not known.
        actual: Option<u32>,
    },
}

/// How well a service serves the strategy.
#[derive(Clone, PartialEq, Debug)]
pub struct Alignment {
    /// Σ(weight × support) over Σ(weight) of the active objectives: 0 to 1; 0 without objectives.
    pub score: f64,
    /// The share of needed capabilities at or over their needed maturity: 0 to 1; 1 when none is needed.
    pub coverage: f64,
    /// Everything that is lacking: objectives by weight, the heaviest first, then capabilities.
    pub gaps: Vec<AlignmentGap>,
}

/// The alignment of a service with all objectives and capabilities of its tenant; retired ones
/// may be among them and do not count.
#[must_use]
pub fn alignment(
    service: &Service,
    objectives: &[BusinessObjective],
    capabilities: &[Capability],
) -> Alignment {
    Alignment {
        score: score(&service.supports, objectives),
        coverage: coverage(&service.needs, capabilities),
        gaps: gaps(&service.supports, &service.needs, objectives, capabilities),
    }
}

/// Σ(weight × support) over Σ(weight) of the active objectives: 0 to 1; 0 without objectives.
#[must_use]
pub fn score(supports: &[Support], objectives: &[BusinessObjective]) -> f64 {
    let (mut reached, mut possible) = (0_u128, 0_u128);
    for objective in active(objectives) {
        reached += u128::from(objective.weight) * u128::from(strength(supports, objective.id));
        possible += u128::from(objective.weight) * u128::from(MOST_STRENGTH);
    }
    share(reached, possible, 0.0)
}

/// The share of needs that a capability at or over the needed maturity meets: 0 to 1; 1 without needs.
#[must_use]
pub fn coverage(needs: &[Need], capabilities: &[Capability]) -> f64 {
    let met = needs.iter().filter(|need| is_met(need, capabilities)).count();
    share(met as u128, needs.len() as u128, 1.0)
}

/// Every active objective that is not supported, the heaviest first, then every need that is not met.
#[must_use]
pub fn gaps(
    supports: &[Support],
    needs: &[Need],
    objectives: &[BusinessObjective],
    capabilities: &[Capability],
) -> Vec<AlignmentGap> {
    let mut unsupported: Vec<&BusinessObjective> =
        active(objectives).filter(|objective| strength(supports, objective.id) == 0).collect();
    unsupported.sort_by_key(|objective| (std::cmp::Reverse(objective.weight), objective.id));
    let unsupported = unsupported.into_iter().map(|objective| AlignmentGap::UnsupportedObjective {
        objective: objective.id,
        name: objective.name.clone(),
        weight: objective.weight,
    });
    let immature = needs.iter().filter(|need| !is_met(need, capabilities)).map(|need| {
        let known = capabilities.iter().find(|capability| capability.id == need.capability);
        AlignmentGap::ImmatureCapability {
            capability: need.capability,
            name: known.map(|capability| capability.name.clone()),
            needed: need.maturity,
            actual: maturity(need.capability, capabilities),
        }
    });
    unsupported.chain(immature).collect()
}

fn active(objectives: &[BusinessObjective]) -> impl Iterator<Item = &BusinessObjective> {
    objectives.iter().filter(|objective| objective.state() == BusinessObjectiveState::Active)
}

/// How strongly an objective is supported, in percent, at most 100.
fn strength(supports: &[Support], objective: BusinessObjectiveId) -> u32 {
    let support = supports.iter().find(|support| support.objective == objective);
    support.map_or(0, |support| support.strength.min(MOST_STRENGTH))
}

/// The maturity of a capability that is active.
fn maturity(capability: CapabilityId, capabilities: &[Capability]) -> Option<u32> {
    let known = capabilities.iter().find(|known| known.id == capability)?;
    (known.state() == CapabilityState::Active).then_some(known.maturity)
}

fn is_met(need: &Need, capabilities: &[Capability]) -> bool {
    maturity(need.capability, capabilities).is_some_and(|actual| actual >= need.maturity)
}

fn share(part: u128, whole: u128, of_nothing: f64) -> f64 {
    if whole == 0 { of_nothing } else { part as f64 / whole as f64 }
}
