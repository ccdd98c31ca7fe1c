//! The one record of its type that a tenant has, such as a setting: commands
//! ask for it again and again, so a batch reads it once.

use crate::error::Result;
use crate::filter::Filter;
use crate::record::{Record, Versioned};
use crate::tx::Tx;
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A tenant's record, or none, by tenant and table.
type Kept = HashMap<(String, &'static str), Arc<dyn Any + Send + Sync>>;

/// What commands of a batch read so. Nobody else writes meanwhile, so it holds until one of them does.
#[derive(Default)]
pub(crate) struct Only(Mutex<Kept>);

impl Only {
    fn all(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A record of a table was written.
    pub(crate) fn written(&self, table: &'static str) {
        self.all().retain(|(_, kept), _| *kept != table);
    }

    /// What was written was taken back.
    pub(crate) fn forget(&self) {
        self.all().clear();
    }
}

impl Tx {
    /// The one record of its type that the tenant has, if it has one; the oldest if there are more.
    pub async fn only<R: Record>(&self) -> Result<Option<Versioned<R>>> {
        let key = (self.tenant().to_owned(), R::TABLE);
        let kept = self.only_seen().all().get(&key).cloned();
        if let Some(kept) = kept.and_then(|kept| kept.downcast::<Option<Versioned<R>>>().ok()) {
            return Ok(Option::clone(&kept));
        }
        let found = self.list::<R>(Filter::All(Vec::new()), 1).await?.pop();
        self.only_seen().all().insert(key, Arc::new(found.clone()));
        Ok(found)
    }
}
