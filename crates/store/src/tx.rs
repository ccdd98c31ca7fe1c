//! One command's transaction: it loads, decides, saves with a compare-and-set,
//! and appends the event, all or nothing.

use crate::appends::Appends;
use crate::backend::Whose;
use crate::batch::Batch;
use crate::copies::Seen;
use crate::error::{Error, Result};
use crate::filter::{Filter, Order, PageRequest};
use crate::log::LogRow;
use crate::only::Only;
use crate::record::{Field, Record, Versioned};
use crate::sql::{self, col};
use ciclo_kernel::{Decision, Principal, Refusal, Timestamp, ids::RecordId};
use prost::Message;
use sea_orm::sea_query::{Expr, ExprTrait, Query, Value};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

/// A command's transaction, for one tenant, at one instant.
pub struct Tx {
    batch: Batch,
    principal: Principal,
    now: Timestamp,
    trace: String,
}

impl Tx {
    pub(crate) fn new(batch: Batch, principal: Principal, now: Timestamp, trace: String) -> Self {
        Self { batch, principal, now, trace }
    }

    pub(crate) fn into_batch(self) -> Batch {
        self.batch
    }

    pub(crate) fn appends(&self) -> &Appends {
        &self.batch.appends
    }

    /// What this batch has read of copies.
    pub(crate) fn copies_seen(&self) -> &Seen {
        &self.batch.copies
    }

    /// What this batch has read of records that a tenant has one of.
    pub(crate) fn only_seen(&self) -> &Only {
        &self.batch.only
    }

    pub(crate) fn appends_mut(&mut self) -> &mut Appends {
        &mut self.batch.appends
    }

    /// The connection, for this crate's other tables.
    pub(crate) fn db(&self) -> &DatabaseTransaction {
        &self.batch.inner
    }

    /// Sets whose rows the rest of the transaction sees, where the database itself keeps tenants apart.
    pub(crate) async fn see(&self, whose: Whose<'_>) -> Result<()> {
        self.batch.see(whose).await
    }

