//! What a rule would have opened in the past, in the API.

use super::alert::Alert;
use super::alert_rule::AlertRuleTermsInput;
use super::labels::Label;
use crate::domain;
use crate::domain::alert_decision::{ReadyRule, compiled};
use crate::domain::alert_replay::{Failure, Replay, WouldOpen};
use crate::domain::alert_rule::AlertRule;
use crate::domain::known::KnownService;
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, Instant, Long, Session, mutate};
use ciclo_contracts::operations::v1::{AlertEvent, alert_event::What};
use ciclo_kernel::ids::{AlertId, AlertRuleId, RecordId};
use ciclo_kernel::{Code, Corrupt, Refusal, Timestamp};
use ciclo_store::Record;
use prost::Message;

/// Most changes of alerts that are looked through.
const CHANGES_MOST: u64 = 200_000;
/// Most incidents that are told at once.
const OPENED_MOST: i32 = 1_000;
/// Changes that are read together.
const AT_ONCE: u64 = 1_000;

/// A rule to try, and the past to try it on.
#[derive(InputObject, Clone, Debug)]
pub struct AlertRuleDryRunInput {
    /// The rule to try, as it is now and as if it were at work. Either `rule` or `terms`.
    pub rule: Option<ID>,
    /// What a rule to try would say.
    pub terms: Option<AlertRuleTermsInput>,
    /// The first instant of the period: from it on the rule is taken to be at work, and to have opened nothing.
    pub from: Instant,
    /// The first instant after the period.
    pub to: Instant,
}

/// What a rule would have opened in a period.
pub struct AlertRuleDryRun(Replay);

/// What a rule would have opened in a period, had it been the only one. Nothing of it is kept.
#[Object]
impl AlertRuleDryRun {
    /// How many alerts were looked at: those that were reported in the period.
    async fn alerts(&self) -> Long {
        long(self.0.looked_at())
    }
    /// How many of them the rule was for at one time or another.
    async fn matched(&self) -> Long {
        long(self.0.matched())
    }
    /// How many incidents it would have opened.
    async fn opened(&self) -> Long {
        long(self.0.opened.len() as u64)
    }
    /// The incidents that it would have opened, the first one first. Errors: LIMIT_EXCEEDED.
    async fn incidents(
        &self,
        #[graphql(desc = "How many: 1 to 1000, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "How many to leave out before them; none when left out.")] offset: Option<u32>,
    ) -> ApiResult<Vec<AlertRuleWouldOpen>> {
        let first = first.unwrap_or(20);
        if !(1..=OPENED_MOST).contains(&first) {
            let why = format!("first: {first}; 1 to {OPENED_MOST} incidents are told at once");
            return Err(Refusal::new(Code::LimitExceeded, why).with("limit", OPENED_MOST).into());
        }
        let opened = self.0.opened.iter().skip(offset.unwrap_or(0) as usize);
        Ok(opened.take(first.unsigned_abs() as usize).cloned().map(AlertRuleWouldOpen).collect())
    }
    /// How often its condition could not be answered, as for a label that was not there.
    async fn failures(&self) -> Long {
        long(self.0.failures)
    }
    /// The last time that it could not; null when it always could.
    async fn last_failure(&self) -> Option<AlertRuleFailure> {
        self.0.last_failure.clone().map(AlertRuleFailure)
    }
}

/// An incident that a rule would have opened.
pub struct AlertRuleWouldOpen(WouldOpen);

/// An incident that a rule would have opened.
#[Object]
impl AlertRuleWouldOpen {
    /// The alert that would have opened it.
    async fn alert(&self, ctx: &Context<'_>) -> ApiResult<Option<Alert>> {
        alert(ctx, self.0.alert).await
    }
    /// When.
    async fn at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// The labels that the rule groups by, with their values; empty when it does not group.
    async fn group(&self) -> Vec<Label> {
        self.0.group.iter().flat_map(Label::all).collect()
    }
    /// How many alerts would have been given to it, the first included.
    async fn alerts(&self) -> Long {
        long(self.0.alerts)
    }
}

/// A time that the condition of a rule could not be answered.
pub struct AlertRuleFailure(Failure);

/// A time that the condition of a rule could not be answered.
#[Object]
impl AlertRuleFailure {
    /// The alert.
    async fn alert(&self, ctx: &Context<'_>) -> ApiResult<Option<Alert>> {
        alert(ctx, self.0.alert).await
    }
    /// When.
    async fn at(&self) -> Instant {
        Instant(self.0.at)
    }
    /// Why.
    async fn why(&self) -> &str {
        &self.0.why
    }
}

