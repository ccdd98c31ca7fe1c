//! Catalog's events: which services and customers there are, what a charter
//! orders, and what going into operation brings into force.

use crate::commands;
use crate::domain::known_customer::KnownCustomer;
use crate::domain::known_service::KnownService;
use async_trait::async_trait;
use ciclo_contracts::catalog::v1::{self as pb, service_event::What};
use ciclo_contracts::convert::{from_enum, id};
use ciclo_kernel::Corrupt;
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};
use prost::Message;

/// Keeps the copies of services and customers, opens packages, brings agreements into force.
pub struct FromCatalog;

#[async_trait]
impl Handler for FromCatalog {
    fn topics(&self) -> Topics {
        Topics { source: "catalog", record_types: &["Service", "Customer"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        match event.record_type.as_str() {
            "Service" => service(tx, &event.payload).await,
            "Customer" => customer(tx, &event.payload).await,
            _ => Ok(()),
        }
    }
}

async fn service(tx: &mut Tx, payload: &[u8]) -> Result<()> {
    let message = pb::ServiceEvent::decode(payload).map_err(|why| Corrupt::new("ServiceEvent", why))?;
    let service = message.after.ok_or_else(|| Corrupt::new("ServiceEvent", "no service"))?;
    let state = from_enum::<pb::ServiceState>("state", service.state)?;
    let known = KnownService::new(id("id", &service.id)?, &service.name, state);
    // Whatever happened to it: the event carries the service as it is after.
    tx.put_copy(&known).await?;
    match message.what {
        Some(What::Chartered(_)) => commands::design_package::open_chartered(tx, &known).await,
        Some(What::WentOperational(_)) => commands::agreement::service_in_use(tx, &known).await,
        Some(
            What::Proposed(_)
            | What::Revised(_)
            | What::AudienceSet(_)
            | What::SupportSet(_)
            | What::SupportRemoved(_)
            | What::NeedSet(_)
            | What::NeedRemoved(_)
            | What::DependencyAdded(_)
            | What::DependencyRemoved(_)
            | What::PutOnHold(_)
            | What::TakenOffHold(_)
            | What::Defined(_)
            | What::Analysed(_)
            | What::Approved(_)
            | What::Rejected(_)
            | What::EnteredDesign(_)
            | What::EnteredTransition(_)
            | What::Retiring(_)
            | What::Retired(_),
        )
        | None => Ok(()),
    }
}

async fn customer(tx: &mut Tx, payload: &[u8]) -> Result<()> {
    let message = pb::CustomerEvent::decode(payload).map_err(|why| Corrupt::new("CustomerEvent", why))?;
    let customer = message.after.ok_or_else(|| Corrupt::new("CustomerEvent", "no customer"))?;
    let active = from_enum::<pb::CustomerState>("state", customer.state)? == "ACTIVE";
    tx.put_copy(&KnownCustomer { id: id("id", &customer.id)?, name: customer.name, active }).await
}
