//! Impact: directions, redundancy, depth, cycles, and that it is fast.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn items(count: usize) -> Vec<ConfigurationItem> {
    (0..count).map(|_| item_with(InitialItemState::Live)).collect()
}

fn relation(items: &[ConfigurationItem], from: usize, kind: RelationKind, to: usize) -> ItemRelation {
    let input = Relate { source_id: items[from].id, target_id: items[to].id, kind };
    ItemRelation::relate(fresh(), input).unwrap().0
}

/// The reached items as (place, depth, redundant).
fn reach(
    items: &[ConfigurationItem],
    relations: &[ItemRelation],
    from: &[usize],
    depth: u32,
) -> Vec<(usize, u32, bool)> {
    let graph = ImpactGraph::new(items, relations);
    let from: Vec<_> = from.iter().map(|place| items[*place].id).collect();
    let place = |id| items.iter().position(|item| item.id == id).unwrap();
    let reached = graph.impact(&from, depth, usize::MAX).unwrap().reached;
    reached.iter().map(|one| (place(one.item), one.depth, one.redundant)).collect()
}

#[test]
fn a_failure_goes_the_way_of_the_kind() {
    let two = items(2);
    let reaches = |kind, from| {
        let relations = [relation(&two, 0, kind, 1)];
        reach(&two, &relations, &[from], 5).len() == 2
    };
    for (kind, from_source, from_target) in [
        (RelationKind::DependsOn, false, true),
        (RelationKind::RunsOn, false, true),
        (RelationKind::PartOf, true, false),
        (RelationKind::ConnectsTo, true, true),
        (RelationKind::BackedUpBy, false, false),
    ] {
        assert_eq!((reaches(kind, 0), reaches(kind, 1)), (from_source, from_target), "{kind:?}");
    }
}

#[test]
fn a_live_backup_holds_the_failure() {
    // 1 depends on 0 and is backed up by 3; 2 depends on 1.
    let mut all = items(5);
    let mut relations = vec![
        relation(&all, 1, RelationKind::DependsOn, 0),
        relation(&all, 2, RelationKind::DependsOn, 1),
        relation(&all, 1, RelationKind::BackedUpBy, 3),
    ];
    assert_eq!(reach(&all, &relations, &[0], 9), [(0, 0, false), (1, 1, true)]);
    assert_eq!(reach(&all, &relations, &[1], 9), [(1, 0, true)], "also when it fails itself");
    // A second way to 2 goes on, and 1 stays where it is.
    relations.push(relation(&all, 2, RelationKind::RunsOn, 4));
    relations.push(relation(&all, 4, RelationKind::DependsOn, 0));
    let around = [(0, 0, false), (1, 1, true), (4, 1, false), (2, 2, false)];
    assert_eq!(reach(&all, &relations, &[0], 9), around);
    relations.truncate(3);
    // The backup fails with it, or rests on what failed, or is not live.
    assert_eq!(reach(&all, &relations, &[0, 3], 9).len(), 4);
    relations.push(relation(&all, 3, RelationKind::RunsOn, 0));
    let through = [(0, 0, false), (1, 1, false), (3, 1, false), (2, 2, false)];
    assert_eq!(reach(&all, &relations, &[0], 9), through);
    relations.truncate(3);
    all[3] = all[3].clone().take(ItemMove::StartMaintenance, None).unwrap().0;
    assert_eq!(reach(&all, &relations, &[0], 9), [(0, 0, false), (1, 1, false), (2, 2, false)]);
}

#[test]
fn two_that_back_up_each_other_fall_together_only() {
    let all = items(4);
    let relations = [
        relation(&all, 0, RelationKind::BackedUpBy, 1),
        relation(&all, 1, RelationKind::BackedUpBy, 0),
        relation(&all, 2, RelationKind::DependsOn, 0),
        relation(&all, 0, RelationKind::RunsOn, 3),
        relation(&all, 1, RelationKind::RunsOn, 3),
    ];
    assert_eq!(reach(&all, &relations, &[0], 9), [(0, 0, true)]);
    assert_eq!(reach(&all, &relations, &[3], 9).last(), Some(&(2, 2, false)));
}

#[test]
fn paths_are_shortest_and_end_in_services() {
    let all = items(4);
    let relations = [
        relation(&all, 1, RelationKind::DependsOn, 0),
        relation(&all, 2, RelationKind::RunsOn, 1),
        relation(&all, 2, RelationKind::DependsOn, 0),
        relation(&all, 2, RelationKind::PartOf, 3),
    ];
    let graph = ImpactGraph::new(&all, &relations);
    let impact = graph.impact(&[all[0].id, all[0].id], 10, usize::MAX).unwrap();
    let reached = &impact.reached;
    assert_eq!(reached.len(), 4, "a failing item named twice is one");
    let last = &reached[3];
    let hop = |relation: &ItemRelation, item: usize| Hop {
        relation: relation.id,
        kind: relation.kind,
        item: all[item].id,
    };
    assert_eq!(last.path, [hop(&relations[2], 2), hop(&relations[3], 3)]);
    assert_eq!((last.origin, last.depth), (all[0].id, 2));
    assert_eq!(last.services, all[3].service_ids);
    assert_eq!(impact.services.len(), 4);
    let ask = |from: ConfigurationItemId, depth| graph.impact(&[from], depth, 2);
    let cut = ask(all[0].id, 10).unwrap();
    assert_eq!((cut.reached.len(), cut.count, cut.services.len()), (2, 4, 4), "only items are cut");
    assert_eq!(ask(all[0].id, 1).unwrap().count, 3);
    assert_eq!(ask(all[0].id, 0).unwrap().count, 1);
    assert!(ask(all[0].id, 50).is_ok());
    assert_eq!(ask(all[0].id, 51).unwrap_err().facts["field"], "depth");
    assert_eq!(ask(fresh(), 5).unwrap_err().code, Code::NotFound);
    let removed: Vec<_> =
        relations.iter().map(|one| one.clone().remove(None, "ann", hour(1)).unwrap().0).collect();
    assert_eq!(ImpactGraph::new(&all, &removed).impact(&[all[0].id], 9, 9).unwrap().count, 1);
}

