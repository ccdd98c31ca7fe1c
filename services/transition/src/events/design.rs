//! Design's events: an approved package opens its transition; which agreements
//! bind is kept for the impact.

use crate::commands;
use crate::domain::{KnownAgreement, OpenTransition};
use async_trait::async_trait;
use ciclo_contracts::convert::{from_enum, id};
use ciclo_contracts::design::v1 as pb;
use ciclo_kernel::Corrupt;
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};
use pb::design_package_event::What;
use prost::Message;

/// Opens transitions and keeps the copies of agreements.
pub struct FromDesign;

#[async_trait]
impl Handler for FromDesign {
    fn topics(&self) -> Topics {
        Topics { source: "design", record_types: &["DesignPackage", "Agreement"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        match event.record_type.as_str() {
            "DesignPackage" => package(tx, &event.payload).await,
            "Agreement" => agreement(tx, &event.payload).await,
            _ => Ok(()),
        }
    }
}

async fn package(tx: &mut Tx, payload: &[u8]) -> Result<()> {
    let message =
        pb::DesignPackageEvent::decode(payload).map_err(|why| Corrupt::new("DesignPackageEvent", why))?;
    match message.what {
        Some(What::Approved(_)) => {}
        Some(
            What::Opened(_)
            | What::Planned(_)
            | What::Waived(_)
            | What::Submitted(_)
            | What::Returned(_)
            | What::Superseded(_),
        )
        | None => return Ok(()),
    }
    let package = message.after.ok_or_else(|| Corrupt::new("DesignPackageEvent", "no package"))?;
    let input = OpenTransition {
        service_id: id("service_id", &package.service_id)?,
        service_name: package.service_name,
        design_package_id: id("id", &package.id)?,
        design_package_number: package.number,
    };
    commands::transition::open(tx, input).await
}

async fn agreement(tx: &mut Tx, payload: &[u8]) -> Result<()> {
    let message = pb::AgreementEvent::decode(payload).map_err(|why| Corrupt::new("AgreementEvent", why))?;
    let agreement = message.after.ok_or_else(|| Corrupt::new("AgreementEvent", "no agreement"))?;
    // Whatever happened to it: the event carries the agreement as it is after.
    tx.put_copy(&KnownAgreement {
        id: id("id", &agreement.id)?,
        service_id: id("service_id", &agreement.service_id)?,
        state: from_enum::<pb::AgreementState>("state", agreement.state)?.to_owned(),
        kind: from_enum::<pb::AgreementKind>("kind", agreement.kind)?.to_owned(),
    })
    .await
}
