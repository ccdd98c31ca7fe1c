//! Where OLAs and contracts do not add up to an SLA, in the API.

use super::agreement::{Agreement, AgreementKind};
use super::agreement_terms::{kind, ticket_type};
use crate::domain;
use async_graphql::{Context, Object};
use ciclo_api::{ApiResult, Duration, Session, TargetKind, TicketType};

/// A place where an agreement under an SLA allows more time than the SLA promises.
pub struct UnderpinningGap(pub(super) domain::underpinning::UnderpinningGap);

/// A place where an agreement under an SLA allows more time than the SLA promises.
#[Object]
impl UnderpinningGap {
    /// The OLA or contract that allows too much.
    async fn agreement(&self, ctx: &Context<'_>) -> ApiResult<Option<Agreement>> {
        let loaders = Session::of(ctx).loads::<domain::agreement::Agreement>()?;
        Ok(loaders.one::<domain::agreement::Agreement>(self.0.agreement).await?.map(Agreement::from))
    }
    /// Whether that is an OLA or a contract.
    async fn agreement_kind(&self) -> AgreementKind {
        self.0.agreement_kind.into()
    }
    /// What type of record the targets are for.
    async fn ticket_type(&self) -> TicketType {
        ticket_type(self.0.ticket_type)
    }
    /// Which time is promised.
    async fn kind(&self) -> TargetKind {
        kind(self.0.kind)
    }
    /// The priority of the targets.
    async fn priority(&self) -> u8 {
        self.0.priority
    }
    /// The time that the SLA promises.
    async fn promised(&self) -> Duration {
        Duration(self.0.promised)
    }
    /// The longer time that the agreement under it allows.
    async fn underpinned(&self) -> Duration {
        Duration(self.0.underpinned)
    }
}
