//! Impact: what the failure of items reaches over their relations, with the
//! shortest way to each, ending in the services that they carry.
//!
//! A failure goes from the target to the source of `DEPENDS_ON` and `RUNS_ON`,
//! from the part to the whole of `PART_OF`, both ways over `CONNECTS_TO`, and
//! not over `BACKED_UP_BY`. An item with a backup that is live and not reached
//! itself is *redundant*: it is reached, but the failure goes no further, also
//! when it is one of the failing items. One such backup is enough.

use super::configuration_item::{ConfigurationItem, ConfigurationItemState};
use super::item_relation::{ItemRelation, RelationKind};
use ciclo_kernel::Refusal;
use ciclo_kernel::ids::{ConfigurationItemId, ItemRelationId, ServiceId};
use std::collections::{HashMap, HashSet, VecDeque};

/// Greatest depth of an impact.
pub const MAX_DEPTH: u32 = 50;

/// An item that a failure reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reached {
    /// The item.
    pub item: ConfigurationItemId,
    /// How many relations away from the nearest failing item; 0 for a failing item itself.
    pub depth: u32,
    /// The failing item that the path starts from.
    pub origin: ConfigurationItemId,
    /// A shortest path from the failing item to this one; empty for a failing item itself.
    pub path: Vec<Hop>,
    /// Whether a live backup stands by, so that the failure goes no further from here.
    pub redundant: bool,
    /// The services that the item carries directly.
    pub services: Vec<ServiceId>,
}

/// One step of a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hop {
    /// The relation that is followed, perhaps against its direction.
    pub relation: ItemRelationId,
    /// The relation's kind.
    pub kind: RelationKind,
    /// The item that it leads to.
    pub item: ConfigurationItemId,
}

/// What a failure reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Impact {
    /// The items, the nearest first, each once; the failing items come first, at depth 0.
    pub reached: Vec<Reached>,
    /// How many items are reached, also when not all of them are told.
    pub count: usize,
    /// The services that are hit, each once, in the order they are reached: those of redundant items are not.
    /// They are those of all reached items, also when not all items are told.
    pub services: Vec<ServiceId>,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    to: usize,
    relation: ItemRelationId,
    kind: RelationKind,
}

/// How an item was reached first: its depth, and the item before it with the relation from there.
#[derive(Clone, Copy)]
struct Found {
    depth: u32,
    before: Option<(usize, Edge)>,
}

/// What impact needs to know of an item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImpactNode {
    /// The item.
    pub id: ConfigurationItemId,
    /// Whether it is in use, so that it can stand by for another.
    pub live: bool,
    /// The services that rest on it directly.
    pub services: Vec<ServiceId>,
}

impl From<&ConfigurationItem> for ImpactNode {
    fn from(item: &ConfigurationItem) -> Self {
        let live = item.state() == ConfigurationItemState::Live;
        Self { id: item.id, live, services: item.service_ids.clone() }
    }
}

/// What impact needs to know of a relation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ImpactRelation {
    /// The relation.
    pub id: ItemRelationId,
    /// The item that it starts from.
    pub source: ConfigurationItemId,
    /// The item that it points to.
    pub target: ConfigurationItemId,
    /// Its kind.
    pub kind: RelationKind,
    /// Whether it holds still.
    pub holds: bool,
}

impl From<&ItemRelation> for ImpactRelation {
    fn from(relation: &ItemRelation) -> Self {
        Self {
            id: relation.id,
            source: relation.source_id,
            target: relation.target_id,
            kind: relation.kind,
            holds: relation.removed.is_none(),
        }
    }
}

/// The items and relations of a tenant, ready to be asked for impacts.
#[derive(Debug, Default)]
pub struct ImpactGraph {
    items: Vec<ImpactNode>,
    places: HashMap<ConfigurationItemId, usize>,
    /// Where a failure goes from each item.
    onward: Vec<Vec<Edge>>,
    /// The items that each live item stands by for.
    stands_by_for: Vec<Vec<usize>>,
    /// How many live backups each item has.
    backups: Vec<usize>,
}

impl ImpactGraph {
    /// Builds the graph once. Relations that are removed, or whose ends are not among the items, are left out.
    #[must_use]
    pub fn new(
        items: impl IntoIterator<Item = impl Into<ImpactNode>>,
        relations: impl IntoIterator<Item = impl Into<ImpactRelation>>,
    ) -> Self {
        let items: Vec<ImpactNode> = items.into_iter().map(Into::into).collect();
        let places: HashMap<_, _> = items.iter().enumerate().map(|(place, item)| (item.id, place)).collect();
        let count = items.len();
        let mut graph = Self {
            items,
            places,
            onward: vec![Vec::new(); count],
            stands_by_for: vec![Vec::new(); count],
            backups: vec![0; count],
        };
        for relation in relations.into_iter().map(Into::into).filter(|relation| relation.holds) {
            let ends = (graph.places.get(&relation.source), graph.places.get(&relation.target));
            if let (Some(&source), Some(&target)) = ends {
                graph.add(&relation, source, target);
            }
        }
        graph
    }

