//! What would have become of the incidents of a period under other terms, in the API.

use super::incident::{HoldReason, Incident};
use crate::domain::clock_calendar::ClockCalendar;
use crate::domain::incident::{IncidentState, WaitReason};
use crate::domain::known::{KnownAgreement, KnownCalendar, binding_agreement, hours_id};
use crate::domain::measured::{ClockParty, TicketType};
use crate::domain::what_if::{self, Promises, Terms, WhatIfLine, WhatIfMiss};
use crate::{domain, hours};
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, Duration, Instant, Json, Long, Session, TargetKind, mutate};
use ciclo_clocks::{Editions, Hours};
use ciclo_kernel::ids::{CustomerId, RecordId, ServiceId};
use ciclo_kernel::{Code, Machine, Refusal, Timestamp};
use ciclo_store::record::id_field;
use ciclo_store::{Filter, Order, PageRequest, Test};
use domain::service_level_clock::TargetKind as Kind;
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;

/// Most incidents that are looked through.
const INCIDENTS_MOST: u64 = 500_000;
/// Most misses that are told at once.
const MISSES_MOST: i32 = 1_000;
/// Incidents that are read together.
const AT_ONCE: usize = 1_000;

/// A target of the other terms.
#[derive(InputObject, Clone, Debug)]
pub struct WhatIfTargetInput {
    /// Which time is promised.
    pub kind: TargetKind,
    /// The priority that it is for: 1 (highest) to 5.
    pub priority: u8,
    /// How long it may take, not less than nothing.
    pub duration: Duration,
}

/// Other terms, and the incidents to measure by them. What is left out is as it is agreed now.
#[derive(InputObject, Clone, Debug)]
pub struct WhatIfInput {
    /// The service whose incidents are measured.
    pub service: ID,
    /// The customer whose incidents are measured, and whose agreement counts; all of the service's when left out.
    pub customer: Option<ID>,
    /// The first instant of the period: incidents count that were resolved in it.
    pub from: Instant,
    /// The first instant after the period.
    pub to: Instant,
    /// The calendar whose hours count: the id of one, or `24x7` for all of them.
    pub calendar: Option<String>,
    /// The hours themselves, for a calendar that there is not yet: in the form of the file of `ciclo clock`.
    pub hours: Option<Json>,
    /// All targets, at most one a kind and priority.
    pub targets: Option<Vec<WhatIfTargetInput>>,
    /// The reasons for waiting that pause the clocks.
    pub pause_reasons: Option<Vec<HoldReason>>,
}

/// What would have become of the incidents of a period under other terms.
pub struct WhatIf {
    result: what_if::WhatIf,
    agreement: Option<String>,
}

/// What would have become of the incidents of a period under other terms. Nothing of it is kept.
#[Object]
impl WhatIf {
    /// The agreement that what is left out was taken from, and that it is compared with; null when nothing is agreed.
    async fn agreement(&self) -> Option<super::foreign::Agreement> {
        self.agreement.as_ref().map(super::foreign::Agreement::named)
    }
    /// How many incidents were measured.
    async fn incidents(&self) -> Long {
        long(self.result.incidents)
    }
    /// How many incidents were not, because they are from before their waits were kept.
    async fn unmeasured(&self) -> Long {
        long(self.result.unmeasured)
    }
    /// What came of each target, by kind and priority.
    async fn lines(&self) -> Vec<WhatIfTarget> {
        let lines = self.result.lines.iter();
        lines.map(|((kind, priority), line)| WhatIfTarget(*kind, *priority, line.clone())).collect()
    }
    /// How many targets would have been missed.
    async fn missed(&self) -> Long {
        long(self.result.misses.len() as u64)
    }
    /// The misses, the oldest incident first. Errors: LIMIT_EXCEEDED.
    async fn misses(
        &self,
        #[graphql(desc = "How many, 1 to 1,000; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "How many to leave out before them; none when left out.")] offset: Option<u32>,
    ) -> ApiResult<Vec<WhatIfMissed>> {
        let first = first.unwrap_or(20);
        if !(1..=MISSES_MOST).contains(&first) {
            let why = format!("first: {first}; 1 to {MISSES_MOST} misses are told at once");
            return Err(Refusal::new(Code::LimitExceeded, why).with("limit", MISSES_MOST).into());
        }
        let misses = self.result.misses.iter().skip(offset.unwrap_or(0) as usize);
        Ok(misses.take(first.unsigned_abs() as usize).copied().map(WhatIfMissed).collect())
    }
}

/// What came of a target.
pub struct WhatIfTarget(Kind, u8, WhatIfLine);

