//! Data loaders: every edge and every entity goes through one, so that a list
//! costs a number of statements that does not grow with it.

use async_graphql::dataloader::{DataLoader, Loader};
use ciclo_kernel::{Refusal, ids::RecordId};
use ciclo_store::{Copied, Error, Reader, Record, Versioned};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a batch waits for its request to ask for more.
const TICK: Duration = Duration::from_millis(1);
/// A request that goes on asking is answered bit by bit after so many ticks.
const TICKS_MOST: u32 = 100;

/// The loaders of one request, made as they are needed.
pub struct Loaders {
    reader: Reader,
    made: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    waves: Arc<Mutex<Waves>>,
}

/// The batches of a request go out in waves: all that is asked for goes together, once the request asks for nothing
/// more and has the answers of the wave before. A long list is resolved bit by bit, and each answer may lead to
/// further questions: a batch that did not wait for its end would have a part of it only, and the list would cost
/// more statements the longer it is.
#[derive(Default)]
struct Waves {
    /// The wave that is being gathered.
    wave: u64,
    /// How many batches are in it.
    gathered: usize,
    /// How many batches of the wave before have no answer yet.
    running: usize,
    /// How often the request has asked.
    asked: u64,
}

/// A batch, from its first question to its answer.
struct Batch {
    waves: Arc<Mutex<Waves>>,
    wave: u64,
}

fn locked(waves: &Mutex<Waves>) -> MutexGuard<'_, Waves> {
    waves.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Batch {
    fn new(waves: Arc<Mutex<Waves>>) -> Self {
        let mut gathering = locked(&waves);
        gathering.gathered += 1;
        let wave = gathering.wave;
        drop(gathering);
        Self { waves, wave }
    }

    /// Returns when the batch's wave goes out.
    async fn goes_out(&self) {
        let (mut asked, mut ticks) = (locked(&self.waves).asked, 0);
        loop {
            // Whatever the request can do meanwhile, it does: nothing new after that is all that it asks for.
            tokio::time::sleep(TICK).await;
            let mut waves = locked(&self.waves);
            if waves.wave > self.wave {
                return;
            }
            if waves.running == 0 {
                ticks += 1;
                if waves.asked == asked || ticks == TICKS_MOST {
                    waves.running = std::mem::take(&mut waves.gathered);
                    waves.wave += 1;
                    return;
                }
            }
            asked = waves.asked;
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let mut waves = locked(&self.waves);
        let left = if waves.wave > self.wave { &mut waves.running } else { &mut waves.gathered };
        *left = left.saturating_sub(1);
    }
}

/// A failed batch: every key of it gets the same error.
type Shared = Arc<Error>;

fn unshare(error: Shared) -> Error {
    match &*error {
        Error::Refused(refusal) => Error::Refused(refusal.clone()),
        Error::Corrupt(corrupt) => Error::Corrupt(corrupt.clone()),
        Error::Database(fault) => Error::Database(fault.clone()),
        other => Error::Commit(other.to_string()),
    }
}

impl Loaders {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { reader, made: Mutex::default(), waves: Arc::default() }
    }

    fn loader<L: Send + Sync + 'static>(&self, make: impl FnOnce(Reader) -> L) -> Arc<DataLoader<L>> {
        locked(&self.waves).asked += 1;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = made.entry(TypeId::of::<L>()).or_insert_with(|| {
            let waves = self.waves.clone();
            let spawn = move |work| spawn_batch(Batch::new(waves.clone()), work);
            let loader = DataLoader::new(make(self.reader.clone()), spawn);
            Arc::new(loader.delay(Duration::ZERO).max_batch_size(500))
        });
        slot.clone().downcast().unwrap_or_else(|_| unreachable!("a loader is kept under its own type"))
    }

    /// A record by id; `None` when the tenant has none.
    pub async fn one<R: Record>(&self, id: R::Id) -> Result<Option<Versioned<R>>, Error> {
        self.loader(|reader| ById::<R>(reader, PhantomData)).load_one(id.to_string()).await.map_err(unshare)
    }

    /// Records by id, in the order given; those that the tenant has.
    pub async fn many<R: Record>(
        &self,
        ids: impl IntoIterator<Item = R::Id>,
    ) -> Result<Vec<Versioned<R>>, Error> {
        let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
        let loader = self.loader(|reader| ById::<R>(reader, PhantomData));
        let mut found = loader.load_many(ids.iter().cloned()).await.map_err(unshare)?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The newest records with a value in a column.
    pub async fn by_column<R: Record>(
        &self,
        column: &'static str,
        value: String,
        first: Option<i32>,
    ) -> Result<Vec<Versioned<R>>, Error> {
        let key = Group { by: column, value, first: size(first)? };
        let found =
            self.loader(|reader| ByColumn::<R>(reader, PhantomData)).load_one(key).await.map_err(unshare)?;
        Ok(found.unwrap_or_default())
    }

    /// The newest `most` records with a value in a column: for facts computed over a whole set that is bounded elsewhere.
    pub async fn up_to<R: Record>(
        &self,
        column: &'static str,
        value: String,
        most: usize,
    ) -> Result<Vec<Versioned<R>>, Error> {
        let key = Group { by: column, value, first: most };
        let found =
            self.loader(|reader| ByColumn::<R>(reader, PhantomData)).load_one(key).await.map_err(unshare)?;
        Ok(found.unwrap_or_default())
    }

    /// The newest records that link to a record under a role.
    pub async fn by_link<R: Record>(
        &self,
        role: &'static str,
        to: String,
        first: Option<i32>,
    ) -> Result<Vec<Versioned<R>>, Error> {
        let key = Group { by: role, value: to, first: size(first)? };
        let found =
            self.loader(|reader| ByLink::<R>(reader, PhantomData)).load_one(key).await.map_err(unshare)?;
        Ok(found.unwrap_or_default())
    }

    /// A copy of a neighbour's record by id.
    pub async fn copy<C: Copied + Clone>(&self, id: &str) -> Result<Option<C>, Error> {
        self.loader(|reader| CopyById::<C>(reader, PhantomData))
            .load_one(id.to_owned())
            .await
            .map_err(unshare)
    }

    /// The copies of neighbours' records under these parents.
    pub async fn copies_under<C: Copied + Clone>(
        &self,
        parents: impl IntoIterator<Item = String>,
    ) -> Result<Vec<C>, Error> {
        let loader = self.loader(|reader| CopiesUnder::<C>(reader, PhantomData));
        let parents: Vec<String> = parents.into_iter().collect();
        let mut found = loader.load_many(parents.iter().cloned()).await.map_err(unshare)?;
        Ok(parents.iter().filter_map(|parent| found.remove(parent)).flatten().collect())
    }
}

