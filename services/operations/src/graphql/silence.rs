//! Silences in the API.

use super::alert::{Alert, SuppressionCause};
use super::alert_rule::{LabelMatch, LabelMatchInput};
use super::foreign::Service;
use crate::commands;
use crate::domain;
use crate::domain::alert_rule::LabelMatch as DomainMatch;
use crate::domain::silence::{SilenceTerms, written};
use crate::silences;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use ciclo_api::filters::{IdFilter, InstantFilter};
use ciclo_api::{ApiResult, Instant, Json, Session, enum_filter, filter, mutate, record_api, record_object};
use ciclo_clocks::Calendar;
use ciclo_kernel::{Code, Refusal, Timestamp};
use serde_json::json;

/// Most times that are told at once.
const TIMES_MOST: usize = 100;

/// Whether a silence may still keep alerts quiet.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::silence::SilenceState")]
pub enum SilenceState {
    /// It does, or will.
    Active,
    /// It no longer does. Final.
    Ended,
}

/// A time in which a silence keeps alerts quiet.
#[derive(SimpleObject, Clone, Debug)]
pub struct SilenceTime {
    /// When it begins.
    pub from: Instant,
    /// When it ends; null when nobody knows yet.
    pub to: Option<Instant>,
}

record_object! {
    /// A silence: alerts that are kept quiet, and when. Maintenance is one, with hours in which it recurs.
    Silence of domain::silence::Silence {
        /// Why: a silence, or maintenance.
        async fn cause(&self) -> SuppressionCause {
            self.record().terms.cause.into()
        }
        /// Why, in words.
        async fn reason(&self) -> &str {
            &self.record().terms.reason
        }
        /// Whether it may still keep alerts quiet.
        async fn state(&self) -> SilenceState {
            self.record().state().into()
        }
        /// Whether it keeps alerts quiet now, or did at the instant that it was read as of.
        async fn is_on(&self, ctx: &Context<'_>) -> bool {
            let at = self.0.as_of.unwrap_or_else(|| Session::of(ctx).database().clock().now());
            silences::ready(self.0.clone()).is_on(at)
        }
        /// The labels that an alert must carry, all of them.
        async fn matches(&self) -> Vec<LabelMatch> {
            let matches = self.record().terms.matches.iter();
            matches.map(|wanted| LabelMatch { label: wanted.label.clone(), value: wanted.value.clone() }).collect()
        }
        /// The service that an alert must name; null for any.
        async fn service(&self) -> Option<Service> {
            self.record().terms.service.map(Service::named)
        }
        /// What must hold besides, in CEL over `alert`; null when nothing must.
        async fn condition(&self) -> Option<&str> {
            self.record().terms.condition.as_deref()
        }
        /// From when on.
        async fn starts_at(&self) -> Instant {
            Instant(self.record().terms.starts_at)
        }
        /// Until when, that instant not included; null when somebody has to end it.
        async fn ends_at(&self) -> Option<Instant> {
            self.record().terms.ends_at.map(Instant)
        }
        /// The hours in which alerts are quiet, in the form of the calendar file of `ciclo clock`; null for all of them.
        async fn hours(&self) -> Option<Json> {
            let hours = self.record().terms.hours.as_ref()?;
            serde_json::from_str(&written(hours)).ok().map(Json)
        }
        /// Who made it.
        async fn created_by(&self) -> &str {
            &self.record().created.by
        }
        /// Who ended it; null until then.
        async fn ended_by(&self) -> Option<&str> {
            self.record().ended.as_ref().map(|ended| ended.by.as_str())
        }
        /// The times in which it keeps alerts quiet, from an instant on. Errors: LIMIT_EXCEEDED.
        async fn times(
            &self,
            #[graphql(desc = "The instant from which on.")] from: Instant,
            #[graphql(desc = "How many, 1 to 100; 10 when left out.")] first: Option<u32>,
        ) -> ApiResult<Vec<SilenceTime>> {
            let first = first.unwrap_or(10) as usize;
            if !(1..=TIMES_MOST).contains(&first) {
                let why = format!("first: {first}; 1 to {TIMES_MOST} times are told at once");
                return Err(Refusal::new(Code::LimitExceeded, why).with("limit", TIMES_MOST).into());
            }
            Ok(times(&self.0, from.0, first))
        }
        /// The newest alerts that it keeps quiet. Errors: LIMIT_EXCEEDED.
        async fn alerts(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "How many, 1 to 100; 20 when left out.")] first: Option<i32>,
        ) -> ApiResult<Vec<Alert>> {
            let loaders = Session::of(ctx).loads::<domain::alert::Alert>()?;
            let found = loaders.by_column("silence_id", self.record().id.to_string(), first).await?;
            Ok(found.into_iter().map(Alert::from).collect())
        }
    }
}

fn times(
    silence: &ciclo_store::Versioned<domain::silence::Silence>,
    mut at: Timestamp,
    first: usize,
) -> Vec<SilenceTime> {
    let ready = silences::ready(silence.clone());
    let mut times = Vec::new();
    while times.len() < first {
        let next = ready.next_turn(at);
        if ready.is_on(at) {
            times.push(SilenceTime { from: Instant(at), to: next.map(Instant) });
        }
        let Some(next) = next else { break };
        at = next;
    }
    times
}

