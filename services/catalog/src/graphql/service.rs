//! Services in the API: what they are, how they are listed and followed.

use super::alignment::{Alignment, ServiceNeed, ServiceSupport};
use super::customer::Customer;
use super::foreign::{DesignPackage, Transition};
use super::input::{at, by, newest};
use super::market_space::MarketSpace;
use super::offering::{Offering, sees_hidden};
use super::service_status::facts;
use crate::domain;
use async_graphql::{Context, Enum};
use ciclo_api::filters::{BooleanFilter, InstantFilter, IntFilter, LinkFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Session, enum_filter, filter, record_api, record_object};

/// How far a service of the portfolio has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::service::ServiceState")]
pub enum ServiceState {
    /// Somebody proposed it.
    Proposed,
    /// It has a description and an owner.
    Defined,
    /// It has a business case, and somebody whom it is for.
    Analysed,
    /// It is approved, not ordered yet.
    Approved,
    /// It is ordered: design may start.
    Chartered,
    /// It is being designed; reached by an event of design.
    InDesign,
    /// It is being brought into operation; reached by an event of transition.
    InTransition,
    /// Customers use it; reached by an event of transition.
    Operational,
    /// It is being phased out and takes no new agreements.
    Retiring,
    /// It is over; its history is kept. Final.
    Retired,
    /// It was turned down. Final.
    Rejected,
}

/// From which side a service is seen.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::service::ServiceView")]
pub enum ServiceView {
    /// Customers use it.
    Business,
    /// Other services use it.
    Technical,
}

/// A part of the portfolio.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::service::PortfolioPart")]
pub enum PortfolioPart {
    /// What may come: PROPOSED to CHARTERED.
    Pipeline,
    /// What customers use: OPERATIONAL.
    Catalogue,
    /// What was: RETIRED.
    Retired,
}

