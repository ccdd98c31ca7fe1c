//! The verbs of a change: drafting and editing, the way to its approval, the
//! votes, and carrying it out.

use super::approval::{ApprovalStep, MOST_STEPS, Vote, VoteDecision, current_step, may_vote};
use super::change::{
    Cancellation, CastVote, Change, ChangeDecision, ChangeHappened, ChangeOutcome, ChangePhase, ChangePlans,
    ChangeState, ChangeVerb, DraftChange, Implementation, ReturnToDraft, ReviseChange,
};
use super::window::Window;
use super::words::{distinct, room};
use ciclo_kernel::ids::ChangeId;
use ciclo_kernel::{Machine, Refusal, Timestamp, text};

/// Most configuration items of one change.
const MOST_ITEMS: usize = 1000;

fn checked_steps(steps: Vec<ApprovalStep>, barred: &[&str]) -> Result<Vec<ApprovalStep>, Refusal> {
    // One step more than the last that fits is refused.
    room("approvalSteps", steps.len().saturating_sub(1), MOST_STEPS)?;
    steps.into_iter().map(|step| step.checked(barred)).collect()
}

fn checked_window(window: Option<Window>) -> Result<Option<Window>, Refusal> {
    window.map(|window| Window::new("window", window.start, window.end)).transpose()
}

/// The new text of an optional fact: as it was when nothing is given, none when blank.
fn edited(field: &str, given: Option<&str>, old: &Option<String>) -> Result<Option<String>, Refusal> {
    match given {
        None => Ok(old.clone()),
        Some(_) => text::optional_body(field, given),
    }
}

impl Change {
    /// Drafts a change.
    pub fn draft(id: ChangeId, input: DraftChange, by: &str) -> ChangeDecision {
        let requester =
            text::optional_line("requester", input.requester.as_deref())?.unwrap_or_else(|| by.to_owned());
        let plan = |field: &str, given: &Option<String>| text::optional_body(field, given.as_deref());
        let drafted = Self {
            id,
            kind: input.kind,
            title: text::line("title", &input.title)?,
            description: text::optional_body("description", input.description.as_deref())?,
            approval_steps: checked_steps(input.approval_steps, &[&requester, by])?,
            requester,
            drafted_by: by.to_owned(),
            assignee: text::optional_line("assignee", input.assignee.as_deref())?,
            transition_id: input.transition_id,
            item_ids: distinct("itemIds", input.item_ids, MOST_ITEMS)?,
            window: checked_window(input.window)?,
            plans: ChangePlans {
                implementation: plan("implementationPlan", &input.plans.implementation)?,
                test: plan("testPlan", &input.plans.test)?,
                back_out: plan("backOutPlan", &input.plans.back_out)?,
            },
            votes: Vec::new(),
            phase: ChangePhase::Draft { returned: None },
        };
        Ok((drafted, ChangeHappened::Drafted))
    }

