//! Initiatives of the improvement register in the API: the record, its list and its subscription.

use super::foreign::Service;
use super::input::{at, by};
use super::recommendation::Recommendation;
use crate::domain;
use async_graphql::{Context, Enum, SimpleObject};
use ciclo_api::filters::{IdFilter, InstantFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Session, enum_filter, filter, record_api, record_object};
use domain::initiative::InitiativeStatus;
use domain::seven_steps::StepRecord;

/// How far an initiative has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::initiative::InitiativeState")]
pub enum InitiativeState {
    /// In the register; nobody has assessed it.
    Identified,
    /// Its effort and benefit are assessed.
    Assessed,
    /// Approved; no dates yet.
    Approved,
    /// Planned, with dates.
    Planned,
    /// Under way.
    InProgress,
    /// In effect.
    Implemented,
    /// What it brought is being looked at.
    BenefitsReview,
    /// Over, with what it brought. Final.
    Closed,
    /// Rejected, with a reason. Final.
    Rejected,
    /// Put off to a date.
    Deferred,
}

/// The phase of an initiative's cycle: plan, do, check, act.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::initiative::PdcaPhase")]
pub enum PdcaPhase {
    /// Establish what is to change and how it is measured.
    Plan,
    /// Make the change.
    Do,
    /// Look at what it brought.
    Check,
    /// Keep what works, and go round again.
    Act,
}

/// A step of the seven-step improvement.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::seven_steps::ImprovementStep")]
pub enum ImprovementStep {
    /// Identify the strategy for improvement.
    Strategy,
    /// Define what will be measured.
    DefineMeasures,
    /// Gather the data.
    Gather,
    /// Process the data.
    Process,
    /// Analyse the data.
    Analyse,
    /// Present and use the information.
    Present,
    /// Implement the improvement.
    Implement,
}

/// A step of the seven, as it was recorded.
#[derive(SimpleObject, Clone, Debug)]
pub struct InitiativeStep {
    /// The step.
    pub step: ImprovementStep,
    /// What shows that it was taken.
    pub evidence: String,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Who recorded it.
    pub recorded_by: String,
}

impl From<&StepRecord> for InitiativeStep {
    fn from(record: &StepRecord) -> Self {
        Self {
            step: record.step.into(),
            evidence: record.evidence.clone(),
            recorded_at: Instant(record.recorded.at),
            recorded_by: record.recorded.by.clone(),
        }
    }
}

