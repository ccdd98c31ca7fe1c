//! Every consumed event, delivered twice: it renews the copy once, and a late or repeated one changes nothing.

use crate::calendar::{calendar_event, office};
use crate::life::{agreement_event, terms};
use ciclo_contracts::catalog::v1 as catalog;
use ciclo_contracts::transition::v1 as transition;
use ciclo_kernel::ids::{CalendarId, ChangeId, ConfigurationItemId, CustomerId, OfferingId, ServiceId};
use ciclo_operations::domain::known::{
    KnownAgreement, KnownCalendar, KnownChange, KnownCustomer, KnownHours, KnownItem, KnownOffering,
    KnownService,
};
use ciclo_operations::events::CONSUMED;
use ciclo_store::LogRow;
use ciclo_store::inbox::Arrival;
use ciclo_testkit::events::row;
use ciclo_testkit::{TestService, caller, start};
use serde_json::{Value, json};

/// All copies, and how long the log is.
async fn state(operations: &TestService) -> Value {
    let (database, by) = (&operations.part.database, caller(&[]));
    let reader = database.reader(&by);
    json!({
        "services": reader.all_copies::<KnownService>().await.unwrap(),
        "customers": reader.all_copies::<KnownCustomer>().await.unwrap(),
        "offerings": reader.all_copies::<KnownOffering>().await.unwrap(),
        "agreements": reader.all_copies::<KnownAgreement>().await.unwrap(),
        "calendars": reader.all_copies::<KnownCalendar>().await.unwrap(),
        "hours": reader.all_copies::<KnownHours>().await.unwrap(),
        "items": reader.all_copies::<KnownItem>().await.unwrap(),
        "changes": reader.all_copies::<KnownChange>().await.unwrap(),
        "log": database.log_after(0, 100).await.unwrap().len(),
    })
}

/// The event `name` of a record type, which calls the record `called`.
fn event(record_type: &str, name: &str, version: u64, called: &str) -> LogRow {
    use crate::known::nth;
    let called = called.to_owned();
    match record_type {
        "Service" => {
            let id = nth::<ServiceId>(7);
            let after = catalog::Service {
                id: id.clone(),
                name: called,
                state: catalog::ServiceState::Operational.into(),
                criticality: 2,
                ..Default::default()
            };
            row(
                record_type,
                name,
                &id,
                version,
                start(),
                &catalog::ServiceEvent { after: Some(after), what: None },
            )
        }
        "Customer" => {
            let id = nth::<CustomerId>(7);
            let after = catalog::Customer { id: id.clone(), name: called, ..Default::default() };
            let message = catalog::CustomerEvent { after: Some(after), what: None };
            row(record_type, name, &id, version, start(), &message)
        }
        "Offering" => {
            let (id, service_id) = (nth::<OfferingId>(7), nth::<ServiceId>(7));
            let after = catalog::Offering { id: id.clone(), service_id, name: called, ..Default::default() };
            row(
                record_type,
                name,
                &id,
                version,
                start(),
                &catalog::OfferingEvent { after: Some(after), what: None },
            )
        }
        "Agreement" => {
            let mut after = terms();
            after.customer_id = called;
            LogRow { event_type: name.to_owned(), ..agreement_event(after, version) }
        }
        "Calendar" => {
            let after =
                ciclo_contracts::design::v1::Calendar { name: called, ..office(&nth::<CalendarId>(7), &[]) };
            LogRow { event_type: name.to_owned(), ..calendar_event(after, version) }
        }
        "ConfigurationItem" => {
            let id = nth::<ConfigurationItemId>(7);
            let after = transition::ConfigurationItem { id: id.clone(), name: called, ..Default::default() };
            let message = transition::ConfigurationItemEvent { after: Some(after), what: None };
            row(record_type, name, &id, version, start(), &message)
        }
        "Change" => {
            let id = nth::<ChangeId>(7);
            let after = transition::Change {
                id: id.clone(),
                title: called,
                state: transition::ChangeState::Scheduled.into(),
                ..Default::default()
            };
            row(
                record_type,
                name,
                &id,
                version,
                start(),
                &transition::ChangeEvent { after: Some(after), what: None },
            )
        }
        other => panic!("no delivery test for {other}"),
    }
}

/// The events of a record type that its contract knows.
fn events(source: &str, record_type: &str) -> Vec<String> {
    let message = format!("ciclo.{source}.v1.{record_type}Event");
    let descriptor = ciclo_contracts::pool().get_message_by_name(&message).unwrap();
    let what = descriptor.oneofs().find(|one| one.name() == "what").unwrap();
    what.fields().map(|field| field.kind().as_message().unwrap().full_name().to_owned()).collect()
}

#[tokio::test]
async fn every_consumed_event_takes_effect_once() {
    for (source, record_type) in CONSUMED {
        let operations = TestService::open("operations", ciclo_operations::open).await;
        let names = events(source, record_type);
        assert!(!names.is_empty());
        for (version, name) in (1..).zip(&names) {
            let before = state(&operations).await;
            let row = event(record_type, name, version, &format!("called {version}"));
            assert_eq!(operations.deliver(source, &row).await.unwrap(), Arrival::Next, "{name}");
            let after = state(&operations).await;
            assert_ne!(after, before, "{name}");
            assert_eq!(after["log"], 0, "a copy is no record");
            assert_eq!(operations.deliver(source, &row).await.unwrap(), Arrival::Duplicate, "{name}");
            assert_eq!(state(&operations).await, after, "{name}");
        }
    }
}

#[test]
fn every_handler_is_in_the_list() {
    for handler in ciclo_operations::events::handlers() {
        let topics = handler.topics();
        for record_type in topics.record_types {
            assert!(CONSUMED.contains(&(topics.source, record_type)), "{record_type}");
        }
    }
    let handled =
        |source: &str| ciclo_operations::events::handlers().iter().any(|one| one.topics().source == source);
    assert!(CONSUMED.iter().all(|(source, _)| handled(source)));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_as_poison() {
    for (source, record_type) in CONSUMED {
        let operations = TestService::open("operations", ciclo_operations::open).await;
        let mut row = event(record_type, &events(source, record_type)[0], 1, "x");
        for payload in [vec![0xff; 7], Vec::new()] {
            row.payload = payload;
            assert!(operations.deliver(source, &row).await.is_err(), "{record_type}");
        }
        assert_eq!(state(&operations).await["services"], json!([]));
    }
}
