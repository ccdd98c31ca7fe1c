//! Commands on entitlements and access grants: what may be given is decided by what the person holds and by the rules
//! at that instant, in the same transaction.

use super::clock;
use super::neighbours::service_is_known;
use crate::domain::access_grant::{AccessGrant, AccessGrantHappened, Grounds, RequestAccess};
use crate::domain::entitlement::{Entitlement, EntitlementTerms};
use crate::domain::separation_rule::SeparationRule;
use crate::domain::service_request::works_on_requests;
use crate::store::access_grant::{PERSON, held_at};
use crate::store::separation_rule::naming;
use ciclo_kernel::ids::{AccessGrantId, EntitlementId, RecordId, ServiceId};
use ciclo_kernel::{Code, Decision, Refusal, Timestamp};
use ciclo_store::record::id_field;
use ciclo_store::{Filter, Record, Result, Test, Tx, Versioned};

/// The timer that ends an access grant.
pub const EXPIRY_TIMER: &str = "expiry";
/// Records that are read together of a set that is needed whole.
const AT_ONCE: usize = 500;

/// Makes an entitlement on a service.
///
/// `NOT_FOUND` when there is no such service.
pub async fn create_entitlement(
    tx: &mut Tx,
    service: ServiceId,
    terms: EntitlementTerms,
) -> Result<Versioned<Entitlement>> {
    service_is_known(tx, service).await?;
    let made = Entitlement::create(tx.fresh(), service, terms, tx.by(), tx.now());
    tx.create(made).await
}

/// Asks for access.
///
/// `NOT_FOUND` when there is no such entitlement, `FORBIDDEN` to a caller who asks for another or says how much it
/// matters without working on requests.
pub async fn request(
    tx: &mut Tx,
    entitlement: EntitlementId,
    input: RequestAccess,
) -> Result<Versioned<AccessGrant>> {
    if !works_on_requests(tx.principal()) {
        if input.person.as_deref().is_some_and(|person| person.trim() != tx.by()) {
            let why = "who does not work on access grants asks for access of their own only";
            return Err(Refusal::new(Code::Forbidden, why).with("field", "person").into());
        }
        if input.priority.is_some() {
            let why = "the priority of an access grant is for those who work on it to say";
            return Err(Refusal::new(Code::Forbidden, why).with("field", "priority").into());
        }
    }
    let entitlement = tx.get::<Entitlement>(entitlement).await?.record;
    let asked = AccessGrant::request(tx.fresh(), &entitlement, input, tx.by(), tx.now());
    clock::create(tx, asked).await
}

/// Applies a verb to an access grant that the caller sees.
///
/// `NOT_FOUND` when there is none that they see.
pub async fn change(
    tx: &mut Tx,
    id: AccessGrantId,
    expected: u64,
    verb: impl FnOnce(AccessGrant, &str, Timestamp) -> Decision<AccessGrant, AccessGrantHappened> + Send,
) -> Result<Versioned<AccessGrant>> {
    let before = tx.get::<AccessGrant>(id).await?;
    if !before.record.seen_by(tx.principal()) {
        return Err(Refusal::not_found(AccessGrantId::TYPE, id).into());
    }
    apply(tx, before, Some(expected), verb).await
}

/// Applies a verb that decides whether a person may hold what an access grant gives.
pub async fn decide(
    tx: &mut Tx,
    id: AccessGrantId,
    expected: u64,
    verb: impl FnOnce(AccessGrant, &Grounds, &str, Timestamp) -> Decision<AccessGrant, AccessGrantHappened> + Send,
) -> Result<Versioned<AccessGrant>> {
    let before = tx.get::<AccessGrant>(id).await?;
    let grounds = grounds(tx, &before.record).await?;
    apply(tx, before, Some(expected), |grant, by, at| verb(grant, &grounds, by, at)).await
}

/// Notes that an access grant's time is over; one whose is not is left alone, with the timer that it has now: it may
/// have been extended since its timer was read.
pub async fn expire_in_time(tx: &mut Tx, id: AccessGrantId) -> Result<()> {
    let grant = tx.get::<AccessGrant>(id).await?;
    match grant.record.expires_at() {
        Some(at) if at <= tx.now() => {
            apply(tx, grant, None, |grant, _, at| grant.expire(at)).await?;
        }
        later => tx.set_timer(&id.to_string(), EXPIRY_TIMER, later).await?,
    }
    Ok(())
}

async fn apply(
    tx: &mut Tx,
    before: Versioned<AccessGrant>,
    expected: Option<u64>,
    verb: impl FnOnce(AccessGrant, &str, Timestamp) -> Decision<AccessGrant, AccessGrantHappened> + Send,
) -> Result<Versioned<AccessGrant>> {
    let due = before.record.expires_at();
    let grant = clock::change_loaded(tx, before, expected, verb).await?;
    if grant.record.expires_at() != due {
        tx.set_timer(&grant.record.id.to_string(), EXPIRY_TIMER, grant.record.expires_at()).await?;
    }
    Ok(grant)
}

/// What a decision on an access grant goes by now.
async fn grounds(tx: &Tx, grant: &AccessGrant) -> Result<Grounds> {
    let entitlement = tx.get::<Entitlement>(grant.entitlement).await?.record;
    let rules = all::<SeparationRule>(tx, naming(grant.entitlement)).await?;
    let holds = Filter::All(vec![Filter::is(PERSON, grant.person.as_str()), held_at(tx.now())]);
    let held = all::<AccessGrant>(tx, holds).await?.into_iter().filter(|held| held.id != grant.id);
    Ok(Grounds { entitlement, rules, held: held.map(|held| (held.entitlement, held.id)).collect() })
}

/// All records that pass a filter.
async fn all<R: Record>(tx: &Tx, filter: Filter) -> Result<Vec<R>> {
    let mut found: Vec<R> = Vec::new();
    loop {
        let after = found.last().map(|last| Filter::Column("id", Test::Above(id_field(last.id()))));
        let rest = Filter::All([Some(filter.clone()), after].into_iter().flatten().collect());
        let page = tx.list::<R>(rest, AT_ONCE).await?;
        let more = page.len() == AT_ONCE;
        found.extend(page.into_iter().map(|row| row.record));
        if !more {
            return Ok(found);
        }
    }
}
