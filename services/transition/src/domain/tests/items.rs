//! The rules of items, relations and deployments.

use super::*;

#[test]
fn an_item_is_registered_planned_or_live() {
    assert_eq!(item_with(InitialItemState::Planned).state(), ConfigurationItemState::Planned);
    assert_eq!(item_with(InitialItemState::Live).state(), ConfigurationItemState::Live);
}

#[test]
fn values_of_an_item_are_checked() {
    let live = || item_with(InitialItemState::Live);
    let attributes = |text: String| {
        let edit = ReviseConfigurationItem { attributes: Some(text), ..ReviseConfigurationItem::default() };
        live().revise(edit).is_ok()
    };
    assert!(attributes("{}".to_owned()));
    let padded = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8));
    assert!(attributes(padded(64 * 1024)));
    assert!(!attributes(padded(64 * 1024 + 1)));
    for bad in ["", "[]", "null", "\"x\"", "{", "{} {}", &"[".repeat(60_000)] {
        assert!(!attributes(bad.to_owned()), "{bad:.20}");
    }
    for (criticality, fits) in [(0, false), (1, true), (2, true), (4, true), (5, false)] {
        let input = RegisterConfigurationItem {
            name: "x".to_owned(),
            class: "a_b-9".to_owned(),
            attributes: None,
            service_ids: vec![],
            criticality,
            initial: InitialItemState::Planned,
        };
        let class = |class: &str| RegisterConfigurationItem { class: class.to_owned(), ..input.clone() };
        assert_eq!(ConfigurationItem::register(fresh(), input.clone()).is_ok(), fits);
        for bad in ["", "Server", "9a", "a b", "é", &"a".repeat(64)] {
            assert!(ConfigurationItem::register(fresh(), class(bad)).is_err(), "{bad}");
        }
    }
    let nothing = live().revise(ReviseConfigurationItem::default()).unwrap_err();
    assert_eq!(nothing.code, Code::Invalid);
}

#[test]
fn an_audit_says_what_it_found() {
    for (state, step) in [
        (ConfigurationItemState::Live, ItemMove::ReportMissing),
        (ConfigurationItemState::Missing, ItemMove::Find),
    ] {
        assert_eq!(item_in(state).take(step, None).unwrap_err().facts["field"], "note");
        assert!(item_in(state).take(step, Some("audit 7")).is_ok());
    }
}

#[test]
fn relations_are_of_two_items_and_not_twice() {
    let a: ConfigurationItemId = fresh();
    let own = Relate { source_id: a, target_id: a, kind: RelationKind::DependsOn };
    assert_eq!(ItemRelation::relate(fresh(), own).unwrap_err().code, Code::Invalid);
    let active = relation_in(ItemRelationState::Active);
    let new = Relate { source_id: active.source_id, target_id: active.target_id, kind: active.kind };
    assert_eq!(refuse_duplicate(&new, [&active]).unwrap_err().code, Code::RuleViolated);
    let back = Relate { source_id: new.target_id, target_id: new.source_id, kind: new.kind };
    assert!(refuse_duplicate(&back, [&active]).is_ok());
    let connected = ItemRelation { kind: RelationKind::ConnectsTo, ..active.clone() };
    let back = Relate { kind: RelationKind::ConnectsTo, ..back };
    assert!(refuse_duplicate(&back, [&connected]).is_err());
    let removed = active.remove(None, "ann", hour(1)).unwrap().0;
    assert!(refuse_duplicate(&new, [&removed]).is_ok());
}

#[test]
fn a_baseline_once_taken_stays_and_later_notes_count() {
    let verified = deployment_in(DeploymentState::Verified);
    assert_eq!(verified.baseline.as_deref(), Some("base-7"));
    assert_eq!(verified.result_notes.as_deref(), Some("done"));
    let deployed = deployment_in(DeploymentState::Deployed);
    let verified = deployed.verify(Some("checked"), Some("base-8"), hour(4)).unwrap().0;
    assert_eq!(verified.baseline.as_deref(), Some("base-8"));
    assert_eq!(verified.result_notes.as_deref(), Some("checked"));
}

#[test]
fn only_binding_agreements_of_hit_services_are_hit() {
    let (hit, other): (ServiceId, ServiceId) = (fresh(), fresh());
    let agreement = |service_id, state: &str| KnownAgreement {
        id: fresh(),
        service_id,
        state: state.to_owned(),
        kind: "SLA".to_owned(),
    };
    let known = [
        agreement(hit, "ACTIVE"),
        agreement(hit, "UNDER_REVIEW"),
        agreement(hit, "DRAFT"),
        agreement(other, "ACTIVE"),
    ];
    assert_eq!(agreements_hit(&[hit], &known), [&known[0], &known[1]]);
}
