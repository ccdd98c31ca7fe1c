//! What the commands of a batch append: rows of the log, and answers to
//! idempotency keys. They are written together when the batch ends, a statement
//! for each table; until then the commands after them find them here, beside the
//! answers that their keys were given before.

use crate::error::Result;
use crate::idempotency::Answer;
use crate::log::LogRow;
use crate::sql::col;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, Query, Value};

/// Rows of one statement at most: databases bound how many values it may have.
const ROWS_MOST: usize = 500;

/// What is appended when the batch ends, in its order.
#[derive(Default)]
pub(crate) struct Appends {
    events: Vec<LogRow>,
    answers: Vec<Answer>,
    kept: Vec<Answer>,
}

/// How far a batch had come.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    events: usize,
    answers: usize,
}

impl Appends {
    pub(crate) fn event(&mut self, row: LogRow) {
        self.events.push(row);
    }

    pub(crate) fn answer(&mut self, answer: Answer) {
        self.answers.push(answer);
    }

    /// Answers of earlier batches.
    pub(crate) fn were_kept(&mut self, answers: Vec<Answer>) {
        self.kept.extend(answers);
    }

    /// The rows of a record that wait here, in their order.
    pub(crate) fn of_record(&self, tenant: &str, id: &str) -> impl Iterator<Item = &LogRow> {
        self.events.iter().filter(move |row| row.record_id == id && row.tenant == tenant)
    }

    /// The row of a record's version, if it waits here.
    pub(crate) fn at_version(&self, tenant: &str, id: &str, version: u64) -> Option<&LogRow> {
        self.of_record(tenant, id).find(|row| row.record_version == version)
    }

    /// What a key of this batch was answered with, in this batch or before.
    pub(crate) fn answered(&self, tenant: &str, subject: &str, key: &str) -> Option<&Answer> {
        self.kept
            .iter()
            .chain(&self.answers)
            .find(|answer| answer.key == key && answer.subject == subject && answer.tenant == tenant)
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { events: self.events.len(), answers: self.answers.len() }
    }

    /// Forgets what came after a mark.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.events.truncate(mark.events);
        self.answers.truncate(mark.answers);
    }

    /// What is there, in runs of one tenant each.
    pub(crate) fn by_tenant(&self) -> impl Iterator<Item = (&str, &[LogRow], &[Answer])> {
        let events = self.events.chunk_by(|one, next| one.tenant == next.tenant);
        let answers = self.answers.chunk_by(|one, next| one.tenant == next.tenant);
        let events = events.map(|run| (run[0].tenant.as_str(), run, [].as_slice()));
        events.chain(answers.map(|run| (run[0].tenant.as_str(), [].as_slice(), run)))
    }
}

/// Appends rows to the log; the sequence of the last.
pub(crate) async fn write_events(db: &impl ConnectionTrait, events: &[LogRow]) -> Result<Option<u64>> {
    let mut last = None;
    for events in events.chunks(ROWS_MOST) {
        let columns = [
            "event_id",
            "tenant",
            "record_type",
            "record_id",
            "record_version",
            "event_type",
            "at",
            "actor",
            "traceparent",
            "payload",
        ];
        let mut insert = Query::insert();
        insert.into_table(col("log")).columns(columns.map(col)).returning_col(col("sequence"));
        for row in events {
            let values: [Value; 10] = [
                row.event_id.as_str().into(),
                row.tenant.as_str().into(),
                row.record_type.as_str().into(),
                row.record_id.as_str().into(),
                row.record_version.cast_signed().into(),
                row.event_type.as_str().into(),
                row.at.as_microsecond().into(),
                row.actor.as_str().into(),
                row.traceparent.as_str().into(),
                row.payload.clone().into(),
            ];
            insert.values_panic(values.map(Expr::val));
        }
        for row in db.query_all(&insert).await? {
            last = last.max(Some(row.try_get::<i64>("", "sequence")?.unsigned_abs()));
        }
    }
    Ok(last)
}

/// Keeps answers to keys.
pub(crate) async fn write_answers(db: &impl ConnectionTrait, answers: &[Answer]) -> Result<()> {
    for answers in answers.chunks(ROWS_MOST) {
        let columns =
            ["tenant", "subject", "idempotency_key", "arguments", "record_id", "record_version", "at"];
        let mut insert = Query::insert();
        insert.into_table(col("idempotency")).columns(columns.map(col));
        for answer in answers {
            let values: [Value; 7] = [
                answer.tenant.as_str().into(),
                answer.subject.as_str().into(),
                answer.key.as_str().into(),
                answer.arguments.as_str().into(),
                answer.record_id.as_str().into(),
                answer.record_version.cast_signed().into(),
                answer.at.as_microsecond().into(),
            ];
            insert.values_panic(values.map(Expr::val));
        }
        db.execute(&insert).await?;
    }
    Ok(())
}
