//! How well a service serves the strategy, in the API.

use super::business_objective::BusinessObjective;
use super::capability::Capability;
use crate::domain;
use async_graphql::{Context, Object, SimpleObject, Union};
use ciclo_api::{ApiResult, Session};
use ciclo_kernel::Machine;
use ciclo_kernel::ids::{BusinessObjectiveId, CapabilityId};
use domain::alignment::AlignmentGap as Gap;
use domain::business_objective::BusinessObjectiveState;
use domain::service::{Need, Support};

/// Most active objectives that an alignment considers; a strategy has far fewer.
const OBJECTIVES_MOST: usize = 10_000;

async fn objective(ctx: &Context<'_>, id: BusinessObjectiveId) -> ApiResult<Option<BusinessObjective>> {
    let loaders = Session::of(ctx).loads::<domain::business_objective::BusinessObjective>()?;
    Ok(loaders.one(id).await?.map(BusinessObjective::from))
}

async fn capability(ctx: &Context<'_>, id: CapabilityId) -> ApiResult<Option<Capability>> {
    let loaders = Session::of(ctx).loads::<domain::capability::Capability>()?;
    Ok(loaders.one(id).await?.map(Capability::from))
}

/// The support that a service gives to a business objective.
pub struct ServiceSupport(Support);

impl From<Support> for ServiceSupport {
    fn from(support: Support) -> Self {
        Self(support)
    }
}

/// The support that a service gives to a business objective.
#[Object]
impl ServiceSupport {
    /// The objective.
    async fn objective(&self, ctx: &Context<'_>) -> ApiResult<Option<BusinessObjective>> {
        objective(ctx, self.0.objective).await
    }
    /// How strong the support is, in percent: 0 to 100. At 0 the objective counts as unsupported.
    async fn strength(&self) -> u32 {
        self.0.strength
    }
}

/// A capability that a service needs.
pub struct ServiceNeed(Need);

impl From<Need> for ServiceNeed {
    fn from(need: Need) -> Self {
        Self(need)
    }
}

/// A capability that a service needs.
#[Object]
impl ServiceNeed {
    /// The capability.
    async fn capability(&self, ctx: &Context<'_>) -> ApiResult<Option<Capability>> {
        capability(ctx, self.0.capability).await
    }
    /// The lowest maturity that will do: 1 to 5.
    async fn maturity(&self) -> u32 {
        self.0.maturity
    }
}

/// An active objective that the service does not support.
pub struct UnsupportedObjective {
    id: BusinessObjectiveId,
    weight: u32,
}

/// An active objective that the service does not support.
#[Object]
impl UnsupportedObjective {
    /// The objective.
    async fn objective(&self, ctx: &Context<'_>) -> ApiResult<Option<BusinessObjective>> {
        objective(ctx, self.id).await
    }
    /// The objective's weight: 1 to 100.
    async fn weight(&self) -> u32 {
        self.weight
    }
}

/// A needed capability under its needed maturity.
pub struct ImmatureCapability {
    id: CapabilityId,
    needed: u32,
    actual: Option<u32>,
}

/// A needed capability under its needed maturity.
#[Object]
impl ImmatureCapability {
    /// The capability.
    async fn capability(&self, ctx: &Context<'_>) -> ApiResult<Option<Capability>> {
        capability(ctx, self.id).await
    }
    /// The needed maturity: 1 to 5.
    async fn needed(&self) -> u32 {
        self.needed
    }
    /// The real maturity: 1 to 5; null when the capability is retired.
    async fn actual(&self) -> Option<u32> {
        self.actual
    }
}

/// Something that a service lacks for a full alignment.
#[derive(Union)]
pub enum AlignmentGap {
    /// An objective that is not supported.
    UnsupportedObjective(UnsupportedObjective),
    /// A capability that is not mature enough.
    ImmatureCapability(ImmatureCapability),
}

impl From<Gap> for AlignmentGap {
    fn from(gap: Gap) -> Self {
        match gap {
            Gap::UnsupportedObjective { objective, name: _, weight } => {
                Self::UnsupportedObjective(UnsupportedObjective { id: objective, weight })
            }
            Gap::ImmatureCapability { capability, name: _, needed, actual } => {
                Self::ImmatureCapability(ImmatureCapability { id: capability, needed, actual })
            }
        }
    }
}

/// How well a service serves the strategy.
#[derive(SimpleObject)]
pub struct Alignment {
    /// Σ(weight × support) over Σ(weight) of the active objectives: 0 to 1; 0 without objectives.
    pub score: f64,
    /// The share of needed capabilities at or over their needed maturity: 0 to 1; 1 when none is needed.
    pub coverage: f64,
    /// Everything that is lacking: objectives by weight, the heaviest first, then capabilities.
    pub gaps: Vec<AlignmentGap>,
}

impl Alignment {
    /// The alignment of a service with the objectives and capabilities as they stand.
    pub async fn of(ctx: &Context<'_>, service: &domain::service::Service) -> ApiResult<Self> {
        let session = Session::of(ctx);
        let active = BusinessObjectiveState::Active.as_str().to_owned();
        let loaders = session.loads::<domain::business_objective::BusinessObjective>()?;
        let objectives = loaders.up_to("state", active, OBJECTIVES_MOST);
        let needed = service.needs.iter().map(|need| need.capability);
        let capabilities = session.loads::<domain::capability::Capability>()?.many(needed);
        let (objectives, capabilities) = futures::try_join!(objectives, capabilities)?;
        let objectives: Vec<_> = objectives.into_iter().map(|found| found.record).collect();
        let capabilities: Vec<_> = capabilities.into_iter().map(|found| found.record).collect();
        let found = domain::alignment::alignment(service, &objectives, &capabilities);
        Ok(Self {
            score: found.score,
            coverage: found.coverage,
            gaps: found.gaps.into_iter().map(AlignmentGap::from).collect(),
        })
    }
}
