//! A service's own copies of what it needs of its neighbours' records, fed by
//! their events. Not records: no history, no versions, rebuilt by replay.

use crate::error::{Error, Result};
use crate::reader::Reader;
use crate::sql::col;
use crate::tx::Tx;
use ciclo_kernel::Corrupt;
use ciclo_kernel::ids::RecordId;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement, Value};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A copy of a neighbour's record.
pub trait Copied: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What it is a copy of: `Agreement`.
    const KIND: &'static str;
    /// The record's id.
    fn id(&self) -> String;
    /// What it is looked up by, for example its service's id; empty for none.
    fn parent(&self) -> String {
        String::new()
    }
}

fn select<C: Copied>(tenant: &str) -> SelectStatement {
    Query::select()
        .column(col("value"))
        .from(col("copy"))
        .and_where(Expr::col(col("tenant")).eq(tenant))
        .and_where(Expr::col(col("kind")).eq(C::KIND))
        .order_by(col("id"), Order::Asc)
        .take()
}

fn text(row: &QueryResult) -> Result<String> {
    Ok(row.try_get("", "value")?)
}

fn parse<C: Copied>(text: &str) -> Result<C> {
    Ok(serde_json::from_str(text).map_err(|why| Corrupt::new(C::KIND, why))?)
}

fn read<C: Copied>(row: &QueryResult) -> Result<C> {
    parse(&text(row)?)
}

fn by(tenant_select: SelectStatement, column: &str, values: &[String]) -> SelectStatement {
    let mut select = tenant_select;
    select.and_where(Expr::col(col(column)).is_in(values.iter().map(String::as_str)));
    select
}

impl Tx {
    /// Keeps a copy, in place of an older one.
    pub async fn put_copy<C: Copied>(&self, copy: &C) -> Result<()> {
        let text = serde_json::to_string(copy).map_err(|why| Corrupt::new(C::KIND, why))?;
        let values: [Value; 5] =
            [self.tenant().into(), C::KIND.into(), copy.id().into(), copy.parent().into(), text.into()];
        let insert = Query::insert()
            .into_table(col("copy"))
            .columns(["tenant", "kind", "id", "parent", "value"].map(col))
            .values_panic(values.map(Expr::val))
            .on_conflict(
                OnConflict::columns(["tenant", "kind", "id"].map(col))
                    .update_columns(["parent", "value"].map(col))
                    .to_owned(),
            )
            .take();
        self.copies_seen().forget();
        self.db().execute(&insert).await?;
        Ok(())
    }

    /// The copy of a record.
    pub async fn copy<C: Copied>(&self, id: &str) -> Result<Option<C>> {
        Ok(self.seen::<C>("id", id).await?.pop())
    }

    /// The copy of a neighbour's record, or [`Error::NotArrived`].
    pub async fn known<C: Copied>(&self, id: impl RecordId) -> Result<C> {
        let known = self.copy(&id.to_string()).await?;
        let missing = || Error::NotArrived { type_name: C::KIND, id: id.to_string(), made: id.made() };
        known.ok_or_else(missing)
    }

    /// The copies under a parent.
    pub async fn copies<C: Copied>(&self, parent: &str) -> Result<Vec<C>> {
        self.seen("parent", parent).await
    }

    /// The copies with a value in a column: read once for all commands of a batch.
    async fn seen<C: Copied>(&self, column: &'static str, value: &str) -> Result<Vec<C>> {
        let asked =
            Asked { tenant: self.tenant().to_owned(), kind: C::KIND, column, value: value.to_owned() };
        let texts = match self.copies_seen().get(&asked) {
            Some(texts) => texts,
            None => {
                let select = by(select::<C>(self.tenant()), column, std::slice::from_ref(&asked.value));
                let texts = self.db().query_all(&select).await?.iter().map(text).collect::<Result<_>>()?;
                self.copies_seen().keep(asked, texts)
            }
        };
        texts.iter().map(|text| parse(text)).collect()
    }

    /// All copies of a kind.
    pub async fn all_copies<C: Copied>(&self) -> Result<Vec<C>> {
        self.db().query_all(&select::<C>(self.tenant())).await?.iter().map(read).collect()
    }
}

/// Which copies a command asked for.
#[derive(PartialEq, Eq, Hash)]
struct Asked {
    tenant: String,
    kind: &'static str,
    column: &'static str,
    value: String,
}

/// What commands of a batch read of copies. Nobody else writes meanwhile, so it holds until one of them does.
#[derive(Default)]
pub(crate) struct Seen(Mutex<HashMap<Asked, Arc<[String]>>>);

impl Seen {
    fn all(&self) -> MutexGuard<'_, HashMap<Asked, Arc<[String]>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, asked: &Asked) -> Option<Arc<[String]>> {
        self.all().get(asked).cloned()
    }

    fn keep(&self, asked: Asked, texts: Vec<String>) -> Arc<[String]> {
        let texts: Arc<[String]> = texts.into();
        self.all().insert(asked, texts.clone());
        texts
    }

    /// A copy was written, or taken back.
    pub(crate) fn forget(&self) {
        self.all().clear();
    }
}

impl Reader {
    /// The copies of these records.
    pub async fn copies_by_ids<C: Copied>(&self, ids: &[String]) -> Result<Vec<C>> {
        let select = by(select::<C>(self.tenant()), "id", ids);
        self.database()
            .read(self.tenant(), "copy")
            .await?
            .query_all(&select)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// The copies under these parents.
    pub async fn copies_under<C: Copied>(&self, parents: &[String]) -> Result<Vec<C>> {
        let select = by(select::<C>(self.tenant()), "parent", parents);
        self.database()
            .read(self.tenant(), "copy")
            .await?
            .query_all(&select)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// All copies of a kind.
    pub async fn all_copies<C: Copied>(&self) -> Result<Vec<C>> {
        self.database()
            .read(self.tenant(), "copy")
            .await?
            .query_all(&select::<C>(self.tenant()))
            .await?
            .iter()
            .map(read)
            .collect()
    }
}
