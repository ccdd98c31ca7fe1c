//! The verbs of a transition: recording facts in a step, and moving between steps.

use super::criterion::{Criterion, CriterionRecord, CriterionWaiver, Surroundings};
use super::schedule::TransitionStep;
use super::transition::{
    BackOut, Build, MOST, Pilot, PilotReport, TestResult, TestWaiver, Transition, TransitionDecision,
    TransitionHappened, TransitionOutcome, TransitionPhase, TransitionState, TransitionVerb,
};
use super::window::Window;
use super::words::room;
use ciclo_kernel::{Machine, Refusal, Timestamp, text};

/// Puts `new` in the place of the entry that it replaces, or at the end.
fn replace<T>(field: &str, list: &mut Vec<T>, new: T, same: impl Fn(&T) -> bool) -> Result<(), Refusal> {
    match list.iter_mut().find(|one| same(one)) {
        Some(old) => *old = new,
        None => {
            room(field, list.len(), MOST)?;
            list.push(new);
        }
    }
    Ok(())
}

fn checked_digest(given: &str) -> Result<String, Refusal> {
    let given = given.trim();
    let hex = given.strip_prefix("sha256:").unwrap_or_default();
    if hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        Ok(given.to_owned())
    } else {
        Err(Refusal::invalid("digest", "a digest is sha256: and 64 lower-case hex digits"))
    }
}

impl Transition {
    /// The step under way, the verb being allowed there.
    fn here(&self, verb: TransitionVerb) -> Result<TransitionStep, Refusal> {
        let state = self.state();
        state.go(verb)?;
        TransitionStep::of(state).ok_or_else(|| {
            Refusal::wrong_state("transition", state.as_str(), TransitionState::verb_str(verb), Vec::new())
        })
    }

    /// Refuses to touch the plan or the criteria of a step that is behind.
    fn not_behind(&self, here: TransitionStep, step: TransitionStep) -> Result<(), Refusal> {
        if step >= here {
            return Ok(());
        }
        Err(Refusal::rule(format!(
            "the step {} is over: the transition is in {}",
            step.as_str(),
            here.as_str()
        ))
        .with("step", step.as_str())
        .with("state", self.state().as_str()))
    }

    /// Sets when a step is planned; only a step that is under way or still to come.
    pub fn plan_step(mut self, step: TransitionStep, start: Timestamp, end: Timestamp) -> TransitionDecision {
        let here = self.here(TransitionVerb::PlanStep)?;
        self.not_behind(here, step)?;
        let planned = Window::new("plannedEnd", start, end)?;
        self.steps[step.index()].planned = Some(planned);
        Ok((self, TransitionHappened::StepPlanned { step, planned }))
    }

    /// Records the evidence of a criterion of this step or a later one, in place of an earlier record.
    /// Each `LESSONS_RECORDED` adds one lesson instead.
    pub fn record(
        mut self,
        criterion: Criterion,
        evidence: &str,
        by: &str,
        at: Timestamp,
    ) -> TransitionDecision {
        let here = self.here(TransitionVerb::Record)?;
        if let Some(met_by) = criterion.met_by() {
            let why = format!("{} cannot be recorded by hand: it is met by {met_by}", criterion.as_str());
            return Err(Refusal::invalid("criterion", why));
        }
        self.not_behind(here, criterion.step())?;
        let evidence = text::body("evidence", evidence)?;
        if criterion == Criterion::LessonsRecorded {
            room("lessons", self.lessons.len(), MOST)?;
            self.lessons.push(evidence.clone());
        } else {
            let record = CriterionRecord { criterion, evidence: evidence.clone(), by: by.to_owned(), at };
            replace("records", &mut self.records, record, |old| old.criterion == criterion)?;
        }
        Ok((self, TransitionHappened::CriterionRecorded { criterion, evidence }))
    }

    /// Waives a criterion of this step or a later one: `waived_by` answers for it.
    pub fn waive(
        mut self,
        criterion: Criterion,
        waived_by: &str,
        reason: &str,
        by: &str,
        at: Timestamp,
    ) -> TransitionDecision {
        let here = self.here(TransitionVerb::Waive)?;
        self.not_behind(here, criterion.step())?;
        let waived_by = text::line("waivedBy", waived_by)?;
        let reason = text::body("reason", reason)?;
        let (who, why) = (waived_by.clone(), reason.clone());
        let waiver = CriterionWaiver { criterion, waived_by: who, reason: why, by: by.to_owned(), at };
        replace("waivers", &mut self.waivers, waiver, |old| old.criterion == criterion)?;
        Ok((self, TransitionHappened::CriterionWaived { criterion, waived_by, reason }))
    }

