//! Service level clocks in the API.

use super::access_grant::AccessGrant;
use super::alert::Alert;
use super::foreign::{Agreement, Calendar, Service};
use super::incident::Incident;
use super::problem::Problem;
use super::service_request::ServiceRequest;
use crate::commands::clock;
use crate::domain::due::Timed;
use crate::domain::known::hours_id;
use crate::{domain, hours};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use ciclo_api::filters::{BooleanFilter, IdFilter, InstantFilter, IntFilter};
use ciclo_api::{
    ApiResult, Duration, Instant, Session, TargetKind, TicketType, enum_filter, filter, mutate, record_api,
    record_object,
};
use ciclo_clocks::{Hours, SegmentKind};
use ciclo_kernel::Decision;
use ciclo_kernel::Timestamp;
use ciclo_kernel::ids::RecordId;
use ciclo_store::{Record, Versioned};
use domain::measured::{ClockParty, Measured};
use std::sync::Arc;

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
#[graphql(remote = "SegmentKind")]
pub enum ClockSegmentKind {
    /// The clock ran.
    Running,
    /// The clock stood within hours, for a reason.
    Paused,
    /// No hours: nothing counted, paused or not.
    OutOfHours,
}

/// A part of a clock's life, from an instant to an instant, with the rule or fact behind it.
#[derive(SimpleObject, Clone, Debug)]
pub struct ClockSegment {
    /// Whether the clock ran, stood, or had no hours.
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
        /// What type of record it measures.
        async fn ticket_type(&self) -> TicketType {
            match self.record().subject.ticket_type {
                domain::measured::TicketType::Incident => TicketType::Incident,
                domain::measured::TicketType::ServiceRequest => TicketType::ServiceRequest,
                domain::measured::TicketType::Problem => TicketType::Problem,
                domain::measured::TicketType::Alert => TicketType::Alert,
                domain::measured::TicketType::AccessGrant => TicketType::AccessGrant,
            }
        }
        /// The service request that it measures; null when it measures another record.
        async fn service_request(&self, ctx: &Context<'_>) -> ApiResult<Option<ServiceRequest>> {
            self.measures::<domain::service_request::ServiceRequest, _>(ctx).await
        }
        /// The problem that it measures; null when it measures another record.
        async fn problem(&self, ctx: &Context<'_>) -> ApiResult<Option<Problem>> {
            self.measures::<domain::problem::Problem, _>(ctx).await
        }
        /// The alert that it measures; null when it measures another record.
        async fn alert(&self, ctx: &Context<'_>) -> ApiResult<Option<Alert>> {
            self.measures::<domain::alert::Alert, _>(ctx).await
        }
        /// The access grant that it measures; null when it measures another record.
        async fn access_grant(&self, ctx: &Context<'_>) -> ApiResult<Option<AccessGrant>> {
            self.measures::<domain::access_grant::AccessGrant, _>(ctx).await
        }
        /// The incident that it measures; null when it measures another record.
        async fn incident(&self, ctx: &Context<'_>) -> ApiResult<Option<Incident>> {
            self.measures::<domain::incident::Incident, _>(ctx).await
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
        /// The group whose OLA it is: it counts while the record is the group's. Null when another agreement binds.
        async fn group(&self) -> Option<&str> {
            match &self.record().promise.party {
                ClockParty::Group(name) => Some(name),
                ClockParty::Customer | ClockParty::Supplier(_) => None,
            }
        }
        /// The supplier whose contract it is: it counts while the record waits for the supplier. Null when another agreement binds.
        async fn supplier(&self) -> Option<&str> {
            match &self.record().promise.party {
                ClockParty::Supplier(name) => Some(name),
                ClockParty::Customer | ClockParty::Group(_) => None,
            }
        }
        /// The priority that the target is for: 1 (highest) to 5.
        async fn priority(&self) -> u8 {
            self.record().promise.priority
        }
        /// How long it may take.
        async fn target(&self) -> Duration {
            Duration(self.record().promise.target)
        }
        /// The calendar whose hours count: the id of one, or `24x7` for all of them.
        async fn calendar(&self) -> String {
            self.record().promise.calendar.to_string()
        }
        /// The calendar as a record, as it is now; null when every hour counts.
        async fn calendar_record(&self) -> Option<Calendar> {
            self.record().promise.calendar.id().map(Calendar::named)
        }
        /// The version of the calendar that counts; null when every hour does.
        async fn calendar_version(&self) -> Option<u64> {
            self.record().promise.calendar.version()
        }
        /// The version of the time zone data by which it was last computed; null in a clock from before it was kept.
        async fn zone_data(&self) -> Option<&str> {
            Some(self.record().zone_data.as_str()).filter(|version| !version.is_empty())
        }
        /// When it started.
        async fn started_at(&self) -> Instant {
            Instant(self.record().started_at)
        }
        /// The instant at which the whole target is used; while it stands, as if it went on now. Null when the calendar does not have so many hours.
        async fn due(&self, ctx: &Context<'_>) -> ApiResult<Option<Instant>> {
            let hours = self.hours(ctx).await?;
            Ok(self.record().due(&hours, self.looked_at(ctx)).map(Instant))
        }
        /// How much is used.
        async fn used(&self, ctx: &Context<'_>) -> ApiResult<Duration> {
            let hours = self.hours(ctx).await?;
            Ok(Duration(self.record().used(&hours, self.looked_at(ctx))))
        }
        /// How much is left; negative after the target.
        async fn left(&self, ctx: &Context<'_>) -> ApiResult<Duration> {
            let hours = self.hours(ctx).await?;
            Ok(Duration(self.record().left(&hours, self.looked_at(ctx))))
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
        async fn segments(&self, ctx: &Context<'_>) -> ApiResult<Vec<ClockSegment>> {
            let hours = self.hours(ctx).await?;
            let parts = self.record().explain(&hours, self.looked_at(ctx)).into_iter();
            let segments = parts.map(|part| ClockSegment {
                kind: part.kind().into(),
                from: Instant(part.from),
                to: Instant(part.to),
                length: Duration(part.to.duration_since(part.from)),
                because: part.because.to_string(),
            });
            Ok(segments.collect())
        }
    }
}

/// The service level clocks of a record, at most 100.
pub(super) async fn clocks_of(
    session: &Session,
    subject: impl ToString,
) -> ApiResult<Vec<ServiceLevelClock>> {
    let loaders = session.loads::<domain::service_level_clock::ServiceLevelClock>()?;
    let found = loaders.by_column("subject_id", subject.to_string(), Some(100)).await?;
    Ok(found.into_iter().map(ServiceLevelClock::from).collect())
}

/// A mutation that applies a verb to a record that clocks measure; they follow in the same transaction.
pub(super) async fn change<R, T>(
    ctx: &Context<'_>,
    record: &ID,
    expected: i32,
    key: &str,
    verb: impl FnOnce(R, &str, Timestamp) -> Decision<R, R::Happened> + Clone + Send + 'static,
) -> ApiResult<T>
where
    R: Record + Timed,
    T: From<Versioned<R>>,
    for<'a> Measured: From<&'a R>,
{
    let (record, expected) = (mutate::id::<R::Id>(record)?, mutate::version(expected)?);
    mutate::mutate(ctx, key, move |tx| {
        Box::pin(async move { clock::change(tx, record, Some(expected), verb).await })
    })
    .await
}

impl ServiceLevelClock {
    /// The instant that derived figures are of: the one that it was read as of, or now by the service's clock.
    fn looked_at(&self, ctx: &Context<'_>) -> Timestamp {
        let now = || Session::of(ctx).database().clock().now().max(self.0.changed_at);
        self.0.as_of.unwrap_or_else(now)
    }

    /// The record that it measures, if that is of a type.
    async fn measures<R: Record, T: From<Versioned<R>>>(&self, ctx: &Context<'_>) -> ApiResult<Option<T>> {
        let Ok(id) = R::Id::parse(&self.record().subject.id) else { return Ok(None) };
        Ok(Session::of(ctx).loads::<R>()?.one(id).await?.map(T::from))
    }

    /// The hours of its calendar, as they were in the version that counts for it.
    async fn hours(&self, ctx: &Context<'_>) -> ApiResult<Arc<Hours>> {
        match hours::at_hand(self.record().promise.calendar) {
            Ok(hours) => Ok(hours),
            Err((id, version)) => {
                let loaders = Session::of(ctx).loads::<domain::service_level_clock::ServiceLevelClock>()?;
                let known = loaders.copy(&hours_id(id, version)).await?;
                Ok(hours::made(id, version, known).map_err(ciclo_store::Error::from)?)
            }
        }
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
        let slas = known.iter().filter(|agreement| agreement.party() == Some(ClockParty::Customer));
        Ok(binding_agreement(slas, now).map(|agreement| Agreement::named(&agreement.id)))
    }
}
