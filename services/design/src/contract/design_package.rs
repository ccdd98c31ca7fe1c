//! Design packages as messages.

use super::facts::{mark, mark_message, money, money_message, word};
use crate::domain::approval::{ApprovalCondition, PackageApproval, Waiver};
use crate::domain::design_package::{
    DesignPackage, DesignPackageHappened, DesignPackagePurpose, DesignPackageState, DesignPackageStatus,
    PackagePlan, PackageReturn,
};
use ciclo_contracts::{
    convert,
    design::v1::{self as pb, design_package_event::What},
};
use ciclo_kernel::{Corrupt, ids::RecordId};

/// What happened to a design package, with the package as it is after.
#[must_use]
pub fn message(record: &DesignPackage, what: Option<&DesignPackageHappened>) -> pb::DesignPackageEvent {
    pb::DesignPackageEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The design package as it was after an event.
pub fn record(message: pb::DesignPackageEvent) -> Result<DesignPackage, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("DesignPackage", "no record"))?;
    let status = match convert::state_from_proto::<pb::DesignPackageState, _>("state", after.state)? {
        DesignPackageState::Draft => {
            DesignPackageStatus::Draft { returned: after.returned.map(returned).transpose()? }
        }
        DesignPackageState::InReview => {
            DesignPackageStatus::InReview { submitted: mark("submitted", after.submitted)? }
        }
        DesignPackageState::Approved => DesignPackageStatus::Approved { approval: approval(after.approval)? },
        DesignPackageState::Superseded => DesignPackageStatus::Superseded {
            approval: approval(after.approval)?,
            next: convert::id("next_id", &after.next_id)?,
            superseded: mark("superseded", after.superseded)?,
        },
    };
    Ok(DesignPackage {
        id: convert::id("id", &after.id)?,
        service: convert::id("service_id", &after.service_id)?,
        service_name: after.service_name,
        number: after.number,
        purpose: word::<pb::DesignPackagePurpose, _>("purpose", after.purpose, DesignPackagePurpose::parse)?,
        plan: PackagePlan {
            summary: after.summary,
            acceptance_plan: after.acceptance_plan,
            cost_estimate: after.cost_estimate.map(money),
        },
        waivers: after.waivers.into_iter().map(waiver).collect::<Result<_, _>>()?,
        opened: mark("opened", after.opened)?,
        status,
    })
}

fn snapshot(record: &DesignPackage) -> pb::DesignPackage {
    let mut snapshot = pb::DesignPackage {
        id: record.id.to_string(),
        service_id: record.service.to_string(),
        service_name: record.service_name.clone(),
        number: record.number,
        purpose: convert::to_enum::<pb::DesignPackagePurpose>(record.purpose.as_str()),
        summary: record.plan.summary.clone(),
        acceptance_plan: record.plan.acceptance_plan.clone(),
        cost_estimate: record.plan.cost_estimate.as_ref().map(money_message),
        waivers: record.waivers.iter().map(waiver_message).collect(),
        state: convert::state_to_proto::<pb::DesignPackageState, _>(record.state()),
        opened: Some(mark_message(&record.opened)),
        approval: record.approval().map(approval_message),
        ..pb::DesignPackage::default()
    };
    match &record.status {
        DesignPackageStatus::Draft { returned } => {
            snapshot.returned = returned.as_ref().map(|back| pb::PackageReturn {
                reason: back.reason.clone(),
                returned: Some(mark_message(&back.returned)),
            });
        }
        DesignPackageStatus::InReview { submitted } => snapshot.submitted = Some(mark_message(submitted)),
        DesignPackageStatus::Approved { .. } => {}
        DesignPackageStatus::Superseded { next, superseded, .. } => {
            snapshot.next_id = next.to_string();
            snapshot.superseded = Some(mark_message(superseded));
        }
    }
    snapshot
}

fn returned(message: pb::PackageReturn) -> Result<PackageReturn, Corrupt> {
    Ok(PackageReturn { reason: message.reason, returned: mark("returned", message.returned)? })
}

fn waiver_message(waiver: &Waiver) -> pb::Waiver {
    pb::Waiver {
        condition: convert::to_enum::<pb::ApprovalCondition>(waiver.condition.as_str()),
        why: waiver.why.clone(),
        waived: Some(mark_message(&waiver.waived)),
    }
}

fn waiver(message: pb::Waiver) -> Result<Waiver, Corrupt> {
    Ok(Waiver {
        condition: word::<pb::ApprovalCondition, _>(
            "condition",
            message.condition,
            ApprovalCondition::parse,
        )?,
        why: message.why,
        waived: mark("waived", message.waived)?,
    })
}

fn approval_message(approval: &PackageApproval) -> pb::PackageApproval {
    pb::PackageApproval {
        approved: Some(mark_message(&approval.approved)),
        requirement_ids: approval.requirements.iter().map(ToString::to_string).collect(),
        agreement_ids: approval.agreements.iter().map(ToString::to_string).collect(),
    }
}

fn approval(message: Option<pb::PackageApproval>) -> Result<PackageApproval, Corrupt> {
    let message = message.ok_or_else(|| Corrupt::new("approval", "no approval"))?;
    Ok(PackageApproval {
        approved: mark("approved", message.approved)?,
        requirements: ids("requirement_ids", &message.requirement_ids)?,
        agreements: ids("agreement_ids", &message.agreement_ids)?,
    })
}

fn ids<I: RecordId>(field: &'static str, written: &[String]) -> Result<Vec<I>, Corrupt> {
    written.iter().map(|id| convert::id(field, id)).collect()
}

fn happened(what: &DesignPackageHappened) -> What {
    match what {
        DesignPackageHappened::Opened => What::Opened(pb::DesignPackageOpened {}),
        DesignPackageHappened::Planned => What::Planned(pb::DesignPackagePlanned {}),
        DesignPackageHappened::Waived { waiver } => {
            What::Waived(pb::DesignPackageWaived { waiver: Some(waiver_message(waiver)) })
        }
        DesignPackageHappened::Submitted => What::Submitted(pb::DesignPackageSubmitted {}),
        DesignPackageHappened::Returned { reason } => {
            What::Returned(pb::DesignPackageReturned { reason: reason.clone() })
        }
        DesignPackageHappened::Approved { approval } => {
            What::Approved(pb::DesignPackageApproved { approval: Some(approval_message(approval)) })
        }
        DesignPackageHappened::Superseded { next } => {
            What::Superseded(pb::DesignPackageSuperseded { next_id: next.to_string() })
        }
    }
}
