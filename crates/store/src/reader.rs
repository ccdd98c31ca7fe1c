//! Reads for one caller. It holds the tenant, so no query is built without it.

use crate::database::Database;
use crate::error::Result;
use crate::filter::{Filter, Page, PageRequest};
use crate::history::{self, HistoryEntry};
use crate::log::{self, LogRow};
use crate::record::{Record, Versioned};
use crate::sql;
use ciclo_kernel::{Tenant, Timestamp};

/// The table of the log.
const LOG: &str = "log";

/// A reader of one tenant's records.
#[derive(Clone)]
pub struct Reader {
    database: Database,
    tenant: Tenant,
}

impl Reader {
    pub(crate) fn new(database: Database, tenant: Tenant) -> Self {
        Self { database, tenant }
    }

    /// The database that is read.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn tenant(&self) -> &str {
        self.tenant.as_str()
    }

    /// The records of these ids that the tenant has, in no order.
    pub async fn by_ids<R: Record>(&self, ids: &[String]) -> Result<Vec<Versioned<R>>> {
        sql::by_ids(&self.database.read(self.tenant(), R::TABLE).await?, self.tenant(), ids).await
    }

    /// The record, if the tenant has it.
    pub async fn find<R: Record>(&self, id: R::Id) -> Result<Option<Versioned<R>>> {
        Ok(self.by_ids(&[id.to_string()]).await?.pop())
    }

    /// A page of records.
    pub async fn page<R: Record>(&self, request: &PageRequest) -> Result<Page<Versioned<R>>> {
        sql::page(&self.database.read(self.tenant(), R::TABLE).await?, self.tenant(), request).await
    }

    /// How many records pass a filter.
    pub async fn count<R: Record>(&self, filter: &Filter) -> Result<u64> {
        sql::count::<R>(&self.database.read(self.tenant(), R::TABLE).await?, self.tenant(), filter).await
    }

    /// All records that pass a filter, page by page: for what needs the whole set.
    pub async fn all<R: Record>(&self, filter: Filter) -> Result<Vec<Versioned<R>>> {
        let order = crate::filter::Order { column: "id", descending: false };
        let mut request = PageRequest { filter, order, first: 1000, after: None };
        let mut found = Vec::new();
        loop {
            let page = self.page::<R>(&request).await?;
            request.after = page.rows.last().map(|(last, at)| (at.clone(), last.record.id().to_string()));
            found.extend(page.rows.into_iter().map(|(row, _)| row));
            if !page.more {
                return Ok(found);
            }
        }
    }

    /// The values of a text column that several records share whose values in column `of` differ, of the records that
    /// pass a filter: in order, after a value, at most `most`.
    pub async fn shared<R: Record>(
        &self,
        filter: &Filter,
        (column, of): (&'static str, &'static str),
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>> {
        let db = self.database.read(self.tenant(), R::TABLE).await?;
        sql::shared::<R>(&db, self.tenant(), filter, (column, of), after, most).await
    }

    /// For each value, the newest `first` records with it in a column.
    pub async fn by_column<R: Record>(
        &self,
        column: &'static str,
        values: &[String],
        first: usize,
    ) -> Result<Vec<(String, Versioned<R>)>> {
        sql::by_column(
            &self.database.read(self.tenant(), R::TABLE).await?,
            self.tenant(),
            column,
            values,
            first,
        )
        .await
    }

    /// For each id, the newest `first` records that link to it under a role.
    pub async fn by_link<R: Record>(
        &self,
        role: &'static str,
        ids: &[String],
        first: usize,
    ) -> Result<Vec<(String, Versioned<R>)>> {
        sql::by_link(&self.database.read(self.tenant(), R::TABLE).await?, self.tenant(), role, ids, first)
            .await
    }

    /// The record as it was at an instant; `None` when it did not exist yet.
    pub async fn as_of<R: Record>(&self, id: R::Id, at: Timestamp) -> Result<Option<Versioned<R>>> {
        let row =
            log::as_of(&self.database.read(self.tenant(), LOG).await?, self.tenant(), &id.to_string(), at)
                .await?;
        row.map(|row| {
            Ok(Versioned {
                record: sql::decode(&row.payload)?,
                version: row.record_version,
                changed_at: row.at,
                as_of: Some(at),
            })
        })
        .transpose()
    }

    /// A record's history, oldest first: who, when, which fields from what to what.
    pub async fn history<R: Record>(&self, id: R::Id) -> Result<Vec<HistoryEntry>> {
        let rows = log::of_record(
            &self.database.read(self.tenant(), LOG).await?,
            self.tenant(),
            &id.to_string(),
            history::MOST,
        )
        .await?;
        history::entries::<R>(&rows)
    }

    /// The record as it was at a version that exists.
    pub async fn at_version<R: Record>(&self, id: &str, version: u64) -> Result<Option<Versioned<R>>> {
        let db = self.database.read(self.tenant(), LOG).await?;
        let row = log::at_version(&db, self.tenant(), id, version).await?;
        row.map(|row| {
            Ok(Versioned { record: sql::decode(&row.payload)?, version, changed_at: row.at, as_of: None })
        })
        .transpose()
    }

    /// Log rows of a record type after a sequence, and of one record if given.
    pub async fn changes<R: Record>(&self, id: Option<&str>, after: u64, limit: u64) -> Result<Vec<LogRow>> {
        self.changes_of(&[<R::Id as ciclo_kernel::ids::RecordId>::TYPE], id, after, limit).await
    }

    /// Log rows of some record types after a sequence, and of one record if given: what subscriptions read.
    pub async fn changes_of(
        &self,
        record_types: &[&str],
        id: Option<&str>,
        after: u64,
        limit: u64,
    ) -> Result<Vec<LogRow>> {
        log::of_types_after(
            &self.database.read(self.tenant(), LOG).await?,
            self.tenant(),
            record_types,
            id,
            after,
            limit,
        )
        .await
    }
}

impl Database {
    /// Rows of the log after a sequence, of all tenants: for neighbours and replay.
    pub async fn log_after(&self, sequence: u64, limit: u64) -> Result<Vec<LogRow>> {
        log::after(&self.read_all(LOG).await?, sequence, limit).await
    }

    /// The record, of whichever tenant, that has a value in a column, with its tenant. It is for callers who show
    /// a secret of their own in place of a token: the column holds what only the secret leads to, and is unique
    /// over all tenants.
    pub async fn of_anybody<R: Record>(
        &self,
        column: &'static str,
        value: &str,
    ) -> Result<Option<(Tenant, Versioned<R>)>> {
        sql::of_anybody(&self.read_all(R::TABLE).await?, column, value).await
    }
}
