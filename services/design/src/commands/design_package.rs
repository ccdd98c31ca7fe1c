//! Commands on design packages that need to look at other records.

use super::{agreement, requirement};
use crate::domain::design_package::{DesignPackage, DesignPackagePurpose, DesignPackageState};
use crate::domain::known_service::KnownService;
use ciclo_kernel::Machine;
use ciclo_kernel::ids::{DesignPackageId, ServiceId};
use ciclo_store::record::id_field;
use ciclo_store::{Filter, Result, Tx, Versioned};

/// Opens the next version of a service's package and traces to it the requirements that wait for one.
///
/// `NOT_FOUND` when there is no such service; `RULE_VIOLATED` when it takes no package, not one of
/// this purpose, or has one that is not approved yet.
pub async fn open(
    tx: &mut Tx,
    service: ServiceId,
    purpose: DesignPackagePurpose,
) -> Result<Versioned<DesignPackage>> {
    let service = tx.known::<KnownService>(service).await?;
    let newest = newest(tx, service.id).await?;
    open_after(tx, &service, purpose, newest).await
}

/// Opens the first version for a service that was chartered, unless it has one.
pub async fn open_chartered(tx: &mut Tx, service: &KnownService) -> Result<()> {
    let newest = newest(tx, service.id).await?;
    if newest.is_none() {
        open_after(tx, service, DesignPackagePurpose::NewService, newest).await?;
    }
    Ok(())
}

async fn open_after(
    tx: &mut Tx,
    service: &KnownService,
    purpose: DesignPackagePurpose,
    newest: Option<Versioned<DesignPackage>>,
) -> Result<Versioned<DesignPackage>> {
    let newest = newest.map(|newest| newest.record);
    let decided = DesignPackage::open(tx.fresh(), service, purpose, newest.as_ref(), tx.by(), tx.now());
    let opened = tx.create(decided).await?;
    requirement::gather(tx, &opened.record).await?;
    Ok(opened)
}

/// Approves a version and supersedes the one that was approved before.
///
/// `CRITERIA_UNMET` with everything that is missing.
pub async fn approve(tx: &mut Tx, id: DesignPackageId, expected: u64) -> Result<Versioned<DesignPackage>> {
    let package = tx.get::<DesignPackage>(id).await?;
    let requirements = requirement::of_package(tx, id).await?;
    let agreements = agreement::standing(tx, package.record.service).await?;
    let approved = tx
        .change_loaded(package, Some(expected), |package: DesignPackage, by, at| {
            package.approve(&requirements, &agreements, by, at)
        })
        .await?;
    for earlier in standing(tx, approved.record.service).await? {
        if earlier.record.state() == DesignPackageState::Approved && earlier.record.id != id {
            let next = approved.record.clone();
            tx.change_loaded(earlier, None, |earlier: DesignPackage, by, at| {
                earlier.supersede(&next, by, at)
            })
            .await?;
        }
    }
    Ok(approved)
}

/// The newest version of a service's package; none when it has none.
pub async fn newest(tx: &Tx, service: ServiceId) -> Result<Option<Versioned<DesignPackage>>> {
    Ok(standing(tx, service).await?.into_iter().max_by_key(|package| package.record.number))
}

/// The versions of a service's package that are not superseded: at most one that is approved and
/// one that is open.
async fn standing(tx: &Tx, service: ServiceId) -> Result<Vec<Versioned<DesignPackage>>> {
    let superseded = Filter::is("state", DesignPackageState::Superseded.as_str());
    let filter =
        Filter::All(vec![Filter::is("service_id", id_field(service)), Filter::Not(Box::new(superseded))]);
    tx.list(filter, 10).await
}
