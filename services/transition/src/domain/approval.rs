//! The approval of a change: ordered steps, each with approvers and a policy,
//! and the votes. A person counts once in a step; a delegate may stand in.

use super::words::{distinct, words};
use ciclo_kernel::{Refusal, Timestamp, text};

/// Most approvers of one step.
const MOST_APPROVERS: usize = 50;
/// Most steps of one change.
pub(crate) const MOST_STEPS: usize = 20;

words! {
    /// What an approver decided.
    VoteDecision {
        /// The change may go on.
        Approve = "APPROVE",
        /// The change goes back to its draft.
        Reject = "REJECT",
    }
}

/// How many of a step's approvers have to approve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApprovalPolicy {
    /// Every approver.
    All,
    /// One approver.
    Any,
    /// This many approvers.
    NOf(u32),
}

/// Somebody who may vote in the place of an approver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delegate {
    /// The approver.
    pub approver: String,
    /// Who may stand in.
    pub delegate: String,
}

/// One step of an approval; a step begins when the one before it is fulfilled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApprovalStep {
    /// The step's name, for example `Change advisory board`.
    pub name: String,
    /// How many of the approvers have to approve.
    pub policy: ApprovalPolicy,
    /// Who is asked.
    pub approvers: Vec<String>,
    /// Who may stand in for whom.
    pub delegates: Vec<Delegate>,
}

impl ApprovalStep {
    /// The step with its texts checked; the persons of `barred` can neither approve nor stand in.
    pub fn checked(self, barred: &[&str]) -> Result<Self, Refusal> {
        let line = |text: &String| text::line("approvalSteps", text);
        let approvers = self.approvers.iter().map(line).collect::<Result<Vec<_>, _>>()?;
        let approvers = distinct("approvalSteps", approvers, MOST_APPROVERS)?;
        let delegates = self
            .delegates
            .iter()
            .map(|one| Ok(Delegate { approver: line(&one.approver)?, delegate: line(&one.delegate)? }))
            .collect::<Result<Vec<_>, Refusal>>()?;
        let delegates = distinct("approvalSteps", delegates, MOST_APPROVERS * 5)?;
        let name = line(&self.name)?;
        let wrong = |why: String| Err(Refusal::invalid("approvalSteps", format!("step {name}: {why}")));
        if approvers.is_empty() {
            return wrong("it has no approvers".to_owned());
        }
        if let ApprovalPolicy::NOf(n) = self.policy
            && !(1..=approvers.len()).contains(&(n as usize))
        {
            return wrong(format!("{n} of {} approvers cannot be asked for", approvers.len()));
        }
        let standing_in = delegates.iter().map(|one| &one.delegate);
        if let Some(person) = approvers.iter().chain(standing_in).find(|one| barred.contains(&one.as_str())) {
            return wrong(format!("{person} requested the change and cannot approve it"));
        }
        if let Some(one) = delegates.iter().find(|one| !approvers.contains(&one.approver)) {
            return wrong(format!("{} is no approver, and has no delegate", one.approver));
        }
        Ok(Self { name, policy: self.policy, approvers, delegates })
    }

    /// How many approvals the step needs.
    #[must_use]
    pub fn needed(&self) -> usize {
        match self.policy {
            ApprovalPolicy::All => self.approvers.len(),
            ApprovalPolicy::Any => 1,
            ApprovalPolicy::NOf(n) => n as usize,
        }
    }
}

/// A vote in a step of an approval.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vote {
    /// The place of the step, from 0.
    pub step: u32,
    /// Who voted.
    pub approver: String,
    /// The approver in whose place it was; `None` when the approver voted in person.
    pub on_behalf_of: Option<String>,
    /// What was decided.
    pub decision: VoteDecision,
    /// What was said with it; a rejection always says why.
    pub comment: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Vote {
    /// The approver whose voice this is.
    #[must_use]
    pub fn seat(&self) -> &str {
        self.on_behalf_of.as_deref().unwrap_or(&self.approver)
    }
}

/// The place of the step that is asked now; `None` when every step is fulfilled.
#[must_use]
pub fn current_step(steps: &[ApprovalStep], votes: &[Vote]) -> Option<usize> {
    steps.iter().enumerate().position(|(place, step)| {
        let approvals = votes
            .iter()
            .filter(|vote| vote.step as usize == place && vote.decision == VoteDecision::Approve)
            .count();
        approvals < step.needed()
    })
}

/// Whether a person may cast a vote for a seat in the current step; the seat is the person, or the
/// approver in whose place it is.
pub(crate) fn may_vote(
    step: &ApprovalStep,
    place: usize,
    votes: &[Vote],
    person: &str,
    seat: &str,
) -> Result<(), Refusal> {
    let refuse =
        |why: String| Err(Refusal::rule(why).with("step", step.name.as_str()).with("person", person));
    if !step.approvers.iter().any(|approver| approver == seat) {
        return refuse(format!("{seat} is no approver of the step {}", step.name));
    }
    let stands_in = |one: &Delegate| one.approver == seat && one.delegate == person;
    if person != seat && !step.delegates.iter().any(stands_in) {
        return refuse(format!("{person} is no delegate of {seat} in the step {}", step.name));
    }
    let mut cast = votes.iter().filter(|vote| vote.step as usize == place);
    if let Some(before) = cast.find(|vote| vote.approver == person || vote.seat() == seat) {
        return refuse(format!(
            "{} voted for {} in the step {}; a person counts once",
            before.approver,
            before.seat(),
            step.name
        ));
    }
    Ok(())
}

/// Who may cast a vote in the current step still: approvers who were not heard, and their delegates. Each once.
pub(crate) fn voters<'a>(step: &'a ApprovalStep, place: usize, votes: &[Vote]) -> Vec<&'a str> {
    let mut people: Vec<&str> = Vec::new();
    for seat in &step.approvers {
        let standing_in = step.delegates.iter().filter(|one| one.approver == *seat);
        for person in standing_in.map(|one| &one.delegate).chain([seat]) {
            let known = people.contains(&person.as_str());
            if !known && may_vote(step, place, votes, person, seat).is_ok() {
                people.push(person);
            }
        }
    }
    people
}
