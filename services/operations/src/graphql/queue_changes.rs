//! The changes of a queue: tickets that come, change their place, or leave.

use super::queue::{Due, IncidentRecord, ProblemRecord, QueueFilter, RequestRecord, Ticket, wanted};
use crate::domain::queue::QueueWanted;
use async_graphql::{Context, SimpleObject, Subscription};
use ciclo_api::change::{changed, rows};
use ciclo_api::{ApiError, ApiResult, Instant, Session};
use ciclo_kernel::ids::{IncidentId, ProblemId, RecordId, ServiceRequestId};
use ciclo_store::{LogRow, Reader, Record, Versioned};
use futures::stream::{BoxStream, StreamExt};

/// A change of a ticket that is, or was, in a queue.
#[derive(SimpleObject)]
pub struct QueueChange {
    /// Where it stands in the log: send it as `after:` to go on from here.
    pub cursor: String,
    /// When it happened.
    pub at: Instant,
    /// The ticket as it was after.
    pub ticket: Ticket,
    /// What was due next of it then; null when nothing was promised, or while all its clocks stood.
    pub due: Option<Due>,
    /// Whether it was in the queue then: when not, it left it by this change.
    pub in_queue: bool,
}

/// Follows queues.
#[derive(Default)]
pub struct QueueSubscriptions;

#[Subscription]
impl QueueSubscriptions {
    /// Every change of a queue, in order: tickets that come, change their place, or leave. With `after:` it goes on behind that cursor without a gap or a duplicate; without, it starts now. It looks at 2,000 changes of tickets at most and ends with LIMIT_EXCEEDED and the cursor to go on behind. Errors: BAD_CURSOR, BAD_ID, LIMIT_EXCEEDED, INVALID (alerts and access grants are in no queue).
    async fn queue_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The queue of this group.")] group: Option<String>,
        #[graphql(desc = "The queue of this person.")] person: Option<String>,
        #[graphql(desc = "Which of its tickets; all when left out.")] filter: Option<QueueFilter>,
        #[graphql(desc = "The cursor of the last change seen.")] after: Option<String>,
    ) -> Result<BoxStream<'static, async_graphql::Result<QueueChange>>, ApiError> {
        let session = Session::of(ctx);
        let wanted = wanted(group, person, filter)?;
        session.reads::<RequestRecord>()?;
        session.reads::<ProblemRecord>()?;
        let reader = session.reads::<IncidentRecord>()?.clone();
        let types = vec![IncidentId::TYPE, ServiceRequestId::TYPE, ProblemId::TYPE];
        let rows = rows(reader.clone(), types, None, after)?;
        let changes = rows.filter_map(move |row| {
            let (reader, wanted) = (reader.clone(), wanted.clone());
            async move {
                let change = match row {
                    Ok(row) => change(&reader, &wanted, row).await,
                    Err(error) => Err(error),
                };
                change.map_err(async_graphql::Error::from).transpose()
            }
        });
        Ok(changes.boxed())
    }
}

/// A change of a ticket, if it is in the queue after or was before.
async fn change(reader: &Reader, wanted: &QueueWanted, row: LogRow) -> ApiResult<Option<QueueChange>> {
    if row.record_type == IncidentId::TYPE {
        change_of::<IncidentRecord>(reader, wanted, row, |one| Ticket::Incident(Box::new(one.into()))).await
    } else if row.record_type == ProblemId::TYPE {
        change_of::<ProblemRecord>(reader, wanted, row, |one| Ticket::Problem(one.into())).await
    } else {
        change_of::<RequestRecord>(reader, wanted, row, |one| Ticket::ServiceRequest(one.into())).await
    }
}

async fn change_of<R: Record>(
    reader: &Reader,
    wanted: &QueueWanted,
    row: LogRow,
    ticket: fn(Versioned<R>) -> Ticket,
) -> ApiResult<Option<QueueChange>> {
    let is_in = |ticket: &Ticket| ticket.queued().is_some_and(|queued| wanted.admits(&queued));
    let change = changed::<R>(reader.database().service(), row)?;
    let (id, version) = (change.row.record_id.clone(), change.record.version);
    let after = ticket(change.record);
    let in_queue = is_in(&after);
    if !in_queue {
        let before = reader.at_version::<R>(&id, version.saturating_sub(1)).await?.map(ticket);
        if !before.as_ref().is_some_and(is_in) {
            return Ok(None);
        }
    }
    let due = after.due().map(Due::from);
    Ok(Some(QueueChange { cursor: change.cursor, at: Instant(change.row.at), ticket: after, due, in_queue }))
}
