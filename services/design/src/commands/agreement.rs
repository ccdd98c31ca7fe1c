//! Commands on agreements: what looks at the service, the customer or other
//! versions, and what brings a version into force or ends it when its time comes.

use crate::domain::agreement::{Agreement, AgreementHappened, AgreementParty, AgreementState};
use crate::domain::calendar::Calendar;
use crate::domain::known_customer::KnownCustomer;
use crate::domain::known_service::KnownService;
use crate::domain::terms::Terms;
use crate::store::agreement::STANDING;
use ciclo_kernel::ids::{AgreementId, CustomerId, ServiceId};
use ciclo_kernel::{Decision, Machine, Refusal, Timestamp};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Filter, Result, Test, Tx, Versioned};

/// The timer that brings an agreed version into force.
pub const ACTIVATE: &str = "activate";
/// The timer that ends a version in force.
pub const EXPIRE: &str = "expire";

/// Drafts the first version of an agreement.
///
/// `NOT_FOUND` when design knows no such service, customer or calendar; `RULE_VIOLATED` when one of them
/// takes no new agreements, or the customer has an SLA for the service already.
pub async fn draft(
    tx: &mut Tx,
    service: ServiceId,
    party: AgreementParty,
    terms: Terms,
) -> Result<Versioned<Agreement>> {
    let service = tx.known::<KnownService>(service).await?;
    let standing = standing(tx, service.id).await?;
    Agreement::must_have_room(&service, standing.len())?;
    if let AgreementParty::Customer(customer) = &party {
        tx.known::<KnownCustomer>(*customer).await?.must_be_active()?;
        only_sla(&standing, *customer)?;
    }
    must_have_calendar(tx, &terms).await?;
    let decided = Agreement::draft(tx.fresh(), &service, party, terms, tx.by(), tx.now());
    tx.create(decided).await
}

/// Refuses terms whose calendar is not there, or retired.
async fn must_have_calendar(tx: &Tx, terms: &Terms) -> Result<()> {
    let Some(id) = terms.calendar.id() else { return Ok(()) };
    Ok(tx.get::<Calendar>(id).await?.record.must_be_active()?)
}

/// Replaces the terms of a version that is not agreed yet.
///
/// `NOT_FOUND` when there is no such calendar, `RULE_VIOLATED` when it is retired.
pub async fn revise(
    tx: &mut Tx,
    id: AgreementId,
    expected: u64,
    terms: Terms,
) -> Result<Versioned<Agreement>> {
    let calendar = terms.clone();
    // The refusals of the version and the state come first.
    let revised = change(tx, id, expected, |version, _, _| version.revise(terms)).await?;
    must_have_calendar(tx, &calendar).await?;
    Ok(revised)
}

/// Refuses a second SLA with a customer beside one that has not ended.
fn only_sla(standing: &[Agreement], customer: CustomerId) -> Result<(), Refusal> {
    match standing.iter().find(|agreement| agreement.party == AgreementParty::Customer(customer)) {
        None => Ok(()),
        Some(there) => Err(Refusal::rule(format!(
            "the customer has an SLA for this service, version {} of it is {}: draft its next version",
            there.number,
            there.state().as_str()
        ))
        .with("agreement", there.id.to_string())),
    }
}

/// Drafts the version after an agreed one, which stays as it is.
///
/// `CONFLICT` when that one is not at the version that the caller saw.
pub async fn draft_next(
    tx: &mut Tx,
    id: AgreementId,
    expected: u64,
    terms: Terms,
) -> Result<Versioned<Agreement>> {
    let current = tx.get::<Agreement>(id).await?;
    if current.version != expected {
        return Err(Refusal::conflict(id, expected, current.version).into());
    }
    let current = current.record;
    let service = tx.known::<KnownService>(current.service).await?;
    Agreement::must_have_room(&service, standing(tx, service.id).await?.len())?;
    let newer = Filter::All(vec![
        Filter::is("family_id", id_field(current.family)),
        Filter::Column("number", Test::Above(current.number.into())),
    ]);
    let newer = tx.list::<Agreement>(newer, Agreement::STANDING_MOST).await?;
    let newer: Vec<Agreement> = newer.into_iter().map(|found| found.record).collect();
    must_have_calendar(tx, &terms).await?;
    let decided = current.draft_next(tx.fresh(), &service, &newer, terms, tx.by(), tx.now());
    tx.create(decided).await
}

/// Agrees a version. If its service is in use and the terms hold already, it comes into force at
/// once and supersedes the versions before it.
pub async fn agree(tx: &mut Tx, id: AgreementId, expected: u64) -> Result<Versioned<Agreement>> {
    let negotiated = tx.get::<Agreement>(id).await?;
    let service = tx.known::<KnownService>(negotiated.record.service).await?;
    let agreed = tx
        .change_loaded(negotiated, Some(expected), |agreement: Agreement, by, at| {
            let decided = agreement.agree(by, at)?;
            service.must_accept("agreements")?;
            Ok(decided)
        })
        .await?;
    come_into_force(tx, &service, agreed).await
}

