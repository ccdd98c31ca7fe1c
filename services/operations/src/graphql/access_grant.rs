//! Access grants in the API, and who has what as of an instant. What can be done with them is in
//! `access_grant_verbs`.

use super::entitlement::Entitlement;
use super::foreign::Service;
use super::service_level_clock::{ServiceLevelClock, clocks_of};
use crate::domain;
use crate::domain::access_grant::AccessGrantStatus as Status;
use crate::domain::service_request::sees_all;
use crate::store::access_grant::{ENTITLEMENT, PERSON, REQUESTER, SERVICE, held_at};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use ciclo_api::filters::{IdFilter, InstantFilter, StringFilter};
use ciclo_api::scope::Scope;
use ciclo_api::{ApiResult, Instant, Session, enum_filter, filter, list, mutate, record_api, record_object};
use ciclo_kernel::ids::{EntitlementId, ServiceId};
use ciclo_kernel::{Principal, Refusal};
use ciclo_store::{Filter, Order};

/// How far an access grant has come.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::access_grant::AccessGrantState")]
pub enum AccessGrantState {
    /// Asked for.
    Requested,
    /// It is sure who asks, and that they may.
    Verified,
    /// May be granted.
    Approved,
    /// The person has it.
    Granted,
    /// Its time is over. Final.
    Expired,
    /// Taken away. Final.
    Revoked,
    /// Not verified, or not approved. Final.
    Rejected,
    /// Taken back by who asked for it. Final.
    Withdrawn,
}

record_object! {
    /// A person's access to something, from the request until it ends. A requester sees only what they get or asked for.
    AccessGrant of domain::access_grant::AccessGrant {
        /// Who gets the access.
        async fn person(&self) -> &str {
            &self.record().person
        }
        /// Who asked for it.
        async fn requester(&self) -> &str {
            &self.record().requested.by
        }
        /// What they get; null when it cannot be read.
        async fn entitlement(&self, ctx: &Context<'_>) -> ApiResult<Option<Entitlement>> {
            let loaders = Session::of(ctx).loads::<domain::entitlement::Entitlement>()?;
            Ok(loaders.one(self.record().entitlement).await?.map(Entitlement::from))
        }
        /// The entitlement's name when it was asked for.
        async fn entitlement_name(&self) -> &str {
            &self.record().entitlement_name
        }
        /// The service that the entitlement is on.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// Why they need it.
        async fn reason(&self) -> &str {
            &self.record().reason
        }
        /// Until when, that instant not included; null when it is theirs until it is revoked.
        async fn valid_until(&self) -> Option<Instant> {
            self.record().valid_until.map(Instant)
        }
        /// How far it has come.
        async fn state(&self) -> AccessGrantState {
            self.record().state().into()
        }
        /// How much it matters: 1 (highest) to 5.
        async fn priority(&self) -> u8 {
            self.record().priority
        }
        /// Its service level clocks, at most 100; empty when no agreement promises anything.
        async fn clocks(&self, ctx: &Context<'_>) -> ApiResult<Vec<ServiceLevelClock>> {
            clocks_of(Session::of(ctx), self.record().id).await
        }
        /// When it was asked for.
        async fn requested_at(&self) -> Instant {
            Instant(self.record().requested.at)
        }
        /// Who verified it; null until then.
        async fn verified_by(&self) -> Option<&str> {
            self.record().verified.as_ref().map(|mark| mark.by.as_str())
        }
        /// When it was verified; null until then.
        async fn verified_at(&self) -> Option<Instant> {
            self.record().verified.as_ref().map(|mark| Instant(mark.at))
        }
        /// Who approved it; null until then.
        async fn approved_by(&self) -> Option<&str> {
            self.record().approved.as_ref().map(|mark| mark.by.as_str())
        }
        /// When it was approved; null until then.
        async fn approved_at(&self) -> Option<Instant> {
            self.record().approved.as_ref().map(|mark| Instant(mark.at))
        }
        /// Who granted it; null until then.
        async fn granted_by(&self) -> Option<&str> {
            self.record().granted.as_ref().map(|mark| mark.by.as_str())
        }
        /// When it was granted; null until then.
        async fn granted_at(&self) -> Option<Instant> {
            self.record().granted.as_ref().map(|mark| Instant(mark.at))
        }
        /// Who revoked, rejected or withdrew it; null in the other states.
        async fn ended_by(&self) -> Option<&str> {
            self.record().ended().map(|mark| mark.by.as_str())
        }
        /// When it was revoked, rejected or withdrawn, or when its time was over; null until then.
        async fn ended_at(&self) -> Option<Instant> {
            match &self.record().status {
                Status::Expired { due, .. } => Some(Instant(*due)),
                Status::Requested
                | Status::Verified
                | Status::Approved
                | Status::Granted
                | Status::Revoked { .. }
                | Status::Rejected { .. }
                | Status::Withdrawn { .. } => self.record().ended().map(|mark| Instant(mark.at)),
            }
        }
        /// Why it was revoked, rejected or withdrawn; null in the other states, and when nobody said.
        async fn end_reason(&self) -> Option<&str> {
            self.record().end_reason()
        }
        /// When its expiry was noted, which was due at `endedAt`; null unless it expired.
        async fn expiry_fired_at(&self) -> Option<Instant> {
            match &self.record().status {
                Status::Expired { fired, .. } => Some(Instant(*fired)),
                Status::Requested
                | Status::Verified
                | Status::Approved
                | Status::Granted
                | Status::Revoked { .. }
                | Status::Rejected { .. }
                | Status::Withdrawn { .. } => None,
            }
        }
    }
}

