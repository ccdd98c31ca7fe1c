//! `node`: any record of the suite by its id alone.
//!
//! Catalog answers for its own records. Of the other services' records it knows the
//! type, which the id tells, and no more: no service asks another. It answers the id,
//! and the gateway gets the rest from the service that owns the record.

use super::business_objective::BusinessObjective;
use super::capability::Capability;
use super::customer::Customer;
use super::foreign::{
    AccessGrant, Agreement, Alert, AlertRule, Calendar, Change, ConfigurationItem, Deployment, DesignPackage,
    Entitlement, Incident, Initiative, Integration, ItemRelation, KnownError, MonitoringEvent,
    PriorityMatrix, Problem, Recommendation, Requirement, SeparationRule, ServiceLevelClock,
    ServiceLevelReview, ServiceRequest, Silence, TargetResult, Transition,
};
use super::market_space::MarketSpace;
use super::offering::{Offering, Visible};
use super::service::Service;
use crate::domain;
use async_graphql::{Context, ID, Interface, Object};
use ciclo_api::scope::{Scope, Whole};
use ciclo_api::{ApiResult, Session, entity};
use ciclo_kernel::ids::{self, RecordId};
use ciclo_kernel::{Code, Refusal};
use ciclo_store::{Record, Versioned};

/// Declares the interface over all record types, and what an id of each leads to.
macro_rules! nodes {
    (
        own { $($own:ident of $record:ty, within $scope:ty;)* }
        foreign { $($foreign:ident, $id:ident;)* }
    ) => {
        /// A record of any type, of any service.
        #[derive(Interface, Clone, Debug)]
        #[expect(clippy::large_enum_variant, reason = "there is one for each `node` field, and it is short-lived")]
        #[graphql(field(name = "id", ty = "ID", desc = "The record's id."))]
        pub enum Node {
            $(
                /// A record of catalog.
                $own($own),
            )*
            $(
                /// A record of another service, by its id.
                $foreign($foreign),
            )*
        }

        /// The node of an id, of a record that may be missing.
        async fn node(session: &Session, id: &ID) -> ApiResult<Option<Node>> {
            $(if is::<<$record as Record>::Id>(id) {
                return own::<$record, $own, $scope>(session, id).await;
            })*
            $(if is::<ids::$id>(id) {
                return Ok(Some(Node::from($foreign { id: id.clone() })));
            })*
            Err(not_an_id(id).into())
        }
    };
}

nodes! {
    own {
        MarketSpace of domain::market_space::MarketSpace, within Whole;
        Customer of domain::customer::Customer, within Whole;
        BusinessObjective of domain::business_objective::BusinessObjective, within Whole;
        Capability of domain::capability::Capability, within Whole;
        Service of domain::service::Service, within Whole;
        Offering of domain::offering::Offering, within Visible;
    }
    foreign {
        Requirement, RequirementId;
        DesignPackage, DesignPackageId;
        Agreement, AgreementId;
        Calendar, CalendarId;
        Transition, TransitionId;
        Change, ChangeId;
        ConfigurationItem, ConfigurationItemId;
        ItemRelation, ItemRelationId;
        Deployment, DeploymentId;
        MonitoringEvent, MonitoringEventId;
        Alert, AlertId;
        AlertRule, AlertRuleId;
        Silence, SilenceId;
        Integration, IntegrationId;
        Incident, IncidentId;
        ServiceLevelClock, ServiceLevelClockId;
        ServiceRequest, ServiceRequestId;
        Problem, ProblemId;
        KnownError, KnownErrorId;
        Entitlement, EntitlementId;
        SeparationRule, SeparationRuleId;
        AccessGrant, AccessGrantId;
        PriorityMatrix, PriorityMatrixId;
        TargetResult, TargetResultId;
        ServiceLevelReview, ServiceLevelReviewId;
        Recommendation, RecommendationId;
        Initiative, InitiativeId;
    }
}

fn is<I: RecordId>(id: &ID) -> bool {
    I::parse(id).is_ok()
}

async fn own<R, T, S>(session: &Session, id: &ID) -> ApiResult<Option<Node>>
where
    R: Record,
    T: From<Versioned<R>> + Into<Node>,
    S: Scope<R>,
{
    Ok(entity::find_within::<R, T, S>(session, id).await?.map(Into::into))
}

fn not_an_id(id: &ID) -> Refusal {
    let got: String = id.chars().take(80).collect();
    let prefixes: Vec<&str> = ids::REGISTRY.iter().map(|(prefix, _, _)| *prefix).collect();
    let message =
        format!("`{got}` is not the id of a record: it takes the prefix of its type, _ and 32 hex digits");
    Refusal::new(Code::BadId, message).with("prefixes", prefixes)
}

/// Reads any record.
#[derive(Default)]
pub struct NodeQueries;

#[Object]
impl NodeQueries {
    /// The record with this id, of any type, of any service: `node(id: "inc_…") { ... on Incident { title } }`. Null when there is none, or none that you may read. Only the service that owns a record knows whether it exists: for a record of a service other than catalog, `id` and `__typename` alone are answered unseen, and any other field asks its owner, whose null for an unknown id makes the field, or the node, null. Errors: BAD_ID.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The record's id.")] id: ID,
    ) -> ApiResult<Option<Node>> {
        node(Session::of(ctx), &id).await
    }
}
