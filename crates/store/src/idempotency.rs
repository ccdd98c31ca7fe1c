//! Idempotency keys: a caller's key, the fingerprint of what it came with and
//! the record version that answered it, kept in the transaction of the effect.

use crate::database::Database;
use crate::error::Result;
use crate::record::{Record, Versioned};
use crate::sql::{col, instant};
use crate::tx::Tx;
use ciclo_kernel::{Code, Principal, Refusal, Timestamp, ids::RecordId};
use futures::future::BoxFuture;
use sea_orm::sea_query::{Expr, ExprTrait, Query, UnionType};
use sea_orm::{ConnectionTrait, QueryResult};

/// Longest idempotency key.
pub const KEY_MOST: usize = 128;

/// A key as it came with a mutation.
#[derive(Clone, Debug)]
pub struct Key {
    /// The caller's key.
    pub key: String,
    /// Fingerprint of the mutation and its arguments.
    pub arguments: String,
}

/// What a key was answered with.
pub(crate) struct Answer {
    pub tenant: String,
    pub subject: String,
    pub key: String,
    pub arguments: String,
    pub record_id: String,
    pub record_version: u64,
    pub at: Timestamp,
}

impl Key {
    /// Checks a key: 1 to 128 printable ASCII characters.
    pub fn parse(key: &str, arguments: String) -> Result<Self, Refusal> {
        if (1..=KEY_MOST).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self { key: key.to_owned(), arguments })
        } else {
            Err(Refusal::invalid("idempotencyKey", "1 to 128 printable ASCII characters without spaces"))
        }
    }
}

impl Database {
    /// Runs a command that answers with one record, once for its key: the same key with the same
    /// arguments answers the record as it was then, and does nothing.
    ///
    /// `IDEMPOTENCY_CONFLICT` when the key came with other arguments before.
    pub async fn write_once<R, F>(&self, principal: &Principal, key: Key, work: F) -> Result<Versioned<R>>
    where
        R: Record,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<Versioned<R>>> + Send + 'static,
    {
        let name = key.key.clone();
        self.command(principal, Some(name), move |tx| {
            Box::pin(async move {
                if let Some(before) = tx.replayed::<R>(&key).await? {
                    return Ok(before);
                }
                let after = work(tx).await?;
                tx.answered(key, &after);
                Ok(after)
            })
        })
        .await
    }
}

impl Tx {
    /// What the key was answered with before, if it was used: the record as it was then.
    async fn replayed<R: Record>(&self, key: &Key) -> Result<Option<Versioned<R>>> {
        let Some(before) = self.appends().answered(self.tenant(), self.by(), &key.key) else {
            return Ok(None);
        };
        if before.arguments != key.arguments {
            return Err(Refusal::new(
                Code::IdempotencyConflict,
                "this idempotency key was used with other arguments",
            )
            .with("idempotencyKey", key.key.as_str())
            .into());
        }
        self.at_version(R::Id::parse(&before.record_id)?, before.record_version).await.map(Some)
    }

    /// Keeps what a key is answered with.
    fn answered<R: Record>(&mut self, key: Key, with: &Versioned<R>) {
        let answer = Answer {
            tenant: self.tenant().to_owned(),
            subject: self.by().to_owned(),
            key: key.key,
            arguments: key.arguments,
            record_id: with.record.id().to_string(),
            record_version: with.version,
            at: self.now(),
        };
        self.appends_mut().answer(answer);
    }
}

/// What keys of a caller were answered with before; those that were used.
pub(crate) async fn kept(
    db: &impl ConnectionTrait,
    (tenant, subject): (&str, &str),
    keys: &[&str],
) -> Result<Vec<Answer>> {
    // A branch for each key: given a list of them, PostgreSQL walks all keys of the caller instead
    // while it has no statistics of the table yet.
    let branches = keys.iter().map(|key| {
        Query::select()
            .columns(["idempotency_key", "arguments", "record_id", "record_version", "at"].map(col))
            .from(col("idempotency"))
            .and_where(Expr::col(col("tenant")).eq(tenant))
            .and_where(Expr::col(col("subject")).eq(subject))
            .and_where(Expr::col(col("idempotency_key")).eq(*key))
            .take()
    });
    let Some(select) = branches.reduce(|mut all, branch| all.union(UnionType::All, branch).take()) else {
        return Ok(Vec::new());
    };
    let answer = |row: QueryResult| {
        Ok(Answer {
            tenant: tenant.to_owned(),
            subject: subject.to_owned(),
            key: row.try_get("", "idempotency_key")?,
            arguments: row.try_get("", "arguments")?,
            record_id: row.try_get("", "record_id")?,
            record_version: row.try_get::<i64>("", "record_version")?.unsigned_abs(),
            at: instant(row.try_get("", "at")?)?,
        })
    };
    db.query_all(&select).await?.into_iter().map(answer).collect()
}
