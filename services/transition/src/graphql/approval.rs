//! The approval of a change in the API: its steps, its votes, and the inputs that set them.

use crate::domain;
use async_graphql::{Enum, InputObject, SimpleObject};
use ciclo_api::Instant;
use ciclo_kernel::Refusal;
use domain::{ApprovalPolicy, ApprovalStep, Delegate, Vote};

/// How many of a step's approvers have to approve.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeApprovalPolicy {
    /// Every approver.
    All,
    /// One approver.
    Any,
    /// As many as `needed` says.
    NOf,
}

/// What an approver decided.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::VoteDecision")]
pub enum ChangeVoteDecision {
    /// The change may go on.
    Approve,
    /// The change goes back to its draft.
    Reject,
}

/// One step of a change's approval; it begins when the one before it is fulfilled.
#[derive(SimpleObject, Clone, Debug)]
pub struct ChangeApprovalStep {
    /// The step's name.
    pub name: String,
    /// How many of the approvers have to approve.
    pub policy: ChangeApprovalPolicy,
    /// How many approvals the step needs.
    pub needed: i32,
    /// Who is asked.
    pub approvers: Vec<String>,
    /// Who may stand in for whom.
    pub delegates: Vec<ChangeDelegate>,
    /// The votes that were cast in the step; void, and so empty, when the change goes back to its draft.
    pub votes: Vec<ChangeVote>,
    /// Whether the step is asked now.
    pub asked: bool,
}

/// Somebody who may vote in the place of an approver.
#[derive(SimpleObject, Clone, Debug)]
pub struct ChangeDelegate {
    /// The approver.
    pub approver: String,
    /// Who may stand in.
    pub delegate: String,
}

/// A vote in a step of an approval.
#[derive(SimpleObject, Clone, Debug)]
pub struct ChangeVote {
    /// Who voted.
    pub approver: String,
    /// The approver in whose place it was; null when the approver voted in person.
    pub on_behalf_of: Option<String>,
    /// What was decided.
    pub decision: ChangeVoteDecision,
    /// What was said with it; null when nothing was.
    pub comment: Option<String>,
    /// When.
    pub at: Instant,
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// The steps of a change's approval, each with its votes.
pub fn steps(change: &domain::Change) -> Vec<ChangeApprovalStep> {
    let asked = change.asked_step();
    let of_step = |place: usize| {
        let cast = change.votes.iter().filter(move |vote| vote.step as usize == place);
        cast.map(ChangeVote::from).collect()
    };
    let step = |(place, step): (usize, &ApprovalStep)| ChangeApprovalStep {
        name: step.name.clone(),
        policy: match step.policy {
            ApprovalPolicy::All => ChangeApprovalPolicy::All,
            ApprovalPolicy::Any => ChangeApprovalPolicy::Any,
            ApprovalPolicy::NOf(_) => ChangeApprovalPolicy::NOf,
        },
        needed: number(step.needed()),
        approvers: step.approvers.clone(),
        delegates: step.delegates.iter().map(ChangeDelegate::from).collect(),
        votes: of_step(place),
        asked: asked == Some(place),
    };
    change.approval_steps.iter().enumerate().map(step).collect()
}

impl From<&Delegate> for ChangeDelegate {
    fn from(one: &Delegate) -> Self {
        Self { approver: one.approver.clone(), delegate: one.delegate.clone() }
    }
}

impl From<&Vote> for ChangeVote {
    fn from(vote: &Vote) -> Self {
        Self {
            approver: vote.approver.clone(),
            on_behalf_of: vote.on_behalf_of.clone(),
            decision: vote.decision.into(),
            comment: vote.comment.clone(),
            at: Instant(vote.at),
        }
    }
}

/// One step of a change's approval.
#[derive(InputObject, Clone, Debug)]
pub struct ChangeApprovalStepInput {
    /// The step's name, for example `Change advisory board`.
    pub name: String,
    /// How many of the approvers have to approve.
    pub policy: ChangeApprovalPolicy,
    /// How many approvals are needed; with the policy `N_OF`, and only with it.
    pub needed: Option<i32>,
    /// Who is asked, 1 to 50; neither the requester nor who drafts the change.
    pub approvers: Vec<String>,
    /// Who may stand in for whom; at most 250.
    pub delegates: Option<Vec<ChangeDelegateInput>>,
}

/// Somebody who may vote in the place of an approver.
#[derive(InputObject, Clone, Debug)]
pub struct ChangeDelegateInput {
    /// The approver.
    pub approver: String,
    /// Who may stand in.
    pub delegate: String,
}

impl ChangeApprovalStepInput {
    fn step(self) -> Result<ApprovalStep, Refusal> {
        let policy = match (self.policy, self.needed) {
            (ChangeApprovalPolicy::All, None) => ApprovalPolicy::All,
            (ChangeApprovalPolicy::Any, None) => ApprovalPolicy::Any,
            // A number below one is refused by the domain, as zero is.
            (ChangeApprovalPolicy::NOf, Some(needed)) => {
                ApprovalPolicy::NOf(u32::try_from(needed).unwrap_or(0))
            }
            (ChangeApprovalPolicy::NOf, None) => {
                return Err(Refusal::invalid("needed", "N_OF says how many approvals are needed"));
            }
            (ChangeApprovalPolicy::All | ChangeApprovalPolicy::Any, Some(_)) => {
                return Err(Refusal::invalid("needed", "only N_OF takes a number"));
            }
        };
        let delegate = |one: ChangeDelegateInput| Delegate { approver: one.approver, delegate: one.delegate };
        let delegates = self.delegates.unwrap_or_default().into_iter().map(delegate).collect();
        Ok(ApprovalStep { name: self.name, policy, approvers: self.approvers, delegates })
    }
}

/// The steps that inputs set.
pub fn given(steps: Vec<ChangeApprovalStepInput>) -> Result<Vec<ApprovalStep>, Refusal> {
    steps.into_iter().map(ChangeApprovalStepInput::step).collect()
}
