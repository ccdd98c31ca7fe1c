//! Subscriptions over the log: every change of a record type, in order, from a
//! cursor on, without a gap and without a duplicate.

use crate::error::ApiResult;
use crate::session::Session;
use async_graphql::ID;
use ciclo_kernel::ids::RecordId;
use ciclo_store::{LogRow, Position, Record, Versioned};
use futures::Stream;
use futures::stream::{self, StreamExt};

/// Rows read from the log at once.
const CHUNK: u64 = 128;

/// One change on its way to a subscriber.
pub struct Changed<R> {
    /// The log row.
    pub row: LogRow,
    /// The cursor that resumes after it.
    pub cursor: String,
    /// The record as it was after the event.
    pub record: Versioned<R>,
}

/// Follows a record type (or one record) from a cursor, or from now.
pub async fn follow<R: Record>(
    session: &Session,
    id: Option<ID>,
    after: Option<String>,
) -> ApiResult<impl Stream<Item = ApiResult<Changed<R>>> + use<R>> {
    let reader = session.reads::<R>()?.clone();
    let id = id.map(|id| R::Id::parse(&id).map(|id| id.to_string())).transpose()?;
    let service = session.database().service();
    let tail = session.database().tail();
    let start = match after {
        Some(cursor) => Position::parse(service, &cursor)?.0,
        None => *tail.borrow(),
    };
    let chunks = stream::unfold((reader, id, Some(tail), start), move |(reader, id, tail, at)| async move {
        let mut tail = tail?;
        loop {
            // Look at the tail first: rows that commit while the log is read wake the next round.
            let seen = *tail.borrow_and_update();
            match reader.changes::<R>(id.as_deref(), at, CHUNK).await {
                Ok(rows) if rows.is_empty() => {
                    let from = at.max(seen);
                    if tail.wait_for(|tail| *tail > from).await.is_err() {
                        return None;
                    }
                }
                Ok(rows) => {
                    let next = rows.last().map_or(at, |row| row.sequence);
                    return Some((Ok(rows), (reader, id, Some(tail), next)));
                }
                // The client hears why, and resumes behind its cursor when it likes.
                Err(error) => return Some((Err(error), (reader, id, None, at))),
            }
        }
    });
    Ok(chunks.flat_map(move |chunk| {
        let items: Vec<ApiResult<Changed<R>>> = match chunk {
            Ok(rows) => rows.into_iter().map(|row| changed(service, row)).collect(),
            Err(error) => vec![Err(error.into())],
        };
        stream::iter(items)
    }))
}

fn changed<R: Record>(service: &str, row: LogRow) -> ApiResult<Changed<R>> {
    let record = ciclo_store::sql::decode(&row.payload)?;
    let record = Versioned { record, version: row.record_version, changed_at: row.at };
    Ok(Changed { cursor: Position(row.sequence).cursor(service), record, row })
}
