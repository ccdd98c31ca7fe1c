//! Change: a normal change of configuration items, from its draft over the
//! approval to the review. Owns the record, its machine and what happens to it;
//! the verbs are in `change_verbs`, the approval in `approval`.

use super::approval::{ApprovalStep, Vote};
use super::window::Window;
use super::words::words;
use ciclo_kernel::ids::{ChangeId, ConfigurationItemId, TransitionId};
use ciclo_kernel::{Decision, Refusal, Timestamp};

ciclo_kernel::machine! {
    machine "change";
    /// Where a normal change stands.
    states ChangeState {
        /// Being written.
        Draft = "DRAFT" { Submit => Assess, Describe => Draft, Revise => Draft, Cancel => Cancelled },
        /// Risk, conflicts and plans are looked at.
        Assess = "ASSESS" { SubmitForApproval => Authorize, ReturnToDraft => Draft, Describe => Assess, Revise => Assess, Cancel => Cancelled },
        /// The approvers are asked, step by step.
        Authorize = "AUTHORIZE" { Vote => Authorize, Approve => Scheduled, Reject => Draft, Describe => Authorize, Revise => Draft, Cancel => Cancelled },
        /// Approved; waits for its window.
        Scheduled = "SCHEDULED" { Start => Implement, ReturnToDraft => Draft, Describe => Scheduled, Revise => Draft, Cancel => Cancelled },
        /// Being carried out.
        Implement = "IMPLEMENT" { Finish => Review, Describe => Implement, Cancel => Cancelled },
        /// Carried out, with an outcome; looked back at.
        Review = "REVIEW" { Close => Closed },
        /// Over.
        Closed = "CLOSED" {},
        /// Given up before the review.
        Cancelled = "CANCELLED" {},
    }
    /// What can be done to a change.
    verbs ChangeVerb {
        /// Submits the draft for assessment.
        Submit = "submitForAssessment",
        /// Submits the assessed change for approval.
        SubmitForApproval = "submitForApproval",
        /// A vote that leaves the approval open.
        Vote = "vote",
        /// The vote that completes the approval.
        Approve = "approve",
        /// A vote against.
        Reject = "reject",
        /// Takes the change back to its draft.
        ReturnToDraft = "returnToDraft",
        /// Edits title, description or assignee, which voids nothing.
        Describe = "describe",
        /// Edits the items, the window, the plans or the approval steps.
        Revise = "revise",
        /// Starts to carry it out.
        Start = "startImplementation",
        /// Ends carrying it out, with an outcome.
        Finish = "implemented",
        /// Ends the review.
        Close = "close",
        /// Gives the change up.
        Cancel = "cancel",
    }
}

words! {
    /// The kind of a change. Standard and emergency changes are not supported yet.
    ChangeKind {
        /// A change that is assessed and approved on its own.
        Normal = "NORMAL",
    }
}

impl ChangeKind {
    /// Reads a kind; refuses those that are not supported.
    pub fn supported(text: &str) -> Result<Self, Refusal> {
        Self::parse(text).ok_or_else(|| Refusal::invalid("kind", "only NORMAL changes are supported for now"))
    }
}

words! {
    /// How the implementation of a change ended.
    ChangeOutcome {
        /// As planned.
        Successful = "SUCCESSFUL",
        /// Done, with issues.
        WithIssues = "WITH_ISSUES",
        /// Not done.
        Failed = "FAILED",
        /// Taken back.
        BackedOut = "BACKED_OUT",
    }
}

impl ChangeOutcome {
    /// Whether the change can only be closed with a review text.
    #[must_use]
    pub fn needs_review(self) -> bool {
        match self {
            Self::Successful | Self::WithIssues => false,
            Self::Failed | Self::BackedOut => true,
        }
    }
}

