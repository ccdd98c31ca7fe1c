//! Configuration items as messages.

use super::{needed, some, text};
use crate::domain::{ConfigurationItem, ConfigurationItemHappened};
use ciclo_contracts::convert::{id, state_from_proto, state_to_proto, to_enum};
use ciclo_contracts::transition::v1 as pb;
use ciclo_kernel::Corrupt;
use pb::configuration_item_event::What;

/// The event message of a configuration item; `what` is missing for a bare snapshot.
#[must_use]
pub fn message(
    record: &ConfigurationItem,
    what: Option<&ConfigurationItemHappened>,
) -> pb::ConfigurationItemEvent {
    let after = pb::ConfigurationItem {
        id: record.id.to_string(),
        name: record.name.clone(),
        class: record.class.clone(),
        attributes: record.attributes.clone(),
        service_ids: record.service_ids.iter().map(ToString::to_string).collect(),
        criticality: u32::from(record.criticality),
        state: state_to_proto::<pb::ConfigurationItemState, _>(record.state()),
        state_note: text(record.state_note.as_deref()),
    };
    pb::ConfigurationItemEvent { after: Some(after), what: what.map(happened) }
}

fn happened(what: &ConfigurationItemHappened) -> What {
    match what {
        ConfigurationItemHappened::Registered => What::Registered(pb::ConfigurationItemRegistered {}),
        ConfigurationItemHappened::Revised => What::Revised(pb::ConfigurationItemRevised {}),
        ConfigurationItemHappened::Moved { step, from, note } => What::Moved(pb::ConfigurationItemMoved {
            r#move: to_enum::<pb::ConfigurationItemMove>(step.as_str()),
            from: state_to_proto::<pb::ConfigurationItemState, _>(*from),
            note: text(note.as_deref()),
        }),
    }
}

/// The item that an event message tells of, as it is after the event.
pub fn record(message: pb::ConfigurationItemEvent) -> Result<ConfigurationItem, Corrupt> {
    let after = needed("ConfigurationItem", message.after)?;
    Ok(ConfigurationItem {
        id: id("id", &after.id)?,
        name: after.name,
        class: after.class,
        attributes: after.attributes,
        service_ids: after.service_ids.iter().map(|one| id("service_ids", one)).collect::<Result<_, _>>()?,
        criticality: u8::try_from(after.criticality).map_err(|why| Corrupt::new("criticality", why))?,
        state: state_from_proto::<pb::ConfigurationItemState, _>("state", after.state)?,
        state_note: some(after.state_note),
    })
}
