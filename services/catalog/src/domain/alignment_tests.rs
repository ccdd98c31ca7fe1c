//! The alignment's figures: their bounds for any input, and an example by hand.

use super::{
    alignment::{AlignmentGap, alignment, coverage, gaps, score},
    business_objective::BusinessObjective,
    capability::{Capability, CapabilityState},
    samples::{capability, capability_in, nth, objective, service},
    service::{Need, Support},
};
use proptest::prelude::*;

#[test]
fn the_score_is_weighed_and_the_gaps_are_listed() {
    let retired = objective(4, 100).retire("reached", "jo", super::samples::at(1)).unwrap().0;
    let objectives = [objective(1, 40), objective(2, 10), objective(3, 50), retired];
    let capabilities = [capability(1, 3), capability(2, 5)];
    // Supports objective 1 at 80 %; needs capability 1, of maturity 3, at 4.
    let service = service(1).set_need(&capabilities[1], 5).unwrap().0;
    let figures = alignment(&service, &objectives, &capabilities);
    assert!((figures.score - 0.32).abs() < 1e-12);
    assert!((figures.coverage - 0.5).abs() < 1e-12);
    assert_eq!(
        figures.gaps,
        [
            AlignmentGap::UnsupportedObjective {
                objective: nth(3),
                name: "Objective 3".to_owned(),
                weight: 50
            },
            AlignmentGap::UnsupportedObjective {
                objective: nth(2),
                name: "Objective 2".to_owned(),
                weight: 10
            },
            AlignmentGap::ImmatureCapability {
                capability: nth(1),
                name: Some("Capability 1".to_owned()),
                needed: 4,
                actual: Some(3)
            },
        ]
    );
}

#[test]
fn nothing_considered_scores_nothing_and_nothing_needed_is_covered() {
    assert_eq!((score(&[], &[]), coverage(&[], &[])), (0.0, 1.0));
    let need = Need { capability: nth(1), maturity: 1 };
    assert_eq!(coverage(&[need], &[]), 0.0);
    let retired = [capability_in(CapabilityState::Retired)];
    assert_eq!(coverage(&[need], &retired), 0.0);
    let gap = AlignmentGap::ImmatureCapability {
        capability: nth(1),
        name: Some("Capability 1".to_owned()),
        needed: 1,
        actual: None,
    };
    assert_eq!(gaps(&[], &[need], &[], &retired), [gap]);
}

fn objectives() -> impl Strategy<Value = Vec<BusinessObjective>> {
    // Any weight, also those that no verb lets through.
    prop::collection::vec((0..12_u64, any::<u32>()), 0..12).prop_map(|rows| {
        let with = |(n, weight)| BusinessObjective { weight, ..objective(n, 1) };
        rows.into_iter().map(with).collect()
    })
}

fn supports() -> impl Strategy<Value = Vec<Support>> {
    let row = (0..16_u64, prop_oneof![0..=100_u32, any::<u32>()]);
    prop::collection::vec(row, 0..16).prop_map(|rows| {
        rows.into_iter().map(|(n, strength)| Support { objective: nth(n), strength }).collect()
    })
}

fn capabilities() -> impl Strategy<Value = Vec<Capability>> {
    prop::collection::vec((0..12_u64, any::<u32>()), 0..12).prop_map(|rows| {
        rows.into_iter().map(|(n, maturity)| Capability { maturity, ..capability(n, 1) }).collect()
    })
}

fn needs() -> impl Strategy<Value = Vec<Need>> {
    let row = (0..16_u64, prop_oneof![1..=5_u32, any::<u32>()]);
    prop::collection::vec(row, 0..16).prop_map(|rows| {
        rows.into_iter().map(|(n, maturity)| Need { capability: nth(n), maturity }).collect()
    })
}

proptest! {
    #[test]
    fn the_figures_keep_their_bounds(
        objectives in objectives(), supports in supports(), capabilities in capabilities(), needs in needs(),
    ) {
        prop_assert!((0.0..=1.0).contains(&score(&supports, &objectives)));
        let coverage = coverage(&needs, &capabilities);
        prop_assert!((0.0..=1.0).contains(&coverage));
        let immature = gaps(&[], &needs, &[], &capabilities).len();
        prop_assert_eq!(immature == 0, coverage >= 1.0);
    }

    #[test]
    fn a_stronger_support_never_lowers_the_score(
        objectives in objectives(), supports in supports(), at in any::<prop::sample::Index>(), more in any::<u32>(),
    ) {
        let mut raised = supports.clone();
        if !raised.is_empty() {
            let support = at.get(&supports);
            let index = at.index(supports.len());
            raised[index].strength = support.strength.max(more);
        }
        prop_assert!(score(&raised, &objectives) >= score(&supports, &objectives));
        prop_assert!(gaps(&raised, &[], &objectives, &[]).len() <= gaps(&supports, &[], &objectives, &[]).len());
    }

    #[test]
    fn a_new_support_never_lowers_the_score(
        objectives in objectives(), supports in supports(), n in 0..16_u64, strength in 0..=100_u32,
    ) {
        let mut more = supports.clone();
        more.push(Support { objective: nth(n), strength });
        prop_assert!(score(&more, &objectives) >= score(&supports, &objectives));
    }

    #[test]
    fn full_support_scores_one(weights in prop::collection::vec(1..=100_u32, 1..12)) {
        let rows = weights.iter().zip(0..);
        let objectives: Vec<_> = rows.map(|(weight, n)| objective(n, *weight)).collect();
        let supports: Vec<_> =
            objectives.iter().map(|objective| Support { objective: objective.id, strength: 100 }).collect();
        prop_assert_eq!(score(&supports, &objectives), 1.0);
        prop_assert!(gaps(&supports, &[], &objectives, &[]).is_empty());
    }
}
