//! What clocks see of records in every state, and whose turn it is.

use super::*;
use crate::domain::access_grant::AccessGrantState;
use crate::domain::access_grant::tests::grant_in;
use crate::domain::alert::AlertState;
use crate::domain::alert::tests::alert_in;
use crate::domain::incident::IncidentState;
use crate::domain::incident_verbs::tests::incident_in;
use crate::domain::problem::tests::problem_in;
use crate::domain::service_request::ServiceRequestState;
use crate::domain::service_request::tests::request_in;
use ciclo_kernel::Machine;

/// What a clock sees of a record, by the name of its state.
fn seen(measured: &Measured) -> (bool, &Phase) {
    (measured.answered, &measured.phase)
}

#[test]
fn an_alert_is_answered_by_who_takes_notice() {
    for (state, expected) in [
        (AlertState::Open, (false, Phase::Open)),
        (AlertState::Acknowledged, (true, Phase::Open)),
        (AlertState::Suppressed, (false, Phase::Rests("SUPPRESSED"))),
    ] {
        let measured = Measured::from(&alert_in(state));
        assert_eq!(seen(&measured), (expected.0, &expected.1), "{state:?}");
    }
    assert_eq!(Measured::from(&alert_in(AlertState::Resolved)).phase, Phase::Done);
}

#[test]
fn a_request_rests_until_somebody_has_decided() {
    for state in ServiceRequestState::STATES {
        let measured = Measured::from(&request_in(*state));
        let expected = match state {
            ServiceRequestState::Submitted
            | ServiceRequestState::Approved
            | ServiceRequestState::InFulfilment => Phase::Open,
            ServiceRequestState::OnHold => Phase::Waits { reason: HoldReason::Supplier, supplier: None },
            ServiceRequestState::PendingApproval => Phase::Rests("APPROVAL"),
            ServiceRequestState::Fulfilled | ServiceRequestState::Closed => Phase::Done,
            ServiceRequestState::Rejected | ServiceRequestState::Cancelled => Phase::Gone,
        };
        assert_eq!(measured.phase, expected, "{state:?}");
    }
}

#[test]
fn a_problem_is_answered_when_it_is_assessed_and_done_when_its_cause_is_gone() {
    for (state, answered, phase) in [
        (ProblemState::New, false, Phase::Open),
        (ProblemState::Assess, true, Phase::Open),
        (ProblemState::RootCauseAnalysis, true, Phase::Open),
        (ProblemState::FixInProgress, true, Phase::Open),
        (ProblemState::Resolved, true, Phase::Done),
        (ProblemState::Closed, true, Phase::Done),
    ] {
        assert_eq!(seen(&Measured::from(&problem_in(state))), (answered, &phase), "{state:?}");
    }
}

#[test]
fn access_is_answered_when_it_is_verified_and_done_when_it_is_granted_or_not() {
    use AccessGrantState as S;
    for state in S::STATES {
        let expected = match state {
            S::Requested => (false, Phase::Open),
            S::Verified => (true, Phase::Rests("APPROVAL")),
            S::Approved => (true, Phase::Open),
            S::Granted | S::Expired | S::Revoked | S::Rejected => (true, Phase::Done),
            S::Withdrawn => (false, Phase::Gone),
        };
        assert_eq!(seen(&Measured::from(&grant_in(*state))), (expected.0, &expected.1), "{state:?}");
    }
    let unanswered = grant_in(S::Requested).reject("no", "vera", crate::domain::pairs::at(1)).unwrap().0;
    assert_eq!(seen(&Measured::from(&unanswered)), (false, &Phase::Done));
}

#[test]
fn each_party_has_its_turn() {
    let mut measured = Measured::from(&incident_in(IncidentState::InProgress));
    measured.group = Some("Network".to_owned());
    let (group, other) = (ClockParty::Group("Network".to_owned()), ClockParty::Group("Desk".to_owned()));
    let supplier = |name: &str| ClockParty::Supplier(name.to_owned());
    let turns = |measured: &Measured| {
        [&ClockParty::Customer, &group, &other, &supplier("Kabel"), &supplier("Strom")]
            .map(|party| party.has_turn(measured))
    };
    assert_eq!(turns(&measured), [true, true, false, false, false]);
    let waits =
        |reason, supplier: Option<&str>| Phase::Waits { reason, supplier: supplier.map(str::to_owned) };
    measured.phase = waits(HoldReason::Caller, None);
    assert_eq!(turns(&measured), [true, true, false, false, false]);
    measured.phase = waits(HoldReason::Supplier, Some("Strom"));
    assert_eq!(turns(&measured), [true, true, false, false, true]);
    measured.phase = waits(HoldReason::Supplier, None);
    assert_eq!(turns(&measured), [true, true, false, true, true]);
}

#[test]
fn a_ticket_type_is_a_record_type() {
    for ticket_type in TicketType::ALL {
        assert_eq!(TicketType::of(ticket_type.record_type()), Some(*ticket_type));
    }
    assert_eq!(TicketType::of("Change"), None);
}
