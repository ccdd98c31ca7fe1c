//! Every consumed event, delivered twice.

use crate::support::{PackageWhat, agreement_event, approved, fresh, open, package_event, service_event};
use ciclo_contracts::design::v1 as design;
use ciclo_kernel::ids::{AgreementId, DesignPackageId, ServiceId};
use ciclo_store::LogRow;
use ciclo_store::inbox::Arrival;
use ciclo_testkit::TestService;
use ciclo_transition::events::CONSUMED;
use serde_json::{Value, json};

/// What can be seen of the effect of an event.
async fn state(service: &TestService) -> Value {
    let mut seen = service
        .admin("{ transitions { nodes { id version serviceName service { id } designPackage { id } } totalCount } }", json!({}))
        .await
        .0;
    let log = service.part.database.log_after(0, 1000).await.unwrap().len();
    let (reader, one) = (service.part.database.reader(&ciclo_testkit::caller(&[])), "known");
    let services = reader.all_copies::<ciclo_transition::domain::KnownService>().await.unwrap();
    let agreements = reader.all_copies::<ciclo_transition::domain::KnownAgreement>().await.unwrap();
    seen[one] = json!({ "log": log, "services": services, "agreements": agreements });
    seen
}

/// An event of a contract's name.
fn event(name: &str, of: &str) -> (&'static str, LogRow) {
    let short = name.rsplit('.').next().unwrap();
    if name == "ciclo.design.v1.DesignPackageApproved" {
        return ("design", package_event(&fresh::<DesignPackageId>(), of, 1, approved()));
    }
    if name.starts_with("ciclo.catalog.v1.Service") {
        return ("catalog", service_event(of, "Payroll", 1, short));
    }
    assert!(name.starts_with("ciclo.design.v1.Agreement"), "an event without a delivery test: {name}");
    let mut row = agreement_event(&fresh::<AgreementId>(), of, design::AgreementState::Active, 1);
    row.event_type = name.to_owned();
    ("design", row)
}

#[tokio::test]
async fn every_consumed_event_takes_effect_once() {
    let of = fresh::<ServiceId>();
    for name in CONSUMED {
        let service = open().await;
        let before = state(&service).await;
        let (source, row) = event(name, &of);
        assert_eq!(row.event_type, *name);
        assert_eq!(service.deliver(source, &row).await.unwrap(), Arrival::Next);
        let after = state(&service).await;
        assert_ne!(after, before, "{name}");
        assert_eq!(service.deliver(source, &row).await.unwrap(), Arrival::Duplicate);
        assert_eq!(state(&service).await, after, "{name}");
    }
}

/// The copies follow every event of the records that the contracts know.
#[test]
fn no_event_of_a_copied_record_is_left_out() {
    for event in ["ciclo.catalog.v1.ServiceEvent", "ciclo.design.v1.AgreementEvent"] {
        let descriptor = ciclo_contracts::pool().get_message_by_name(event).unwrap();
        let what = descriptor.oneofs().find(|one| one.name() == "what").unwrap();
        for field in what.fields() {
            let name = field.kind().as_message().unwrap().full_name().to_owned();
            assert!(CONSUMED.contains(&name.as_str()), "{name}");
        }
    }
}

#[tokio::test]
async fn a_package_opens_one_transition_when_it_is_approved() {
    let service = open().await;
    let (package, of) = (fresh::<DesignPackageId>(), fresh::<ServiceId>());
    let deliver = async |version, what| {
        service.deliver("design", &package_event(&package, &of, version, what)).await.unwrap();
        let seen = service.admin("{ transitions { totalCount } }", json!({})).await;
        seen.at("transitions.totalCount").clone()
    };
    assert_eq!(deliver(1, PackageWhat::Opened(design::DesignPackageOpened {})).await, 0);
    assert_eq!(deliver(2, PackageWhat::Submitted(design::DesignPackageSubmitted {})).await, 0);
    assert_eq!(deliver(3, approved()).await, 1, "although the catalog has not told of the service");
    assert_eq!(deliver(4, approved()).await, 1, "a second approval, as after a repair, opens nothing");
    let superseded = design::DesignPackageSuperseded { next_id: fresh::<DesignPackageId>() };
    assert_eq!(deliver(5, PackageWhat::Superseded(superseded)).await, 1);
    let log = service.part.database.log_after(0, 10).await.unwrap();
    assert_eq!((log.len(), log[0].actor.as_str()), (1, "service:transition"));
    assert_eq!(log[0].event_type, "ciclo.transition.v1.TransitionOpened");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_as_poison() {
    let service = open().await;
    let of = fresh::<ServiceId>();
    for (source, mut row) in [
        ("catalog", service_event(&of, "Payroll", 1, "ServiceProposed")),
        ("design", agreement_event(&fresh::<AgreementId>(), &of, design::AgreementState::Active, 1)),
        ("design", package_event(&fresh::<DesignPackageId>(), &of, 1, approved())),
    ] {
        row.payload = vec![0xff; 7];
        assert!(service.deliver(source, &row).await.is_err());
        row.payload.clear();
        let empty = service.deliver(source, &row).await;
        // A package event of a newer contract, which says nothing that is known, is left alone.
        assert_eq!(empty.is_ok(), row.record_type == "DesignPackage");
    }
}
