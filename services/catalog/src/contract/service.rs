//! Services as messages.

use super::facts::{id_texts, ids, mark, mark_message};
use crate::domain::service::{
    Audience, BusinessCase, Charter, Hold, Need, Operation, PhaseOut, Service, ServiceHappened, ServiceState,
    ServiceStatus, ServiceView, Support,
};
use ciclo_contracts::{
    catalog::v1::{self as pb, service_event::What},
    convert,
};
use ciclo_kernel::Corrupt;

/// What happened to a service, with the service as it is after.
#[must_use]
pub fn message(record: &Service, what: Option<&ServiceHappened>) -> pb::ServiceEvent {
    pb::ServiceEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The service as it was after an event.
pub fn record(message: pb::ServiceEvent) -> Result<Service, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Service", "no record"))?;
    let status = status(&after)?;
    let view = convert::from_enum::<pb::ServiceView>("view", after.view)?;
    Ok(Service {
        id: convert::id("id", &after.id)?,
        name: after.name,
        description: after.description,
        view: ServiceView::parse(view).ok_or_else(|| Corrupt::new("view", format!("no view {view}")))?,
        owner: after.owner,
        family: after.family,
        criticality: after.criticality,
        audience: Audience {
            market_spaces: ids("market_space_ids", &after.market_space_ids)?,
            customers: ids("customer_ids", &after.customer_ids)?,
        },
        supports: after.supports.iter().map(support).collect::<Result<_, _>>()?,
        needs: after.needs.iter().map(need).collect::<Result<_, _>>()?,
        depends_on: ids("depends_on_ids", &after.depends_on_ids)?,
        hold: after
            .hold
            .map(|hold| Ok(Hold { reason: hold.reason, held: mark("hold", hold.held)? }))
            .transpose()?,
        proposed: mark("proposed", after.proposed)?,
        status,
    })
}

fn status(after: &pb::Service) -> Result<ServiceStatus, Corrupt> {
    let entered = || mark("stage_entered", after.stage_entered.clone());
    Ok(match convert::state_from_proto::<pb::ServiceState, _>("state", after.state)? {
        ServiceState::Proposed => ServiceStatus::Proposed,
        ServiceState::Defined => ServiceStatus::Defined { defined: mark("defined", after.defined.clone())? },
        ServiceState::Analysed => ServiceStatus::Analysed { case: case(after)? },
        ServiceState::Approved => ServiceStatus::Approved {
            case: case(after)?,
            approved: mark("approved", after.approved.clone())?,
        },
        ServiceState::Chartered => ServiceStatus::Chartered { charter: charter(after)? },
        ServiceState::InDesign => ServiceStatus::InDesign {
            charter: charter(after)?,
            package: convert::id("design_package_id", &after.design_package_id)?,
            entered: entered()?,
        },
        ServiceState::InTransition => ServiceStatus::InTransition {
            charter: charter(after)?,
            transition: convert::id("transition_id", &after.transition_id)?,
            entered: entered()?,
        },
        ServiceState::Operational => {
            ServiceStatus::Operational { charter: charter(after)?, operation: operation(after)? }
        }
        ServiceState::Retiring => ServiceStatus::Retiring {
            charter: charter(after)?,
            operation: operation(after)?,
            phase_out: phase_out(after)?,
        },
        ServiceState::Retired => ServiceStatus::Retired {
            charter: charter(after)?,
            operation: operation(after)?,
            phase_out: phase_out(after)?,
            retired: mark("retired", after.retired.clone())?,
        },
        ServiceState::Rejected => ServiceStatus::Rejected {
            case: after.business_case.is_some().then(|| case(after)).transpose()?,
            reason: after.rejection_reason.clone(),
            rejected: mark("rejected", after.rejected.clone())?,
        },
    })
}

fn case(after: &pb::Service) -> Result<BusinessCase, Corrupt> {
    let case =
        after.business_case.clone().ok_or_else(|| Corrupt::new("business_case", "no business case"))?;
    Ok(BusinessCase { text: case.text, analysed: mark("business_case", case.analysed)? })
}

fn charter(after: &pb::Service) -> Result<Charter, Corrupt> {
    Ok(Charter {
        case: case(after)?,
        approved: mark("approved", after.approved.clone())?,
        chartered: mark("chartered", after.chartered.clone())?,
    })
}

fn operation(after: &pb::Service) -> Result<Operation, Corrupt> {
    Ok(Operation {
        transition: convert::id("transition_id", &after.transition_id)?,
        since: mark("operational_since", after.operational_since.clone())?,
    })
}

fn phase_out(after: &pb::Service) -> Result<PhaseOut, Corrupt> {
    Ok(PhaseOut {
        reason: after.retirement_reason.clone(),
        began: mark("retirement_began", after.retirement_began.clone())?,
    })
}

fn support(message: &pb::Support) -> Result<Support, Corrupt> {
    Ok(Support { objective: convert::id("objective_id", &message.objective_id)?, strength: message.strength })
}

fn need(message: &pb::Need) -> Result<Need, Corrupt> {
    Ok(Need { capability: convert::id("capability_id", &message.capability_id)?, maturity: message.maturity })
}

fn support_message(support: &Support) -> pb::Support {
    pb::Support { objective_id: support.objective.to_string(), strength: support.strength }
}

fn need_message(need: &Need) -> pb::Need {
    pb::Need { capability_id: need.capability.to_string(), maturity: need.maturity }
}

fn case_message(case: &BusinessCase) -> pb::BusinessCase {
    pb::BusinessCase { text: case.text.clone(), analysed: Some(mark_message(&case.analysed)) }
}