    /// Edits the change. An edit of the items, the window, the plans or the approval steps while it is
    /// in approval or scheduled takes it back to its draft and voids the approvals; an edit that changes
    /// nothing is refused.
    pub fn revise(self, edit: ReviseChange, by: &str, at: Timestamp) -> ChangeDecision {
        let state = self.state();
        state.go(ChangeVerb::Describe)?;
        let mut revised = self.clone();
        if let Some(title) = &edit.title {
            revised.title = text::line("title", title)?;
        }
        revised.description = edited("description", edit.description.as_deref(), &self.description)?;
        if edit.assignee.is_some() {
            revised.assignee = text::optional_line("assignee", edit.assignee.as_deref())?;
        }
        if let Some(items) = edit.item_ids {
            revised.item_ids = distinct("itemIds", items, MOST_ITEMS)?;
        }
        revised.window = checked_window(edit.window)?.or(self.window);
        let old = &self.plans;
        revised.plans = ChangePlans {
            implementation: edited(
                "implementationPlan",
                edit.implementation_plan.as_deref(),
                &old.implementation,
            )?,
            test: edited("testPlan", edit.test_plan.as_deref(), &old.test)?,
            back_out: edited("backOutPlan", edit.back_out_plan.as_deref(), &old.back_out)?,
        };
        if let Some(steps) = edit.approval_steps {
            revised.approval_steps = checked_steps(steps, &[&self.requester, &self.drafted_by])?;
        }
        if revised == self {
            return Err(Refusal::invalid("input", "the edit changes nothing"));
        }
        let planned_anew = revised.item_ids != self.item_ids
            || revised.window != self.window
            || revised.plans != self.plans
            || revised.approval_steps != self.approval_steps;
        let to = state.go(if planned_anew { ChangeVerb::Revise } else { ChangeVerb::Describe })?;
        let approvals_voided = to != state;
        if approvals_voided {
            let reason = "the items, the window, the plans or the approval steps were edited".to_owned();
            revised = revised.back_to_draft(ReturnToDraft { reason, by: by.to_owned(), at });
        }
        Ok((revised, ChangeHappened::Revised { approvals_voided }))
    }

    /// Submits the draft for assessment.
    pub fn submit_for_assessment(mut self) -> ChangeDecision {
        self.state().go(ChangeVerb::Submit)?;
        self.phase = ChangePhase::Assess;
        Ok((self, ChangeHappened::SubmittedForAssessment))
    }

    /// Takes the change back to its draft, from the assessment or the schedule.
    pub fn return_to_draft(self, reason: &str, by: &str, at: Timestamp) -> ChangeDecision {
        self.state().go(ChangeVerb::ReturnToDraft)?;
        let reason = text::body("reason", reason)?;
        let facts = ReturnToDraft { reason: reason.clone(), by: by.to_owned(), at };
        Ok((self.back_to_draft(facts), ChangeHappened::ReturnedToDraft { reason }))
    }

    /// Submits the assessed change for approval: it needs its window, its three plans and approval steps.
    pub fn submit_for_approval(mut self) -> ChangeDecision {
        self.state().go(ChangeVerb::SubmitForApproval)?;
        let needed = [
            (self.window.is_some(), "WINDOW"),
            (self.plans.implementation.is_some(), "IMPLEMENTATION_PLAN"),
            (self.plans.test.is_some(), "TEST_PLAN"),
            (self.plans.back_out.is_some(), "BACK_OUT_PLAN"),
            (!self.approval_steps.is_empty(), "APPROVAL_STEPS"),
        ];
        let missing: Vec<_> =
            needed.iter().filter(|(there, _)| !there).map(|(_, name)| (*name).to_owned()).collect();
        if !missing.is_empty() {
            return Err(Refusal::unmet(ChangeState::verb_str(ChangeVerb::SubmitForApproval), &missing));
        }
        self.phase = ChangePhase::Authorize;
        Ok((self, ChangeHappened::SubmittedForApproval))
    }

    /// Votes in the step that is asked now. The vote that fulfils the last step schedules the change; a
    /// rejection takes it back to its draft.
    pub fn vote(mut self, cast: CastVote, by: &str, at: Timestamp) -> ChangeDecision {
        let state = self.state();
        state.go(ChangeVerb::Vote)?;
        if by == self.requester || by == self.drafted_by {
            return Err(Refusal::rule(format!("{by} requested the change and cannot approve it")));
        }
        let asked = current_step(&self.approval_steps, &self.votes);
        let Some((place, step)) = asked.and_then(|p| Some((p, self.approval_steps.get(p)?))) else {
            return Err(Refusal::rule("no step of the approval is open"));
        };
        let on_behalf_of = text::optional_line("onBehalfOf", cast.on_behalf_of.as_deref())?;
        let on_behalf_of = on_behalf_of.filter(|seat| seat != by);
        may_vote(step, place, &self.votes, by, on_behalf_of.as_deref().unwrap_or(by))?;
        let vote = Vote {
            step: u32::try_from(place).unwrap_or(u32::MAX),
            approver: by.to_owned(),
            on_behalf_of,
            decision: cast.decision,
            comment: text::optional_body("comment", cast.comment.as_deref())?,
            at,
        };
        match cast.decision {
            VoteDecision::Reject => {
                state.go(ChangeVerb::Reject)?;
                let Some(reason) = vote.comment.clone() else {
                    return Err(Refusal::invalid("comment", "a rejection says why"));
                };
                let facts = ReturnToDraft { reason, by: by.to_owned(), at };
                Ok((self.back_to_draft(facts), ChangeHappened::Rejected { vote }))
            }
            VoteDecision::Approve => {
                self.votes.push(vote.clone());
                if current_step(&self.approval_steps, &self.votes).is_some() {
                    return Ok((self, ChangeHappened::Voted { vote }));
                }
                state.go(ChangeVerb::Approve)?;
                self.phase = ChangePhase::Scheduled;
                Ok((self, ChangeHappened::Approved { vote }))
            }
        }
    }

