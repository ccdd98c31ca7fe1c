//! Idempotency keys: a caller's key, the fingerprint of what it came with and
//! the record version that answered it, kept in the transaction of the effect.

use crate::error::Result;
use crate::record::{Record, Versioned};
use crate::sql::col;
use crate::tx::Tx;
use ciclo_kernel::{Code, Refusal, ids::RecordId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query, Value};

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

impl Tx {
    /// What the key was answered with before, if it was used: the record as it was then.
    ///
    /// `IDEMPOTENCY_CONFLICT` when it came with other arguments.
    pub async fn replayed<R: Record>(&self, key: &Key) -> Result<Option<Versioned<R>>> {
        let select = Query::select()
            .columns(["arguments", "record_id", "record_version"].map(col))
            .from(col("idempotency"))
            .and_where(Expr::col(col("tenant")).eq(self.tenant()))
            .and_where(Expr::col(col("subject")).eq(self.by()))
            .and_where(Expr::col(col("idempotency_key")).eq(key.key.as_str()))
            .take();
        let Some(row) = self.db().query_one(&select).await? else { return Ok(None) };
        if row.try_get::<String>("", "arguments")? != key.arguments {
            return Err(Refusal::new(
                Code::IdempotencyConflict,
                "this idempotency key was used with other arguments",
            )
            .with("idempotencyKey", key.key.as_str())
            .into());
        }
        let id = R::Id::parse(&row.try_get::<String>("", "record_id")?)?;
        let version: i64 = row.try_get("", "record_version")?;
        self.at_version(id, version.unsigned_abs()).await.map(Some)
    }

    /// Keeps what a key is answered with.
    pub async fn answered<R: Record>(&self, key: &Key, with: &Versioned<R>) -> Result<()> {
        let values: [Value; 7] = [
            self.tenant().into(),
            self.by().into(),
            key.key.as_str().into(),
            key.arguments.as_str().into(),
            with.record.id().to_string().into(),
            with.version.cast_signed().into(),
            self.now().as_microsecond().into(),
        ];
        let columns =
            ["tenant", "subject", "idempotency_key", "arguments", "record_id", "record_version", "at"];
        let insert = Query::insert()
            .into_table(col("idempotency"))
            .columns(columns.map(col))
            .values_panic(values.map(Expr::val))
            .take();
        self.db().execute(&insert).await?;
        Ok(())
    }
}