fn snapshot(record: &Service) -> pb::Service {
    let state = record.state();
    let mut after = pb::Service {
        id: record.id.to_string(),
        name: record.name.clone(),
        description: record.description.clone(),
        view: convert::to_enum::<pb::ServiceView>(record.view.as_str()),
        owner: record.owner.clone(),
        family: record.family.clone(),
        criticality: record.criticality,
        market_space_ids: id_texts(&record.audience.market_spaces),
        customer_ids: id_texts(&record.audience.customers),
        supports: record.supports.iter().map(support_message).collect(),
        needs: record.needs.iter().map(need_message).collect(),
        depends_on_ids: id_texts(&record.depends_on),
        hold: record
            .hold
            .as_ref()
            .map(|hold| pb::Hold { reason: hold.reason.clone(), held: Some(mark_message(&hold.held)) }),
        state: convert::state_to_proto::<pb::ServiceState, _>(state),
        accepts_agreements: state.accepts_agreements(),
        proposed: Some(mark_message(&record.proposed)),
        business_case: record.status.case().map(case_message),
        ..pb::Service::default()
    };
    if let Some(charter) = record.status.charter() {
        after.approved = Some(mark_message(&charter.approved));
        after.chartered = Some(mark_message(&charter.chartered));
    }
    if let Some(operation) = record.status.operation() {
        after.transition_id = operation.transition.to_string();
        after.operational_since = Some(mark_message(&operation.since));
    }
    write_state(&mut after, &record.status);
    after
}

/// The facts of one state that `snapshot` has not written yet.
fn write_state(after: &mut pb::Service, status: &ServiceStatus) {
    match status {
        ServiceStatus::Proposed
        | ServiceStatus::Analysed { .. }
        | ServiceStatus::Chartered { .. }
        | ServiceStatus::Operational { .. } => {}
        ServiceStatus::Defined { defined } => after.defined = Some(mark_message(defined)),
        ServiceStatus::Approved { approved, .. } => after.approved = Some(mark_message(approved)),
        ServiceStatus::InDesign { package, entered, .. } => {
            after.design_package_id = package.to_string();
            after.stage_entered = Some(mark_message(entered));
        }
        ServiceStatus::InTransition { transition, entered, .. } => {
            after.transition_id = transition.to_string();
            after.stage_entered = Some(mark_message(entered));
        }
        ServiceStatus::Retiring { phase_out, .. } => write_phase_out(after, phase_out),
        ServiceStatus::Retired { phase_out, retired, .. } => {
            write_phase_out(after, phase_out);
            after.retired = Some(mark_message(retired));
        }
        ServiceStatus::Rejected { reason, rejected, .. } => {
            after.rejection_reason.clone_from(reason);
            after.rejected = Some(mark_message(rejected));
        }
    }
}

fn write_phase_out(after: &mut pb::Service, phase_out: &PhaseOut) {
    after.retirement_reason.clone_from(&phase_out.reason);
    after.retirement_began = Some(mark_message(&phase_out.began));
}

fn happened(what: &ServiceHappened) -> What {
    match what {
        ServiceHappened::Proposed => What::Proposed(pb::ServiceProposed {}),
        ServiceHappened::Revised => What::Revised(pb::ServiceRevised {}),
        ServiceHappened::AudienceSet { audience } => What::AudienceSet(pb::ServiceAudienceSet {
            market_space_ids: id_texts(&audience.market_spaces),
            customer_ids: id_texts(&audience.customers),
        }),
        ServiceHappened::SupportSet { support } => {
            What::SupportSet(pb::ServiceSupportSet { support: Some(support_message(support)) })
        }
        ServiceHappened::SupportRemoved { objective } => {
            What::SupportRemoved(pb::ServiceSupportRemoved { objective_id: objective.to_string() })
        }
        ServiceHappened::NeedSet { need } => {
            What::NeedSet(pb::ServiceNeedSet { need: Some(need_message(need)) })
        }
        ServiceHappened::NeedRemoved { capability } => {
            What::NeedRemoved(pb::ServiceNeedRemoved { capability_id: capability.to_string() })
        }
        ServiceHappened::DependencyAdded { on } => {
            What::DependencyAdded(pb::ServiceDependencyAdded { on_id: on.to_string() })
        }
        ServiceHappened::DependencyRemoved { on } => {
            What::DependencyRemoved(pb::ServiceDependencyRemoved { on_id: on.to_string() })
        }
        ServiceHappened::PutOnHold { reason } => {
            What::PutOnHold(pb::ServicePutOnHold { reason: reason.clone() })
        }
        ServiceHappened::TakenOffHold => What::TakenOffHold(pb::ServiceTakenOffHold {}),
        ServiceHappened::Defined => What::Defined(pb::ServiceDefined {}),
        ServiceHappened::Analysed { business_case } => {
            What::Analysed(pb::ServiceAnalysed { business_case: business_case.clone() })
        }
        ServiceHappened::Approved => What::Approved(pb::ServiceApproved {}),
        ServiceHappened::Chartered => What::Chartered(pb::ServiceChartered {}),
        ServiceHappened::Rejected { reason } => {
            What::Rejected(pb::ServiceRejected { reason: reason.clone() })
        }
        ServiceHappened::EnteredDesign { package } => {
            What::EnteredDesign(pb::ServiceEnteredDesign { design_package_id: package.to_string() })
        }
        ServiceHappened::EnteredTransition { transition } => {
            What::EnteredTransition(pb::ServiceEnteredTransition { transition_id: transition.to_string() })
        }
        ServiceHappened::WentOperational { transition } => {
            What::WentOperational(pb::ServiceWentOperational { transition_id: transition.to_string() })
        }
        ServiceHappened::Retiring { reason } => {
            What::Retiring(pb::ServiceRetiring { reason: reason.clone() })
        }
        ServiceHappened::Retired => What::Retired(pb::ServiceRetired {}),
    }
}
