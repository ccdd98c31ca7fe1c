//! Every record in every state survives the way through its message.

use super::{business_objective, capability, customer, market_space, offering, service};
use crate::domain::{
    business_objective::{BusinessObjectiveHappened, BusinessObjectiveState},
    capability::{CapabilityHappened, CapabilityState},
    customer::{CustomerHappened, CustomerState},
    market_space::{MarketSpaceHappened, MarketSpaceState},
    offering::{Offering, OfferingHappened, OfferingState},
    samples,
    service::{Audience, Need, Service, ServiceHappened, ServiceState, ServiceView, Support},
    service_facts::ReviseService,
};
use ciclo_contracts::{catalog::v1 as pb, convert};
use ciclo_kernel::Machine;
use prost::Message;

macro_rules! reads_back {
    ($room:ident, $event:ident, $before:expr) => {
        let before = $before;
        let bytes = $room::message(&before, None).encode_to_vec();
        assert_eq!($room::record(pb::$event::decode(&*bytes).unwrap()), Ok(before));
    };
}

#[test]
fn records_in_every_state_read_back() {
    for state in MarketSpaceState::STATES {
        reads_back!(market_space, MarketSpaceEvent, samples::market_space_in(*state));
    }
    for state in CustomerState::STATES {
        reads_back!(customer, CustomerEvent, samples::customer_in(*state));
    }
    for state in BusinessObjectiveState::STATES {
        reads_back!(business_objective, BusinessObjectiveEvent, samples::objective_in(*state));
    }
    for state in CapabilityState::STATES {
        reads_back!(capability, CapabilityEvent, samples::capability_in(*state));
    }
    for state in ServiceState::STATES {
        let record = samples::service_in(*state);
        if state.next(crate::domain::service::ServiceVerb::PutOnHold).is_some() {
            reads_back!(
                service,
                ServiceEvent,
                record.clone().put_on_hold("budget", "jo", samples::at(30)).unwrap().0
            );
        }
        let after = service::message(&record, None).after.unwrap();
        assert_eq!(after.accepts_agreements, state.accepts_agreements());
        reads_back!(service, ServiceEvent, record);
    }
    for state in OfferingState::STATES {
        for service_operational in [false, true] {
            let record = Offering { service_operational, ..samples::offering_in(*state) };
            assert_eq!(offering::message(&record, None).after.unwrap().visible, record.is_visible());
            reads_back!(offering, OfferingEvent, record);
        }
    }
}

#[test]
fn facts_that_may_be_missing_read_back() {
    let nothing = ReviseService {
        description: Some(None),
        owner: Some(None),
        family: Some(None),
        ..ReviseService::default()
    };
    let bare = samples::service(1).revise(nothing).unwrap().0.set_audience(Audience::default()).unwrap().0;
    let bare = bare.remove_support(samples::nth(1)).unwrap().0.remove_need(samples::nth(1)).unwrap().0;
    let bare =
        Service { view: ServiceView::Technical, ..bare.remove_dependency(samples::nth(900)).unwrap().0 };
    reads_back!(service, ServiceEvent, bare.clone());
    reads_back!(service, ServiceEvent, bare.reject("no", "jo", samples::at(1)).unwrap().0);
    let customer = crate::domain::customer::Customer {
        market_space: None,
        segment: None,
        description: Some("Big".to_owned()),
        ..samples::customer()
    };
    reads_back!(customer, CustomerEvent, customer);
}

#[test]
fn a_record_that_contradicts_itself_is_corrupt() {
    let mut message = capability::message(&samples::capability(1, 3), None);
    message.after.as_mut().unwrap().state = pb::CapabilityState::Retired.into();
    assert!(capability::record(message).is_err());
    assert!(service::record(pb::ServiceEvent::default()).is_err());
    let mut message = service::message(&samples::service_in(ServiceState::Chartered), None);
    message.after.as_mut().unwrap().approved = None;
    assert!(service::record(message).is_err());
}