enum_filter!(AccessGrantStateFilter of AccessGrantState);

filter! {
    /// Which access grants.
    AccessGrantFilter {
        /// By state.
        state: AccessGrantStateFilter => "state",
        /// By who gets the access.
        person: StringFilter => "person",
        /// By who asked for it.
        requester: StringFilter => "requester",
        /// By entitlement.
        entitlement: IdFilter => "entitlement_id",
        /// By service.
        service: IdFilter => "service_id",
        /// By when they were asked for.
        requested_at: InstantFilter => "requested_at",
        /// By their end; those without one have none.
        valid_until: InstantFilter => "valid_until",
    }
}

/// Requesters see the access grants that they get or asked for, everybody else sees all.
pub struct OwnGrants;

impl Scope<domain::access_grant::AccessGrant> for OwnGrants {
    fn filter(principal: &Principal) -> Option<Filter> {
        let own = |column| Filter::is(column, principal.subject.as_str());
        (!sees_all(principal)).then(|| Filter::Any(vec![own(PERSON), own(REQUESTER)]))
    }

    fn sees(principal: &Principal, grant: &domain::access_grant::AccessGrant) -> bool {
        grant.seen_by(principal)
    }
}

record_api! {
    AccessGrant of domain::access_grant::AccessGrant, "access grant", "access grants";
    one access_grant, many access_grants, changed access_grant_changed;
    filter AccessGrantFilter;
    scope OwnGrants;
    order {
        /// When it was asked for.
        RequestedAt = "requested_at",
        /// Who gets the access.
        Person = "person",
        /// Its end; those without one come first.
        ValidUntil = "valid_until",
    }
}

/// Whose access, and to what; all of it must hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct AccessHeldFilter {
    /// What this person holds.
    pub person: Option<String>,
    /// What is held on this service.
    pub service: Option<ID>,
    /// Who holds this entitlement.
    pub entitlement: Option<ID>,
}

/// Reads who has what.
#[derive(Default)]
pub struct AccessHeldQueries;

#[Object]
impl AccessHeldQueries {
    /// Who has what, as of an instant: the access grants that were held then, from their grant until they were revoked or their time was over, newest request first. Each shows as it is now; `accessGrant(asOf:)` shows it as it was. What it answers for a past instant never changes; who pages through it names the instant. Errors: INVALID (an instant to come), BAD_ID, LIMIT_EXCEEDED, BAD_CURSOR.
    async fn access_held(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when left out.")] filter: Option<AccessHeldFilter>,
        #[graphql(desc = "The instant, not one to come; now when left out.")] at: Option<Instant>,
        #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "After which one: a cursor of this list.")] after: Option<String>,
    ) -> ApiResult<AccessGrantConnection> {
        let session = Session::of(ctx);
        let now = session.database().clock().now();
        let at = at.map_or(now, |at| at.0);
        if at > now {
            return Err(Refusal::invalid("at", "who holds what at an instant to come nobody knows").into());
        }
        let AccessHeldFilter { person, service, entitlement } = filter.unwrap_or_default();
        let service = service.as_ref().map(mutate::id::<ServiceId>).transpose()?;
        let entitlement = entitlement.as_ref().map(mutate::id::<EntitlementId>).transpose()?;
        let parts = [
            Some(held_at(at)),
            person.map(|person| Filter::is(PERSON, person)),
            service.map(|service| Filter::is(SERVICE, service.to_string())),
            entitlement.map(|entitlement| Filter::is(ENTITLEMENT, entitlement.to_string())),
        ];
        let held = Filter::All(parts.into_iter().flatten().collect());
        let held = OwnGrants::narrow(session.principal(), held);
        let order = Order { column: "id", descending: true };
        Ok(AccessGrantConnection(list::page(session, held, order, first, after.as_deref()).await?))
    }
}
