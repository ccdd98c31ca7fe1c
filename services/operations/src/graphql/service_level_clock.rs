//! Service level clocks in the API.

use super::foreign::{Agreement, Service};
use super::incident::Incident;
use crate::domain;
use crate::domain::clock::SegmentKind as DomainSegment;
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use ciclo_api::filters::{BooleanFilter, IdFilter, InstantFilter, IntFilter};
use ciclo_api::{
    ApiResult, Duration, Instant, Session, TargetKind, enum_filter, filter, record_api, record_object,
};
use ciclo_kernel::ids::{IncidentId, RecordId};

/// What a service level clock does.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::service_level_clock::ServiceLevelClockState")]
pub enum ServiceLevelClockState {
    /// It runs.
    Running,
    /// It stands, for a reason that the agreement names.
    Paused,
    /// It has its result; it goes on only when the record is reopened.
    Stopped,
    /// It has no result. Final.
    Cancelled,
}

/// What a part of a clock's life is.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "DomainSegment")]
pub enum ClockSegmentKind {
    /// The clock ran.
    Running,
    /// The clock stood.
    Paused,
}

/// A part of a clock's life, from an instant to an instant, with the rule or fact behind it.
#[derive(SimpleObject, Clone, Debug)]
pub struct ClockSegment {
    /// Whether the clock ran.
    pub kind: ClockSegmentKind,
    /// When the part began.
    pub from: Instant,
    /// When it ended; the next begins there.
    pub to: Instant,
    /// How long it was.
    pub length: Duration,
    /// The rule or the fact behind it.
    pub because: String,
}

/// A warning that a clock gave.
#[derive(SimpleObject, Clone, Debug)]
pub struct ClockWarning {
    /// The percentage of the target.
    pub percent: u8,
    /// The instant at which so much was used.
    pub due_at: Instant,
    /// When it was given: later than due when the timer was late.
    pub fired_at: Instant,
}

record_object! {
    /// A service level clock: one promise of an agreement on one record.
    ServiceLevelClock of domain::service_level_clock::ServiceLevelClock {
        /// Which time it measures.
        async fn kind(&self) -> TargetKind {
            match self.record().kind {
                domain::service_level_clock::TargetKind::Response => TargetKind::Response,
                domain::service_level_clock::TargetKind::Resolution => TargetKind::Resolution,
            }
        }
        /// What it does.
        async fn state(&self) -> ServiceLevelClockState {
            self.record().state.into()
        }
        /// The incident that it measures; null when it measures another record.
        async fn incident(&self, ctx: &Context<'_>) -> ApiResult<Option<Incident>> {
            let Ok(id) = IncidentId::parse(&self.record().subject.id) else { return Ok(None) };
            Ok(Session::of(ctx).loads::<domain::incident::Incident>()?.one(id).await?.map(Incident::from))
        }
        /// The id of the record that it measures.
        async fn subject_id(&self) -> ID {
            ID(self.record().subject.id.clone())
        }
        /// The service that the record is about.
        async fn service(&self) -> Service {
            Service::named(self.record().service)
        }
        /// The agreement that binds.
        async fn agreement(&self) -> Agreement {
            Agreement::named(self.record().promise.agreement)
        }
        /// The priority that the target is for: 1 (highest) to 5.
        async fn priority(&self) -> u8 {
            self.record().promise.priority
        }
        /// How long it may take.
        async fn target(&self) -> Duration {
            Duration(self.record().promise.target)
        }
        /// The calendar whose hours count.
        async fn calendar(&self) -> &str {
            &self.record().promise.calendar
        }
        /// When it started.
        async fn started_at(&self) -> Instant {
            Instant(self.record().started_at)
        }
        /// The instant at which the whole target is used; while it stands, as if it went on now.
        async fn due(&self, ctx: &Context<'_>) -> Instant {
            Instant(self.record().due(self.looked_at(ctx)))
        }
        /// How much is used.
        async fn used(&self, ctx: &Context<'_>) -> Duration {
            Duration(self.record().used(self.looked_at(ctx)))
        }
        /// How much is left; negative after the target.
        async fn left(&self, ctx: &Context<'_>) -> Duration {
            Duration(self.record().left(self.looked_at(ctx)))
        }
        /// When it stopped; null while it has no result.
        async fn stopped_at(&self) -> Option<Instant> {
            self.record().stopped_at.map(Instant)
        }
        /// Whether the promise was kept; null while it has no result and is not broken.
        async fn met(&self) -> Option<bool> {
            self.record().met()
        }
        /// The instant that was promised and missed; null while the promise is kept.
        async fn breached_at(&self) -> Option<Instant> {
            self.record().breach.as_ref().map(|breach| Instant(breach.due_at))
        }
        /// When the breach was recorded: later than it happened when the timer was late; null while the promise is kept.
        async fn breach_fired_at(&self) -> Option<Instant> {
            self.record().breach.as_ref().map(|breach| Instant(breach.fired_at))
        }
        /// Whether a new target put the promised instant into the past; null while the promise is kept.
        async fn breach_retargeted(&self) -> Option<bool> {
            self.record().breach.as_ref().map(|breach| breach.retargeted)
        }
        /// The warnings that it gave, in order.
        async fn warnings(&self) -> Vec<ClockWarning> {
            let warnings = self.record().warnings.iter();
            warnings
                .map(|warning| ClockWarning {
                    percent: warning.percent,
                    due_at: Instant(warning.due_at),
                    fired_at: Instant(warning.fired_at),
                })
                .collect()
        }
        /// Why it shows what it shows: parts that meet and add up from its start until now, or until it stopped.
        async fn segments(&self, ctx: &Context<'_>) -> Vec<ClockSegment> {
            let parts = self.record().explain(self.looked_at(ctx)).into_iter();
            parts
                .map(|part| ClockSegment {
                    kind: part.kind.into(),
                    from: Instant(part.from),
                    to: Instant(part.to),
                    length: Duration(part.to.duration_since(part.from)),
                    because: part.because,
                })
                .collect()
        }
    }
}