/// What came of a target.
#[Object]
impl WhatIfTarget {
    /// Which time is promised.
    async fn kind(&self) -> TargetKind {
        kind(self.0)
    }
    /// The priority: 1 (highest) to 5.
    async fn priority(&self) -> u8 {
        self.1
    }
    /// How long it may take by the other terms; null when they promise nothing.
    async fn promised(&self) -> Option<Duration> {
        self.2.promised.map(Duration)
    }
    /// How long it may take as it is agreed; null when nothing is.
    async fn agreed(&self) -> Option<Duration> {
        self.2.agreed.map(Duration)
    }
    /// The incidents that it is about: by the priority that they have.
    async fn count(&self) -> Long {
        long(self.2.count)
    }
    /// How many of them would have missed it by the other terms.
    async fn missed(&self) -> Long {
        long(self.2.missed)
    }
    /// How many of them miss it by what is agreed now, measured in the same way.
    async fn missed_as_agreed(&self) -> Long {
        long(self.2.missed_as_agreed)
    }
}

/// A target that an incident would have missed.
pub struct WhatIfMissed(WhatIfMiss);

/// A target that an incident would have missed.
#[Object]
impl WhatIfMissed {
    /// The incident.
    async fn incident(&self, ctx: &Context<'_>) -> ApiResult<Option<Incident>> {
        let loaders = Session::of(ctx).loads::<domain::incident::Incident>()?;
        Ok(loaders.one(self.0.incident).await?.map(Incident::from))
    }
    /// Which time is promised.
    async fn kind(&self) -> TargetKind {
        kind(self.0.kind)
    }
    /// Its priority: 1 (highest) to 5.
    async fn priority(&self) -> u8 {
        self.0.priority
    }
    /// When it would have been due.
    async fn due(&self) -> Instant {
        Instant(self.0.due_at)
    }
    /// When it was answered, or resolved.
    async fn stopped_at(&self) -> Instant {
        Instant(self.0.stopped_at)
    }
    /// How much it used of the target.
    async fn used(&self) -> Duration {
        Duration(self.0.used)
    }
}

fn long(number: u64) -> Long {
    Long(i64::try_from(number).unwrap_or(i64::MAX))
}

fn kind(kind: Kind) -> TargetKind {
    match kind {
        Kind::Response => TargetKind::Response,
        Kind::Resolution => TargetKind::Resolution,
    }
}

/// What would be under other terms.
#[derive(Default)]
pub struct WhatIfQueries;

#[Object]
impl WhatIfQueries {
    /// Measures the incidents that were resolved in a period by other terms, and by those agreed now. Writes nothing. Errors: BAD_ID, INVALID (the period, the targets, the hours), NOT_FOUND (the calendar), LIMIT_EXCEEDED (too many incidents: shorten the period).
    async fn service_level_what_if(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The terms, and the incidents.")] input: WhatIfInput,
    ) -> ApiResult<WhatIf> {
        let session = Session::of(ctx);
        let service = mutate::id::<ServiceId>(&input.service)?;
        let period = (input.from.0, input.to.0);
        if period.0 >= period.1 {
            return Err(Refusal::invalid("from", "the period begins before it ends").into());
        }
        let customer = input.customer.as_ref().map(mutate::id::<CustomerId>).transpose()?;
        let agreement = agreed_now(session, service, customer).await?;
        let hours = agreed_hours(session, agreement.as_ref()).await?;
        let agreed = Terms {
            hours: &hours,
            promises: agreement.as_ref().map_or_else(Promises::new, promises),
            pause_reasons: agreement.as_ref().map_or_else(Vec::new, reasons),
        };
        let other_hours = other_hours(session, input.calendar, input.hours).await?;
        let other = Terms {
            hours: other_hours.as_ref().unwrap_or(&hours),
            promises: match input.targets {
                Some(targets) => other_promises(targets)?,
                None => agreed.promises.clone(),
            },
            pause_reasons: match input.pause_reasons {
                Some(reasons) => reasons
                    .into_iter()
                    .map(|reason| WaitReason::from(domain::incident::HoldReason::from(reason)))
                    .collect(),
                None => agreed.pause_reasons.clone(),
            },
        };
        let result = measured(session, (service, customer), period, &other, &agreed).await?;
        Ok(WhatIf { result, agreement: agreement.map(|agreement| agreement.id) })
    }
}

/// Measures the incidents of a service that were resolved in a period.
async fn measured(
    session: &Session,
    (service, customer): (ServiceId, Option<CustomerId>),
    (from, to): (Timestamp, Timestamp),
    other: &Terms<'_>,
    agreed: &Terms<'_>,
) -> ApiResult<what_if::WhatIf> {
    let reader = session.reads::<domain::incident::Incident>()?;
    let over = [IncidentState::Resolved, IncidentState::Closed].map(|state| state.as_str().into()).to_vec();
    let filter = Filter::All(vec![
        Filter::Column("service_id", Test::In(vec![id_field(service)])),
        Filter::Column("state", Test::In(over)),
        // Narrower than the whole history: what was resolved in the period was opened before its end and changed in it.
        Filter::Column("opened_at", Test::Below(to.into())),
        Filter::Column("changed_at", Test::AtLeast(from.into())),
    ]);
    let count = reader.count::<domain::incident::Incident>(&filter).await?;
    if count > INCIDENTS_MOST {
        let why = format!("{count} incidents; at most {INCIDENTS_MOST} are measured at once");
        return Err(Refusal::new(Code::LimitExceeded, why).with("limit", INCIDENTS_MOST).into());
    }
    let mut result = what_if::WhatIf::of(other, agreed);
    let order = Order { column: "id", descending: false };
    let mut request = PageRequest { filter, order, first: AT_ONCE, after: None };
    loop {
        let page = reader.page::<domain::incident::Incident>(&request).await?;
        let theirs =
            |incident: &domain::incident::Incident| customer.is_none() || incident.customer == customer;
        for (incident, _) in page.rows.iter().filter(|(incident, _)| theirs(&incident.record)) {
            result.add(&incident.record, (from, to), other, agreed);
        }
        request.after = page.rows.last().map(|(last, at)| (at.clone(), last.record.id.to_string()));
        if !page.more {
            return Ok(result);
        }
    }
}

