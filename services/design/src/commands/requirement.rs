//! Commands on requirements that need to look at other records.

use super::design_package;
use crate::domain::design_package::{DesignPackage, DesignPackageState};
use crate::domain::known_service::KnownService;
use crate::domain::requirement::{RaiseRequirement, Requirement, RequirementSource, Tracing};
use ciclo_kernel::ids::{DesignPackageId, RecordId, RequirementId};
use ciclo_kernel::{Code, Refusal};
use ciclo_store::record::id_field;
use ciclo_store::{Error, Filter, Result, Tx, Versioned};

/// Raises a requirement on a service that design knows.
///
/// `NOT_FOUND` when there is no such service, `RULE_VIOLATED` when it takes no new requirements.
pub async fn raise(tx: &mut Tx, input: RaiseRequirement) -> Result<Versioned<Requirement>> {
    tx.known::<KnownService>(input.service).await?.must_accept("requirements")?;
    let decided = Requirement::raise(tx.fresh(), input, tx.by(), tx.now());
    tx.create(decided).await
}

/// Raises what an accepted recommendation asks for, once, and traces it to the service's version
/// that is in draft, if there is one with room. The service is not asked for: its events may come
/// later than those of the recommendation.
pub async fn raise_recommended(tx: &mut Tx, input: RaiseRequirement) -> Result<()> {
    let RequirementSource::Recommendation { id, .. } = &input.source else { return Ok(()) };
    if tx.find_by::<Requirement>("recommendation_id", id_field(*id)).await?.is_some() {
        return Ok(());
    }
    let decided = Requirement::raise(tx.fresh(), input, tx.by(), tx.now());
    let raised = tx.create(decided).await?;
    let newest = design_package::newest(tx, raised.record.service).await?;
    let Some(package) = newest.filter(|newest| newest.record.state() == DesignPackageState::Draft) else {
        return Ok(());
    };
    match must_have_room(tx, &package.record).await {
        Ok(()) => belong(tx, raised, package.record.id).await,
        Err(Error::Refused(refusal)) if refusal.code == Code::LimitExceeded => Ok(()),
        Err(error) => Err(error),
    }
}

/// Sets where a requirement is met and shown.
///
/// `NOT_FOUND` when there is no such design package; `RULE_VIOLATED` when it does not take the requirement.
pub async fn trace(
    tx: &mut Tx,
    id: RequirementId,
    expected: u64,
    tracing: Tracing,
) -> Result<Versioned<Requirement>> {
    let requirement = tx.get::<Requirement>(id).await?;
    let named = tracing.package;
    let package = match named {
        None => None,
        Some(named) => {
            let found = tx.find::<DesignPackage>(named).await?;
            Some(found.ok_or_else(|| Refusal::not_found(DesignPackageId::TYPE, named))?.record)
        }
    };
    // Read only: the change below comes first with its own refusals of the version and the state.
    let taken = match &package {
        Some(package) if requirement.record.tracing.package != named => count(tx, package).await?,
        Some(_) | None => 0,
    };
    tx.change_loaded(requirement, Some(expected), |requirement: Requirement, _, _| {
        let before = requirement.clone();
        let decided = requirement.trace(tracing)?;
        if let Some(package) = package {
            package.takes(&before, &decided.0.tracing)?;
            package.must_have_room(taken)?;
        }
        Ok(decided)
    })
    .await
}

/// Traces a service's requirements that wait for a design package to its new version, the oldest
/// first, as many as a version takes.
pub async fn gather(tx: &mut Tx, package: &DesignPackage) -> Result<()> {
    let waiting = Filter::is(crate::store::requirement::WAITS_FOR, id_field(package.service));
    for requirement in tx.list::<Requirement>(waiting, DesignPackage::REQUIREMENTS_MOST).await? {
        belong(tx, requirement, package.id).await?;
    }
    Ok(())
}

/// The requirements that are traced to a version.
pub async fn of_package(tx: &Tx, package: DesignPackageId) -> Result<Vec<Requirement>> {
    let own = Filter::is("package_id", id_field(package));
    let found = tx.list::<Requirement>(own, DesignPackage::REQUIREMENTS_MOST).await?;
    Ok(found.into_iter().map(|found| found.record).collect())
}

async fn belong(tx: &mut Tx, requirement: Versioned<Requirement>, package: DesignPackageId) -> Result<()> {
    tx.change_loaded(requirement, None, |requirement: Requirement, _, _| {
        let tracing = Tracing { package: Some(package), ..requirement.tracing.clone() };
        requirement.trace(tracing)
    })
    .await?;
    Ok(())
}

async fn count(tx: &Tx, package: &DesignPackage) -> Result<usize> {
    Ok(of_package(tx, package.id).await?.len())
}

async fn must_have_room(tx: &Tx, package: &DesignPackage) -> Result<()> {
    Ok(package.must_have_room(count(tx, package).await?)?)
}
