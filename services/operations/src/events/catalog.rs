//! Services, customers and offerings, copied from catalog's events.

use super::{carried, message};
use crate::domain::known::{KnownCustomer, KnownOffering, KnownPlanStep, KnownService};
use async_trait::async_trait;
use ciclo_contracts::catalog::v1::{CustomerEvent, OfferingEvent, ServiceEvent, ServiceState};
use ciclo_contracts::convert::from_enum;
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};

pub struct FromCatalog;

#[async_trait]
impl Handler for FromCatalog {
    fn topics(&self) -> Topics {
        Topics { source: "catalog", record_types: &["Service", "Customer", "Offering"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        if event.record_type == "Service" {
            let service = carried("Service", message::<ServiceEvent>(event)?.after)?;
            let state = from_enum::<ServiceState>("state", service.state)?;
            let copy = KnownService {
                id: service.id,
                name: service.name,
                operational: state == "OPERATIONAL",
                state: state.to_owned(),
                criticality: service.criticality.to_string(),
            };
            return tx.put_copy(&copy).await;
        }
        if event.record_type == "Customer" {
            let customer = carried("Customer", message::<CustomerEvent>(event)?.after)?;
            return tx.put_copy(&KnownCustomer { id: customer.id, name: customer.name }).await;
        }
        let offering = carried("Offering", message::<OfferingEvent>(event)?.after)?;
        let steps = offering.fulfilment.into_iter();
        let copy = KnownOffering {
            id: offering.id,
            service_id: offering.service_id,
            name: offering.name,
            visible: offering.visible,
            approval_needed: offering.approval_needed,
            form: offering.form,
            plan: steps.map(|step| KnownPlanStep { name: step.name, group: step.group }).collect(),
        };
        tx.put_copy(&copy).await
    }
}
