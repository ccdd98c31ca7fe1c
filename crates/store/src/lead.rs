//! Who of several processes does what only one may do at a time, for example
//! publish a log. The database decides, not the processes among themselves.

use crate::backend::postgres::Session;
use crate::database::Database;
use crate::error::Result;

/// That this process leads, until it is dropped or lost.
pub struct Lead {
    name: String,
    /// The session that has the lock; none where no other process can have it.
    session: Option<Session>,
}

impl Lead {
    /// What it leads in.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns when the lead is lost, as when the database has gone away.
    pub async fn lost(&mut self) {
        match &mut self.session {
            // A data directory has a lock of its own: no other process has its file.
            None => std::future::pending().await,
            Some(session) => session.lost().await,
        }
    }
}

impl Database {
    /// Leads in `name` from now on, unless another process does.
    pub async fn lead(&self, name: &str) -> Result<Option<Lead>> {
        let lead = |session| Lead { name: name.to_owned(), session };
        Ok(match self.postgres() {
            None => Some(lead(None)),
            Some(postgres) => {
                let session = Session::lock(postgres, &format!("{name} {}", self.service())).await?;
                session.map(|session| lead(Some(session)))
            }
        })
    }
}