record_object! {
    /// A service: the portfolio item.
    Service of domain::service::Service {
        /// Its name.
        async fn name(&self) -> &str {
            &self.record().name
        }
        /// What it does for its customers; null while nobody wrote it.
        async fn description(&self) -> Option<&str> {
            self.record().description.as_deref()
        }
        /// From which side it is seen.
        async fn view(&self) -> ServiceView {
            self.record().view.into()
        }
        /// Who answers for it; null while nobody does.
        async fn owner(&self) -> Option<&str> {
            self.record().owner.as_deref()
        }
        /// The family of services that it belongs to, by name; null while it belongs to none.
        async fn family(&self) -> Option<&str> {
            self.record().family.as_deref()
        }
        /// How critical it is: 1 (most) to 4.
        async fn criticality(&self) -> u32 {
            self.record().criticality
        }
        /// How far it has come.
        async fn state(&self) -> ServiceState {
            self.record().state().into()
        }
        /// The part of the portfolio that it is in; null on its way through design and transition, while it is being phased out, and when it was rejected.
        async fn portfolio_part(&self) -> Option<PortfolioPart> {
            self.record().state().part().map(PortfolioPart::from)
        }
        /// Whether new agreements and offerings may be made for it: not when it is retiring, retired or rejected.
        async fn accepts_agreements(&self) -> bool {
            self.record().state().accepts_agreements()
        }
        /// Whether it is on hold: no move by hand but a rejection.
        async fn on_hold(&self) -> bool {
            self.record().hold.is_some()
        }
        /// Why it is on hold; null while it is not.
        async fn hold_reason(&self) -> Option<&str> {
            self.record().hold.as_ref().map(|hold| hold.reason.as_str())
        }
        /// When it was put on hold; null while it is not on hold.
        async fn held_at(&self) -> Option<Instant> {
            at(self.record().hold.as_ref().map(|hold| &hold.held))
        }
        /// Who put it on hold; null while it is not on hold.
        async fn held_by(&self) -> Option<&str> {
            by(self.record().hold.as_ref().map(|hold| &hold.held))
        }
        /// When it was proposed.
        async fn proposed_at(&self) -> Instant {
            Instant(self.record().proposed.at)
        }
        /// Who proposed it.
        async fn proposed_by(&self) -> &str {
            &self.record().proposed.by
        }
        /// When it was defined; null before that, and again once it is analysed (its history keeps it).
        async fn defined_at(&self) -> Option<Instant> {
            at(facts(&self.record().status).defined)
        }
        /// Who defined it; null before that, and again once it is analysed (its history keeps it).
        async fn defined_by(&self) -> Option<&str> {
            by(facts(&self.record().status).defined)
        }
        /// Its business case, in words; null before the analysis.
        async fn business_case(&self) -> Option<&str> {
            self.record().status.case().map(|case| case.text.as_str())
        }
        /// When it was analysed; null before that.
        async fn analysed_at(&self) -> Option<Instant> {
            at(self.record().status.case().map(|case| &case.analysed))
        }
        /// Who analysed it; null before that.
        async fn analysed_by(&self) -> Option<&str> {
            by(self.record().status.case().map(|case| &case.analysed))
        }
        /// When it was approved; null before that.
        async fn approved_at(&self) -> Option<Instant> {
            at(facts(&self.record().status).approved)
        }
        /// Who approved it; null before that.
        async fn approved_by(&self) -> Option<&str> {
            by(facts(&self.record().status).approved)
        }
        /// When it was chartered; null before that.
        async fn chartered_at(&self) -> Option<Instant> {
            at(self.record().status.charter().map(|charter| &charter.chartered))
        }
        /// Who chartered it; null before that.
        async fn chartered_by(&self) -> Option<&str> {
            by(self.record().status.charter().map(|charter| &charter.chartered))
        }
        /// The design package that its design started with; null unless it is in design.
        async fn design_package(&self) -> Option<DesignPackage> {
            facts(&self.record().status).package.map(DesignPackage::named)
        }
        /// The transition that it is in, or that brought it into operation; null before its transition.
        async fn transition(&self) -> Option<Transition> {
            facts(&self.record().status).transition.map(Transition::named)
        }
        /// When its design or transition started; null in all other states.
        async fn stage_entered_at(&self) -> Option<Instant> {
            at(facts(&self.record().status).entered)
        }
        /// When it went into operation; null before that.
        async fn operational_since(&self) -> Option<Instant> {
            at(self.record().status.operation().map(|operation| &operation.since))
        }
        /// Why it is or was phased out; null before that.
        async fn retirement_reason(&self) -> Option<&str> {
            facts(&self.record().status).phase_out.map(|out| out.reason.as_str())
        }
        /// When its phase-out began; null before that.
        async fn retirement_began_at(&self) -> Option<Instant> {
            at(facts(&self.record().status).phase_out.map(|out| &out.began))
        }
        /// Who began to phase it out; null before that.
        async fn retirement_began_by(&self) -> Option<&str> {
            by(facts(&self.record().status).phase_out.map(|out| &out.began))
        }
        /// When it was retired; null before that.
        async fn retired_at(&self) -> Option<Instant> {
            at(facts(&self.record().status).retired)
        }
        /// Who retired it; null before that.
        async fn retired_by(&self) -> Option<&str> {
            by(facts(&self.record().status).retired)
        }
        /// Why it was turned down; null unless it was.
        async fn rejection_reason(&self) -> Option<&str> {
            facts(&self.record().status).rejection
        }
        /// When it was turned down; null unless it was.
        async fn rejected_at(&self) -> Option<Instant> {
            at(facts(&self.record().status).rejected)
        }
        /// Who turned it down; null unless it was.
        async fn rejected_by(&self) -> Option<&str> {
            by(facts(&self.record().status).rejected)
        }
        /// The newest of the market spaces that it is for. Errors: LIMIT_EXCEEDED.
        async fn market_spaces(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<MarketSpace>> {
            let ids = newest(&self.record().audience.market_spaces, first)?;
            let found = Session::of(ctx).loads::<domain::market_space::MarketSpace>()?.many(ids).await?;
            Ok(found.into_iter().map(MarketSpace::from).collect())
        }
        /// The newest of the customers that it is for. Errors: LIMIT_EXCEEDED.
        async fn customers(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Customer>> {
            let ids = newest(&self.record().audience.customers, first)?;
            let found = Session::of(ctx).loads::<domain::customer::Customer>()?.many(ids).await?;
            Ok(found.into_iter().map(Customer::from).collect())
        }
        /// The objectives that it supports, each once, with how strongly.
        async fn supports(&self) -> Vec<ServiceSupport> {
            self.record().supports.iter().copied().map(ServiceSupport::from).collect()
        }
        /// The capabilities that it needs, each once, with the maturity needed.
        async fn needs(&self) -> Vec<ServiceNeed> {
            self.record().needs.iter().copied().map(ServiceNeed::from).collect()
        }
        /// The newest of the services that it depends on directly. Errors: LIMIT_EXCEEDED.
        async fn depends_on(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Service>> {
            let ids = newest(&self.record().depends_on, first)?;
            let found = Session::of(ctx).loads::<domain::service::Service>()?.many(ids).await?;
            Ok(found.into_iter().map(Service::from).collect())
        }
        /// The newest services that depend on it directly. Errors: LIMIT_EXCEEDED.
        async fn dependents(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Service>> {
            let loaders = Session::of(ctx).loads::<domain::service::Service>()?;
            let found = loaders.by_link("service", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Service::from).collect())
        }
        /// The newest offerings under it; a requester gets only the visible ones. Errors: LIMIT_EXCEEDED.
        async fn offerings(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
            #[graphql(desc = "Only those that customers see; false when left out.")] visible_only: Option<bool>,
        ) -> ApiResult<Vec<Offering>> {
            let session = Session::of(ctx);
            let all = sees_hidden(session.principal()) && !visible_only.unwrap_or(false);
            let column = if all { "service_id" } else { "visible_service_id" };
            let loaders = session.loads::<domain::offering::Offering>()?;
            let found = loaders.by_column(column, self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Offering::from).collect())
        }
        /// How well it serves the strategy, computed now from the objectives and capabilities as they stand.
        async fn alignment(&self, ctx: &Context<'_>) -> ApiResult<Alignment> {
            Alignment::of(ctx, self.record()).await
        }
    }
}

enum_filter!(ServiceStateFilter of ServiceState);
enum_filter!(ServiceViewFilter of ServiceView);
enum_filter!(PortfolioPartFilter of PortfolioPart);

filter! {
    /// Which services.
    ServiceFilter {
        /// By state.
        state: ServiceStateFilter => "state",
        /// By part of the portfolio.
        part: PortfolioPartFilter => "part",
        /// By the side from which they are seen.
        view: ServiceViewFilter => "view",
        /// By name.
        name: StringFilter => "name",
        /// By who answers for them.
        owner: StringFilter => "owner",
        /// By family.
        family: StringFilter => "family",
        /// By how critical they are: 1 (most) to 4.
        criticality: IntFilter => "criticality",
        /// By whether they are on hold.
        on_hold: BooleanFilter => "on_hold",
        /// By when they went into operation.
        operational_since: InstantFilter => "operational_since",
        /// By the market spaces that they are for.
        market_spaces: LinkFilter => "market_space",
        /// By the customers that they are for.
        customers: LinkFilter => "customer",
        /// By the objectives that they support.
        objectives: LinkFilter => "objective",
        /// By the capabilities that they need.
        capabilities: LinkFilter => "capability",
        /// By the services that they depend on directly.
        depends_on: LinkFilter => "service",
    }
}

record_api! {
    Service of domain::service::Service, "service", "services";
    one service, many services, changed service_changed;
    filter ServiceFilter;
    order {
        /// Name.
        Name = "name",
        /// State.
        State = "state",
        /// How critical they are.
        Criticality = "criticality",
    }
}
