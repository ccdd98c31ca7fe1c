//! What can be done to a problem, with the guards.

use super::{
    facts::{Mark, priority},
    problem::{
        OpenProblem, Problem, ProblemClosure, ProblemFindings, ProblemHappened, ProblemLinks, ProblemStatus,
        ProblemVerb, Resolution,
    },
};
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{ChangeId, ProblemId, RecordId},
    text,
};

/// Most incidents, and most items, of a problem.
pub const MOST_LINKS: usize = 1000;

impl Problem {
    /// Opens a problem.
    pub fn open(
        id: ProblemId,
        input: OpenProblem,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ProblemHappened> {
        let problem = Self {
            id,
            title: text::line("title", &input.title)?,
            description: text::optional_body("description", input.description.as_deref())?,
            priority: priority(input.priority)?,
            service: input.service,
            incidents: joined("incidentIds", &[], &input.incidents)?.0,
            items: joined("itemIds", &[], &input.items)?.0,
            change: None,
            root_cause: None,
            workaround: None,
            reopened: 0,
            opened: Mark::new(by, at),
            group: None,
            person: None,
            due: None,
            status: ProblemStatus::New,
        };
        Ok((problem, ProblemHappened::Opened))
    }

    /// Takes it up to be judged, with the priority that it has by then.
    pub fn assess(mut self, level: u8, by: &str, at: Timestamp) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::Assess)?;
        self.priority = priority(level)?;
        self.status = ProblemStatus::Assess { assessed: Mark::new(by, at) };
        Ok((self, ProblemHappened::Assessed { priority: level }))
    }

    /// Gives it to a group, a person, or a person of a group; without a group it stays with the one that has it.
    pub fn assign(mut self, group: Option<&str>, person: Option<&str>) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::Assign)?;
        let group = text::optional_line("group", group)?;
        let person = text::optional_line("person", person)?;
        if group.is_none() && person.is_none() {
            return Err(Refusal::invalid("group", "a group or a person is needed"));
        }
        self.group = group.or(self.group);
        self.person = person;
        Ok((self, ProblemHappened::Assigned))
    }

    /// Starts to look for the cause.
    pub fn start_analysis(mut self, by: &str, at: Timestamp) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::StartAnalysis)?;
        self.status = ProblemStatus::RootCauseAnalysis { started: Mark::new(by, at) };
        Ok((self, ProblemHappened::AnalysisStarted))
    }

    /// Notes what was found out.
    pub fn note(mut self, findings: ProblemFindings) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::Note)?;
        let findings = checked(findings)?;
        if findings == ProblemFindings::default() {
            return Err(Refusal::invalid("rootCause", "a cause or a workaround is needed"));
        }
        self.take(&findings);
        Ok((self, ProblemHappened::Noted { findings }))
    }

    /// Starts to remove the cause, which must be known by now: from here or noted before.
    pub fn start_fix(
        mut self,
        findings: ProblemFindings,
        change: Option<ChangeId>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::StartFix)?;
        self.take(&checked(findings)?);
        let Some(root_cause) = self.root_cause.clone() else {
            return Err(Refusal::unmet("startFix", &["the root cause is not known".to_owned()]));
        };
        self.change = change.or(self.change);
        self.status = ProblemStatus::FixInProgress { started: Mark::new(by, at) };
        let change = self.change;
        Ok((self, ProblemHappened::FixStarted { root_cause, change }))
    }

    /// Says that the cause is removed, and how.
    pub fn resolve(mut self, notes: &str, by: &str, at: Timestamp) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::Resolve)?;
        let notes = text::body("notes", notes)?;
        let resolution = Resolution { notes: notes.clone(), resolved: Mark::new(by, at) };
        self.status = ProblemStatus::Resolved { resolution };
        Ok((self, ProblemHappened::Resolved { notes }))
    }

    /// Closes it after its cause was removed.
    pub fn close(self, by: &str, at: Timestamp) -> Decision<Self, ProblemHappened> {
        let next = self.state().go(ProblemVerb::Close);
        let ProblemStatus::Resolved { resolution } = &self.status else {
            return Err(next.err().unwrap_or_else(|| Refusal::rule("the problem is not resolved")));
        };
        let why = ProblemClosure::Fixed { resolution: resolution.clone() };
        Ok(self.closed(why, by, at))
    }

    /// Goes on with the fix: the problem came back.
    pub fn reopen(mut self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::Reopen)?;
        let reason = text::body("reason", reason)?;
        self.reopened = self.reopened.saturating_add(1);
        self.status = ProblemStatus::FixInProgress { started: Mark::new(by, at) };
        Ok((self, ProblemHappened::Reopened { reason }))
    }

    /// Closes it as another problem seen twice.
    pub fn close_as_duplicate(
        self,
        of: ProblemId,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::CloseAsDuplicate)?;
        if of == self.id {
            return Err(
                Refusal::rule("a problem is not a duplicate of itself").with("problem", of.to_string())
            );
        }
        Ok(self.closed(ProblemClosure::Duplicate { of }, by, at))
    }

    /// Closes it because it is none, or no longer wanted.
    pub fn cancel(self, reason: &str, by: &str, at: Timestamp) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::Cancel)?;
        let reason = text::body("reason", reason)?;
        Ok(self.closed(ProblemClosure::Cancelled { reason }, by, at))
    }

    /// Closes it with its cause left in place: `accepted_by` answers for the risk, and the
    /// decision is looked at again at `review_at`, which must be to come.
    pub fn accept_risk(
        self,
        reason: &str,
        accepted_by: &str,
        review_at: Timestamp,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::AcceptRisk)?;
        let reason = text::body("reason", reason)?;
        let accepted_by = text::line("acceptedBy", accepted_by)?;
        if review_at <= at {
            return Err(Refusal::invalid("reviewAt", "the review has to be to come"));
        }
        Ok(self.closed(ProblemClosure::RiskAccepted { reason, accepted_by, review_at }, by, at))
    }

    /// Brings it back to be judged anew, once its accepted risk is to be looked at again.
    pub fn review_risk(mut self, by: &str, at: Timestamp) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::ReviewRisk)?;
        let Some(ProblemClosure::RiskAccepted { accepted_by, review_at, .. }) = self.closure() else {
            return Err(Refusal::rule("only a problem whose risk was accepted comes back"));
        };
        let (accepted_by, due_at) = (accepted_by.clone(), *review_at);
        if at < due_at {
            return Err(Refusal::rule("the accepted risk is to be looked at later")
                .with("reviewAt", due_at.to_string()));
        }
        self.status = ProblemStatus::Assess { assessed: Mark::new(by, at) };
        Ok((self, ProblemHappened::RiskReviewDue { accepted_by, due_at }))
    }

    /// Adds records to it; those that it has already are left out of what happened.
    pub fn link(mut self, links: ProblemLinks) -> Decision<Self, ProblemHappened> {
        self.state().go(ProblemVerb::Link)?;
        let (incidents, new_incidents) = joined("incidentIds", &self.incidents, &links.incidents)?;
        let (items, new_items) = joined("itemIds", &self.items, &links.items)?;
        let new_change = links.change.filter(|change| self.change != Some(*change));
        let links = ProblemLinks { incidents: new_incidents, items: new_items, change: new_change };
        if links == ProblemLinks::default() {
            return Err(Refusal::rule("the problem has all of these records already"));
        }
        self.incidents = incidents;
        self.items = items;
        self.change = new_change.or(self.change);
        Ok((self, ProblemHappened::Linked { links }))
    }

    fn closed(mut self, why: ProblemClosure, by: &str, at: Timestamp) -> (Self, ProblemHappened) {
        self.status = ProblemStatus::Closed { why: why.clone(), closed: Mark::new(by, at) };
        (self, ProblemHappened::Closed { why })
    }

    fn take(&mut self, findings: &ProblemFindings) {
        if findings.root_cause.is_some() {
            self.root_cause.clone_from(&findings.root_cause);
        }
        if findings.workaround.is_some() {
            self.workaround.clone_from(&findings.workaround);
        }
    }
}

fn checked(findings: ProblemFindings) -> Result<ProblemFindings, Refusal> {
    Ok(ProblemFindings {
        root_cause: text::optional_body("rootCause", findings.root_cause.as_deref())?,
        workaround: text::optional_body("workaround", findings.workaround.as_deref())?,
    })
}

/// All ids sorted and once each, and of `more` those that are new.
pub(super) fn joined<I: RecordId>(field: &str, ids: &[I], more: &[I]) -> Result<(Vec<I>, Vec<I>), Refusal> {
    let mut new: Vec<I> = more.iter().copied().filter(|id| !ids.contains(id)).collect();
    new.sort_unstable();
    new.dedup();
    let mut all = [ids, new.as_slice()].concat();
    all.sort_unstable();
    all.dedup();
    if all.len() > MOST_LINKS {
        let why = format!("{} records; at most {MOST_LINKS} are allowed", all.len());
        return Err(Refusal::invalid(field, why).with("limit", MOST_LINKS));
    }
    Ok((all, new))
}