async fn alert(ctx: &Context<'_>, id: AlertId) -> ApiResult<Option<Alert>> {
    Ok(Session::of(ctx).loads::<domain::alert::Alert>()?.one(id).await?.map(Alert::from))
}

fn long(number: u64) -> Long {
    Long(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Rules on trial.
#[derive(Default)]
pub struct DryRunQueries;

#[Object]
impl DryRunQueries {
    /// Tries a rule on what became of the alerts in a past period, as if it had been at work alone. An incident is over when its last alert is, if the rule says so, and lasts otherwise: what people did with incidents is not known of those that there never were. Writes nothing. Errors: BAD_ID, INVALID (the rule, the terms, the period), NOT_FOUND (the rule), LIMIT_EXCEEDED (too many changes of alerts: shorten the period).
    async fn alert_rule_dry_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule, and the period.")] input: AlertRuleDryRunInput,
    ) -> ApiResult<AlertRuleDryRun> {
        let session = Session::of(ctx);
        let now = session.database().clock().now();
        let (from, to) = (input.from.0, input.to.0);
        if from >= to {
            return Err(Refusal::invalid("from", "the period begins before it ends").into());
        }
        let terms = match (input.rule, input.terms) {
            (None, Some(terms)) => terms.terms()?,
            (Some(id), None) => {
                let id = mutate::id::<AlertRuleId>(&id)?;
                let found = session.loads::<AlertRule>()?.one::<AlertRule>(id).await?;
                let missing = || Refusal::not_found(AlertRuleId::TYPE, id);
                found.ok_or_else(missing)?.record.terms
            }
            _ => return Err(Refusal::invalid("rule", "either `rule` or `terms` is needed").into()),
        };
        let rule = AlertRule::create(RecordId::at(now), terms, "", now)?.0;
        let condition = compiled(&rule);
        let mut replay = Replay::of(ReadyRule { rule, version: 1, condition });
        play(session, (from, to), &mut replay).await?;
        // What waits at the end of the period would not have been opened in it; nor would what waits now.
        replay.end(to.min(now));
        Ok(AlertRuleDryRun(replay))
    }
}

/// Plays what became of alerts in a period.
async fn play(session: &Session, (from, to): (Timestamp, Timestamp), replay: &mut Replay) -> ApiResult<()> {
    let reader = session.reads::<domain::alert::Alert>()?;
    let loaders = session.loads::<domain::alert::Alert>()?;
    let mut after = before(session, from).await?;
    let mut changes = 0;
    loop {
        let rows = reader.changes::<domain::alert::Alert>(None, after, AT_ONCE).await?;
        let last = rows.last().map(|row| row.sequence);
        for row in rows {
            if row.at >= to {
                return Ok(());
            }
            if row.at < from {
                continue;
            }
            changes += 1;
            if changes > CHANGES_MOST {
                let why =
                    format!("more than {CHANGES_MOST} changes of alerts; at most so many are looked through");
                return Err(Refusal::new(Code::LimitExceeded, why).with("limit", CHANGES_MOST).into());
            }
            let corrupt = |why| ciclo_store::Error::from(Corrupt::new("Alert", why));
            let message = AlertEvent::decode(row.payload.as_slice()).map_err(corrupt)?;
            let reported = matches!(message.what, Some(What::Opened(_) | What::Repeated(_)));
            let alert = domain::alert::Alert::read(message).map_err(ciclo_store::Error::from)?;
            if let Some(service) =
                replay.service_of(&alert).filter(|service| !replay.services.contains(service))
                && loaders.copy::<KnownService>(&service.to_string()).await?.is_some()
            {
                replay.services.insert(service);
            }
            replay.step(alert, row.at, reported);
        }
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

/// A place in the log with nothing behind it that is before an instant but its neighbour: found by halving, since the
/// log is in the order of time.
async fn before(session: &Session, from: Timestamp) -> ApiResult<u64> {
    let database = session.database();
    let (mut low, mut high) = (0, *database.tail().borrow());
    while low < high {
        let middle = low + (high - low) / 2;
        match database.log_after(middle, 1).await?.first() {
            Some(row) if row.at < from => low = row.sequence,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}
