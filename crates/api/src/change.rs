//! Subscriptions over the log: every change of a record type, in order, from a
//! cursor on, without a gap and without a duplicate. One carries so many changes
//! and ends; it is resumed behind its last cursor.

use crate::error::ApiResult;
use crate::session::Session;
use async_graphql::ID;
use ciclo_kernel::ids::RecordId;
use ciclo_kernel::{CHANGES_MOST, Code, Refusal};
use ciclo_store::{LogRow, Position, Reader, Record, Versioned};
use futures::Stream;
use futures::stream::{self, StreamExt};
use tokio::sync::watch;

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
    let rows = rows(reader, vec![<R::Id as RecordId>::TYPE], id, after)?;
    Ok(rows.map(move |row| changed(service, row?)))
}

/// Follows the log rows of record types that the caller may read (or of one record) from a cursor, or from now.
pub fn rows(
    reader: Reader,
    record_types: Vec<&'static str>,
    id: Option<String>,
    after: Option<String>,
) -> ApiResult<impl Stream<Item = ApiResult<LogRow>>> {
    let service = reader.database().service();
    let tail = reader.database().tail();
    let start = match after {
        Some(cursor) => Position::parse(service, &cursor)?.0,
        None => *tail.borrow(),
    };
    let follower = Follower { reader, record_types, id, tail, at: start, left: CHANGES_MOST };
    let chunks = stream::unfold(Some(follower), move |follower| async move {
        let mut follower = follower?;
        match follower.next(service).await {
            Ok(rows) if rows.is_empty() => None,
            Ok(rows) => Some((Ok(rows), Some(follower))),
            // The client hears why, and resumes behind its cursor when it likes.
            Err(error) => Some((Err(error), None)),
        }
    });
    Ok(chunks.flat_map(|chunk| {
        let rows: Vec<ApiResult<LogRow>> = match chunk {
            Ok(rows) => rows.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        };
        stream::iter(rows)
    }))
}

/// Where a subscription is.
struct Follower {
    reader: Reader,
    record_types: Vec<&'static str>,
    id: Option<String>,
    tail: watch::Receiver<u64>,
    /// The sequence of the last change that it carried.
    at: u64,
    /// How many changes it still carries.
    left: usize,
}

impl Follower {
    /// The next changes, once there are some; none when the service stops.
    async fn next(&mut self, service: &str) -> ApiResult<Vec<LogRow>> {
        if self.left == 0 {
            let why = format!(
                "a subscription carries at most {CHANGES_MOST} changes: subscribe again with `after`, the last cursor"
            );
            let resume = Position(self.at).cursor(service);
            let refusal = Refusal::new(Code::LimitExceeded, why).with("limit", CHANGES_MOST);
            return Err(refusal.with("after", resume).into());
        }
        loop {
            // Look at the tail first: rows that commit while the log is read wake the next round.
            let seen = *self.tail.borrow_and_update();
            let mut rows =
                self.reader.changes_of(&self.record_types, self.id.as_deref(), self.at, CHUNK).await?;
            rows.truncate(self.left);
            if let Some(last) = rows.last() {
                self.at = last.sequence;
                self.left -= rows.len();
                return Ok(rows);
            }
            let from = self.at.max(seen);
            if self.tail.wait_for(|tail| *tail > from).await.is_err() {
                return Ok(rows);
            }
        }
    }
}

/// A log row as a change on its way to a subscriber.
pub fn changed<R: Record>(service: &str, row: LogRow) -> ApiResult<Changed<R>> {
    let record = ciclo_store::sql::decode(&row.payload)?;
    let record = Versioned { record, version: row.record_version, changed_at: row.at, as_of: None };
    Ok(Changed { cursor: Position(row.sequence).cursor(service), record, row })
}