impl ServiceLevelClock {
    /// The instant that derived figures are of: now, by the service's clock.
    fn looked_at(&self, ctx: &Context<'_>) -> ciclo_kernel::Timestamp {
        Session::of(ctx).database().clock().now().max(self.0.changed_at)
    }
}

enum_filter!(ServiceLevelClockStateFilter of ServiceLevelClockState);
enum_filter!(ClockTargetKindFilter of TargetKind);

filter! {
    /// Which service level clocks.
    ServiceLevelClockFilter {
        /// By the record that they measure.
        subject: IdFilter => "subject_id",
        /// By which time they measure.
        kind: ClockTargetKindFilter => "kind",
        /// By what they do.
        state: ServiceLevelClockStateFilter => "state",
        /// By service.
        service: IdFilter => "service_id",
        /// By agreement.
        agreement: IdFilter => "agreement_id",
        /// By priority.
        priority: IntFilter => "priority",
        /// By whether the promise is broken.
        breached: BooleanFilter => "breached",
        /// By when they started.
        started_at: InstantFilter => "started_at",
    }
}

record_api! {
    ServiceLevelClock of domain::service_level_clock::ServiceLevelClock, "service level clock", "service level clocks";
    one service_level_clock, many service_level_clocks, changed service_level_clock_changed;
    filter ServiceLevelClockFilter;
    order {
        /// When it started.
        StartedAt = "started_at",
        /// Priority.
        Priority = "priority",
    }
}

/// What is promised now.
#[derive(Default)]
pub struct PromiseQueries;

#[Object]
impl PromiseQueries {
    /// The agreement whose clocks start on records of a service now, as operations knows it: the active SLA that is valid, the newest of several. Null when nothing is promised. Errors: BAD_ID.
    async fn agreement_in_force(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service.")] service: ID,
    ) -> ApiResult<Option<Agreement>> {
        use domain::known::{KnownAgreement, binding_agreement};
        let service = ciclo_api::mutate::id::<ciclo_kernel::ids::ServiceId>(&service)?;
        let reader = Session::of(ctx).reader();
        let known = reader.copies_under::<KnownAgreement>(&[service.to_string()]).await?;
        let now = Session::of(ctx).database().clock().now();
        Ok(binding_agreement(&known, now).map(|agreement| Agreement::named(&agreement.id)))
    }
}