    /// Starts to carry the change out; only inside its window.
    pub fn start_implementation(mut self, at: Timestamp) -> ChangeDecision {
        self.state().go(ChangeVerb::Start)?;
        if !self.window.is_some_and(|window| window.contains(at)) {
            let verb = ChangeState::verb_str(ChangeVerb::Start);
            let mut refusal = Refusal::unmet(verb, &["WINDOW_OPEN".to_owned()]);
            if let Some(window) = self.window {
                refusal = refusal
                    .with("windowStart", window.start.to_string())
                    .with("windowEnd", window.end.to_string());
            }
            return Err(refusal);
        }
        self.phase = ChangePhase::Implement { started_at: at };
        Ok((self, ChangeHappened::ImplementationStarted))
    }

    /// Ends carrying the change out. It may end after the window; what counts is that it started inside.
    pub fn implemented(
        mut self,
        outcome: ChangeOutcome,
        notes: Option<&str>,
        at: Timestamp,
    ) -> ChangeDecision {
        self.state().go(ChangeVerb::Finish)?;
        let notes = text::optional_body("notes", notes)?;
        if let ChangePhase::Implement { started_at } = self.phase {
            self.phase = ChangePhase::Review(Implementation { started_at, ended_at: at, outcome, notes });
        }
        Ok((self, ChangeHappened::Implemented { outcome }))
    }

    /// Ends the review; a change that failed or was backed out needs a review text.
    pub fn close(mut self, review: Option<&str>) -> ChangeDecision {
        let state = self.state();
        state.go(ChangeVerb::Close)?;
        let ChangePhase::Review(implementation) = self.phase.clone() else {
            let verb = ChangeState::verb_str(ChangeVerb::Close);
            return Err(Refusal::wrong_state("change", state.as_str(), verb, state.allowed()));
        };
        let review = text::optional_body("review", review)?;
        let outcome = implementation.outcome;
        if review.is_none() && outcome.needs_review() {
            let verb = ChangeState::verb_str(ChangeVerb::Close);
            return Err(Refusal::unmet(verb, &["REVIEW_TEXT".to_owned()]));
        }
        self.phase = ChangePhase::Closed { implementation, review: review.clone() };
        Ok((self, ChangeHappened::Closed { outcome, review }))
    }

    /// Gives the change up, before its review.
    pub fn cancel(mut self, reason: &str, by: &str, at: Timestamp) -> ChangeDecision {
        self.state().go(ChangeVerb::Cancel)?;
        let reason = text::body("reason", reason)?;
        self.phase = ChangePhase::Cancelled(Cancellation { reason: reason.clone(), by: by.to_owned(), at });
        Ok((self, ChangeHappened::Cancelled { reason }))
    }

    fn back_to_draft(mut self, facts: ReturnToDraft) -> Self {
        self.votes.clear();
        self.phase = ChangePhase::Draft { returned: Some(facts) };
        self
    }
}
