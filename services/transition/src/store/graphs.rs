//! The graphs that impact is asked of, one a tenant, kept in memory. A graph is
//! read from the tables once; after that it follows the log, as a subscriber does.

use crate::domain::{ConfigurationItem, ImpactGraph, ImpactNode, ImpactRelation, ItemRelation};
use ciclo_kernel::Tenant;
use ciclo_kernel::ids::{ConfigurationItemId, ItemRelationId};
use ciclo_store::{Filter, Order, PageRequest, Reader, Record, Result, sql};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Tenants whose graphs are kept at once.
const TENANTS: usize = 64;
/// Rows of one statement.
const ROWS: usize = 2000;
/// A graph that is further behind the log than this is read anew.
const BEHIND: u64 = 50_000;

/// The graphs of one service's database.
#[derive(Default)]
pub struct Graphs {
    tenants: Mutex<HashMap<Tenant, Slot>>,
}

type Slot = Arc<tokio::sync::Mutex<Kept>>;

/// A tenant's graph, as of a place in the log.
#[derive(Default)]
struct Kept {
    /// `None` before everything was read.
    sequence: Option<u64>,
    nodes: BTreeMap<ConfigurationItemId, ImpactNode>,
    relations: BTreeMap<ItemRelationId, ImpactRelation>,
    graph: Arc<ImpactGraph>,
}

impl Graphs {
    /// The graph of the reader's tenant, with everything that was committed before.
    pub async fn of(&self, tenant: &Tenant, reader: &Reader) -> Result<Arc<ImpactGraph>> {
        let slot = self.slot(tenant);
        // One request of a tenant brings the graph up to date, those beside it wait for that.
        let mut kept = slot.lock().await;
        let tail = *reader.database().tail().borrow();
        match kept.sequence {
            Some(sequence) if sequence >= tail => {}
            Some(sequence) if tail - sequence <= BEHIND => kept.follow(reader, sequence, tail).await?,
            Some(_) | None => kept.read(reader, tail).await?,
        }
        Ok(kept.graph.clone())
    }

    fn slot(&self, tenant: &Tenant) -> Slot {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() >= TENANTS && !tenants.contains_key(tenant) {
            // Any one will do: a graph that is let go is read again when it is asked for.
            let any = tenants.keys().next().cloned();
            any.and_then(|any| tenants.remove(&any));
        }
        tenants.entry(tenant.clone()).or_default().clone()
    }
}

impl Kept {
    /// Reads everything. What commits meanwhile is behind `tail`, and read again when the log is followed.
    async fn read(&mut self, reader: &Reader, tail: u64) -> Result<()> {
        *self = Self::default();
        futures::try_join!(
            each(reader, |item| put_item(&mut self.nodes, &item)),
            each(reader, |relation| put_relation(&mut self.relations, &relation)),
        )?;
        self.build();
        self.sequence = Some(tail);
        Ok(())
    }

    /// Takes in what happened since. A failure on the way is made good by the next call, which starts
    /// from the same place: to take in a record twice is no harm.
    async fn follow(&mut self, reader: &Reader, sequence: u64, tail: u64) -> Result<()> {
        let (items, relations) = futures::try_join!(
            since(reader, sequence, |item| put_item(&mut self.nodes, &item)),
            since(reader, sequence, |relation| put_relation(&mut self.relations, &relation)),
        )?;
        if items + relations > 0 {
            self.build();
        }
        self.sequence = Some(tail);
        Ok(())
    }

    fn build(&mut self) {
        let (nodes, relations) = (self.nodes.values().cloned(), self.relations.values().copied());
        self.graph = Arc::new(ImpactGraph::new(nodes, relations));
    }
}

fn put_item(nodes: &mut BTreeMap<ConfigurationItemId, ImpactNode>, item: &ConfigurationItem) {
    nodes.insert(item.id, item.into());
}

fn put_relation(relations: &mut BTreeMap<ItemRelationId, ImpactRelation>, relation: &ItemRelation) {
    let relation = ImpactRelation::from(relation);
    if relation.holds {
        relations.insert(relation.id, relation);
    } else {
        relations.remove(&relation.id);
    }
}

/// All records of a type, page by page, so that few of them are in memory as a whole.
async fn each<R: Record>(reader: &Reader, mut take: impl FnMut(R)) -> Result<()> {
    let order = Order { column: "id", descending: false };
    let mut request = PageRequest { filter: Filter::All(Vec::new()), order, first: ROWS, after: None };
    loop {
        let page = reader.page::<R>(&request).await?;
        request.after = page.rows.last().map(|(last, at)| (at.clone(), last.record.id().to_string()));
        page.rows.into_iter().for_each(|(found, _)| take(found.record));
        if !page.more {
            return Ok(());
        }
    }
}

/// The records of a type as they were after each event since a place in the log; how many events.
async fn since<R: Record>(reader: &Reader, sequence: u64, mut take: impl FnMut(R)) -> Result<usize> {
    let (mut after, mut count) = (sequence, 0);
    loop {
        let rows = reader.changes::<R>(None, after, ROWS as u64).await?;
        for row in &rows {
            take(sql::decode(&row.payload)?);
        }
        count += rows.len();
        match rows.last() {
            Some(last) if rows.len() == ROWS => after = last.sequence,
            Some(_) | None => return Ok(count),
        }
    }
}
