//! The lines of a service level review in the API.

use super::input::{long, target_kind, ticket_type};
use super::target_result::TargetResult;
use crate::domain;
use crate::domain::review_lines;
use async_graphql::{Context, Enum, Object, SimpleObject};
use ciclo_api::{ApiResult, Duration, Long, Session, TargetKind, TicketType};
use ciclo_store::PageRequest;

/// How a target did against the review before.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "review_lines::Trend")]
pub enum ReviewTrend {
    /// A larger share was met.
    Better,
    /// The same share was met.
    Same,
    /// A smaller share was met.
    Worse,
    /// There is nothing to compare: no review before, or no results in one of the two.
    None,
}

/// A target as it was promised when a review was conducted.
#[derive(SimpleObject, Clone, Copy, Debug)]
pub struct PromisedTarget {
    /// What type of record it is for.
    pub ticket_type: TicketType,
    /// Which time is promised.
    pub kind: TargetKind,
    /// The priority that it holds for: 1 (highest) to 5.
    pub priority: i32,
    /// How long it may take.
    pub duration: Duration,
}

impl From<&domain::facts::Target> for PromisedTarget {
    fn from(target: &domain::facts::Target) -> Self {
        Self {
            ticket_type: ticket_type(target.ticket_type),
            kind: target_kind(target.kind),
            priority: i32::from(target.priority),
            duration: Duration(target.duration),
        }
    }
}

/// What was promised for a ticket type, a kind and a priority, and what came of it.
#[derive(Clone, Debug)]
pub struct ServiceLevelReviewLine(pub review_lines::ReviewLine);

/// What was promised for a ticket type, a kind and a priority, and what came of it.
#[Object]
impl ServiceLevelReviewLine {
    /// What type of record the target is for.
    async fn ticket_type(&self) -> TicketType {
        ticket_type(self.0.ticket_type)
    }

    /// Which time is promised.
    async fn kind(&self) -> TargetKind {
        target_kind(self.0.kind)
    }

    /// The priority: 1 (highest) to 5.
    async fn priority(&self) -> i32 {
        i32::from(self.0.priority)
    }

    /// How long it may take; null when results count on the agreement that it has no target for.
    async fn promised(&self) -> Option<Duration> {
        self.0.promised.map(Duration)
    }

    /// How many results count: their clock stopped, or their target was missed, in the period.
    async fn count(&self) -> Long {
        long(self.0.count)
    }

    /// How many of them were met.
    async fn met(&self) -> Long {
        long(self.0.met)
    }

    /// How many of them were missed.
    async fn missed(&self) -> Long {
        long(self.0.missed)
    }

    /// The share that was met in basis points, rounded down: 10000 is all of them. Null without results.
    async fn met_share(&self) -> Option<i32> {
        self.0.met_share.map(|share| i32::try_from(share).unwrap_or(i32::MAX))
    }

    /// The longest time used; null without results.
    async fn worst_used(&self) -> Option<Duration> {
        self.0.worst_used.map(Duration)
    }

    /// How the share that was met compares with the review before.
    async fn trend(&self) -> ReviewTrend {
        self.0.trend.into()
    }

    /// The results that missed, as they are now, in the order of their clocks. Errors: LIMIT_EXCEEDED.
    async fn missed_records(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
    ) -> ApiResult<Vec<TargetResult>> {
        let missed = self.0.misses.iter().take(PageRequest::size(first)?).map(|missed| missed.result_id);
        let loaders = Session::of(ctx).loads::<domain::target_result::TargetResult>()?;
        let found = loaders.many::<domain::target_result::TargetResult>(missed).await?;
        Ok(found.into_iter().map(TargetResult::from).collect())
    }
}