    /// The instant of everything that this transaction does.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Who acts.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.principal.subject
    }

    /// The caller.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    pub(crate) fn tenant(&self) -> &str {
        self.principal.tenant.as_str()
    }

    /// A fresh id.
    #[must_use]
    pub fn fresh<I: RecordId>(&self) -> I {
        I::at(self.now)
    }

    /// The record, if the tenant has it.
    pub async fn find<R: Record>(&self, id: R::Id) -> Result<Option<Versioned<R>>> {
        Ok(sql::by_ids(&self.batch.inner, self.tenant(), &[id.to_string()]).await?.pop())
    }

    /// The record, or `NOT_FOUND`.
    pub async fn get<R: Record>(&self, id: R::Id) -> Result<Versioned<R>> {
        self.find(id).await?.ok_or_else(|| Refusal::not_found(R::Id::TYPE, id).into())
    }

    /// Up to `most` records that pass a filter, oldest id first.
    pub async fn list<R: Record>(&self, filter: Filter, most: usize) -> Result<Vec<Versioned<R>>> {
        let order = Order { column: "id", descending: false };
        let request = PageRequest { filter, order, first: most, after: None };
        let page = sql::page(&self.batch.inner, self.tenant(), &request).await?;
        Ok(page.rows.into_iter().map(|(found, _)| found).collect())
    }

    /// Saves a new record with its first event.
    pub async fn create<R: Record>(&mut self, decided: Decision<R, R::Happened>) -> Result<Versioned<R>> {
        let (record, what) = decided?;
        let message = record.message(Some(&what)).encode_to_vec();
        let mut columns = vec!["tenant", "id", "version", "changed_at", "message"];
        columns.extend(R::COLUMNS);
        let mut values: Vec<Expr> = vec![
            Expr::val(self.tenant()),
            Expr::val(record.id().to_string()),
            Expr::val(1i64),
            Expr::val(self.now.as_microsecond()),
            Expr::val(message.clone()),
        ];
        values.extend(record.fields().into_iter().map(Expr::from));
        let insert = Query::insert()
            .into_table(col(R::TABLE))
            .columns(columns.into_iter().map(col))
            .values_panic(values)
            .take();
        self.batch.inner.execute(&insert).await?;
        self.add_links(&record).await?;
        self.append::<R>(&record, 1, &what, message);
        Ok(Versioned { record, version: 1, changed_at: self.now, as_of: None })
    }

    /// Applies a verb to a record: load, check the version the caller saw, decide, save.
    ///
    /// `CONFLICT` when `expected` is not the record's version.
    pub async fn change<R: Record>(
        &mut self,
        id: R::Id,
        expected: Option<u64>,
        decide: impl FnOnce(R, &str, Timestamp) -> Decision<R, R::Happened> + Send,
    ) -> Result<Versioned<R>> {
        let before = self.get::<R>(id).await?;
        self.change_loaded(before, expected, decide).await
    }

    /// [`Tx::change`] of a record that is loaded already.
    pub async fn change_loaded<R: Record>(
        &mut self,
        before: Versioned<R>,
        expected: Option<u64>,
        decide: impl FnOnce(R, &str, Timestamp) -> Decision<R, R::Happened> + Send,
    ) -> Result<Versioned<R>> {
        let id = before.record.id();
        before.must_be(expected)?;
        let links_before = before.record.links();
        let (record, what) = decide(before.record, &self.principal.subject, self.now)?;
        let message = record.message(Some(&what)).encode_to_vec();
        let version = before.version + 1;
        let mut update = Query::update();
        update
            .table(col(R::TABLE))
            .value(col("version"), version.cast_signed())
            .value(col("changed_at"), self.now.as_microsecond())
            .value(col("message"), message.clone());
        for (column, field) in R::COLUMNS.iter().zip(record.fields()) {
            update.value(col(column), Expr::from(field));
        }
        update
            .and_where(Expr::col(col("tenant")).eq(self.tenant()))
            .and_where(Expr::col(col("id")).eq(id.to_string()))
            .and_where(Expr::col(col("version")).eq(before.version));
        if self.batch.inner.execute(&update).await?.rows_affected() != 1 {
            return Err(Refusal::conflict(id, before.version, before.version + 1).into());
        }
        if links_before != record.links() {
            self.remove_links::<R>(id).await?;
            self.add_links(&record).await?;
        }
        self.append::<R>(&record, version, &what, message);
        Ok(Versioned { record, version, changed_at: self.now, as_of: None })
    }

    fn append<R: Record>(&mut self, record: &R, version: u64, what: &R::Happened, payload: Vec<u8>) {
        let row = LogRow {
            // The database gives it its place.
            sequence: 0,
            event_id: ciclo_kernel::ids::event_id(self.now).to_string(),
            tenant: self.tenant().to_owned(),
            record_type: R::Id::TYPE.to_owned(),
            record_id: record.id().to_string(),
            record_version: version,
            event_type: R::event_type(what),
            at: self.now,
            actor: self.by().to_owned(),
            traceparent: self.trace.clone(),
            payload,
        };
        self.batch.only.written(R::TABLE);
        self.batch.appends.event(row);
    }

    async fn add_links<R: Record>(&self, record: &R) -> Result<()> {
        let mut links = record.links();
        links.sort();
        links.dedup();
        if links.is_empty() {
            return Ok(());
        }
        let id = record.id().to_string();
        let mut insert = Query::insert();
        insert
            .into_table(col("link"))
            .columns(["tenant", "record_type", "record_id", "role", "to_id"].map(col));
        for (role, to) in &links {
            let values: [Value; 5] = [
                self.tenant().into(),
                R::TABLE.into(),
                id.as_str().into(),
                (*role).into(),
                to.as_str().into(),
            ];
            insert.values_panic(values.map(Expr::val));
        }
        self.batch.inner.execute(&insert).await?;
        Ok(())
    }

    async fn remove_links<R: Record>(&self, id: R::Id) -> Result<()> {
        let delete = Query::delete()
            .from_table(col("link"))
            .and_where(Expr::col(col("tenant")).eq(self.tenant()))
            .and_where(Expr::col(col("record_type")).eq(R::TABLE))
            .and_where(Expr::col(col("record_id")).eq(id.to_string()))
            .take();
        self.batch.inner.execute(&delete).await?;
        Ok(())
    }

    /// The one record with a value in a column, the oldest if there are more.
    pub async fn find_by<R: Record>(
        &self,
        column: &'static str,
        value: impl Into<Field>,
    ) -> Result<Option<Versioned<R>>> {
        Ok(self.list(Filter::is(column, value), 1).await?.pop())
    }

    /// A record as it was after each of its events, oldest first; as many as a history shows.
    pub async fn versions<R: Record>(&self, id: R::Id) -> Result<Vec<Versioned<R>>> {
        let (tenant, name) = (self.tenant(), id.to_string());
        let kept = crate::log::of_record(&self.batch.inner, tenant, &name, crate::history::MOST).await?;
        kept.iter()
            .chain(self.batch.appends.of_record(tenant, &name))
            .map(|row| {
                let record = sql::decode(&row.payload)?;
                Ok(Versioned { record, version: row.record_version, changed_at: row.at, as_of: None })
            })
            .collect()
    }

    /// A record as it was at a version that exists.
    pub async fn at_version<R: Record>(&self, id: R::Id, version: u64) -> Result<Versioned<R>> {
        let (tenant, name) = (self.tenant(), id.to_string());
        let row = match self.batch.appends.at_version(tenant, &name, version) {
            Some(row) => Some(row.clone()),
            None => crate::log::at_version(&self.batch.inner, tenant, &name, version).await?,
        };
        let row = row.ok_or_else(|| Error::Refused(Refusal::not_found(R::Id::TYPE, id)))?;
        Ok(Versioned { record: sql::decode(&row.payload)?, version, changed_at: row.at, as_of: None })
    }
}
