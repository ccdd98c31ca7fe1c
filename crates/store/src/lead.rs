//! Who of several processes does what only one may do at a time, for example
//! publish a log. The database decides, not the processes among themselves.

use crate::database::Database;
use crate::error::Result;

/// That this process leads, until it is dropped or lost.
pub struct Lead {
    name: String,
}

impl Lead {
    /// What it leads in.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns when the lead is lost, as when the database has gone away.
    pub async fn lost(&mut self) {
        // A data directory has a lock of its own: no other process has its file.
        std::future::pending().await
    }
}

impl Database {
    /// Leads in `name` from now on, unless another process does.
    #[expect(clippy::unused_async, reason = "a database that several processes share is asked")]
    pub async fn lead(&self, name: &str) -> Result<Option<Lead>> {
        Ok(Some(Lead { name: name.to_owned() }))
    }
}
