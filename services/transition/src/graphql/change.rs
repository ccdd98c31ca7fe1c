//! Changes in the API: the record with its edges, its list and its subscription.

use super::approval::{self, ChangeApprovalStep};
use super::configuration_item::ConfigurationItem;
use super::impact::{self, ItemImpact};
use super::transition::Transition;
use crate::domain;
use async_graphql::{Context, Enum, SimpleObject};
use ciclo_api::filters::{IdFilter, InstantFilter, LinkFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Session, enum_filter, filter, record_api, record_object};
use domain::ChangePhase;

/// Where a change stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::ChangeState")]
pub enum ChangeState {
    /// Being written.
    Draft,
    /// Risk, conflicts and plans are looked at.
    Assess,
    /// The approvers are asked, step by step.
    Authorize,
    /// Approved; waits for its window.
    Scheduled,
    /// Being carried out.
    Implement,
    /// Carried out, with an outcome; looked back at.
    Review,
    /// Over. Final.
    Closed,
    /// Given up before the review. Final.
    Cancelled,
}

/// The kind of a change. Standard and emergency changes are not supported yet.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::ChangeKind")]
pub enum ChangeKind {
    /// A change that is assessed and approved on its own.
    Normal,
}

/// How the implementation of a change ended.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::ChangeOutcome")]
pub enum ChangeOutcome {
    /// As planned.
    Successful,
    /// Done, with issues.
    WithIssues,
    /// Not done. The review needs a text.
    Failed,
    /// Taken back. The review needs a text.
    BackedOut,
}

