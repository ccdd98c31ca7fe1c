//! The transaction that the commands of a batch share, each behind a savepoint.

use crate::appends::{self, Appends};
use crate::backend::{Whose, postgres};
use crate::copies::Seen;
use crate::error::Result;
use crate::idempotency;
use crate::only::Only;
use ciclo_kernel::Principal;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The first command's savepoint, that of each after it, and the way back to it.
const SAVE: &str = "SAVEPOINT command";
const RENEW: &str = "RELEASE SAVEPOINT command; SAVEPOINT command";
const UNDO: &str = "ROLLBACK TO SAVEPOINT command";

/// A transaction, what is appended when it ends, and what was read in it for all its commands.
pub(crate) struct Batch {
    pub inner: DatabaseTransaction,
    pub appends: Appends,
    pub copies: Seen,
    pub only: Only,
    /// The tenant whose rows the transaction sees, while that is known.
    sees: Mutex<Option<String>>,
    saved: Option<appends::Mark>,
}

impl Batch {
    pub(crate) fn new(inner: DatabaseTransaction) -> Self {
        let (appends, copies, only, sees) = Default::default();
        Self { inner, appends, copies, only, sees, saved: None }
    }

    /// Sets whose rows the rest of the transaction sees, where the database itself keeps tenants apart.
    pub(crate) async fn see(&self, whose: Whose<'_>) -> Result<()> {
        let wanted = match whose {
            Whose::Tenant(tenant) => Some(tenant.to_owned()),
            Whose::All => None,
        };
        if wanted.is_some() && *self.sight() == wanted {
            return Ok(());
        }
        self.sight().take();
        if self.inner.get_database_backend() == DbBackend::Postgres {
            postgres::wall(&self.inner, whose).await?;
        }
        *self.sight() = wanted;
        Ok(())
    }

    fn sight(&self) -> MutexGuard<'_, Option<String>> {
        self.sees.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks up what the commands' keys were answered with before.
    pub(crate) async fn look_up(&mut self, keys: &[(Principal, String)]) -> Result<()> {
        let mut of: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for (principal, key) in keys {
            of.entry((principal.tenant.as_str(), &principal.subject)).or_default().push(key);
        }
        for ((tenant, subject), keys) in of {
            self.see(Whose::Tenant(tenant)).await?;
            self.appends.were_kept(idempotency::kept(&self.inner, (tenant, subject), &keys).await?);
        }
        Ok(())
    }

    /// What came until here stays, whatever comes after it.
    pub(crate) async fn save(&mut self) -> Result<(), DbErr> {
        let statement = if self.saved.is_some() { RENEW } else { SAVE };
        self.saved = Some(self.appends.mark());
        self.inner.execute_unprepared(statement).await.map(drop)
    }

    /// Undoes what came since it was saved.
    pub(crate) async fn undo(&mut self) -> Result<(), DbErr> {
        if let Some(mark) = self.saved {
            self.appends.back_to(mark);
        }
        // What was set since then is undone too.
        self.sight().take();
        self.copies.forget();
        self.only.forget();
        self.inner.execute_unprepared(UNDO).await.map(drop)
    }

    /// Writes what is appended; the log's newest sequence, if there is any.
    pub(crate) async fn append(&self) -> Result<Option<u64>> {
        let mut last = None;
        for (tenant, events, answers) in self.appends.by_tenant() {
            self.see(Whose::Tenant(tenant)).await?;
            last = last.max(appends::write_events(&self.inner, events).await?);
            appends::write_answers(&self.inner, answers).await?;
        }
        Ok(last)
    }
}
