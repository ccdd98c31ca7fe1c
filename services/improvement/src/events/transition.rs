//! Transition's events: the lessons of a transition that is over.

use crate::commands;
use async_trait::async_trait;
use ciclo_contracts::convert::id;
use ciclo_contracts::transition::v1::{self as pb, transition_event::What};
use ciclo_kernel::Corrupt;
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};
use prost::Message;

/// Recommends what transitions taught.
pub struct FromTransition;

#[async_trait]
impl Handler for FromTransition {
    fn topics(&self) -> Topics {
        Topics { source: "transition", record_types: &["Transition"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        if event.record_type != "Transition" {
            return Ok(());
        }
        let message = pb::TransitionEvent::decode(event.payload.as_slice())
            .map_err(|why| Corrupt::new("TransitionEvent", why))?;
        match message.what {
            Some(What::Closed(_)) => closed(tx, message.after).await,
            Some(
                What::Opened(_)
                | What::StepPlanned(_)
                | What::CriterionRecorded(_)
                | What::CriterionWaived(_)
                | What::BuildAdded(_)
                | What::TestAdded(_)
                | What::PilotSet(_)
                | What::PilotReported(_)
                | What::StepCompleted(_)
                | What::StepFailed(_)
                | What::BackedOut(_)
                | What::Cancelled(_),
            )
            | None => Ok(()),
        }
    }
}

async fn closed(tx: &mut Tx, after: Option<pb::Transition>) -> Result<()> {
    let after = after.ok_or_else(|| Corrupt::new("TransitionEvent", "no transition"))?;
    let (transition, service) = (id("id", &after.id)?, id("service_id", &after.service_id)?);
    // The name at the opening: the catalog's event may not have come yet.
    let name = after.service_name.as_str();
    commands::recommendation::after_lessons(tx, transition, service, name, &after.lessons).await
}
