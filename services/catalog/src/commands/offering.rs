//! Commands on offerings that need to look at their service and customers.

use super::all;
use crate::domain::customer::Customer;
use crate::domain::offering::{DraftOffering, Offering, OfferingHappened, OfferingState, ReviseOffering};
use crate::domain::service::Service;
use ciclo_kernel::ids::{CustomerId, OfferingId, ServiceId};
use ciclo_kernel::{Decision, Machine};
use ciclo_store::record::id_field;
use ciclo_store::{Filter, Result, Test, Tx, Versioned};

/// Offerings that are told of a service's move at once.
const BATCH: usize = 500;

/// Drafts an offering under a service, for customers that are active.
///
/// `NOT_FOUND` when the service or a customer is missing.
pub async fn draft(tx: &mut Tx, service: ServiceId, input: DraftOffering) -> Result<Versioned<Offering>> {
    let service = tx.get::<Service>(service).await?.record;
    may_be_named(tx, &input.eligible).await?;
    let decided = Offering::draft(tx.fresh(), &service, input, tx.by(), tx.now());
    tx.create(decided).await
}

/// Changes an offering's facts; customers that it names anew must be active.
///
/// `NOT_FOUND` when the offering or a customer is missing.
pub async fn revise(
    tx: &mut Tx,
    id: OfferingId,
    expected: u64,
    revision: ReviseOffering,
) -> Result<Versioned<Offering>> {
    let before = tx.get::<Offering>(id).await?;
    let named = revision.eligible.as_deref().unwrap_or_default();
    let anew: Vec<CustomerId> =
        named.iter().copied().filter(|id| !before.record.eligible.contains(id)).collect();
    may_be_named(tx, &anew).await?;
    tx.change_loaded(before, Some(expected), |offering, _, _| offering.revise(revision)).await
}

async fn may_be_named(tx: &Tx, customers: &[CustomerId]) -> Result<()> {
    for customer in all::<Customer>(tx, customers).await? {
        customer.must_be_active()?;
    }
    Ok(())
}

/// Tells a service's offerings that it went into operation; those that know it already are left alone.
pub async fn service_went_operational(tx: &mut Tx, service: ServiceId) -> Result<()> {
    tell(tx, service, false, Offering::service_went_operational).await
}

/// Tells a service's offerings that it left operation; those that know it already are left alone.
pub async fn service_left_operation(tx: &mut Tx, service: ServiceId) -> Result<()> {
    tell(tx, service, true, Offering::service_left_operation).await
}

async fn tell(
    tx: &mut Tx,
    service: ServiceId,
    believed: bool,
    verb: fn(Offering) -> Decision<Offering, OfferingHappened>,
) -> Result<()> {
    let open = [OfferingState::Draft, OfferingState::Published].map(|state| state.as_str().into());
    let filter = Filter::All(vec![
        Filter::is("service_id", id_field(service)),
        Filter::Column("state", Test::In(open.to_vec())),
        Filter::is("service_operational", believed),
    ]);
    loop {
        // Being told takes an offering out of the filter, so each round finds the next ones.
        let found = tx.list::<Offering>(filter.clone(), BATCH).await?;
        if found.is_empty() {
            return Ok(());
        }
        for offering in found {
            tx.change_loaded(offering, None, |offering, _, _| verb(offering)).await?;
        }
    }
}
