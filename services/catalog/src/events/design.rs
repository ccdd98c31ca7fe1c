//! Design's events: the first design package takes a chartered service into design.

use crate::commands::lifecycle;
use async_trait::async_trait;
use ciclo_contracts::convert::id;
use ciclo_contracts::design::v1::{DesignPackageEvent, design_package_event::What};
use ciclo_kernel::Corrupt;
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};
use prost::Message;

/// Takes services into design.
pub struct FromDesign;

#[async_trait]
impl Handler for FromDesign {
    fn topics(&self) -> Topics {
        Topics { source: "design", record_types: &["DesignPackage"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        let message = DesignPackageEvent::decode(event.payload.as_slice())
            .map_err(|why| Corrupt::new("DesignPackageEvent", why))?;
        match message.what {
            Some(What::Opened(_)) => {}
            Some(
                What::Planned(_)
                | What::Waived(_)
                | What::Submitted(_)
                | What::Returned(_)
                | What::Approved(_)
                | What::Superseded(_),
            )
            | None => return Ok(()),
        }
        let package = message.after.ok_or_else(|| Corrupt::new("DesignPackageEvent", "no package"))?;
        lifecycle::design_opened(tx, id("service_id", &package.service_id)?, id("id", &package.id)?).await
    }
}