/// A normal change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The change's id.
    pub id: ChangeId,
    /// Its kind.
    pub kind: ChangeKind,
    /// What is changed, in a line.
    pub title: String,
    /// What is changed and why; `None` when the title says it.
    pub description: Option<String>,
    /// Who asked for it, and so can never approve it.
    pub requester: String,
    /// Who wrote the draft, perhaps for the requester; can never approve it either.
    pub drafted_by: String,
    /// Who carries it out; `None` while nobody is assigned.
    pub assignee: Option<String>,
    /// The transition that it belongs to; `None` when it belongs to none.
    pub transition_id: Option<TransitionId>,
    /// The configuration items that are changed.
    pub item_ids: Vec<ConfigurationItemId>,
    /// When it may be carried out; `None` while it is not planned.
    pub window: Option<Window>,
    /// How it is carried out, tested and taken back.
    pub plans: ChangePlans,
    /// The steps of its approval, in order.
    pub approval_steps: Vec<ApprovalStep>,
    /// The votes of the approval; void, and so empty, when the change goes back to its draft.
    pub votes: Vec<Vote>,
    /// Where it stands, with the facts of that state.
    pub phase: ChangePhase,
}

/// The plans of a change; each is `None` while it is not written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ChangePlans {
    /// How it is carried out.
    pub implementation: Option<String>,
    /// How it is tested.
    pub test: Option<String>,
    /// How it is taken back.
    pub back_out: Option<String>,
}

/// Where a change stands, with the facts that belong there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChangePhase {
    /// Being written.
    Draft {
        /// Why it came back; `None` when it was never submitted.
        returned: Option<ReturnToDraft>,
    },
    /// Looked at.
    Assess,
    /// Before its approvers.
    Authorize,
    /// Approved.
    Scheduled,
    /// Being carried out.
    Implement {
        /// Since when.
        started_at: Timestamp,
    },
    /// Carried out.
    Review(Implementation),
    /// Over.
    Closed {
        /// How it was carried out.
        implementation: Implementation,
        /// What the review found; `None` when there was nothing to say.
        review: Option<String>,
    },
    /// Given up.
    Cancelled(Cancellation),
}

/// Why a change came back to its draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReturnToDraft {
    /// Why.
    pub reason: String,
    /// Who sent it back.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How a change was carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Implementation {
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How it ended.
    pub outcome: ChangeOutcome,
    /// What was noted; `None` when nothing was.
    pub notes: Option<String>,
}

/// Why a change was given up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cancellation {
    /// Why.
    pub reason: String,
    /// Who gave it up.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What drafts a change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftChange {
    /// Its kind.
    pub kind: ChangeKind,
    /// What is changed, in a line.
    pub title: String,
    /// What is changed and why.
    pub description: Option<String>,
    /// Who asked for it; `None` when it is who drafts it.
    pub requester: Option<String>,
    /// Who carries it out.
    pub assignee: Option<String>,
    /// The transition that it belongs to.
    pub transition_id: Option<TransitionId>,
    /// The configuration items that are changed; may be empty.
    pub item_ids: Vec<ConfigurationItemId>,
    /// When it may be carried out.
    pub window: Option<Window>,
    /// How it is carried out, tested and taken back.
    pub plans: ChangePlans,
    /// The steps of its approval, in order.
    pub approval_steps: Vec<ApprovalStep>,
}

/// What is edited on a change; `None` leaves a fact as it is, a blank text removes it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReviseChange {
    /// The new title; cannot be blank.
    pub title: Option<String>,
    /// The new description.
    pub description: Option<String>,
    /// The new assignee.
    pub assignee: Option<String>,
    /// The new items.
    pub item_ids: Option<Vec<ConfigurationItemId>>,
    /// The new window.
    pub window: Option<Window>,
    /// The new implementation plan.
    pub implementation_plan: Option<String>,
    /// The new test plan.
    pub test_plan: Option<String>,
    /// The new back-out plan.
    pub back_out_plan: Option<String>,
    /// The new approval steps.
    pub approval_steps: Option<Vec<ApprovalStep>>,
}

/// A vote to be cast in the step that is asked now, by the caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CastVote {
    /// The approver in whose place the caller votes; `None` when the caller is the approver.
    pub on_behalf_of: Option<String>,
    /// The decision.
    pub decision: super::approval::VoteDecision,
    /// What is said with it; needed for a rejection.
    pub comment: Option<String>,
}

