//! Requirements in the API: the record with its edges, its list and its subscription.

use super::design_package::DesignPackage;
use super::foreign::{Recommendation, Service};
use crate::domain;
use async_graphql::{Context, Enum};
use ciclo_api::filters::{IdFilter, InstantFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Session, enum_filter, filter, record_api, record_object};
use domain::facts::Mark;
use domain::requirement::{RequirementSource, RequirementStatus};

/// How far a requirement has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::requirement::RequirementState")]
pub enum RequirementState {
    /// Being worded; not agreed with anybody yet.
    Draft,
    /// Agreed: its wording stands.
    Agreed,
    /// Met, with evidence. Final.
    Satisfied,
    /// Given up, with a reason. Final.
    Dropped,
}

/// What a requirement is about.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::requirement::RequirementKind")]
pub enum RequirementKind {
    /// What the service does.
    Functional,
    /// How easily people use it.
    Usability,
    /// What is promised to customers.
    ServiceLevel,
    /// How much it must carry.
    Capacity,
    /// How much of the agreed time it must be up.
    Availability,
    /// How it survives a disaster.
    Continuity,
    /// How it is protected.
    Security,
}

/// How much a requirement matters (MoSCoW).
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::requirement::RequirementPriority")]
pub enum RequirementPriority {
    /// Without it there is no approval.
    Must,
    /// Important, but not vital.
    Should,
    /// Wanted when it costs little.
    Could,
    /// Not this time; kept for the record.
    Wont,
}

record_object! {
    /// A requirement on a service.
    Requirement of domain::requirement::Requirement {
        /// The service that it is asked of.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// What is asked, in a line.
        async fn title(&self) -> &str {
            &self.record().wording.title
        }
        /// What is asked, in full; null when the title says it.
        async fn description(&self) -> Option<&str> {
            self.record().wording.description.as_deref()
        }
        /// What it is about.
        async fn kind(&self) -> RequirementKind {
            self.record().wording.kind.into()
        }
        /// How much it matters.
        async fn priority(&self) -> RequirementPriority {
            self.record().wording.priority.into()
        }
        /// How one sees that it is met; null until somebody wrote it.
        async fn acceptance_criterion(&self) -> Option<&str> {
            self.record().wording.acceptance_criterion.as_deref()
        }
        /// How far it has come.
        async fn state(&self) -> RequirementState {
            self.record().state().into()
        }
        /// The recommendation that led to it; null when it was raised by hand.
        async fn recommendation(&self) -> Option<Recommendation> {
            self.record().recommendation().map(Recommendation::named)
        }
        /// The recommendation's title when it was accepted; null when it was raised by hand.
        async fn recommendation_title(&self) -> Option<&str> {
            match &self.record().source {
                RequirementSource::ByHand => None,
                RequirementSource::Recommendation { title, .. } => Some(title),
            }
        }
        /// The element of the solution that meets it; null while there is none.
        async fn solution_element(&self) -> Option<&str> {
            self.record().tracing.solution_element.as_deref()
        }
        /// The version of the service's design package that it belongs to; null while it belongs to none.
        async fn package(&self, ctx: &Context<'_>) -> ApiResult<Option<DesignPackage>> {
            let Some(package) = self.record().tracing.package else { return Ok(None) };
            let loaders = Session::of(ctx).loads::<domain::design_package::DesignPackage>()?;
            let found = loaders.one::<domain::design_package::DesignPackage>(package).await?;
            Ok(found.map(DesignPackage::from))
        }
        /// The test that shows it, by the tester's own reference; null before there is a test.
        async fn test(&self) -> Option<&str> {
            self.record().tracing.test.as_deref()
        }
        /// The target that watches it, by reference; null before there is a target.
        async fn target(&self) -> Option<&str> {
            self.record().tracing.target.as_deref()
        }
        /// Who raised it: a person, or `service:` and the name of a service.
        async fn raised_by(&self) -> &str {
            &self.record().raised.by
        }
        /// When it was raised.
        async fn raised_at(&self) -> Instant {
            Instant(self.record().raised.at)
        }
        /// Who agreed; null when nobody has.
        async fn agreed_by(&self) -> Option<&str> {
            self.record().agreed().map(|mark| mark.by.as_str())
        }
        /// When it was agreed; null when it was not.
        async fn agreed_at(&self) -> Option<Instant> {
            self.record().agreed().map(|mark| Instant(mark.at))
        }
        /// What shows that it is met; null unless it is satisfied.
        async fn evidence(&self) -> Option<&str> {
            match &self.record().status {
                RequirementStatus::Satisfied { evidence, .. } => Some(evidence),
                RequirementStatus::Draft
                | RequirementStatus::Agreed { .. }
                | RequirementStatus::Dropped { .. } => None,
            }
        }
        /// Why it was given up; null unless it is dropped.
        async fn drop_reason(&self) -> Option<&str> {
            match &self.record().status {
                RequirementStatus::Dropped { reason, .. } => Some(reason),
                RequirementStatus::Draft
                | RequirementStatus::Agreed { .. }
                | RequirementStatus::Satisfied { .. } => None,
            }
        }
        /// Who found it met or gave it up; null before that.
        async fn ended_by(&self) -> Option<&str> {
            ended(self.record()).map(|mark| mark.by.as_str())
        }
        /// When it was found met or given up; null before that.
        async fn ended_at(&self) -> Option<Instant> {
            ended(self.record()).map(|mark| Instant(mark.at))
        }
    }
}

fn ended(requirement: &domain::requirement::Requirement) -> Option<&Mark> {
    match &requirement.status {
        RequirementStatus::Draft | RequirementStatus::Agreed { .. } => None,
        RequirementStatus::Satisfied { satisfied, .. } => Some(satisfied),
        RequirementStatus::Dropped { dropped, .. } => Some(dropped),
    }
}

enum_filter!(RequirementStateFilter of RequirementState);
enum_filter!(RequirementKindFilter of RequirementKind);
enum_filter!(RequirementPriorityFilter of RequirementPriority);

filter! {
    /// Which requirements.
    RequirementFilter {
        /// By service.
        service: IdFilter => "service_id",
        /// By state.
        state: RequirementStateFilter => "state",
        /// By what they are about.
        kind: RequirementKindFilter => "kind",
        /// By how much they matter.
        priority: RequirementPriorityFilter => "priority",
        /// By title.
        title: StringFilter => "title",
        /// By design package.
        package: IdFilter => "package_id",
        /// By the recommendation that led to them.
        recommendation: IdFilter => "recommendation_id",
        /// By when they were raised.
        raised_at: InstantFilter => "raised_at",
    }
}

record_api! {
    Requirement of domain::requirement::Requirement, "requirement", "requirements";
    one requirement, many requirements, changed requirement_changed;
    filter RequirementFilter;
    order {
        /// Title.
        Title = "title",
        /// State.
        State = "state",
        /// What it is about.
        Kind = "kind",
        /// How much it matters.
        Priority = "priority",
    }
}
