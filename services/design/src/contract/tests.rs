//! Every record in every state survives the way through its message.

use super::{agreement, calendar, design_package, requirement};
use crate::domain::{
    agreement::{Agreement, AgreementHappened, AgreementParty, AgreementState},
    approval::ApprovalCondition,
    calendar::{CalendarHappened, CalendarState, tests as calendars},
    design_package::{DesignPackage, DesignPackageHappened, DesignPackageState},
    requirement::{RequirementHappened, RequirementState, Tracing},
    samples,
};
use ciclo_contracts::design::v1 as pb;
use ciclo_kernel::{Corrupt, Machine};
use prost::Message;

#[test]
fn records_in_every_state_read_back() {
    for state in RequirementState::STATES {
        let before = samples::requirement_in(*state);
        let bytes = requirement::message(&before, None).encode_to_vec();
        assert_eq!(requirement::record(pb::RequirementEvent::decode(&*bytes).unwrap()).unwrap(), before);
    }
    for state in DesignPackageState::STATES {
        let before = samples::package_in(*state);
        package_reads_back(&before);
    }
    for state in CalendarState::STATES {
        let before = calendars::calendar_in(*state);
        let before = before.edit(calendars::hours("08:00", "18:00"), Some(samples::at(8))).unwrap().0;
        let bytes = calendar::message(&before, None).encode_to_vec();
        assert_eq!(calendar::record(pb::CalendarEvent::decode(&*bytes).unwrap()).unwrap(), before);
    }
    for state in AgreementState::STATES {
        agreement_reads_back(&samples::agreement_in(*state));
    }
}

#[test]
fn facts_that_may_be_missing_read_back() {
    let fresh = samples::requirement();
    let before = fresh.trace(Tracing::default()).unwrap().0.drop("no", "jo", samples::at(1)).unwrap().0;
    assert_eq!(requirement::record(requirement::message(&before, None)).unwrap(), before);

    package_reads_back(&samples::package());
    let review = samples::package_in(DesignPackageState::InReview);
    let waived = review.waive(ApprovalCondition::Agreement, "a pilot", "jo", samples::at(2)).unwrap().0;
    package_reads_back(&waived.return_to_draft("thin", "jo", samples::at(3)).unwrap().0);

    let agreed = samples::agreement_in(AgreementState::Agreed);
    let next = samples::next_of(&agreed);
    agreement_reads_back(&next);
    agreement_reads_back(&agreed.supersede(&next, "jo", samples::at(12)).unwrap().0);
    let review = samples::agreement_in(AgreementState::UnderReview);
    agreement_reads_back(&review.renew("goes on", "jo", samples::at(6)).unwrap().0);
    for party in [AgreementParty::Group("Network".to_owned()), AgreementParty::Supplier("Kabel".to_owned())] {
        agreement_reads_back(&samples::agreement_with(party, samples::terms()));
    }
}

fn package_reads_back(before: &DesignPackage) {
    let bytes = design_package::message(before, None).encode_to_vec();
    let read = design_package::record(pb::DesignPackageEvent::decode(&*bytes).unwrap());
    assert_eq!(read.as_ref(), Ok(before));
}

fn agreement_reads_back(before: &Agreement) {
    let bytes = agreement::message(before, None).encode_to_vec();
    let read: Result<_, Corrupt> = agreement::record(pb::AgreementEvent::decode(&*bytes).unwrap());
    assert_eq!(read.as_ref(), Ok(before));
}

/// The name of what happened names its message, and the field of the event's oneof.
fn named(record: &str, name: &str) {
    let message = format!("ciclo.design.v1.{record}{name}");
    let event =
        ciclo_contracts::pool().get_message_by_name(&format!("ciclo.design.v1.{record}Event")).unwrap();
    assert!(
        event.fields().any(|field| field.kind().as_message().is_some_and(|m| m.full_name() == message)),
        "{message}"
    );
}

