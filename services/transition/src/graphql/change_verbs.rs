//! What can be done with changes.

use super::approval::{ChangeApprovalStepInput, ChangeVoteDecision, given};
use super::change::{Change, ChangeKind, ChangeOutcome};
use super::input::{verb_input, window};
use crate::{commands, domain};
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, Instant, mutate, update};
use ciclo_kernel::Refusal;
use ciclo_kernel::ids::ConfigurationItemId;
use domain::{CastVote, ChangePlans, DraftChange, ReviseChange};

/// What drafts a change.
#[derive(InputObject, Clone, Debug)]
pub struct DraftChangeInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Its kind; a normal change when left out.
    pub kind: Option<ChangeKind>,
    /// What is changed, in a line of at most 200 characters.
    pub title: String,
    /// What is changed and why, at most 20,000 characters; null when the title says it.
    pub description: Option<String>,
    /// Who asked for it; the caller when left out.
    pub requester: Option<String>,
    /// Who carries it out; null while nobody is assigned.
    pub assignee: Option<String>,
    /// The transition that it belongs to; null when it belongs to none.
    pub transition: Option<ID>,
    /// The configuration items that are changed, at most 1,000; none when left out.
    pub items: Option<Vec<ID>>,
    /// The first instant at which it may be carried out; with `windowEnd`. Needed for the approval.
    pub window_start: Option<Instant>,
    /// The first instant at which it may not be started any more; with `windowStart`.
    pub window_end: Option<Instant>,
    /// How it is carried out; needed for the approval.
    pub implementation_plan: Option<String>,
    /// How it is tested; needed for the approval.
    pub test_plan: Option<String>,
    /// How it is taken back; needed for the approval.
    pub back_out_plan: Option<String>,
    /// The steps of its approval in order, at most 20; at least one is needed for the approval.
    pub approval_steps: Option<Vec<ChangeApprovalStepInput>>,
}

verb_input! {
    /// What edits a change. What is left out stays as it is; a blank text removes what can be missing.
    ReviseChangeInput of "The change." {
        /// The new title.
        title: Option<String>,
        /// The new description; removed when blank.
        description: Option<String>,
        /// Who carries it out from now on; nobody when blank.
        assignee: Option<String>,
        /// The new items, in place of the old; at most 1,000.
        items: Option<Vec<ID>>,
        /// The start of the new window; with `windowEnd`.
        window_start: Option<Instant>,
        /// The end of the new window; with `windowStart`.
        window_end: Option<Instant>,
        /// The new implementation plan; removed when blank.
        implementation_plan: Option<String>,
        /// The new test plan; removed when blank.
        test_plan: Option<String>,
        /// The new back-out plan; removed when blank.
        back_out_plan: Option<String>,
        /// The new steps of the approval, in place of the old; at most 20.
        approval_steps: Option<Vec<ChangeApprovalStepInput>>,
    }
}

verb_input! {
    /// What submits a draft for assessment.
    SubmitChangeForAssessmentInput of "The change." {}
}

verb_input! {
    /// What takes a change back to its draft.
    ReturnChangeToDraftInput of "The change." {
        /// Why.
        reason: String,
    }
}

verb_input! {
    /// What submits a change for approval.
    SubmitChangeForApprovalInput of "The change." {}
}

verb_input! {
    /// A vote of the caller in the step that is asked now.
    VoteOnChangeInput of "The change." {
        /// The decision.
        decision: ChangeVoteDecision,
        /// The approver in whose place the caller votes as a delegate; null when the caller is the approver.
        on_behalf_of: Option<String>,
        /// What is said with it; needed for a rejection.
        comment: Option<String>,
    }
}

verb_input! {
    /// What starts the implementation of a change.
    StartChangeImplementationInput of "The change." {}
}

verb_input! {
    /// What ends the implementation of a change.
    CompleteChangeImplementationInput of "The change." {
        /// How it ended.
        outcome: ChangeOutcome,
        /// What is to note; null for nothing.
        notes: Option<String>,
    }
}

verb_input! {
    /// What closes a change.
    CloseChangeInput of "The change." {
        /// What the review found; needed when the change failed or was backed out.
        review: Option<String>,
    }
}

verb_input! {
    /// What cancels a change.
    CancelChangeInput of "The change." {
        /// Why.
        reason: String,
    }
}

fn item_ids(ids: &[ID]) -> Result<Vec<ConfigurationItemId>, Refusal> {
    ids.iter().map(mutate::id).collect()
}

/// What can be done with changes.
#[derive(Default)]
pub struct ChangeMutations;