/// Why a change came back to its draft.
#[derive(SimpleObject, Clone, Debug)]
pub struct ChangeReturn {
    /// Why.
    pub reason: String,
    /// Who sent it back.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// How a change was carried out.
#[derive(SimpleObject, Clone, Debug)]
pub struct ChangeImplementation {
    /// When it was started.
    pub started_at: Instant,
    /// When it ended.
    pub ended_at: Instant,
    /// How it ended.
    pub outcome: ChangeOutcome,
    /// What was noted; null when nothing was.
    pub notes: Option<String>,
}

/// Why a change was given up.
#[derive(SimpleObject, Clone, Debug)]
pub struct ChangeCancellation {
    /// Why.
    pub reason: String,
    /// Who gave it up.
    pub by: String,
    /// When.
    pub at: Instant,
}

record_object! {
    /// A change of configuration items.
    Change of domain::Change {
        /// Its kind.
        async fn kind(&self) -> ChangeKind {
            self.record().kind.into()
        }
        /// What is changed, in a line.
        async fn title(&self) -> &str {
            &self.record().title
        }
        /// What is changed and why; null when the title says it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// Who asked for it, and so can never approve it.
        async fn requester(&self) -> &str {
            &self.record().requester
        }
        /// Who wrote the draft, perhaps for the requester; can never approve it either.
        async fn drafted_by(&self) -> &str {
            &self.record().drafted_by
        }
        /// Who carries it out; null while nobody is assigned.
        async fn assignee(&self) -> Option<&str> {
            self.record().assignee.as_deref()
        }
        /// Where it stands.
        async fn state(&self) -> ChangeState {
            self.record().state().into()
        }
        /// The first instant at which it may be carried out; null while it is not planned.
        async fn window_start(&self) -> Option<Instant> {
            self.record().window.map(|window| Instant(window.start))
        }
        /// The first instant at which it may not be started any more; null while it is not planned.
        async fn window_end(&self) -> Option<Instant> {
            self.record().window.map(|window| Instant(window.end))
        }
        /// How it is carried out; null while it is not written.
        async fn implementation_plan(&self) -> Option<&str> {
            self.record().plans.implementation.as_deref()
        }
        /// How it is tested; null while it is not written.
        async fn test_plan(&self) -> Option<&str> {
            self.record().plans.test.as_deref()
        }
        /// How it is taken back; null while it is not written.
        async fn back_out_plan(&self) -> Option<&str> {
            self.record().plans.back_out.as_deref()
        }
        /// The steps of its approval in order, each with its votes; at most 20.
        async fn approval_steps(&self) -> Vec<ChangeApprovalStep> {
            approval::steps(self.record())
        }
        /// Who can vote now: approvers of the step that is asked who were not heard, and their delegates.
        async fn voters(&self) -> Vec<&str> {
            self.record().voters()
        }
        /// Why it came back to its draft; null when it is no draft, or was never submitted.
        async fn returned(&self) -> Option<ChangeReturn> {
            returned(&self.record().phase)
        }
        /// When its implementation was started; null before.
        async fn started_at(&self) -> Option<Instant> {
            let done = self.record().implementation().map(|done| done.started_at);
            done.or_else(|| started(&self.record().phase)).map(Instant)
        }
        /// How it was carried out; null while it was not.
        async fn implementation(&self) -> Option<ChangeImplementation> {
            self.record().implementation().map(|done| ChangeImplementation {
                started_at: Instant(done.started_at),
                ended_at: Instant(done.ended_at),
                outcome: done.outcome.into(),
                notes: done.notes.clone(),
            })
        }
        /// How its implementation ended; null before.
        async fn outcome(&self) -> Option<ChangeOutcome> {
            self.record().implementation().map(|done| done.outcome.into())
        }
        /// What the review found; null while it is not over, or when there was nothing to say.
        async fn review(&self) -> Option<&str> {
            review(&self.record().phase)
        }
        /// Why it was given up; null when it was not.
        async fn cancellation(&self) -> Option<ChangeCancellation> {
            cancellation(&self.record().phase)
        }
        /// The transition that it belongs to; null when it belongs to none.
        async fn transition(&self, ctx: &Context<'_>) -> ApiResult<Option<Transition>> {
            let Some(id) = self.record().transition_id else { return Ok(None) };
            let found = Session::of(ctx).loads::<domain::Transition>()?.one::<domain::Transition>(id).await?;
            Ok(found.map(Transition::from))
        }
        /// The configuration items that are changed, in the order they were named.
        async fn items(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<ConfigurationItem>> {
            let most = ciclo_store::PageRequest::size(first)?;
            let loaders = Session::of(ctx).loads::<domain::ConfigurationItem>()?;
            let ids = self.record().item_ids.iter().copied().take(most);
            let found = loaders.many::<domain::ConfigurationItem>(ids).await?;
            Ok(found.into_iter().map(ConfigurationItem::from).collect())
        }
        /// How many configuration items are changed.
        async fn item_count(&self) -> i32 {
            i32::try_from(self.record().item_ids.len()).unwrap_or(i32::MAX)
        }
        /// What a failure of its items reaches. Errors: INVALID (the depth).
        async fn impact(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many relations far, 0 to 50.", default = 10)] depth: i32,
        ) -> ApiResult<ItemImpact> {
            impact::of(ctx, &self.record().item_ids, depth).await
        }
    }
}

fn returned(phase: &ChangePhase) -> Option<ChangeReturn> {
    match phase {
        ChangePhase::Draft { returned } => returned.as_ref().map(|facts| ChangeReturn {
            reason: facts.reason.clone(),
            by: facts.by.clone(),
            at: Instant(facts.at),
        }),
        ChangePhase::Assess
        | ChangePhase::Authorize
        | ChangePhase::Scheduled
        | ChangePhase::Implement { .. }
        | ChangePhase::Review(_)
        | ChangePhase::Closed { .. }
        | ChangePhase::Cancelled(_) => None,
    }
}

fn started(phase: &ChangePhase) -> Option<ciclo_kernel::Timestamp> {
    match phase {
        ChangePhase::Implement { started_at } => Some(*started_at),
        ChangePhase::Draft { .. }
        | ChangePhase::Assess
        | ChangePhase::Authorize
        | ChangePhase::Scheduled
        | ChangePhase::Review(_)
        | ChangePhase::Closed { .. }
        | ChangePhase::Cancelled(_) => None,
    }
}

fn review(phase: &ChangePhase) -> Option<&str> {
    match phase {
        ChangePhase::Closed { review, .. } => review.as_deref(),
        ChangePhase::Draft { .. }
        | ChangePhase::Assess
        | ChangePhase::Authorize
        | ChangePhase::Scheduled
        | ChangePhase::Implement { .. }
        | ChangePhase::Review(_)
        | ChangePhase::Cancelled(_) => None,
    }
}

fn cancellation(phase: &ChangePhase) -> Option<ChangeCancellation> {
    match phase {
        ChangePhase::Cancelled(facts) => Some(ChangeCancellation {
            reason: facts.reason.clone(),
            by: facts.by.clone(),
            at: Instant(facts.at),
        }),
        ChangePhase::Draft { .. }
        | ChangePhase::Assess
        | ChangePhase::Authorize
        | ChangePhase::Scheduled
        | ChangePhase::Implement { .. }
        | ChangePhase::Review(_)
        | ChangePhase::Closed { .. } => None,
    }
}

enum_filter!(ChangeStateFilter of ChangeState);
enum_filter!(ChangeOutcomeFilter of ChangeOutcome);

filter! {
    /// Which changes.
    ChangeFilter {
        /// By title.
        title: StringFilter => "title",
        /// By state.
        state: ChangeStateFilter => "state",
        /// By who asked for them.
        requester: StringFilter => "requester",
        /// By who wrote the draft.
        drafted_by: StringFilter => "drafted_by",
        /// By who carries them out.
        assignee: StringFilter => "assignee",
        /// By transition.
        transition: IdFilter => "transition_id",
        /// By the start of the window.
        window_start: InstantFilter => "window_start",
        /// By the end of the window.
        window_end: InstantFilter => "window_end",
        /// By how the implementation ended.
        outcome: ChangeOutcomeFilter => "outcome",
        /// By the items that are changed.
        items: LinkFilter => "item",
        /// By the people who can vote now, approvers and delegates: their subjects.
        voters: LinkFilter => "voter",
    }
}

record_api! {
    Change of domain::Change, "change", "changes";
    one change, many changes, changed change_changed;
    filter ChangeFilter;
    order {
        /// Title.
        Title = "title",
        /// State.
        State = "state",
        /// Who asked for it.
        Requester = "requester",
        /// The start of the window; changes without one come before all others.
        WindowStart = "window_start",
    }
}
