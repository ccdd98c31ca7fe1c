//! Design packages in the API: the record with its edges, its list and its subscription.

use super::agreement::Agreement;
use super::foreign::Service;
use super::requirement::Requirement;
use crate::domain;
use crate::store::agreement::STANDING;
use async_graphql::{Context, Enum, SimpleObject};
use ciclo_api::filters::{IdFilter, InstantFilter, IntFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Long, Money, Session, enum_filter, filter, record_api, record_object};
use ciclo_kernel::ids::RecordId;
use ciclo_store::PageRequest;
use domain::design_package::DesignPackageStatus;

/// How far a version of a design package has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::design_package::DesignPackageState")]
pub enum DesignPackageState {
    /// Being planned.
    Draft,
    /// Being reviewed: the plan stands still.
    InReview,
    /// Approved, and immutable from here on.
    Approved,
    /// A newer version is approved. Final.
    Superseded,
}

/// What a design package is for.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::design_package::DesignPackagePurpose")]
pub enum DesignPackagePurpose {
    /// A service that is not in operation yet.
    NewService,
    /// The change of a service in operation.
    Change,
    /// The improvement of a service in operation.
    Improvement,
}

/// What the approval of a design package needs.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::approval::ApprovalCondition")]
pub enum ApprovalCondition {
    /// Every MUST requirement is traced to a solution element.
    MustTraced,
    /// There is an acceptance plan.
    AcceptancePlan,
    /// There is a cost estimate.
    CostEstimate,
    /// There is at least one agreement for the service. The only one that can be waived.
    Agreement,
}

/// A condition of the approval that somebody waived by name.
#[derive(SimpleObject, Clone, Debug)]
pub struct ApprovalWaiver {
    /// The condition.
    pub condition: ApprovalCondition,
    /// Why it need not be met.
    pub why: String,
    /// Who waived it.
    pub waived_by: String,
    /// When it was waived.
    pub waived_at: Instant,
}

impl From<&domain::approval::Waiver> for ApprovalWaiver {
    fn from(waiver: &domain::approval::Waiver) -> Self {
        Self {
            condition: waiver.condition.into(),
            why: waiver.why.clone(),
            waived_by: waiver.waived.by.clone(),
            waived_at: Instant(waiver.waived.at),
        }
    }
}

/// A condition of the approval that is not met.
#[derive(SimpleObject, Clone, Debug)]
pub struct UnmetApprovalCondition {
    /// The condition.
    pub condition: ApprovalCondition,
    /// What is missing, in a sentence.
    pub what: String,
}

/// A return of a design package from review to draft.
#[derive(SimpleObject, Clone, Debug)]
pub struct DesignPackageReturn {
    /// Why it was returned.
    pub reason: String,
    /// Who returned it.
    pub returned_by: String,
    /// When it was returned.
    pub returned_at: Instant,
}