/// The name of what happened names its message and the case of the event's oneof.
fn named(record: &str, name: &str, sent: &str) {
    let message = format!("ciclo.catalog.v1.{record}{name}");
    let event =
        ciclo_contracts::pool().get_message_by_name(&format!("ciclo.catalog.v1.{record}Event")).unwrap();
    assert!(
        event.fields().any(|field| field.kind().as_message().is_some_and(|m| m.full_name() == message)),
        "{message}"
    );
    assert!(sent.starts_with(&format!("Some({name}(")), "{sent}");
}

macro_rules! all_named {
    ($record:literal, $room:ident, $sample:expr, [$($what:expr),* $(,)?]) => {
        $(
            let what = $what;
            let sent = format!("{:?}", $room::message(&$sample, Some(&what)).what);
            named($record, what.name(), &sent);
        )*
    };
}

#[test]
fn what_happened_is_named_as_its_message() {
    let text = || "x".to_owned();
    all_named!(
        "MarketSpace",
        market_space,
        samples::market_space(),
        [
            MarketSpaceHappened::Defined,
            MarketSpaceHappened::Revised,
            MarketSpaceHappened::Retired { reason: text() },
        ]
    );
    all_named!(
        "Customer",
        customer,
        samples::customer(),
        [CustomerHappened::Defined, CustomerHappened::Revised, CustomerHappened::Retired { reason: text() }]
    );
    all_named!(
        "BusinessObjective",
        business_objective,
        samples::objective(1, 1),
        [
            BusinessObjectiveHappened::Defined,
            BusinessObjectiveHappened::Revised,
            BusinessObjectiveHappened::Retired { reason: text() },
        ]
    );
    all_named!(
        "Capability",
        capability,
        samples::capability(1, 1),
        [
            CapabilityHappened::Defined,
            CapabilityHappened::Revised,
            CapabilityHappened::Retired { reason: text() },
        ]
    );
    all_named!(
        "Offering",
        offering,
        samples::offering(),
        [
            OfferingHappened::Drafted,
            OfferingHappened::Revised,
            OfferingHappened::Published,
            OfferingHappened::Withdrawn { reason: text() },
            OfferingHappened::BecameVisible,
            OfferingHappened::BecameHidden,
        ]
    );
    all_named!(
        "Service",
        service,
        samples::service(1),
        [
            ServiceHappened::Proposed,
            ServiceHappened::Revised,
            ServiceHappened::AudienceSet { audience: samples::audience() },
            ServiceHappened::SupportSet { support: Support { objective: samples::nth(1), strength: 1 } },
            ServiceHappened::SupportRemoved { objective: samples::nth(1) },
            ServiceHappened::NeedSet { need: Need { capability: samples::nth(1), maturity: 1 } },
            ServiceHappened::NeedRemoved { capability: samples::nth(1) },
            ServiceHappened::DependencyAdded { on: samples::nth(1) },
            ServiceHappened::DependencyRemoved { on: samples::nth(1) },
            ServiceHappened::PutOnHold { reason: text() },
            ServiceHappened::TakenOffHold,
            ServiceHappened::Defined,
            ServiceHappened::Analysed { business_case: text() },
            ServiceHappened::Approved,
            ServiceHappened::Chartered,
            ServiceHappened::Rejected { reason: text() },
            ServiceHappened::EnteredDesign { package: samples::nth(1) },
            ServiceHappened::EnteredTransition { transition: samples::nth(1) },
            ServiceHappened::WentOperational { transition: samples::nth(1) },
            ServiceHappened::Retiring { reason: text() },
            ServiceHappened::Retired,
        ]
    );
}

#[test]
fn every_view_is_in_the_contract() {
    assert!(ServiceView::ALL.iter().all(|view| convert::to_enum::<pb::ServiceView>(view.as_str()) != 0));
}