enum_filter!(SilenceStateFilter of SilenceState);
enum_filter!(SilenceCauseFilter of SuppressionCause);

filter! {
    /// Which silences.
    SilenceFilter {
        /// By state.
        state: SilenceStateFilter => "state",
        /// By cause.
        cause: SilenceCauseFilter => "cause",
        /// By service.
        service: IdFilter => "service_id",
        /// By when they start.
        starts_at: InstantFilter => "starts_at",
        /// By when they end.
        ends_at: InstantFilter => "ends_at",
    }
}

record_api! {
    Silence of domain::silence::Silence, "silence", "silences";
    one silence, many silences, changed silence_changed;
    filter SilenceFilter;
    order {
        /// When it starts.
        StartsAt = "starts_at",
        /// When it ends.
        EndsAt = "ends_at",
    }
}

/// What a silence says. At least one of `matches`, `service` and `condition` is needed.
#[derive(InputObject, Clone, Debug)]
pub struct SilenceTermsInput {
    /// Why: `SILENCE` or `MAINTENANCE`.
    pub cause: SuppressionCause,
    /// Why, in words.
    pub reason: String,
    /// The labels that an alert must carry, all of them.
    #[graphql(default)]
    pub matches: Vec<LabelMatchInput>,
    /// The service that an alert must name; any when left out.
    pub service: Option<ID>,
    /// What must hold besides: an expression in CEL over `alert`, as in alert rules. When it cannot be answered, the alert is not kept quiet.
    pub condition: Option<String>,
    /// From when on; from now on when left out.
    pub starts_at: Option<Instant>,
    /// Until when, that instant not included. Needed without `hours`; with them somebody may have to end it.
    pub ends_at: Option<Instant>,
    /// The hours in which alerts are quiet, in the form of the calendar file of `ciclo clock`: a zone, weekly hours, holidays on which there are none, openings on single dates.
    pub hours: Option<Json>,
}

impl SilenceTermsInput {
    fn terms(self, now: Timestamp) -> Result<SilenceTerms, Refusal> {
        let hours = |hours: Json| {
            Calendar::parse(&hours.0.to_string()).map_err(|wrong| {
                let told: Vec<_> =
                    wrong.told().iter().map(|one| json!({ "path": one.path, "why": one.why })).collect();
                Refusal::invalid("hours", &wrong).with("mistakes", told)
            })
        };
        let matches = self.matches.into_iter();
        Ok(SilenceTerms {
            cause: self.cause.into(),
            reason: self.reason,
            matches: matches.map(|wanted| DomainMatch { label: wanted.label, value: wanted.value }).collect(),
            service: self.service.as_ref().map(mutate::id).transpose()?,
            condition: self.condition,
            starts_at: self.starts_at.map_or(now, |instant| instant.0),
            ends_at: self.ends_at.map(|instant| instant.0),
            hours: self.hours.map(hours).transpose()?,
        })
    }
}

/// What makes a silence.
#[derive(InputObject, Clone, Debug)]
pub struct CreateSilenceInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What it says.
    pub terms: SilenceTermsInput,
}

/// What changes a silence.
#[derive(InputObject, Clone, Debug)]
pub struct ReviseSilenceInput {
    /// The silence.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What it says from then on.
    pub terms: SilenceTermsInput,
}

/// What ends a silence.
#[derive(InputObject, Clone, Debug)]
pub struct EndSilenceInput {
    /// The silence.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What can be done with silences.
#[derive(Default)]
pub struct SilenceMutations;

#[Object]
impl SilenceMutations {
    /// Makes a silence. The open alerts that it covers become quiet within moments, and further ones as they are reported. Errors: INVALID, BAD_ID, NOT_FOUND (the service), LIMIT_EXCEEDED (1,000 that are not over).
    async fn create_silence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says.")] input: CreateSilenceInput,
    ) -> ApiResult<Silence> {
        let terms = input.terms.terms(Session::of(ctx).database().clock().now())?;
        mutate::mutate(ctx, &input.idempotency_key, |tx| Box::pin(commands::silence::create(tx, terms))).await
    }

    /// Changes what a silence says; its alerts follow within moments. Errors: NOT_FOUND (the silence or the service), WRONG_STATE, INVALID, BAD_ID, CONFLICT.
    async fn revise_silence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which silence, and what it says.")] input: ReviseSilenceInput,
    ) -> ApiResult<Silence> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let terms = input.terms.terms(Session::of(ctx).database().clock().now())?;
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::silence::revise(tx, id, expected, terms))
        })
        .await
    }

    /// Ends a silence now, for good; the alerts that nothing else keeps quiet are open again within moments, and the rules hear of them. Errors: NOT_FOUND, BAD_ID, WRONG_STATE, CONFLICT.
    async fn end_silence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which silence.")] input: EndSilenceInput,
    ) -> ApiResult<Silence> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::silence::end(tx, id, expected))
        })
        .await
    }
}