record_object! {
    /// One version of a service's design package.
    DesignPackage of domain::design_package::DesignPackage {
        /// The service that it designs.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// The service's name when the version was opened.
        async fn service_name(&self) -> &str {
            &self.record().service_name
        }
        /// The version's number within the service; the first is 1.
        async fn number(&self) -> u32 {
            self.record().number
        }
        /// What it is for.
        async fn purpose(&self) -> DesignPackagePurpose {
            self.record().purpose.into()
        }
        /// How far it has come.
        async fn state(&self) -> DesignPackageState {
            self.record().state().into()
        }
        /// What is designed, in short; null while nobody wrote it.
        async fn summary(&self) -> Option<&str> {
            self.record().plan.summary.as_deref()
        }
        /// How the service is accepted; null while nobody wrote it.
        async fn acceptance_plan(&self) -> Option<&str> {
            self.record().plan.acceptance_plan.as_deref()
        }
        /// What it is thought to cost; null while nobody estimated it.
        async fn cost_estimate(&self) -> Option<Money> {
            self.record().plan.cost_estimate.as_ref().map(|cost| Money {
                minor_units: Long(cost.minor_units),
                currency: cost.currency.clone(),
            })
        }
        /// The conditions of the approval that were waived, by name.
        async fn waivers(&self) -> Vec<ApprovalWaiver> {
            self.record().waivers.iter().map(ApprovalWaiver::from).collect()
        }
        /// What the approval still misses, everything at once; empty when it could be approved, and when it is.
        async fn unmet(&self, ctx: &Context<'_>) -> ApiResult<Vec<UnmetApprovalCondition>> {
            let package = self.record();
            if package.approval().is_some() {
                return Ok(Vec::new());
            }
            let unmet = package.unmet(&traced(ctx, package).await?, &standing(ctx, package).await?);
            let unmet = unmet.into_iter();
            Ok(unmet.map(|one| UnmetApprovalCondition { condition: one.condition.into(), what: one.what }).collect())
        }
        /// The requirements of this version, newest first: those that counted when it was approved, before that those that are traced to it.
        async fn requirements(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Requirement>> {
            let loaders = Session::of(ctx).loads::<domain::requirement::Requirement>()?;
            let found = match self.record().approval() {
                None => loaders.by_column("package_id", self.record().id.to_string(), first).await?,
                Some(approval) => {
                    loaders.many(newest(&approval.requirements, PageRequest::size(first)?)).await?
                }
            };
            Ok(found.into_iter().map(Requirement::from).collect())
        }
        /// The agreements that this version is made with, newest first: those that counted when it was approved, before that those on the service that have not ended.
        async fn agreements(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Agreement>> {
            let loaders = Session::of(ctx).loads::<domain::agreement::Agreement>()?;
            let found = match self.record().approval() {
                None => loaders.by_column(STANDING, self.record().service.to_string(), first).await?,
                Some(approval) => {
                    loaders.many(newest(&approval.agreements, PageRequest::size(first)?)).await?
                }
            };
            Ok(found.into_iter().map(Agreement::from).collect())
        }
        /// Who opened it: a person, or `service:` and the name of a service.
        async fn opened_by(&self) -> &str {
            &self.record().opened.by
        }
        /// When it was opened.
        async fn opened_at(&self) -> Instant {
            Instant(self.record().opened.at)
        }
        /// Who submitted it to review; null unless it is in review.
        async fn submitted_by(&self) -> Option<&str> {
            match &self.record().status {
                DesignPackageStatus::InReview { submitted } => Some(&submitted.by),
                DesignPackageStatus::Draft { .. }
                | DesignPackageStatus::Approved { .. }
                | DesignPackageStatus::Superseded { .. } => None,
            }
        }
        /// When it was submitted to review; null unless it is in review.
        async fn submitted_at(&self) -> Option<Instant> {
            match &self.record().status {
                DesignPackageStatus::InReview { submitted } => Some(Instant(submitted.at)),
                DesignPackageStatus::Draft { .. }
                | DesignPackageStatus::Approved { .. }
                | DesignPackageStatus::Superseded { .. } => None,
            }
        }
        /// The last return from review; null unless it is a draft that was returned.
        async fn last_return(&self) -> Option<DesignPackageReturn> {
            match &self.record().status {
                DesignPackageStatus::Draft { returned } => returned.as_ref().map(|back| DesignPackageReturn {
                    reason: back.reason.clone(),
                    returned_by: back.returned.by.clone(),
                    returned_at: Instant(back.returned.at),
                }),
                DesignPackageStatus::InReview { .. }
                | DesignPackageStatus::Approved { .. }
                | DesignPackageStatus::Superseded { .. } => None,
            }
        }
        /// Who approved it; null when it is not approved.
        async fn approved_by(&self) -> Option<&str> {
            self.record().approval().map(|approval| approval.approved.by.as_str())
        }
        /// When it was approved; null when it is not.
        async fn approved_at(&self) -> Option<Instant> {
            self.record().approval().map(|approval| Instant(approval.approved.at))
        }
        /// The newer version that took its place; null unless it is superseded.
        async fn next(&self, ctx: &Context<'_>) -> ApiResult<Option<DesignPackage>> {
            let DesignPackageStatus::Superseded { next, .. } = &self.record().status else { return Ok(None) };
            let loaders = Session::of(ctx).loads::<domain::design_package::DesignPackage>()?;
            Ok(loaders.one::<domain::design_package::DesignPackage>(*next).await?.map(DesignPackage::from))
        }
        /// When a newer version took its place; null unless it is superseded.
        async fn superseded_at(&self) -> Option<Instant> {
            match &self.record().status {
                DesignPackageStatus::Superseded { superseded, .. } => Some(Instant(superseded.at)),
                DesignPackageStatus::Draft { .. }
                | DesignPackageStatus::InReview { .. }
                | DesignPackageStatus::Approved { .. } => None,
            }
        }
    }
}

/// The newest `first` of ids: ids sort by the time they were made.
fn newest<I: RecordId>(ids: &[I], first: usize) -> Vec<I> {
    let mut ids = ids.to_vec();
    ids.sort_unstable_by(|earlier, later| later.cmp(earlier));
    ids.truncate(first);
    ids
}

/// All requirements that are traced to a version.
async fn traced(
    ctx: &Context<'_>,
    package: &domain::design_package::DesignPackage,
) -> ApiResult<Vec<domain::requirement::Requirement>> {
    let most = domain::design_package::DesignPackage::REQUIREMENTS_MOST;
    let loaders = Session::of(ctx).loads::<domain::requirement::Requirement>()?;
    let found = loaders.up_to("package_id", package.id.to_string(), most).await?;
    Ok(found.into_iter().map(|found| found.record).collect())
}

/// All agreements on a version's service that have not ended.
async fn standing(
    ctx: &Context<'_>,
    package: &domain::design_package::DesignPackage,
) -> ApiResult<Vec<domain::agreement::Agreement>> {
    super::agreement::standing(ctx, package.service).await
}

enum_filter!(DesignPackageStateFilter of DesignPackageState);
enum_filter!(DesignPackagePurposeFilter of DesignPackagePurpose);

filter! {
    /// Which design packages.
    DesignPackageFilter {
        /// By service.
        service: IdFilter => "service_id",
        /// By the service's name when the version was opened.
        service_name: StringFilter => "service_name",
        /// By the version's number within the service.
        number: IntFilter => "number",
        /// By what they are for.
        purpose: DesignPackagePurposeFilter => "purpose",
        /// By state.
        state: DesignPackageStateFilter => "state",
        /// By when they were opened.
        opened_at: InstantFilter => "opened_at",
        /// By when they were approved.
        approved_at: InstantFilter => "approved_at",
    }
}

record_api! {
    DesignPackage of domain::design_package::DesignPackage, "design package", "design packages";
    one design_package, many design_packages, changed design_package_changed;
    filter DesignPackageFilter;
    order {
        /// The service's name when the version was opened.
        ServiceName = "service_name",
        /// The version's number within the service.
        Number = "number",
        /// State.
        State = "state",
    }
}
