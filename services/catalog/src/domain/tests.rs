//! The tables of the machines, each pair of them through the real verbs, and the
//! guards that are more than the table.

use super::{
    business_objective::{
        BusinessObjective, BusinessObjectiveState, BusinessObjectiveVerb, ReviseBusinessObjective,
    },
    capability::{Capability, CapabilityState, CapabilityVerb, ReviseCapability},
    customer::{Customer, CustomerState, CustomerVerb, ReviseCustomer},
    dependencies::{DependencyGraph, check_dependencies},
    market_space::{MarketSpace, MarketSpaceState, MarketSpaceVerb, ReviseMarketSpace},
    offering::{FORM_BYTES, FORM_OF_NOTHING, Offering, OfferingState, OfferingVerb, ReviseOffering, visible},
    samples::{
        SCHEMA, at, audience, capability, capability_in, customer, customer_in, market_space,
        market_space_in, nth, objective, objective_in, offer, offering, offering_in, other_service, proposal,
        service, service_in,
    },
    service::{Audience, Service, ServiceState, ServiceVerb},
    service_facts::{ProposeService, ReviseService},
};
use crate::domain::facts::Money;
use ciclo_kernel::{Code, Machine, Refusal, ids::ServiceId};

#[test]
fn the_tables_are_those_of_the_rules() {
    insta::assert_snapshot!("service", ServiceState::table());
    insta::assert_snapshot!("offering", OfferingState::table());
    insta::assert_snapshot!("market_space", MarketSpaceState::table());
    insta::assert_snapshot!("customer", CustomerState::table());
    insta::assert_snapshot!("business_objective", BusinessObjectiveState::table());
    insta::assert_snapshot!("capability", CapabilityState::table());
}

/// Every (state, verb) pair leads where the table says, or is refused with state and verb.
fn every_pair<R, M: Machine + std::fmt::Debug>(
    record: impl Fn(M) -> R,
    state_of: impl Fn(&R) -> M,
    act: impl Fn(R, M::Verb) -> Result<R, Refusal>,
) {
    for state in M::STATES {
        assert_eq!(state_of(&record(*state)), *state);
        for verb in M::VERBS {
            let name = M::verb_str(*verb);
            match (state.next(*verb), act(record(*state), *verb)) {
                (Some(to), Ok(after)) => assert_eq!(state_of(&after), to, "{state:?} {name}"),
                (Some(_), Err(refused)) => panic!("{state:?} {name}: {refused}"),
                (None, Ok(_)) => panic!("{state:?} {name} is allowed"),
                (None, Err(refused)) => {
                    assert_eq!(refused.code, Code::WrongState, "{state:?} {name}");
                    assert_eq!(refused.facts["state"], state.as_str());
                    assert_eq!(refused.facts["verb"], name);
                }
            }
        }
    }
}

fn missing(refused: &Refusal) -> Vec<String> {
    assert_eq!(refused.code, Code::CriteriaUnmet, "{refused}");
    let missing = refused.facts["missing"].as_array().unwrap();
    missing.iter().map(|condition| condition.as_str().unwrap().to_owned()).collect()
}

#[test]
fn plain_records_follow_the_table() {
    every_pair(market_space_in, MarketSpace::state, |record, verb| {
        Ok(match verb {
            MarketSpaceVerb::Revise => record.revise(ReviseMarketSpace::default())?.0,
            MarketSpaceVerb::Retire => record.retire("over", "jo", at(5))?.0,
        })
    });
    every_pair(customer_in, Customer::state, |record, verb| {
        Ok(match verb {
            CustomerVerb::Revise => record.revise(ReviseCustomer::default())?.0,
            CustomerVerb::Retire => record.retire("over", "jo", at(5))?.0,
        })
    });
    every_pair(objective_in, BusinessObjective::state, |record, verb| {
        Ok(match verb {
            BusinessObjectiveVerb::Revise => record.revise(ReviseBusinessObjective::default())?.0,
            BusinessObjectiveVerb::Retire => record.retire("over", "jo", at(5))?.0,
        })
    });
    every_pair(capability_in, Capability::state, |record, verb| {
        Ok(match verb {
            CapabilityVerb::Revise => record.revise(ReviseCapability::default())?.0,
            CapabilityVerb::Retire => record.retire("over", "jo", at(5))?.0,
        })
    });
}

