//! Records in every state, for tests.

use super::{
    business_objective::{BusinessObjective, BusinessObjectiveState, DefineBusinessObjective},
    capability::{Capability, CapabilityState, DefineCapability},
    customer::{Customer, CustomerState, DefineCustomer},
    dependencies::DependencyGraph,
    facts::Money,
    market_space::{DefineMarketSpace, MarketSpace, MarketSpaceState},
    offering::{DraftOffering, FulfilmentStep, Offering, OfferingState},
    service::{Audience, Service, ServiceState, ServiceView},
    service_facts::ProposeService,
};
use ciclo_kernel::{Timestamp, ids::RecordId};

pub(crate) const SCHEMA: &str = r#"{"type":"object","properties":{"größe":{"type":"string"}}}"#;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::new(1_780_000_000 + second, 123_456_000).unwrap()
}

/// The n-th id of a record type.
pub(crate) fn nth<I: RecordId>(n: u64) -> I {
    I::parse(&format!("{}_{n:032x}", I::PREFIX)).unwrap()
}

pub(crate) fn market_space() -> MarketSpace {
    let input = DefineMarketSpace { name: "Städte".to_owned(), description: Some("Up to\n100k".to_owned()) };
    MarketSpace::define(nth(1), input, "eva", at(0)).unwrap().0
}

pub(crate) fn market_space_in(state: MarketSpaceState) -> MarketSpace {
    match state {
        MarketSpaceState::Active => market_space(),
        MarketSpaceState::Retired => market_space().retire("merged", "jo", at(1)).unwrap().0,
    }
}

pub(crate) fn customer() -> Customer {
    let input = DefineCustomer {
        name: "京都市".to_owned(),
        description: None,
        market_space: Some(market_space()),
        segment: Some("Public".to_owned()),
    };
    Customer::define(nth(1), input, "eva", at(0)).unwrap().0
}

pub(crate) fn customer_in(state: CustomerState) -> Customer {
    match state {
        CustomerState::Active => customer(),
        CustomerState::Retired => customer().retire("left", "jo", at(1)).unwrap().0,
    }
}

pub(crate) fn objective(n: u64, weight: u32) -> BusinessObjective {
    let input = DefineBusinessObjective { name: format!("Objective {n}"), description: None, weight };
    BusinessObjective::define(nth(n), input, "eva", at(0)).unwrap().0
}

pub(crate) fn objective_in(state: BusinessObjectiveState) -> BusinessObjective {
    match state {
        BusinessObjectiveState::Active => objective(1, 40),
        BusinessObjectiveState::Retired => objective(1, 40).retire("reached", "jo", at(1)).unwrap().0,
    }
}

pub(crate) fn capability(n: u64, maturity: u32) -> Capability {
    let input = DefineCapability { name: format!("Capability {n}"), description: None, maturity };
    Capability::define(nth(n), input, "eva", at(0)).unwrap().0
}

pub(crate) fn capability_in(state: CapabilityState) -> Capability {
    match state {
        CapabilityState::Active => capability(1, 3),
        CapabilityState::Retired => capability(1, 3).retire("bought in", "jo", at(1)).unwrap().0,
    }
}

pub(crate) fn audience() -> Audience {
    Audience::of(&[market_space()], &[customer()]).unwrap()
}

pub(crate) fn proposal() -> ProposeService {
    ProposeService {
        name: "Электронная почта".to_owned(),
        description: Some("Mail\nfor everybody".to_owned()),
        view: ServiceView::Business,
        owner: Some("eva".to_owned()),
        family: Some("Workplace".to_owned()),
        criticality: 2,
        audience: audience(),
    }
}

/// A proposed service that supports, needs and depends on something.
pub(crate) fn service(n: u64) -> Service {
    let proposed = Service::propose(nth(n), proposal(), "eva", at(0)).unwrap().0;
    let supporting = proposed.set_support(&objective(1, 40), 80).unwrap().0;
    let needing = supporting.set_need(&capability(1, 3), 4).unwrap().0;
    needing.add_dependency(&other_service(), &DependencyGraph::new()).unwrap().0
}

pub(crate) fn other_service() -> Service {
    Service::propose(nth(900), proposal(), "eva", at(0)).unwrap().0
}

pub(crate) fn service_in(state: ServiceState) -> Service {
    let steps: &[fn(Service) -> Service] = &[
        |service| service.define("eva", at(1)).unwrap().0,
        |service| service.analyse("It pays\nin a year", "eva", at(2)).unwrap().0,
        |service| service.approve("max", at(3)).unwrap().0,
        |service| service.charter("max", at(4)).unwrap().0,
        |service| service.enter_design(nth(1), "service:design", at(5)).unwrap().0,
        |service| service.enter_transition(nth(1), "service:transition", at(6)).unwrap().0,
        |service| service.go_operational(nth(2), "service:transition", at(7)).unwrap().0,
        |service| service.retire_begin("too dear", "max", at(8)).unwrap().0,
        |service| service.retire(&[], "max", at(9)).unwrap().0,
    ];
    let after = |count: usize| steps[..count].iter().fold(service(1), |service, step| step(service));
    match state {
        ServiceState::Proposed => after(0),
        ServiceState::Defined => after(1),
        ServiceState::Analysed => after(2),
        ServiceState::Approved => after(3),
        ServiceState::Chartered => after(4),
        ServiceState::InDesign => after(5),
        ServiceState::InTransition => after(6),
        ServiceState::Operational => after(7),
        ServiceState::Retiring => after(8),
        ServiceState::Retired => after(9),
        ServiceState::Rejected => after(2).reject("no market", "max", at(3)).unwrap().0,
    }
}

pub(crate) fn offer() -> DraftOffering {
    DraftOffering {
        name: "A mailbox".to_owned(),
        description: Some("10 GB".to_owned()),
        price: Money { minor_units: 250, currency: "EUR".to_owned() },
        eligible: vec![nth(1), nth(2)],
        fulfilment: vec![
            FulfilmentStep { name: "Create it".to_owned(), group: "Mail".to_owned() },
            FulfilmentStep { name: "Tell the user".to_owned(), group: "Desk".to_owned() },
        ],
        form: Some(SCHEMA.to_owned()),
        approval_needed: true,
    }
}

/// A draft under a service that is not in operation yet.
pub(crate) fn offering() -> Offering {
    Offering::draft(nth(1), &service_in(ServiceState::InDesign), offer(), "eva", at(0)).unwrap().0
}

pub(crate) fn offering_in(state: OfferingState) -> Offering {
    let published = || offering().publish("eva", at(1)).unwrap().0;
    match state {
        OfferingState::Draft => offering(),
        OfferingState::Published => published(),
        OfferingState::Withdrawn => published().withdraw("replaced", "jo", at(2)).unwrap().0,
    }
}