record_object! {
    /// An initiative of the improvement register. The milestones of one that was deferred are cleared when it is resumed.
    Initiative of domain::initiative::Initiative {
        /// What is to be better, in a line.
        async fn title(&self) -> &str {
            &self.record().title
        }
        /// What is to be better, in full; null when the title says it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// Who answers for it: a subject.
        async fn owner(&self) -> &str {
            &self.record().owner
        }
        /// The service that it is about; null when it is about none in particular.
        async fn service(&self) -> Option<Service> {
            self.record().service_id.map(Service::named)
        }
        /// The recommendation that it answers; null when it was raised by hand.
        async fn recommendation(&self, ctx: &Context<'_>) -> ApiResult<Option<Recommendation>> {
            let Some(id) = self.record().recommendation_id else { return Ok(None) };
            let loaders = Session::of(ctx).loads::<domain::recommendation::Recommendation>()?;
            let found = loaders.one::<domain::recommendation::Recommendation>(id).await?;
            Ok(found.map(Recommendation::from))
        }
        /// How far it has come.
        async fn state(&self) -> InitiativeState {
            self.record().state().into()
        }
        /// The phase of its cycle; null while it is rejected or deferred.
        async fn phase(&self) -> Option<PdcaPhase> {
            self.record().phase().map(PdcaPhase::from)
        }
        /// The steps that were recorded, in their order: always the first ones of the seven.
        async fn steps(&self) -> Vec<InitiativeStep> {
            self.record().steps.iter().map(InitiativeStep::from).collect()
        }
        /// The step to record next; null when all seven are.
        async fn next_step(&self) -> Option<ImprovementStep> {
            let all = domain::seven_steps::ImprovementStep::ALL;
            all.get(self.record().steps.len()).copied().map(ImprovementStep::from)
        }
        /// When it was put into the register.
        async fn identified_at(&self) -> Instant {
            Instant(self.record().identified.at)
        }
        /// Who put it into the register.
        async fn identified_by(&self) -> &str {
            &self.record().identified.by
        }
        /// The effort, the benefit and the risk, in words; null before the assessment.
        async fn assessment(&self) -> Option<&str> {
            self.record().milestones.assessment.as_ref().map(|assessment| assessment.text.as_str())
        }
        /// When it was assessed; null before that.
        async fn assessed_at(&self) -> Option<Instant> {
            at(self.record().milestones.assessment.as_ref().map(|assessment| &assessment.assessed))
        }
        /// Who assessed it; null before that.
        async fn assessed_by(&self) -> Option<&str> {
            by(self.record().milestones.assessment.as_ref().map(|assessment| &assessment.assessed))
        }
        /// When it was approved; null before that.
        async fn approved_at(&self) -> Option<Instant> {
            at(self.record().milestones.approved.as_ref())
        }
        /// Who approved it; null before that.
        async fn approved_by(&self) -> Option<&str> {
            by(self.record().milestones.approved.as_ref())
        }
        /// When the work is to start; null before it is planned.
        async fn planned_start(&self) -> Option<Instant> {
            self.record().milestones.plan.as_ref().map(|plan| Instant(plan.start))
        }
        /// When it is to be in effect; null before it is planned.
        async fn planned_end(&self) -> Option<Instant> {
            self.record().milestones.plan.as_ref().map(|plan| Instant(plan.end))
        }
        /// When it was planned; null before that.
        async fn planned_at(&self) -> Option<Instant> {
            at(self.record().milestones.plan.as_ref().map(|plan| &plan.planned))
        }
        /// Who planned it; null before that.
        async fn planned_by(&self) -> Option<&str> {
            by(self.record().milestones.plan.as_ref().map(|plan| &plan.planned))
        }
        /// When the work started; null before that.
        async fn started_at(&self) -> Option<Instant> {
            at(self.record().milestones.started.as_ref())
        }
        /// Who started the work; null before that.
        async fn started_by(&self) -> Option<&str> {
            by(self.record().milestones.started.as_ref())
        }
        /// When it came into effect; null before that.
        async fn implemented_at(&self) -> Option<Instant> {
            at(self.record().milestones.implemented.as_ref())
        }
        /// Who brought it into effect; null before that.
        async fn implemented_by(&self) -> Option<&str> {
            by(self.record().milestones.implemented.as_ref())
        }
        /// When the review of its benefits started; null before that.
        async fn benefits_review_at(&self) -> Option<Instant> {
            at(self.record().milestones.benefits_review.as_ref())
        }
        /// Who started the review of its benefits; null before that.
        async fn benefits_review_by(&self) -> Option<&str> {
            by(self.record().milestones.benefits_review.as_ref())
        }
        /// What it brought; null unless it is closed.
        async fn benefit(&self) -> Option<&str> {
            words(&self.record().status).0
        }
        /// Why it was rejected; null unless it was.
        async fn rejection_reason(&self) -> Option<&str> {
            words(&self.record().status).1
        }
        /// Why it is put off; null unless it is and somebody said.
        async fn deferral_reason(&self) -> Option<&str> {
            words(&self.record().status).2
        }
        /// To when it is put off; null unless it is. Nothing resumes it by itself then.
        async fn deferred_until(&self) -> Option<Instant> {
            self.record().deferred_until().map(Instant)
        }
        /// When it was closed, rejected or deferred; null while it is under way.
        async fn ended_at(&self) -> Option<Instant> {
            at(self.record().ended())
        }
        /// Who closed, rejected or deferred it; null while it is under way.
        async fn ended_by(&self) -> Option<&str> {
            by(self.record().ended())
        }
    }
}

type Words<'s> = (Option<&'s str>, Option<&'s str>, Option<&'s str>);

/// What it brought, why it was rejected, why it is put off.
fn words(status: &InitiativeStatus) -> Words<'_> {
    match status {
        InitiativeStatus::Identified
        | InitiativeStatus::Assessed
        | InitiativeStatus::Approved
        | InitiativeStatus::Planned
        | InitiativeStatus::InProgress
        | InitiativeStatus::Implemented
        | InitiativeStatus::BenefitsReview => (None, None, None),
        InitiativeStatus::Closed { benefit, .. } => (Some(benefit), None, None),
        InitiativeStatus::Rejected { reason, .. } => (None, Some(reason), None),
        InitiativeStatus::Deferred { reason, .. } => (None, None, reason.as_deref()),
    }
}

enum_filter!(InitiativeStateFilter of InitiativeState);
enum_filter!(PdcaPhaseFilter of PdcaPhase);

filter! {
    /// Which initiatives.
    InitiativeFilter {
        /// By title.
        title: StringFilter => "title",
        /// By owner.
        owner: StringFilter => "owner",
        /// By state.
        state: InitiativeStateFilter => "state",
        /// By the phase of their cycle.
        phase: PdcaPhaseFilter => "phase",
        /// By service.
        service: IdFilter => "service_id",
        /// By the recommendation that they answer.
        recommendation: IdFilter => "recommendation_id",
        /// By when they are to be in effect.
        planned_end: InstantFilter => "planned_end",
        /// By when they are put off to.
        deferred_until: InstantFilter => "deferred_until",
    }
}

record_api! {
    Initiative of domain::initiative::Initiative, "initiative", "initiatives";
    one initiative, many initiatives, changed initiative_changed;
    filter InitiativeFilter;
    order {
        /// Title.
        Title = "title",
        /// Owner.
        Owner = "owner",
        /// State.
        State = "state",
    }
}
