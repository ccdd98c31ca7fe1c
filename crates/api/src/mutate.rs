//! Mutations: one command in one transaction, answered once per idempotency key.

use crate::error::ApiResult;
use crate::session::Session;
use async_graphql::{Context, ID, Value};
use ciclo_kernel::{Decision, Refusal, SignedDuration, Timestamp, ids::RecordId};
use ciclo_store::idempotency::Key;
use ciclo_store::{Error, Record, Result, Tx, Versioned};
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long a mutation waits for a neighbour's record that is named and not known yet.
const ARRIVAL_MOST: Duration = Duration::from_secs(5);
/// How long ago such a record was made at most; an older one is not there, and is refused at once.
const YOUNG: SignedDuration = SignedDuration::from_secs(60);
/// First and longest pause between two looks.
const LOOKS: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(200)];

/// Reads the id of a record from an argument; `BAD_ID` for another type's.
pub fn id<I: RecordId>(text: &ID) -> std::result::Result<I, Refusal> {
    I::parse(text.as_str())
}

/// Reads the version the caller saw.
pub fn version(expected: i32) -> std::result::Result<u64, Refusal> {
    u64::try_from(expected)
        .ok()
        .filter(|version| *version > 0)
        .ok_or_else(|| Refusal::invalid("expectedVersion", "a version is 1 or more"))
}

/// A value with the fields of its objects by name: the order they came in says nothing.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> =
                fields.into_iter().map(|(name, value)| (name, canonical(value))).collect();
            Value::Object(fields.into_iter().collect())
        }
        Value::List(items) => Value::List(items.into_iter().map(canonical).collect()),
        other => other,
    }
}

/// The fingerprint of a mutation: its name and arguments, the key among them.
fn fingerprint(ctx: &Context<'_>) -> ApiResult<String> {
    let mut hash = Sha256::new();
    hash.update(ctx.field().name());
    let arguments = ctx.field().arguments().map_err(|why| Refusal::invalid("arguments", why.message))?;
    for (name, value) in arguments {
        hash.update(name.as_bytes());
        hash.update(canonical(value).to_string());
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Runs a command that answers with one record. The same key with the same
/// arguments answers what it answered before, and does nothing.
///
/// A client may name a neighbour's record before this service has heard of it:
/// then the command is tried again until it has, and refused when that takes too long.
pub async fn mutate<R, T, F>(ctx: &Context<'_>, key: &str, work: F) -> ApiResult<T>
where
    R: Record,
    T: From<Versioned<R>>,
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<Versioned<R>>> + Clone + Send + 'static,
{
    let session = Session::of(ctx);
    let key = Key::parse(key, fingerprint(ctx)?)?;
    let began = Instant::now();
    let [mut pause, longest] = LOOKS;
    loop {
        let (key, work) = (key.clone(), work.clone());
        match session.database().write_once(session.principal(), key, work).await {
            Err(Error::NotArrived { made: Some(made), .. })
                if began.elapsed() < ARRIVAL_MOST && is_young(made, session.database().clock().now()) =>
            {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(longest);
            }
            done => return Ok(done?.into()),
        }
    }
}

fn is_young(made: Timestamp, now: Timestamp) -> bool {
    now.duration_since(made).abs() <= YOUNG
}

/// A mutation that makes a record by its constructor.
pub async fn create<R: Record, T: From<Versioned<R>>>(
    ctx: &Context<'_>,
    key: &str,
    decide: impl FnOnce(R::Id, &str, Timestamp) -> Decision<R, R::Happened> + Clone + Send + 'static,
) -> ApiResult<T> {
    mutate(ctx, key, move |tx| {
        Box::pin(async move {
            let decided = decide(tx.fresh(), tx.by(), tx.now());
            tx.create(decided).await
        })
    })
    .await
}

/// A mutation that applies a verb to one record, by id and expected version.
pub async fn update<R: Record, T: From<Versioned<R>>>(
    ctx: &Context<'_>,
    record: &ID,
    expected: i32,
    key: &str,
    decide: impl FnOnce(R, &str, Timestamp) -> Decision<R, R::Happened> + Clone + Send + 'static,
) -> ApiResult<T> {
    let (record, expected) = (id::<R::Id>(record)?, version(expected)?);
    mutate(ctx, key, move |tx| Box::pin(async move { tx.change(record, Some(expected), decide).await })).await
}