fn size(first: Option<i32>) -> Result<usize, Refusal> {
    ciclo_store::PageRequest::size(first)
}

fn spawn_batch(batch: Batch, work: futures::future::BoxFuture<'static, ()>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(ciclo_kernel::trace::carried(async move {
        batch.goes_out().await;
        work.await;
        drop(batch);
    }))
}

/// Reads records by their ids.
struct ById<R>(Reader, PhantomData<fn() -> R>);

impl<R: Record> Loader<String> for ById<R> {
    type Value = Versioned<R>;
    type Error = Shared;

    async fn load(&self, ids: &[String]) -> Result<HashMap<String, Versioned<R>>, Shared> {
        // A record type's ids that are another type's find nothing, here as anywhere.
        debug_assert!(ids.iter().all(|id| R::Id::parse(id).is_ok()));
        let found = self.0.by_ids::<R>(ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|found| (found.record.id().to_string(), found)).collect())
    }
}

/// The newest `first` records whose `by` is `value`.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Group {
    by: &'static str,
    value: String,
    first: usize,
}

/// Runs one statement for each (by, first) of a batch; mostly there is just one.
fn groups(keys: &[Group]) -> HashMap<(&'static str, usize), Vec<String>> {
    let mut groups: HashMap<_, Vec<String>> = HashMap::new();
    for key in keys {
        groups.entry((key.by, key.first)).or_default().push(key.value.clone());
    }
    groups
}

macro_rules! group_loader {
    ($(#[$doc:meta])* $name:ident by $read:ident) => {
        $(#[$doc])*
        struct $name<R>(Reader, PhantomData<fn() -> R>);

        impl<R: Record> Loader<Group> for $name<R> {
            type Value = Vec<Versioned<R>>;
            type Error = Shared;

            async fn load(&self, keys: &[Group]) -> Result<HashMap<Group, Vec<Versioned<R>>>, Shared> {
                let mut found: HashMap<Group, Vec<Versioned<R>>> = HashMap::new();
                for ((by, first), values) in groups(keys) {
                    for (value, row) in self.0.$read::<R>(by, &values, first).await.map_err(Arc::new)? {
                        found.entry(Group { by, value, first }).or_default().push(row);
                    }
                }
                Ok(found)
            }
        }
    };
}
group_loader! {
    /// Reads records by the value of a column.
    ByColumn by by_column
}
group_loader! {
    /// Reads records by what they link to.
    ByLink by by_link
}

/// Reads copies by their ids.
struct CopyById<C>(Reader, PhantomData<fn() -> C>);

impl<C: Copied + Clone> Loader<String> for CopyById<C> {
    type Value = C;
    type Error = Shared;

    async fn load(&self, ids: &[String]) -> Result<HashMap<String, C>, Shared> {
        let found = self.0.copies_by_ids::<C>(ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|copy| (copy.id(), copy)).collect())
    }
}

/// Reads copies by their parents.
struct CopiesUnder<C>(Reader, PhantomData<fn() -> C>);

impl<C: Copied + Clone> Loader<String> for CopiesUnder<C> {
    type Value = Vec<C>;
    type Error = Shared;

    async fn load(&self, parents: &[String]) -> Result<HashMap<String, Vec<C>>, Shared> {
        let mut found: HashMap<String, Vec<C>> = HashMap::new();
        for copy in self.0.copies_under::<C>(parents).await.map_err(Arc::new)? {
            found.entry(copy.parent()).or_default().push(copy);
        }
        Ok(found)
    }
}