#[test]
fn services_follow_the_table() {
    every_pair(service_in, Service::state, |record, verb| {
        Ok(match verb {
            ServiceVerb::Revise => record.revise(ReviseService::default())?.0,
            ServiceVerb::SetAudience => record.set_audience(audience())?.0,
            ServiceVerb::SetSupport => record.set_support(&objective(2, 1), 100)?.0,
            ServiceVerb::RemoveSupport => {
                let open = !matches!(record.state(), ServiceState::Retired | ServiceState::Rejected);
                let two = if open { record.set_support(&objective(2, 1), 1)?.0 } else { record };
                two.remove_support(nth(1))?.0
            }
            ServiceVerb::SetNeed => record.set_need(&capability(2, 1), 5)?.0,
            ServiceVerb::RemoveNeed => record.remove_need(nth(1))?.0,
            ServiceVerb::AddDependency => record.add_dependency(&service(2), &DependencyGraph::new())?.0,
            ServiceVerb::RemoveDependency => record.remove_dependency(nth(900))?.0,
            ServiceVerb::PutOnHold => record.put_on_hold("budget", "jo", at(20))?.0,
            ServiceVerb::TakeOffHold => {
                let open = !matches!(record.state(), ServiceState::Retired | ServiceState::Rejected);
                let held = if open { record.put_on_hold("budget", "jo", at(20))?.0 } else { record };
                held.take_off_hold()?.0
            }
            ServiceVerb::Define => record.define("jo", at(20))?.0,
            ServiceVerb::Analyse => record.analyse("It pays", "jo", at(20))?.0,
            ServiceVerb::Approve => record.approve("jo", at(20))?.0,
            ServiceVerb::Charter => record.charter("jo", at(20))?.0,
            ServiceVerb::Reject => record.reject("no", "jo", at(20))?.0,
            ServiceVerb::EnterDesign => record.enter_design(nth(1), "service:design", at(20))?.0,
            ServiceVerb::EnterTransition => record.enter_transition(nth(1), "service:transition", at(20))?.0,
            ServiceVerb::GoOperational => record.go_operational(nth(1), "service:transition", at(20))?.0,
            ServiceVerb::RetireBegin => record.retire_begin("over", "jo", at(20))?.0,
            ServiceVerb::Retire => record.retire(&[], "jo", at(20))?.0,
        })
    });
}

#[test]
fn offerings_follow_the_table() {
    every_pair(offering_in, Offering::state, |record, verb| {
        Ok(match verb {
            OfferingVerb::Revise => record.revise(ReviseOffering::default())?.0,
            OfferingVerb::Publish => record.publish("jo", at(5))?.0,
            OfferingVerb::Withdraw => record.withdraw("over", "jo", at(5))?.0,
            OfferingVerb::ServiceWentOperational => record.service_went_operational()?.0,
            OfferingVerb::ServiceLeftOperation => {
                let told = Offering { service_operational: true, ..record };
                told.service_left_operation()?.0
            }
        })
    });
}

#[test]
fn on_hold_only_events_and_a_rejection_move_a_service() {
    for state in ServiceState::STATES {
        if state.next(ServiceVerb::PutOnHold).is_none() {
            continue;
        }
        let held = || service_in(*state).put_on_hold("budget", "jo", at(20)).unwrap().0;
        assert_eq!(held().put_on_hold("again", "jo", at(21)).unwrap_err().code, Code::RuleViolated);
        assert!(held().revise(ReviseService::default()).is_ok());
        assert_eq!(service_in(*state).take_off_hold().unwrap_err().code, Code::RuleViolated);
        let by_hand = [
            (ServiceVerb::Define, held().define("jo", at(22))),
            (ServiceVerb::Analyse, held().analyse("It pays", "jo", at(22))),
            (ServiceVerb::Approve, held().approve("jo", at(22))),
            (ServiceVerb::Charter, held().charter("jo", at(22))),
            (ServiceVerb::RetireBegin, held().retire_begin("over", "jo", at(22))),
            (ServiceVerb::Retire, held().retire(&[], "jo", at(22))),
        ];
        for (verb, decision) in by_hand {
            if state.next(verb).is_some() {
                assert_eq!(missing(&decision.unwrap_err()), ["the service is on hold: budget"]);
            }
        }
        let events = [
            (ServiceVerb::EnterDesign, held().enter_design(nth(1), "service:design", at(22))),
            (ServiceVerb::EnterTransition, held().enter_transition(nth(1), "service:transition", at(22))),
            (ServiceVerb::GoOperational, held().go_operational(nth(1), "service:transition", at(22))),
        ];
        for (verb, decision) in events {
            if state.next(verb).is_some() {
                assert!(decision.unwrap().0.hold.is_some());
            }
        }
        if state.next(ServiceVerb::Reject).is_some() {
            assert_eq!(held().reject("no", "jo", at(22)).unwrap().0.hold, None);
        }
    }
}