/// The SLA that is in force: with a customer, or the newest of all.
async fn agreed_now(
    session: &Session,
    service: ServiceId,
    customer: Option<CustomerId>,
) -> ApiResult<Option<KnownAgreement>> {
    let known = session.reader().copies_under::<KnownAgreement>(&[service.to_string()]).await?;
    let customer = customer.map(|customer| customer.to_string());
    let slas = known.iter().filter(|agreement| {
        agreement.party() == Some(ClockParty::Customer)
            && (customer.is_none() || agreement.customer_id == customer)
    });
    Ok(binding_agreement(slas, session.database().clock().now()).cloned())
}

/// The hours of an agreement; all of them when nothing is agreed.
async fn agreed_hours(session: &Session, agreement: Option<&KnownAgreement>) -> ApiResult<Arc<Hours>> {
    match agreement {
        Some(agreement) => hours_of(session, &agreement.calendar).await,
        None => Ok(Arc::new(Hours::always())),
    }
}

async fn other_hours(
    session: &Session,
    calendar: Option<String>,
    hours: Option<Json>,
) -> ApiResult<Option<Arc<Hours>>> {
    match (calendar, hours) {
        (Some(_), Some(_)) => Err(Refusal::invalid("hours", "a calendar or its hours, not both").into()),
        (Some(calendar), None) => hours_of(session, &calendar).await.map(Some),
        (None, Some(hours)) => {
            let editions = Editions::parse(&hours.0.to_string()).map_err(|wrong| {
                let told: Vec<_> =
                    wrong.told().iter().map(|one| json!({ "path": one.path, "why": one.why })).collect();
                Refusal::invalid("hours", &wrong).with("mistakes", told)
            })?;
            Ok(Some(Arc::new(Hours::new(editions))))
        }
        (None, None) => Ok(None),
    }
}

/// The hours of a calendar in the version that counts now.
async fn hours_of(session: &Session, calendar: &str) -> ApiResult<Arc<Hours>> {
    let calendar = ClockCalendar::read(calendar, 0)?;
    let Some(id) = calendar.id() else { return Ok(Arc::new(Hours::always())) };
    let loaders = session.loads::<domain::service_level_clock::ServiceLevelClock>()?;
    let known = loaders.copy::<KnownCalendar>(&id.to_string()).await?;
    let known = known.ok_or_else(|| Refusal::not_found(ciclo_kernel::ids::CalendarId::TYPE, id))?;
    let version = ClockCalendar::Version { id, version: known.version };
    match hours::at_hand(version) {
        Ok(hours) => Ok(hours),
        Err((id, version)) => {
            let known = loaders.copy(&hours_id(id, version)).await?;
            Ok(hours::made(id, version, known).map_err(ciclo_store::Error::from)?)
        }
    }
}

/// What an agreement promises for incidents.
fn promises(agreement: &KnownAgreement) -> Promises {
    let every = Kind::ALL.iter().flat_map(|kind| (1..=5).map(|priority| (*kind, priority)));
    every
        .filter_map(|(kind, priority)| {
            let target = agreement.target(TicketType::Incident, kind, priority)?;
            Some(((kind, priority), target.duration))
        })
        .collect()
}

fn reasons(agreement: &KnownAgreement) -> Vec<WaitReason> {
    agreement.pause_reasons.iter().filter_map(|reason| WaitReason::parse(reason)).collect()
}

fn other_promises(targets: Vec<WhatIfTargetInput>) -> Result<Promises, Refusal> {
    let mut seen = HashSet::new();
    let promise = |(place, target): (usize, WhatIfTargetInput)| {
        let kind = match target.kind {
            TargetKind::Response => Kind::Response,
            TargetKind::Resolution => Kind::Resolution,
        };
        let wrong = |field: &str, why: &str| Err(Refusal::invalid(&format!("targets.{place}.{field}"), why));
        if !(1..=5).contains(&target.priority) {
            return wrong("priority", "a priority is 1 (highest) to 5");
        }
        if !seen.insert((kind, target.priority)) {
            return wrong("priority", "there is a target of this kind and priority before it");
        }
        Ok(((kind, target.priority), target.duration.0))
    };
    targets.into_iter().enumerate().map(promise).collect()
}