    /// Adds the build of a package, in place of an earlier one of that name.
    pub fn add_build(
        mut self,
        package_name: &str,
        digest: &str,
        by: &str,
        at: Timestamp,
    ) -> TransitionDecision {
        self.here(TransitionVerb::AddBuild)?;
        let package_name = text::line("packageName", package_name)?;
        let digest = checked_digest(digest)?;
        let (name, built) = (package_name.clone(), digest.clone());
        let build = Build { package_name: name, digest: built, by: by.to_owned(), at };
        replace("builds", &mut self.builds, build, |old| old.package_name == package_name)?;
        Ok((self, TransitionHappened::BuildAdded { package_name, digest }))
    }

    /// Adds the result of a test, in place of an earlier one of that name. Only a test that did not pass
    /// can be waived.
    pub fn add_test(
        mut self,
        name: &str,
        passed: bool,
        waiver: Option<TestWaiver>,
        by: &str,
        at: Timestamp,
    ) -> TransitionDecision {
        self.here(TransitionVerb::AddTest)?;
        let name = text::line("name", name)?;
        if passed && waiver.is_some() {
            return Err(Refusal::invalid("waiver", "a test that passed needs no waiver"));
        }
        let checked = |given: TestWaiver| {
            let waived_by = text::line("waivedBy", &given.waived_by)?;
            Ok::<_, Refusal>(TestWaiver { waived_by, reason: text::body("reason", &given.reason)? })
        };
        let waiver = waiver.map(checked).transpose()?;
        let test = TestResult { name: name.clone(), passed, waiver: waiver.clone(), by: by.to_owned(), at };
        replace("tests", &mut self.tests, test, |old| old.name == name)?;
        Ok((self, TransitionHappened::TestAdded { name, passed, waiver }))
    }

    /// Sets the pilot. Setting it again starts it over: an earlier report is dropped.
    pub fn set_pilot(
        mut self,
        group: &str,
        starts: Timestamp,
        ends: Timestamp,
        thresholds: &str,
    ) -> TransitionDecision {
        self.here(TransitionVerb::SetPilot)?;
        let group = text::line("group", group)?;
        let period = Window::new("ends", starts, ends)?;
        let thresholds = text::body("thresholds", thresholds)?;
        self.pilot =
            Some(Pilot { group: group.clone(), period, thresholds: thresholds.clone(), report: None });
        Ok((self, TransitionHappened::PilotSet { group, period, thresholds }))
    }

    /// Reports whether the pilot's thresholds held; the last report counts. Not before the pilot starts.
    pub fn report_pilot(mut self, held: bool, notes: &str, by: &str, at: Timestamp) -> TransitionDecision {
        self.here(TransitionVerb::ReportPilot)?;
        let verb = TransitionState::verb_str(TransitionVerb::ReportPilot);
        let Some(pilot) = self.pilot.as_mut() else {
            return Err(Refusal::unmet(verb, &[Criterion::PilotPlan.as_str().to_owned()]));
        };
        if at < pilot.period.start {
            return Err(Refusal::rule(format!("the pilot starts at {}", pilot.period.start)));
        }
        let notes = text::body("notes", notes)?;
        pilot.report = Some(PilotReport { held, notes: notes.clone(), by: by.to_owned(), at });
        Ok((self, TransitionHappened::PilotReported { held, notes }))
    }

    /// Leaves the step for the next one; refused with the names of all criteria that are neither met nor waived.
    pub fn complete_step(mut self, around: &Surroundings, at: Timestamp) -> TransitionDecision {
        let step = self.here(TransitionVerb::CompleteStep)?;
        let to = self.state().go(TransitionVerb::CompleteStep)?;
        self.refuse_missing(TransitionVerb::CompleteStep, step, around, at)?;
        self.leave(step, TransitionStep::of(to), at);
        self.phase = Self::phase_of(to, None).unwrap_or(self.phase);
        Ok((self, TransitionHappened::StepCompleted { step }))
    }