#[Object]
impl ChangeMutations {
    /// Drafts a change. Errors: INVALID, NOT_FOUND (an item, the transition), RULE_VIOLATED (the transition is over), LIMIT_EXCEEDED.
    async fn draft_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to draft.")] input: DraftChangeInput,
    ) -> ApiResult<Change> {
        let draft = DraftChange {
            kind: input.kind.unwrap_or(ChangeKind::Normal).into(),
            title: input.title,
            description: input.description,
            requester: input.requester,
            assignee: input.assignee,
            transition_id: input.transition.as_ref().map(mutate::id).transpose()?,
            item_ids: item_ids(&input.items.unwrap_or_default())?,
            window: window(input.window_start, input.window_end)?,
            plans: ChangePlans {
                implementation: input.implementation_plan,
                test: input.test_plan,
                back_out: input.back_out_plan,
            },
            approval_steps: given(input.approval_steps.unwrap_or_default())?,
        };
        mutate::mutate(ctx, &input.idempotency_key, |tx| Box::pin(commands::change::draft(tx, draft))).await
    }

    /// Edits a change. An edit of the items, the window, the plans or the approval steps of a change that is in approval or scheduled takes it back to its draft and voids the approvals. Errors: WRONG_STATE, INVALID (also when nothing changes), NOT_FOUND (the change, an item), LIMIT_EXCEEDED, CONFLICT.
    async fn revise_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to edit.")] input: ReviseChangeInput,
    ) -> ApiResult<Change> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let edit = ReviseChange {
            title: input.title,
            description: input.description,
            assignee: input.assignee,
            item_ids: input.items.as_deref().map(item_ids).transpose()?,
            window: window(input.window_start, input.window_end)?,
            implementation_plan: input.implementation_plan,
            test_plan: input.test_plan,
            back_out_plan: input.back_out_plan,
            approval_steps: input.approval_steps.map(given).transpose()?,
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::change::revise(tx, id, expected, edit))
        })
        .await
    }

    /// Submits the draft for assessment. Errors: WRONG_STATE, NOT_FOUND, CONFLICT.
    async fn submit_change_for_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change.")] input: SubmitChangeForAssessmentInput,
    ) -> ApiResult<Change> {
        let submit = |change: domain::Change, _: &str, _| change.submit_for_assessment();
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, submit).await
    }

    /// Takes a change back to its draft, from the assessment or the schedule; approvals are void. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn return_change_to_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change, and why.")] input: ReturnChangeToDraftInput,
    ) -> ApiResult<Change> {
        let reason = input.reason;
        let back = move |change: domain::Change, by: &str, at| change.return_to_draft(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, back).await
    }

    /// Submits the assessed change for approval. Errors: WRONG_STATE, CRITERIA_UNMET (`missing`: the window, a plan, approval steps), NOT_FOUND, CONFLICT.
    async fn submit_change_for_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change.")] input: SubmitChangeForApprovalInput,
    ) -> ApiResult<Change> {
        let submit = |change: domain::Change, _: &str, _| change.submit_for_approval();
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, submit).await
    }

    /// Votes as the caller in the step that is asked now: the approval that fulfils the last step schedules the change, a rejection takes it back to its draft. Errors: WRONG_STATE, RULE_VIOLATED (no approver or delegate, voted before, requested it), INVALID (a rejection without a comment), NOT_FOUND, CONFLICT.
    async fn vote_on_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which change, and how.")] input: VoteOnChangeInput,
    ) -> ApiResult<Change> {
        let cast = CastVote {
            on_behalf_of: input.on_behalf_of,
            decision: input.decision.into(),
            comment: input.comment,
        };
        let vote = move |change: domain::Change, by: &str, at| change.vote(cast, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, vote).await
    }

    /// Starts to carry the change out, inside its window. Errors: WRONG_STATE, CRITERIA_UNMET (the window is not open), NOT_FOUND, CONFLICT.
    async fn start_change_implementation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change.")] input: StartChangeImplementationInput,
    ) -> ApiResult<Change> {
        let start = |change: domain::Change, _: &str, at| change.start_implementation(at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, start).await
    }

    /// Ends carrying the change out, perhaps after its window. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn complete_change_implementation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change, with which outcome.")] input: CompleteChangeImplementationInput,
    ) -> ApiResult<Change> {
        let (outcome, notes) = (input.outcome.into(), input.notes);
        let complete =
            move |change: domain::Change, _: &str, at| change.implemented(outcome, notes.as_deref(), at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, complete).await
    }

    /// Ends the review. Errors: WRONG_STATE, CRITERIA_UNMET (a review text is needed), INVALID, NOT_FOUND, CONFLICT.
    async fn close_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change, with which review.")] input: CloseChangeInput,
    ) -> ApiResult<Change> {
        let review = input.review;
        let close = move |change: domain::Change, _: &str, _| change.close(review.as_deref());
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, close).await
    }

    /// Gives the change up, before its review. Errors: WRONG_STATE, INVALID, NOT_FOUND, CONFLICT.
    async fn cancel_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change, and why.")] input: CancelChangeInput,
    ) -> ApiResult<Change> {
        let reason = input.reason;
        let cancel = move |change: domain::Change, by: &str, at| change.cancel(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, cancel).await
    }
}