#[test]
fn what_happened_is_named_as_its_message() {
    let (text, at) = (|| "x".to_owned(), samples::at(0));
    let requirements = [
        RequirementHappened::Raised { recommendation: None },
        RequirementHappened::Revised,
        RequirementHappened::Agreed,
        RequirementHappened::Traced { tracing: samples::tracing() },
        RequirementHappened::Satisfied { evidence: text() },
        RequirementHappened::Dropped { reason: text() },
    ];
    for what in requirements {
        named("Requirement", what.name());
        let sent = requirement::message(&samples::requirement(), Some(&what)).what;
        assert!(format!("{sent:?}").starts_with(&format!("Some({}(", what.name())), "{sent:?}");
    }
    let approved = samples::package_in(DesignPackageState::Approved);
    let waived = samples::package().waive(ApprovalCondition::Agreement, "x", "jo", at).unwrap().1;
    let packages = [
        DesignPackageHappened::Opened,
        DesignPackageHappened::Planned,
        waived,
        DesignPackageHappened::Submitted,
        DesignPackageHappened::Returned { reason: text() },
        DesignPackageHappened::Approved { approval: approved.approval().unwrap().clone() },
        DesignPackageHappened::Superseded { next: approved.id },
    ];
    for what in packages {
        named("DesignPackage", what.name());
        let sent = design_package::message(&approved, Some(&what)).what;
        assert!(format!("{sent:?}").starts_with(&format!("Some({}(", what.name())), "{sent:?}");
    }
    let active = calendars::calendar_in(CalendarState::Active);
    for what in [
        CalendarHappened::Defined,
        CalendarHappened::Edited { valid_from: Some(at) },
        CalendarHappened::Retired { reason: text() },
    ] {
        named("Calendar", what.name());
        let sent = calendar::message(&active, Some(&what)).what;
        assert!(format!("{sent:?}").starts_with(&format!("Some({}(", what.name())), "{sent:?}");
    }
    let record = samples::agreement();
    let agreements = [
        AgreementHappened::Drafted { previous: Some(record.id) },
        AgreementHappened::Revised,
        AgreementHappened::NegotiationStarted,
        AgreementHappened::Agreed,
        AgreementHappened::Activated,
        AgreementHappened::ReviewStarted { reason: text() },
        AgreementHappened::Renewed { conclusion: text() },
        AgreementHappened::Superseded { next: record.id },
        AgreementHappened::Expired,
        AgreementHappened::Terminated { reason: text() },
    ];
    for what in agreements {
        named("Agreement", what.name());
        let sent = agreement::message(&record, Some(&what)).what;
        assert!(format!("{sent:?}").starts_with(&format!("Some({}(", what.name())), "{sent:?}");
    }
}

#[test]
fn every_written_value_is_in_the_contract() {
    use crate::domain::{agreement as a, design_package as d, requirement as r, terms as t};
    use ciclo_contracts::convert::to_enum;
    assert!(r::RequirementKind::ALL.iter().all(|w| to_enum::<pb::RequirementKind>(w.as_str()) != 0));
    assert!(r::RequirementPriority::ALL.iter().all(|w| to_enum::<pb::RequirementPriority>(w.as_str()) != 0));
    assert!(
        d::DesignPackagePurpose::ALL.iter().all(|w| to_enum::<pb::DesignPackagePurpose>(w.as_str()) != 0)
    );
    assert!(ApprovalCondition::ALL.iter().all(|w| to_enum::<pb::ApprovalCondition>(w.as_str()) != 0));
    assert!(a::AgreementKind::ALL.iter().all(|w| to_enum::<pb::AgreementKind>(w.as_str()) != 0));
    assert!(t::TargetKind::ALL.iter().all(|w| to_enum::<pb::TargetKind>(w.as_str()) != 0));
    assert!(t::TicketType::ALL.iter().all(|w| to_enum::<pb::TicketType>(w.as_str()) != 0));
    assert!(t::PauseReason::ALL.iter().all(|w| to_enum::<pb::PauseReason>(w.as_str()) != 0));
}
