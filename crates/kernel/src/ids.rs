//! The registry of record ids. An id is a prefix that names the record's type
//! and a UUIDv7, written `inc_018f…` everywhere: in Rust, GraphQL, events and SQL.

use crate::refusal::Refusal;
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A typed record id.
pub trait RecordId:
    Copy + Eq + Ord + std::hash::Hash + fmt::Display + fmt::Debug + Send + Sync + Sized + 'static
{
    /// The part before the underscore.
    const PREFIX: &'static str;
    /// The record type's GraphQL name, for example `Incident`.
    const TYPE: &'static str;
    /// A fresh id at an instant (UUIDv7: ids sort by the time they were made).
    fn at(now: jiff::Timestamp) -> Self;
    /// Reads the written form; refuses another type's id with `BAD_ID`.
    fn parse(text: &str) -> Result<Self, Refusal>;
    /// The UUID without its prefix.
    fn uuid(self) -> Uuid;
    /// When it was made, to the millisecond; `None` for an id that tells no time.
    fn made(self) -> Option<jiff::Timestamp> {
        let (seconds, nanoseconds) = self.uuid().get_timestamp()?.to_unix();
        jiff::Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanoseconds).ok()?).ok()
    }
}

fn fresh(now: jiff::Timestamp) -> Uuid {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let random = Uuid::new_v4().into_bytes();
    let mut tail = [0u8; 10];
    tail.copy_from_slice(&random[6..]);
    uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
}

/// A fresh UUIDv7 for an event at an instant.
#[must_use]
pub fn event_id(now: jiff::Timestamp) -> Uuid {
    fresh(now)
}

fn parse_with(prefix: &str, type_name: &str, text: &str) -> Result<Uuid, Refusal> {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|rest| {
            rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
        })
        .and_then(|rest| Uuid::try_parse(rest).ok())
        .ok_or_else(|| Refusal::bad_id(type_name, prefix, text))
}

macro_rules! record_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal $type_name:literal of $owner:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(Uuid);

            impl RecordId for $name {
                const PREFIX: &'static str = $prefix;
                const TYPE: &'static str = $type_name;
                fn at(now: jiff::Timestamp) -> Self { Self(fresh(now)) }
                fn parse(text: &str) -> Result<Self, Refusal> {
                    parse_with($prefix, $type_name, text).map(Self)
                }
                fn uuid(self) -> Uuid { self.0 }
            }
            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, "{}_{}", $prefix, self.0.simple())
                }
            }
            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
            }
            impl FromStr for $name {
                type Err = Refusal;
                fn from_str(text: &str) -> Result<Self, Refusal> { Self::parse(text) }
            }
        )*
        /// Every record type: prefix, GraphQL name, owning service.
        pub const REGISTRY: &[(&str, &str, &str)] = &[$(($prefix, $type_name, $owner),)*];
    };
}

record_ids! {
    /// A market space of the strategy.
    MarketSpaceId = "mks" "MarketSpace" of "catalog";
    /// A customer: an organisation that services are offered to.
    CustomerId = "cus" "Customer" of "catalog";
    /// A business objective with its weight.
    BusinessObjectiveId = "obj" "BusinessObjective" of "catalog";
    /// A capability of the provider with its maturity.
    CapabilityId = "cap" "Capability" of "catalog";
    /// A service: the portfolio item.
    ServiceId = "svc" "Service" of "catalog";
    /// What a customer can ask for under a service.
    OfferingId = "off" "Offering" of "catalog";
    /// A requirement on a service.
    RequirementId = "req" "Requirement" of "design";
    /// One version of a service's design package.
    DesignPackageId = "dpk" "DesignPackage" of "design";
    /// A calendar: which hours count.
    CalendarId = "cal" "Calendar" of "design";
    /// One version of an agreement.
    AgreementId = "agr" "Agreement" of "design";
    /// A transition: the way of an approved package into operation.
    TransitionId = "trn" "Transition" of "transition";
    /// A change.
    ChangeId = "chg" "Change" of "transition";
    /// A configuration item.
    ConfigurationItemId = "cit" "ConfigurationItem" of "transition";
    /// A typed, directed relation between two configuration items.
    ItemRelationId = "rel" "ItemRelation" of "transition";
    /// One package in one environment.
    DeploymentId = "dep" "Deployment" of "transition";
    /// A monitoring event, as it came from outside.
    MonitoringEventId = "mev" "MonitoringEvent" of "operations";
    /// An alert.
    AlertId = "alt" "Alert" of "operations";
    /// A rule that turns alerts into incidents.
    AlertRuleId = "alr" "AlertRule" of "operations";
    /// A silence: alerts that are kept quiet, and when.
    SilenceId = "sil" "Silence" of "operations";
    /// An integration: a tool outside that sends events with a key of its own.
    IntegrationId = "itg" "Integration" of "operations";
    /// An incident.
    IncidentId = "inc" "Incident" of "operations";
    /// A service level clock on a record.
    ServiceLevelClockId = "clk" "ServiceLevelClock" of "operations";
    /// A service request on an offering.
    ServiceRequestId = "srq" "ServiceRequest" of "operations";
    /// A problem.
    ProblemId = "prb" "Problem" of "operations";
    /// A known error.
    KnownErrorId = "ker" "KnownError" of "operations";
    /// What a person can be given access to.
    EntitlementId = "ent" "Entitlement" of "operations";
    /// A separation of duties: entitlements that nobody holds together.
    SeparationRuleId = "sep" "SeparationRule" of "operations";
    /// A person's access to something, from the request until it ends.
    AccessGrantId = "acc" "AccessGrant" of "operations";
    /// One version of a tenant's priority matrix.
    PriorityMatrixId = "pmx" "PriorityMatrix" of "operations";
    /// One measured result of a service level target.
    TargetResultId = "tre" "TargetResult" of "improvement";
    /// A review of an agreement over a period.
    ServiceLevelReviewId = "slr" "ServiceLevelReview" of "improvement";
    /// A recommendation with its evidence.
    RecommendationId = "rec" "Recommendation" of "improvement";
    /// An initiative of the improvement register.
    InitiativeId = "ini" "Initiative" of "improvement";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_refuses_another_type() {
        let id = IncidentId::at(jiff::Timestamp::from_second(1_700_000_000).unwrap());
        assert_eq!(IncidentId::parse(&id.to_string()).unwrap(), id);
        assert_eq!(ProblemId::parse(&id.to_string()).unwrap_err().code, crate::Code::BadId);
        for bad in ["", "inc_", "inc_zz", "INC_0", &id.to_string().to_uppercase()] {
            assert!(IncidentId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn prefixes_are_unique() {
        let mut prefixes: Vec<_> = REGISTRY.iter().map(|row| row.0).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), REGISTRY.len());
    }
}
