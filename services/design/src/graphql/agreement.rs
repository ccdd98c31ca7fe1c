//! Agreements in the API: one version as a record with its edges, its list and its subscription.

use super::agreement_terms::{AgreementPauseReason, AgreementTarget};
use super::calendar::{self, Calendar};
use super::foreign::{Customer, Service};
use super::underpinning::UnderpinningGap;
use crate::domain;
use crate::store::agreement::STANDING;
use async_graphql::{Context, Enum, ID, SimpleObject};
use ciclo_api::filters::{IdFilter, InstantFilter, IntFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Session, enum_filter, filter, record_api, record_object};
use ciclo_kernel::ids::{AgreementId, ServiceId};
use domain::agreement::{AgreementParty, AgreementStatus};
use domain::facts::Mark;
use domain::underpinning::underpinning_gaps;

/// How far a version of an agreement has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::agreement::AgreementState")]
pub enum AgreementState {
    /// Being written; its terms can be edited.
    Draft,
    /// Being negotiated with the other party; its terms can be edited.
    Negotiation,
    /// Agreed, and immutable from here on; not in force yet.
    Agreed,
    /// In force.
    Active,
    /// In force, while it is looked at again.
    UnderReview,
    /// A newer version took its place. Final.
    Superseded,
    /// Its time is over. Final.
    Expired,
    /// Ended before its time, with a reason. Final.
    Terminated,
}

/// What sort of agreement it is.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::agreement::AgreementKind")]
pub enum AgreementKind {
    /// A service level agreement, with a customer.
    Sla,
    /// An operational level agreement, with an internal group.
    Ola,
    /// An underpinning contract, with a supplier.
    Contract,
}

/// A review that ended with the renewal of the agreement.
#[derive(SimpleObject, Clone, Debug)]
pub struct AgreementRenewal {
    /// What the review concluded.
    pub conclusion: String,
    /// Who renewed it.
    pub renewed_by: String,
    /// When it was renewed.
    pub renewed_at: Instant,
}

/// A review of an agreement that is going on.
#[derive(SimpleObject, Clone, Debug)]
pub struct AgreementReview {
    /// Why it is reviewed.
    pub reason: String,
    /// Who started the review.
    pub started_by: String,
    /// When the review started.
    pub started_at: Instant,
}

