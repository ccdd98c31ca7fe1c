//! Catalog's events: which services there are.

use crate::domain::known::KnownService;
use async_trait::async_trait;
use ciclo_contracts::catalog::v1 as pb;
use ciclo_contracts::convert::id;
use ciclo_kernel::Corrupt;
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};
use prost::Message;

/// Keeps the copies of services.
pub struct FromCatalog;

#[async_trait]
impl Handler for FromCatalog {
    fn topics(&self) -> Topics {
        Topics { source: "catalog", record_types: &["Service"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        if event.record_type != "Service" {
            return Ok(());
        }
        let message = pb::ServiceEvent::decode(event.payload.as_slice())
            .map_err(|why| Corrupt::new("ServiceEvent", why))?;
        let service = message.after.ok_or_else(|| Corrupt::new("ServiceEvent", "no service"))?;
        // Whatever happened to it: the event carries the service as it is after.
        tx.put_copy(&KnownService { id: id("id", &service.id)?, name: service.name }).await
    }
}