fn bare() -> Service {
    let input =
        ProposeService { description: None, owner: None, audience: Audience::default(), ..proposal() };
    Service::propose(nth(1), input, "eva", at(0)).unwrap().0
}

#[test]
fn each_move_names_everything_that_it_lacks() {
    let text = |text: &str| Some(Some(text.to_owned()));
    let refused = bare().define("jo", at(1)).unwrap_err();
    assert_eq!(missing(&refused), ["the description is not written", "no owner is named"]);
    let written = ReviseService { description: text("Mail"), owner: text("eva"), ..ReviseService::default() };
    let defined = bare().revise(written).unwrap().0.define("jo", at(1)).unwrap().0;

    let refused = defined.clone().analyse(" \n", "jo", at(2)).unwrap_err();
    let audience_missing = "neither a customer nor a market space is named";
    assert_eq!(missing(&refused), [audience_missing, "the business case is not written"]);
    assert_eq!(
        defined.clone().set_audience(audience()).unwrap().0.analyse("a\u{7}", "jo", at(2)).unwrap_err().code,
        Code::Invalid
    );
    let only_customer = Audience::of(&[], &[customer()]).unwrap();
    let analysed = defined.set_audience(only_customer).unwrap().0.analyse("It pays", "jo", at(2)).unwrap().0;

    assert_eq!(missing(&analysed.clone().approve("jo", at(3)).unwrap_err()), ["no objective is supported"]);
    let nominal = analysed.set_support(&objective(1, 40), 0).unwrap().0;
    assert_eq!(missing(&nominal.clone().approve("jo", at(3)).unwrap_err()), ["no objective is supported"]);
    let approved = nominal.set_support(&objective(1, 40), 60).unwrap().0.approve("jo", at(3)).unwrap().0;
    assert_eq!(approved.supports.len(), 1);

    let cleared = ReviseService { description: Some(None), owner: text("  "), ..ReviseService::default() };
    let emptied = approved.revise(cleared).unwrap().0.set_audience(Audience::default()).unwrap().0;
    let emptied = emptied.remove_support(nth(1)).unwrap().0.put_on_hold("budget", "jo", at(4)).unwrap().0;
    assert_eq!(
        missing(&emptied.charter("jo", at(5)).unwrap_err()),
        [
            "the service is on hold: budget",
            "the description is not written",
            "no owner is named",
            audience_missing,
            "no objective is supported"
        ]
    );
}

#[test]
fn what_the_charter_needed_stays() {
    for state in [ServiceState::Chartered, ServiceState::InDesign, ServiceState::Operational] {
        let cleared = ReviseService { owner: Some(None), ..ReviseService::default() };
        assert_eq!(missing(&service_in(state).revise(cleared).unwrap_err()), ["no owner is named"]);
        missing(&service_in(state).set_audience(Audience::default()).unwrap_err());
        missing(&service_in(state).remove_support(nth(1)).unwrap_err());
        missing(&service_in(state).set_support(&objective(1, 40), 0).unwrap_err());
    }
}