    fn add(&mut self, relation: &ImpactRelation, source: usize, target: usize) {
        let edge = |to| Edge { to, relation: relation.id, kind: relation.kind };
        match relation.kind {
            RelationKind::DependsOn | RelationKind::RunsOn => self.onward[target].push(edge(source)),
            RelationKind::PartOf => self.onward[source].push(edge(target)),
            RelationKind::ConnectsTo => {
                self.onward[source].push(edge(target));
                self.onward[target].push(edge(source));
            }
            RelationKind::BackedUpBy => {
                if self.items[target].live {
                    self.stands_by_for[target].push(source);
                    self.backups[source] += 1;
                }
            }
        }
    }

    /// What the failure of `from` reaches within `depth` relations, telling at most `most` items. Refuses a
    /// depth over 50 and items that are not in the graph.
    pub fn impact(&self, from: &[ConfigurationItemId], depth: u32, most: usize) -> Result<Impact, Refusal> {
        if depth > MAX_DEPTH {
            return Err(
                Refusal::invalid("depth", format!("at most {MAX_DEPTH} is allowed")).with("limit", MAX_DEPTH)
            );
        }
        let known = |id: &ConfigurationItemId| {
            self.places.get(id).copied().ok_or_else(|| Refusal::not_found("ConfigurationItem", id))
        };
        let starts = from.iter().map(known).collect::<Result<Vec<_>, _>>()?;
        let down = self.down(&starts);
        let mut found: Vec<Option<Found>> = vec![None; self.items.len()];
        let mut order = Vec::new();
        for &start in &starts {
            if found[start].is_none() {
                found[start] = Some(Found { depth: 0, before: None });
                order.push(start);
            }
        }
        let mut next = 0;
        while let Some(&here) = order.get(next) {
            next += 1;
            let at = found[here].map_or(0, |found| found.depth);
            if at == depth || !down[here] {
                continue;
            }
            for &edge in &self.onward[here] {
                if found[edge.to].is_none() {
                    found[edge.to] = Some(Found { depth: at + 1, before: Some((here, edge)) });
                    order.push(edge.to);
                }
            }
        }
        Ok(Impact {
            reached: order
                .iter()
                .take(most)
                .map(|&place| self.reached(place, &found, !down[place]))
                .collect(),
            count: order.len(),
            services: self.services_hit(order.iter().copied().filter(|&place| down[place])),
        })
    }

    fn services_hit(&self, down: impl Iterator<Item = usize>) -> Vec<ServiceId> {
        let mut seen = HashSet::new();
        down.flat_map(|place| &self.items[place].services)
            .copied()
            .filter(|service| seen.insert(*service))
            .collect()
    }

    /// Which items are down, whatever the depth: those that are reached and whose live backups are all
    /// reached too. An item that is reached waits until its last backup is.
    fn down(&self, starts: &[usize]) -> Vec<bool> {
        let count = self.items.len();
        let (mut reached, mut down) = (vec![false; count], vec![false; count]);
        let mut backups = self.backups.clone();
        let mut queue: VecDeque<usize> = starts.iter().copied().collect();
        while let Some(here) = queue.pop_front() {
            if std::mem::replace(&mut reached[here], true) {
                continue;
            }
            for &other in &self.stands_by_for[here] {
                backups[other] -= 1;
            }
            let waiting = self.stands_by_for[here].iter().copied().filter(|other| reached[*other]);
            for place in waiting.chain([here]) {
                if backups[place] == 0 && !std::mem::replace(&mut down[place], true) {
                    queue.extend(self.onward[place].iter().map(|edge| edge.to));
                }
            }
        }
        down
    }

    fn reached(&self, place: usize, found: &[Option<Found>], redundant: bool) -> Reached {
        let depth = found[place].map_or(0, |found| found.depth);
        let mut path = Vec::with_capacity(depth as usize);
        let mut here = place;
        while let Some(Found { before: Some((before, edge)), .. }) = found[here] {
            path.push(Hop { relation: edge.relation, kind: edge.kind, item: self.items[here].id });
            here = before;
        }
        path.reverse();
        let item = &self.items[place];
        let services = item.services.clone();
        Reached { item: item.id, depth, origin: self.items[here].id, path, redundant, services }
    }
}