/// What happened to a change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChangeHappened {
    /// It was drafted.
    Drafted,
    /// It was edited.
    Revised {
        /// Whether this took it back to the draft and voided the approvals.
        approvals_voided: bool,
    },
    /// It was submitted for assessment.
    SubmittedForAssessment,
    /// It was taken back to its draft; approvals are void.
    ReturnedToDraft { reason: String },
    /// It was submitted for approval.
    SubmittedForApproval,
    /// A vote for it left the approval open.
    Voted { vote: Vote },
    /// The vote for it that completed the approval: it is scheduled.
    Approved { vote: Vote },
    /// A vote against it: it is back in its draft, and the approvals are void.
    Rejected { vote: Vote },
    /// The implementation started.
    ImplementationStarted,
    /// The implementation ended.
    Implemented { outcome: ChangeOutcome },
    /// It is over.
    Closed { outcome: ChangeOutcome, review: Option<String> },
    /// It was given up.
    Cancelled { reason: String },
}

impl ChangeHappened {
    /// The name of what happened, as in the contract.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Drafted => "Drafted",
            Self::Revised { .. } => "Revised",
            Self::SubmittedForAssessment => "SubmittedForAssessment",
            Self::ReturnedToDraft { .. } => "ReturnedToDraft",
            Self::SubmittedForApproval => "SubmittedForApproval",
            Self::Voted { .. } => "Voted",
            Self::Approved { .. } => "Approved",
            Self::Rejected { .. } => "Rejected",
            Self::ImplementationStarted => "ImplementationStarted",
            Self::Implemented { .. } => "Implemented",
            Self::Closed { .. } => "Closed",
            Self::Cancelled { .. } => "Cancelled",
        }
    }
}

/// What a verb of a change answers.
pub type ChangeDecision = Decision<Change, ChangeHappened>;

impl Change {
    /// Where the change stands.
    #[must_use]
    pub fn state(&self) -> ChangeState {
        match self.phase {
            ChangePhase::Draft { .. } => ChangeState::Draft,
            ChangePhase::Assess => ChangeState::Assess,
            ChangePhase::Authorize => ChangeState::Authorize,
            ChangePhase::Scheduled => ChangeState::Scheduled,
            ChangePhase::Implement { .. } => ChangeState::Implement,
            ChangePhase::Review(_) => ChangeState::Review,
            ChangePhase::Closed { .. } => ChangeState::Closed,
            ChangePhase::Cancelled(_) => ChangeState::Cancelled,
        }
    }

    /// How it was carried out; `None` while it was not.
    #[must_use]
    pub fn implementation(&self) -> Option<&Implementation> {
        match &self.phase {
            ChangePhase::Review(done) | ChangePhase::Closed { implementation: done, .. } => Some(done),
            ChangePhase::Draft { .. }
            | ChangePhase::Assess
            | ChangePhase::Authorize
            | ChangePhase::Scheduled
            | ChangePhase::Implement { .. }
            | ChangePhase::Cancelled(_) => None,
        }
    }

    /// The people who can vote now: approvers of the step that is asked whose voice was not heard, and who
    /// may stand in for them. Empty outside of the approval.
    #[must_use]
    pub fn voters(&self) -> Vec<&str> {
        let Some((place, step)) = self.asked_step().and_then(|at| Some((at, self.approval_steps.get(at)?)))
        else {
            return Vec::new();
        };
        super::approval::voters(step, place, &self.votes)
    }

    /// The place of the approval step that is asked now; `None` outside of the approval.
    #[must_use]
    pub fn asked_step(&self) -> Option<usize> {
        match self.phase {
            ChangePhase::Authorize => super::approval::current_step(&self.approval_steps, &self.votes),
            ChangePhase::Draft { .. }
            | ChangePhase::Assess
            | ChangePhase::Scheduled
            | ChangePhase::Implement { .. }
            | ChangePhase::Review(_)
            | ChangePhase::Closed { .. }
            | ChangePhase::Cancelled(_) => None,
        }
    }
}