record_object! {
    /// One version of an agreement.
    Agreement of domain::agreement::Agreement {
        /// What all versions of the agreement have in common: the id of the first.
        async fn family_id(&self) -> ID {
            ID(self.record().family.to_string())
        }
        /// The version's number within the family; the first is 1.
        async fn number(&self) -> u32 {
            self.record().number
        }
        /// The versions of the agreement, newest first, this one among them.
        async fn versions(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Agreement>> {
            let loaders = Session::of(ctx).loads::<domain::agreement::Agreement>()?;
            let found = loaders.by_column("family_id", self.record().family.to_string(), first).await?;
            Ok(found.into_iter().map(Agreement::from).collect())
        }
        /// The version that this one follows; null for the first.
        async fn previous(&self, ctx: &Context<'_>) -> ApiResult<Option<Agreement>> {
            one(ctx, self.record().previous.as_ref().map(|previous| previous.id)).await
        }
        /// The newer version that took its place; null unless it is superseded.
        async fn next(&self, ctx: &Context<'_>) -> ApiResult<Option<Agreement>> {
            let next = match &self.record().status {
                AgreementStatus::Superseded { next, .. } => Some(*next),
                AgreementStatus::Draft
                | AgreementStatus::Negotiation { .. }
                | AgreementStatus::Agreed { .. }
                | AgreementStatus::Active { .. }
                | AgreementStatus::UnderReview { .. }
                | AgreementStatus::Expired { .. }
                | AgreementStatus::Terminated { .. } => None,
            };
            one(ctx, next).await
        }
        /// The service that it is about.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// The service's name when the version was drafted.
        async fn service_name(&self) -> &str {
            &self.record().service_name
        }
        /// What sort of agreement it is.
        async fn kind(&self) -> AgreementKind {
            self.record().kind().into()
        }
        /// The customer of an SLA; null for the other kinds.
        async fn customer(&self) -> Option<Customer> {
            match &self.record().party {
                AgreementParty::Customer(customer) => Some(Customer::named(customer)),
                AgreementParty::Group(_) | AgreementParty::Supplier(_) => None,
            }
        }
        /// The internal group of an OLA, by name; null for the other kinds.
        async fn group(&self) -> Option<&str> {
            match &self.record().party {
                AgreementParty::Group(group) => Some(group),
                AgreementParty::Customer(_) | AgreementParty::Supplier(_) => None,
            }
        }
        /// The supplier of a contract, by name; null for the other kinds.
        async fn supplier(&self) -> Option<&str> {
            match &self.record().party {
                AgreementParty::Supplier(supplier) => Some(supplier),
                AgreementParty::Customer(_) | AgreementParty::Group(_) => None,
            }
        }
        /// How far the version has come.
        async fn state(&self) -> AgreementState {
            self.record().state().into()
        }
        /// Whether the version is in force: ACTIVE, or UNDER_REVIEW.
        async fn in_force(&self) -> bool {
            self.record().state().in_force()
        }
        /// The first instant that the terms hold for.
        async fn valid_from(&self) -> Instant {
            Instant(self.record().terms.valid_from)
        }
        /// The first instant that the terms no longer hold for; null when they hold until further notice.
        async fn valid_until(&self) -> Option<Instant> {
            self.record().terms.valid_until.map(Instant)
        }
        /// The calendar whose hours count: the id of one, or `24x7` for all of them.
        async fn calendar(&self) -> String {
            self.record().terms.calendar.to_string()
        }
        /// The calendar as a record; null when every hour counts.
        async fn calendar_record(&self, ctx: &Context<'_>) -> ApiResult<Option<Calendar>> {
            match self.record().terms.calendar.id() {
                Some(id) => calendar::one(ctx, id).await,
                None => Ok(None),
            }
        }
        /// The targets, ordered by kind and priority.
        async fn targets(&self) -> Vec<AgreementTarget> {
            self.record().terms.targets.iter().map(AgreementTarget::from).collect()
        }
        /// The promised availability in basis points (9950 is 99.5 %); null when none is promised.
        async fn availability_basis_points(&self) -> Option<u32> {
            self.record().terms.availability_basis_points
        }
        /// The reasons for waiting that pause the clocks.
        async fn pause_reasons(&self) -> Vec<AgreementPauseReason> {
            self.record().terms.pause_reasons.iter().map(|reason| (*reason).into()).collect()
        }
        /// Where the OLAs and contracts of the service allow more time than this SLA promises; empty when they add up to it, and for the other kinds.
        async fn underpinning_gaps(&self, ctx: &Context<'_>) -> ApiResult<Vec<UnderpinningGap>> {
            let sla = self.record();
            let around = standing(ctx, sla.service).await?;
            Ok(underpinning_gaps(sla, &around).into_iter().map(UnderpinningGap).collect())
        }
        /// Who drafted it.
        async fn drafted_by(&self) -> &str {
            &self.record().drafted.by
        }
        /// When it was drafted.
        async fn drafted_at(&self) -> Instant {
            Instant(self.record().drafted.at)
        }
        /// Since when it is negotiated; null unless it is in negotiation.
        async fn negotiation_started_at(&self) -> Option<Instant> {
            negotiation(self.record()).map(|mark| Instant(mark.at))
        }
        /// Who started the negotiation; null unless it is in negotiation.
        async fn negotiation_started_by(&self) -> Option<&str> {
            negotiation(self.record()).map(|mark| mark.by.as_str())
        }
        /// Who agreed; null when it is not agreed.
        async fn agreed_by(&self) -> Option<&str> {
            self.record().agreed().map(|mark| mark.by.as_str())
        }
        /// When it was agreed; null when it is not.
        async fn agreed_at(&self) -> Option<Instant> {
            self.record().agreed().map(|mark| Instant(mark.at))
        }
        /// Who brought it into force: a person, or `service:` and the name of a service; null when it never was.
        async fn activated_by(&self) -> Option<&str> {
            self.record().activated().map(|mark| mark.by.as_str())
        }
        /// When it came into force; null when it never did.
        async fn activated_at(&self) -> Option<Instant> {
            self.record().activated().map(|mark| Instant(mark.at))
        }
        /// The review that is going on; null unless it is under review.
        async fn review(&self) -> Option<AgreementReview> {
            match &self.record().status {
                AgreementStatus::UnderReview { reason, started, .. } => Some(AgreementReview {
                    reason: reason.clone(),
                    started_by: started.by.clone(),
                    started_at: Instant(started.at),
                }),
                AgreementStatus::Draft
                | AgreementStatus::Negotiation { .. }
                | AgreementStatus::Agreed { .. }
                | AgreementStatus::Active { .. }
                | AgreementStatus::Superseded { .. }
                | AgreementStatus::Expired { .. }
                | AgreementStatus::Terminated { .. } => None,
            }
        }
        /// The last renewal; null before the first, and unless it is active.
        async fn renewal(&self) -> Option<AgreementRenewal> {
            match &self.record().status {
                AgreementStatus::Active { renewal, .. } => renewal.as_ref().map(|renewal| AgreementRenewal {
                    conclusion: renewal.conclusion.clone(),
                    renewed_by: renewal.renewed.by.clone(),
                    renewed_at: Instant(renewal.renewed.at),
                }),
                AgreementStatus::Draft
                | AgreementStatus::Negotiation { .. }
                | AgreementStatus::Agreed { .. }
                | AgreementStatus::UnderReview { .. }
                | AgreementStatus::Superseded { .. }
                | AgreementStatus::Expired { .. }
                | AgreementStatus::Terminated { .. } => None,
            }
        }
        /// Why it was ended before its time; null unless it is terminated.
        async fn termination_reason(&self) -> Option<&str> {
            match &self.record().status {
                AgreementStatus::Terminated { reason, .. } => Some(reason),
                AgreementStatus::Draft
                | AgreementStatus::Negotiation { .. }
                | AgreementStatus::Agreed { .. }
                | AgreementStatus::Active { .. }
                | AgreementStatus::UnderReview { .. }
                | AgreementStatus::Superseded { .. }
                | AgreementStatus::Expired { .. } => None,
            }
        }
        /// Who superseded, expired or terminated it; null before that.
        async fn ended_by(&self) -> Option<&str> {
            ended(self.record()).map(|mark| mark.by.as_str())
        }
        /// When it was superseded, expired or terminated; null before that.
        async fn ended_at(&self) -> Option<Instant> {
            ended(self.record()).map(|mark| Instant(mark.at))
        }
    }
}

fn negotiation(agreement: &domain::agreement::Agreement) -> Option<&Mark> {
    match &agreement.status {
        AgreementStatus::Negotiation { started } => Some(started),
        AgreementStatus::Draft
        | AgreementStatus::Agreed { .. }
        | AgreementStatus::Active { .. }
        | AgreementStatus::UnderReview { .. }
        | AgreementStatus::Superseded { .. }
        | AgreementStatus::Expired { .. }
        | AgreementStatus::Terminated { .. } => None,
    }
}

fn ended(agreement: &domain::agreement::Agreement) -> Option<&Mark> {
    match &agreement.status {
        AgreementStatus::Draft
        | AgreementStatus::Negotiation { .. }
        | AgreementStatus::Agreed { .. }
        | AgreementStatus::Active { .. }
        | AgreementStatus::UnderReview { .. } => None,
        AgreementStatus::Superseded { ended, .. }
        | AgreementStatus::Expired { ended, .. }
        | AgreementStatus::Terminated { ended, .. } => Some(ended),
    }
}

async fn one(ctx: &Context<'_>, id: Option<AgreementId>) -> ApiResult<Option<Agreement>> {
    let Some(id) = id else { return Ok(None) };
    let loaders = Session::of(ctx).loads::<domain::agreement::Agreement>()?;
    Ok(loaders.one::<domain::agreement::Agreement>(id).await?.map(Agreement::from))
}

/// All versions of agreements on a service that have not ended.
pub(super) async fn standing(
    ctx: &Context<'_>,
    service: ServiceId,
) -> ApiResult<Vec<domain::agreement::Agreement>> {
    let most = domain::agreement::Agreement::STANDING_MOST;
    let loaders = Session::of(ctx).loads::<domain::agreement::Agreement>()?;
    let found = loaders.up_to(STANDING, service.to_string(), most).await?;
    Ok(found.into_iter().map(|found| found.record).collect())
}

enum_filter!(AgreementStateFilter of AgreementState);
enum_filter!(AgreementKindFilter of AgreementKind);

filter! {
    /// Which agreements.
    AgreementFilter {
        /// By service.
        service: IdFilter => "service_id",
        /// By the service's name when the version was drafted.
        service_name: StringFilter => "service_name",
        /// By what all versions of an agreement have in common.
        family_id: IdFilter => "family_id",
        /// By the version's number.
        number: IntFilter => "number",
        /// By what sort of agreement they are.
        kind: AgreementKindFilter => "kind",
        /// By state.
        state: AgreementStateFilter => "state",
        /// By the customer of an SLA.
        customer: IdFilter => "customer_id",
        /// By the name of the group of an OLA or the supplier of a contract.
        party_name: StringFilter => "party_name",
        /// By the first instant that the terms hold for.
        valid_from: InstantFilter => "valid_from",
        /// By the first instant that the terms no longer hold for.
        valid_until: InstantFilter => "valid_until",
        /// By when they were drafted.
        drafted_at: InstantFilter => "drafted_at",
    }
}

record_api! {
    Agreement of domain::agreement::Agreement, "agreement", "agreements";
    one agreement, many agreements, changed agreement_changed;
    filter AgreementFilter;
    order {
        /// The service's name when the version was drafted.
        ServiceName = "service_name",
        /// What sort of agreement it is.
        Kind = "kind",
        /// State.
        State = "state",
        /// The first instant that the terms hold for.
        ValidFrom = "valid_from",
    }
}