#[test]
fn values_outside_their_bounds_are_refused() {
    let criticality =
        |criticality| Service::propose(nth(1), ProposeService { criticality, ..proposal() }, "eva", at(0));
    assert!(criticality(1).is_ok() && criticality(4).is_ok());
    assert!(criticality(0).is_err() && criticality(5).is_err());
    assert_eq!(service(1).set_support(&objective(1, 1), 101).unwrap_err().facts["field"], "strength");
    for maturity in [0, 6] {
        assert_eq!(service(1).set_need(&capability(1, 1), maturity).unwrap_err().facts["field"], "maturity");
        let revision = ReviseCapability { maturity: Some(maturity), ..ReviseCapability::default() };
        assert_eq!(capability(1, 1).revise(revision).unwrap_err().code, Code::Invalid);
    }
    for weight in [0, 101] {
        let revision = ReviseBusinessObjective { weight: Some(weight), ..ReviseBusinessObjective::default() };
        assert_eq!(objective(1, 1).revise(revision).unwrap_err().facts["field"], "weight");
    }
    assert!(Audience::of(&[market_space(), market_space()], &[]).is_err());
    assert!(Audience::of(&[], &[customer(), customer()]).is_err());
}

#[test]
fn nothing_new_refers_to_what_is_retired() {
    let space = market_space_in(MarketSpaceState::Retired);
    let refusals = [
        service(1).set_support(&objective_in(BusinessObjectiveState::Retired), 10).unwrap_err(),
        service(1).set_need(&capability_in(CapabilityState::Retired), 1).unwrap_err(),
        Audience::of(std::slice::from_ref(&space), &[]).unwrap_err(),
        Audience::of(&[], &[customer_in(CustomerState::Retired)]).unwrap_err(),
        customer()
            .revise(ReviseCustomer { market_space: Some(Some(space)), ..ReviseCustomer::default() })
            .unwrap_err(),
        service(5).add_dependency(&service_in(ServiceState::Rejected), &DependencyGraph::new()).unwrap_err(),
        Offering::draft(nth(1), &service_in(ServiceState::Retiring), offer(), "eva", at(0)).unwrap_err(),
        service(1).remove_support(nth(77)).unwrap_err(),
        service(1).remove_need(nth(77)).unwrap_err(),
        service(1).remove_dependency(nth(77)).unwrap_err(),
    ];
    for refused in refusals {
        assert_eq!(refused.code, Code::RuleViolated, "{refused}");
    }
    let out = ReviseCustomer { market_space: Some(None), ..ReviseCustomer::default() };
    assert_eq!(customer().revise(out).unwrap().0.market_space, None);
}

#[test]
fn services_never_depend_in_a_circle() {
    let id = nth::<ServiceId>;
    let graph: DependencyGraph =
        [(id(1), vec![id(2)]), (id(2), vec![id(3), id(4)]), (id(3), vec![id(4)]), (id(9), vec![id(9)])]
            .into();
    assert!(check_dependencies(&graph, id(1), &[id(2), id(3), id(4)]).is_ok());
    assert!(check_dependencies(&graph, id(5), &[id(1), id(9)]).is_ok());
    assert!(check_dependencies(&graph, id(4), &[]).is_ok());
    let refused =
        |service, depends_on: &[ServiceId]| check_dependencies(&graph, service, depends_on).unwrap_err();
    assert!(refused(id(4), &[id(4)]).message.contains("itself"));
    assert!(refused(id(5), &[id(1), id(1)]).message.contains("already"));
    let circle = refused(id(4), &[id(5), id(1)]);
    let expected: Vec<String> = [4, 1, 2, 4].into_iter().map(|n| id(n).to_string()).collect();
    assert_eq!(circle.facts["circle"], serde_json::json!(expected));

    let graph: DependencyGraph = [(id(900), vec![id(1)])].into();
    let free = service(1).remove_dependency(id(900)).unwrap().0;
    assert_eq!(free.add_dependency(&other_service(), &graph).unwrap_err().code, Code::RuleViolated);
    assert!(service(1).add_dependency(&other_service(), &DependencyGraph::new()).is_err());
}

#[test]
fn a_service_is_not_retired_while_another_runs_on_it() {
    let depending = |state| {
        let mut other = service_in(state);
        other.id = nth(2);
        other.depends_on = vec![nth(1)];
        other
    };
    let others = [ServiceState::Operational, ServiceState::Retiring, ServiceState::Retired].map(depending);
    let retiring = service_in(ServiceState::Retiring);
    assert_eq!(missing(&retiring.clone().retire(&others, "jo", at(20)).unwrap_err()).len(), 2);
    assert!(retiring.retire(&others[2..], "jo", at(20)).is_ok());
}

