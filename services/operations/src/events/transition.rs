//! Configuration items and changes, copied from transition's events.

use super::{carried, message};
use crate::domain::known::{KnownChange, KnownItem};
use async_trait::async_trait;
use ciclo_contracts::convert::from_enum;
use ciclo_contracts::transition::v1::{ChangeEvent, ChangeState, ConfigurationItemEvent};
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};

pub struct FromTransition;

#[async_trait]
impl Handler for FromTransition {
    fn topics(&self) -> Topics {
        Topics { source: "transition", record_types: &["ConfigurationItem", "Change"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        if event.record_type == "ConfigurationItem" {
            let item = carried("ConfigurationItem", message::<ConfigurationItemEvent>(event)?.after)?;
            return tx
                .put_copy(&KnownItem { id: item.id, name: item.name, service_ids: item.service_ids })
                .await;
        }
        let change = carried("Change", message::<ChangeEvent>(event)?.after)?;
        let copy = KnownChange {
            id: change.id,
            title: change.title,
            state: from_enum::<ChangeState>("state", change.state)?.to_owned(),
            item_ids: change.item_ids,
        };
        tx.put_copy(&copy).await
    }
}