fn kind() -> impl Strategy<Value = RelationKind> {
    proptest::sample::select(RelationKind::ALL)
}

/// Whether a failure at one place reaches another directly, said anew.
fn carries(edges: &[(usize, RelationKind, usize)], from: usize, to: usize) -> bool {
    edges.iter().any(|(source, kind, target)| match kind {
        RelationKind::DependsOn | RelationKind::RunsOn => (*target, *source) == (from, to),
        RelationKind::PartOf => (*source, *target) == (from, to),
        RelationKind::ConnectsTo => (*source, *target) == (from, to) || (*target, *source) == (from, to),
        RelationKind::BackedUpBy => false,
    })
}

proptest! {
    /// On any graph, cycles included: it ends, each item comes once, the set is that of a naive closure
    /// which repeats until nothing changes, and each path is real, as long as its depth and not longer
    /// than a path of the item before.
    #[test]
    fn the_reached_set_is_the_closure(
        edges in proptest::collection::vec((0usize..12, kind(), 0usize..12), 0..40),
        from in proptest::collection::vec(0usize..12, 1..3),
    ) {
        let all = items(12);
        let edges: Vec<_> = edges.into_iter().filter(|(source, _, target)| source != target).collect();
        let relations: Vec<_> =
            edges.iter().map(|(source, kind, target)| relation(&all, *source, *kind, *target)).collect();
        let mut naive: BTreeSet<usize> = from.iter().copied().collect();
        let holds = |naive: &BTreeSet<usize>, place: usize| edges.iter().any(|(source, kind, target)| {
            *kind == RelationKind::BackedUpBy && *source == place && !naive.contains(target)
        });
        loop {
            let more: Vec<_> = (0..12).filter(|to| !naive.contains(to)).filter(|to| {
                naive.iter().any(|here| !holds(&naive, *here) && carries(&edges, *here, *to))
            }).collect();
            if more.is_empty() { break }
            naive.extend(more);
        }
        let reached = reach(&all, &relations, &from, MAX_DEPTH);
        let places: BTreeSet<_> = reached.iter().map(|one| one.0).collect();
        prop_assert_eq!(places.len(), reached.len());
        prop_assert_eq!(&places, &naive);
        for (place, _, redundant) in &reached {
            prop_assert_eq!(*redundant, holds(&naive, *place));
        }
        let graph = ImpactGraph::new(&all, &relations);
        let ids: Vec<_> = from.iter().map(|place| all[*place].id).collect();
        let depth_of = |place: usize| reached.iter().find(|one| one.0 == place).map(|one| one.1);
        for one in graph.impact(&ids, MAX_DEPTH, usize::MAX).unwrap().reached {
            prop_assert_eq!(one.path.len(), one.depth as usize);
            let place = |id| all.iter().position(|item| item.id == id).unwrap();
            let mut here = place(one.origin);
            prop_assert!(from.contains(&here));
            for hop in &one.path {
                prop_assert!(carries(&edges, here, place(hop.item)));
                here = place(hop.item);
            }
            prop_assert_eq!(here, place(one.item));
            // Shortest: no item that lets the failure through is nearer by more than one.
            let before = places.iter().filter(|before| !holds(&naive, **before) && carries(&edges, **before, here));
            for before in before {
                prop_assert!(one.depth <= depth_of(*before).unwrap() + 1);
            }
        }
        for depth in 0..4 {
            let near: BTreeSet<_> = reach(&all, &relations, &from, depth).into_iter().map(|one| one.0).collect();
            let expected: BTreeSet<_> = reached.iter().filter(|one| one.1 <= depth).map(|one| one.0).collect();
            prop_assert_eq!(near, expected);
        }
    }
}

#[test]
fn a_thousand_items_and_five_thousand_relations_are_quick() {
    let all = items(1000);
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let relations: Vec<_> = (0..5000)
        .map(|n| {
            let from = random(1000);
            let to = (from + 1 + random(999)) % 1000;
            relation(&all, from, RelationKind::ALL[n % 4], to)
        })
        .collect();
    let started = std::time::Instant::now();
    let graph = ImpactGraph::new(&all, &relations);
    let reached = graph.impact(&[all[0].id], 10, 1000).unwrap().count;
    let took = started.elapsed();
    assert!(reached > 900, "{reached}");
    println!("built and asked in {took:?}");
    assert!(took < std::time::Duration::from_millis(50), "{took:?}");
}