    /// Goes back to the step before. What was recorded, waived, built, tested or piloted for the failed
    /// step is void; lessons stay. The review of a back-out cannot fail: the way back is over.
    pub fn fail_step(mut self, reason: &str) -> TransitionDecision {
        let step = self.here(TransitionVerb::FailStep)?;
        let to = self.state().go(TransitionVerb::FailStep)?;
        if self.back_out_facts().is_some() {
            return Err(Refusal::rule("the transition was backed out: its review cannot fail"));
        }
        let reason = text::body("reason", reason)?;
        self.records.retain(|record| record.criterion.step() != step);
        self.waivers.retain(|waiver| waiver.criterion.step() != step);
        match step {
            TransitionStep::BuildAndTest => {
                self.builds.clear();
                self.tests.clear();
            }
            TransitionStep::Pilot => self.pilot = None,
            TransitionStep::Planning
            | TransitionStep::DeploymentPlanning
            | TransitionStep::Deployment
            | TransitionStep::Review => {}
        }
        if let Some(previous) = TransitionStep::of(to) {
            self.fall_back(step, previous);
        }
        self.phase = Self::phase_of(to, None).unwrap_or(self.phase);
        Ok((self, TransitionHappened::StepFailed { step, reason }))
    }

    /// Gives up after something was rolled out, in the pilot or the deployment: on to the review.
    pub fn back_out(mut self, reason: &str, by: &str, at: Timestamp) -> TransitionDecision {
        let from = self.here(TransitionVerb::BackOut)?;
        let reason = text::body("reason", reason)?;
        self.leave(from, Some(TransitionStep::Review), at);
        let facts = BackOut { from, reason: reason.clone(), by: by.to_owned(), at };
        self.phase = TransitionPhase::Review { backed_out: Some(facts) };
        Ok((self, TransitionHappened::BackedOut { from, reason }))
    }

    /// Gives up before the deployment.
    pub fn cancel(mut self, reason: &str, by: &str, at: Timestamp) -> TransitionDecision {
        let step = self.here(TransitionVerb::Cancel)?;
        let reason = text::body("reason", reason)?;
        self.leave(step, None, at);
        self.phase = TransitionPhase::Cancelled { reason: reason.clone(), by: by.to_owned(), at };
        Ok((self, TransitionHappened::Cancelled { reason }))
    }

    /// Ends the review with the outcome, which is `BACKED_OUT` exactly when the transition was backed out.
    pub fn close(mut self, outcome: TransitionOutcome, by: &str, at: Timestamp) -> TransitionDecision {
        let step = self.here(TransitionVerb::Close)?;
        let backed_out = self.back_out_facts().cloned();
        match (outcome, backed_out.is_some()) {
            (TransitionOutcome::BackedOut, true)
            | (TransitionOutcome::Successful | TransitionOutcome::WithIssues, false) => {}
            (TransitionOutcome::BackedOut, false) => {
                return Err(Refusal::invalid("outcome", "the transition was not backed out"));
            }
            (TransitionOutcome::Successful | TransitionOutcome::WithIssues, true) => {
                return Err(Refusal::invalid("outcome", "the transition was backed out"));
            }
        }
        self.refuse_missing(TransitionVerb::Close, step, &Surroundings::default(), at)?;
        self.leave(step, None, at);
        self.phase = TransitionPhase::Closed { outcome, backed_out, by: by.to_owned(), at };
        Ok((self, TransitionHappened::Closed { outcome }))
    }

    fn refuse_missing(
        &self,
        verb: TransitionVerb,
        step: TransitionStep,
        around: &Surroundings,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let missing = self.missing(step, around, at);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Refusal::unmet(TransitionState::verb_str(verb), &missing).with("step", step.as_str()))
    }

    /// The phase of a state that has a step; `None` for the states that need more facts.
    pub(crate) fn phase_of(state: TransitionState, backed_out: Option<BackOut>) -> Option<TransitionPhase> {
        match state {
            TransitionState::Planning => Some(TransitionPhase::Planning),
            TransitionState::BuildAndTest => Some(TransitionPhase::BuildAndTest),
            TransitionState::Pilot => Some(TransitionPhase::Pilot),
            TransitionState::DeploymentPlanning => Some(TransitionPhase::DeploymentPlanning),
            TransitionState::Deployment => Some(TransitionPhase::Deployment),
            TransitionState::Review => Some(TransitionPhase::Review { backed_out }),
            TransitionState::Closed | TransitionState::Cancelled => None,
        }
    }
}