#[test]
fn only_some_states_take_agreements() {
    let closed: Vec<&str> = ServiceState::STATES
        .iter()
        .filter(|state| !state.accepts_agreements())
        .map(|state| state.as_str())
        .collect();
    assert_eq!(closed, ["RETIRING", "RETIRED", "REJECTED"]);
    assert_eq!(ServiceState::STATES.iter().filter(|state| state.in_pipeline()).count(), 5);
    assert_eq!(ServiceState::STATES.iter().filter(|state| state.in_catalogue()).count(), 1);
}

#[test]
fn an_offering_is_visible_when_published_and_in_operation() {
    for state in OfferingState::STATES {
        assert!(!visible(*state, false));
        assert_eq!(visible(*state, true), *state == OfferingState::Published);
    }
    let published = offering_in(OfferingState::Published);
    assert!(!published.is_visible());
    let shown = published.service_went_operational().unwrap().0;
    assert!(shown.is_visible());
    assert_eq!(shown.clone().service_went_operational().unwrap_err().code, Code::RuleViolated);
    let hidden = shown.service_left_operation().unwrap().0;
    assert!(!hidden.is_visible());
    assert_eq!(hidden.service_left_operation().unwrap_err().code, Code::RuleViolated);

    let live = service_in(ServiceState::Operational);
    let draft = Offering::draft(nth(2), &live, offer(), "eva", at(0)).unwrap().0;
    assert!(!draft.is_visible() && draft.publish("eva", at(1)).unwrap().0.is_visible());
}

#[test]
fn an_offering_is_published_with_a_description_and_a_plan() {
    let nothing = || ReviseOffering {
        description: Some(None),
        fulfilment: Some(Vec::new()),
        ..ReviseOffering::default()
    };
    let bare = offering().revise(nothing()).unwrap().0;
    assert_eq!(missing(&bare.publish("eva", at(1)).unwrap_err()).len(), 2);
    assert_eq!(missing(&offering_in(OfferingState::Published).revise(nothing()).unwrap_err()).len(), 2);
    assert!(offering().is_for(nth(2)) && !offering().is_for(nth(3)));
    let open = ReviseOffering { eligible: Some(Vec::new()), ..ReviseOffering::default() };
    assert!(offering().revise(open).unwrap().0.is_for(nth(3)));
}

#[test]
fn an_offering_takes_real_money_and_a_schema_of_an_object() {
    let priced = |minor_units, currency: &str| {
        let price = Some(Money { minor_units, currency: currency.to_owned() });
        offering().revise(ReviseOffering { price, ..ReviseOffering::default() })
    };
    assert!(priced(0, "EUR").is_ok() && priced(i64::MAX, "JPY").is_ok());
    for (minor_units, currency) in [(-1, "EUR"), (1, "eur"), (1, "EURO"), (1, ""), (1, "QQQ")] {
        assert_eq!(priced(minor_units, currency).unwrap_err().facts["field"], "price");
    }
    let formed = |form: &str| {
        offering().revise(ReviseOffering { form: Some(form.to_owned()), ..ReviseOffering::default() })
    };
    let largest = FORM_OF_NOTHING.to_owned() + &" ".repeat(FORM_BYTES - FORM_OF_NOTHING.len());
    assert!(formed(SCHEMA).is_ok() && formed(&largest).is_ok());
    let too_large = format!("{largest} ");
    let too_deep = format!(r#"{{"type":"object","x":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let bad = ["", "{", "[]", "null", r#""object""#, "{}", r#"{"type":"string"}"#, r#"{"type":["object"]}"#];
    for form in bad.into_iter().chain([too_large.as_str(), too_deep.as_str()]) {
        assert_eq!(formed(form).unwrap_err().facts["field"], "form");
    }
    let twice = ReviseOffering { eligible: Some(vec![nth(1), nth(1)]), ..ReviseOffering::default() };
    assert_eq!(offering().revise(twice).unwrap_err().facts["field"], "eligible");
}
