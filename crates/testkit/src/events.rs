//! Events as a neighbour's log would hand them over.

use crate::service::TestService;
use crate::tenant;
use ciclo_kernel::{Principal, Timestamp, ids};
use ciclo_store::inbox::Arrival;
use ciclo_store::{LogRow, Record, Result};

/// A log row of a neighbour, from its contract's message.
#[must_use]
pub fn row(
    record_type: &str,
    event_type: &str,
    record_id: &str,
    version: u64,
    at: Timestamp,
    message: &impl prost::Message,
) -> LogRow {
    LogRow {
        sequence: version,
        event_id: ids::event_id(at).to_string(),
        tenant: tenant().as_str().to_owned(),
        record_type: record_type.to_owned(),
        record_id: record_id.to_owned(),
        record_version: version,
        event_type: event_type.to_owned(),
        at,
        actor: "service:neighbour".to_owned(),
        traceparent: String::new(),
        payload: message.encode_to_vec(),
    }
}

/// A log row of a domain record's event, when the neighbour's crate is at hand.
#[must_use]
pub fn row_of<R: Record>(record: &R, what: &R::Happened, version: u64, at: Timestamp) -> LogRow {
    use ciclo_kernel::ids::RecordId;
    let id = record.id().to_string();
    row(R::Id::TYPE, &R::event_type(what), &id, version, at, &record.message(Some(what)))
}

impl TestService {
    /// Hands an event of `source` to the service's handler as the consumer would:
    /// a duplicate is dropped, the next version applied. Says how it arrived.
    ///
    /// # Panics
    /// When the service has no handler for the source.
    pub async fn deliver(&self, source: &'static str, row: &LogRow) -> Result<Arrival> {
        let handler = self.part.handlers.iter().find(|handler| handler.topics().source == source);
        let handler = handler.unwrap_or_else(|| panic!("no handler for {source}")).clone();
        let (principal, row) = (Principal::service(tenant(), self.part.name), row.clone());
        self.part
            .database
            .write(&principal, move |tx| {
                Box::pin(async move {
                    let arrival = tx.arrival(source, &row).await?;
                    if arrival == Arrival::Next {
                        handler.apply(tx, &row).await?;
                        tx.applied(source, &row).await?;
                    }
                    Ok(arrival)
                })
            })
            .await
    }
}