/// Applies a verb to a version and keeps its timers.
pub async fn change(
    tx: &mut Tx,
    id: AgreementId,
    expected: u64,
    decide: impl FnOnce(Agreement, &str, Timestamp) -> Decision<Agreement, AgreementHappened> + Send,
) -> Result<Versioned<Agreement>> {
    let changed = tx.change(id, Some(expected), decide).await?;
    keep_expiry(tx, &changed.record).await?;
    Ok(changed)
}

/// What a service's going into operation brings about: its agreed versions whose terms hold come into
/// force. Those whose terms hold from later on have their timer.
pub async fn service_in_use(tx: &mut Tx, service: &KnownService) -> Result<()> {
    let agreed = Filter::All(vec![
        Filter::is(STANDING, id_field(service.id)),
        Filter::is("state", AgreementState::Agreed.as_str()),
    ]);
    let mut agreed = tx.list::<Agreement>(agreed, Agreement::STANDING_MOST).await?;
    // The newest first: what it supersedes need not come into force before.
    agreed.sort_by_key(|found| std::cmp::Reverse(found.record.number));
    for found in agreed {
        let now = tx.get::<Agreement>(found.record.id).await?;
        if now.record.state() == AgreementState::Agreed {
            come_into_force(tx, service, now).await?;
        }
    }
    Ok(())
}

/// What the instant of a timer brings about. What it was set for may be past or gone: then only the
/// timer is cleared.
pub async fn time_came(tx: &mut Tx, id: AgreementId, kind: &str) -> Result<()> {
    let Some(found) = tx.find::<Agreement>(id).await? else { return clear(tx, &id.to_string(), kind).await };
    if kind == EXPIRE {
        let over = found.record.terms.valid_until.is_some_and(|until| until <= tx.now());
        if over && found.record.state().in_force() {
            let expired = tx.change_loaded(found, None, Agreement::expire).await?;
            return keep_expiry(tx, &expired.record).await;
        }
        return keep_expiry(tx, &found.record).await;
    }
    tx.set_timer(&id.to_string(), ACTIVATE, None).await?;
    if found.record.state() == AgreementState::Agreed {
        let service = tx.known::<KnownService>(found.record.service).await?;
        come_into_force(tx, &service, found).await?;
    }
    Ok(())
}

/// Clears a timer without bringing about anything.
pub async fn clear(tx: &Tx, record_id: &str, kind: &str) -> Result<()> {
    let kind = if kind == EXPIRE { EXPIRE } else { ACTIVATE };
    tx.set_timer(record_id, kind, None).await
}

/// Brings an agreed version into force when its service is in use and its terms hold, and supersedes
/// the versions before it; sets a timer when the terms hold from later on, in use or not: then it may be.
async fn come_into_force(
    tx: &mut Tx,
    service: &KnownService,
    agreed: Versioned<Agreement>,
) -> Result<Versioned<Agreement>> {
    let (now, terms) = (tx.now(), &agreed.record.terms);
    if !(service.in_use() && terms.hold_at(now)) {
        let later = (now < terms.valid_from).then_some(terms.valid_from);
        tx.set_timer(&agreed.record.id.to_string(), ACTIVATE, later).await?;
        return Ok(agreed);
    }
    let active = tx.change_loaded(agreed, None, Agreement::activate).await?;
    tx.set_timer(&active.record.id.to_string(), ACTIVATE, None).await?;
    keep_expiry(tx, &active.record).await?;
    supersede_before(tx, &active.record).await?;
    Ok(active)
}

async fn supersede_before(tx: &mut Tx, next: &Agreement) -> Result<()> {
    let before = Filter::All(vec![
        Filter::is("family_id", id_field(next.family)),
        Filter::is(STANDING, id_field(next.service)),
        Filter::Column("number", Test::Below(next.number.into())),
        Filter::Column(
            "state",
            Test::In(
                [AgreementState::Agreed, AgreementState::Active, AgreementState::UnderReview]
                    .map(|state| Field::from(state.as_str()))
                    .into(),
            ),
        ),
    ]);
    for earlier in tx.list::<Agreement>(before, Agreement::STANDING_MOST).await? {
        let next = next.clone();
        let superseded = tx
            .change_loaded(earlier, None, |earlier: Agreement, by, at| earlier.supersede(&next, by, at))
            .await?;
        tx.set_timer(&superseded.record.id.to_string(), ACTIVATE, None).await?;
        keep_expiry(tx, &superseded.record).await?;
    }
    Ok(())
}

/// A version in force has a timer at the end of its terms; any other has none.
async fn keep_expiry(tx: &Tx, agreement: &Agreement) -> Result<()> {
    let until = agreement.terms.valid_until.filter(|_| agreement.state().in_force());
    tx.set_timer(&agreement.id.to_string(), EXPIRE, until).await
}

/// The versions of a service's agreements that have not ended.
pub async fn standing(tx: &Tx, service: ServiceId) -> Result<Vec<Agreement>> {
    let standing = Filter::is(STANDING, id_field(service));
    let found = tx.list::<Agreement>(standing, Agreement::STANDING_MOST).await?;
    Ok(found.into_iter().map(|found| found.record).collect())
}
