//! Transition's events: a transition takes its service along, and when it ends well
//! into operation. A transition that is cancelled or backed out leaves the service
//! where it is: the next one goes on from there.

use crate::commands::lifecycle::{self, KnownTransition};
use async_trait::async_trait;
use ciclo_contracts::convert::id;
use ciclo_contracts::transition::v1::{self as pb, transition_event::What};
use ciclo_kernel::Corrupt;
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};
use pb::TransitionOutcome as Outcome;
use prost::Message;

/// Takes services into transition and into operation.
pub struct FromTransition;

#[async_trait]
impl Handler for FromTransition {
    fn topics(&self) -> Topics {
        Topics { source: "transition", record_types: &["Transition"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        let message = pb::TransitionEvent::decode(event.payload.as_slice())
            .map_err(|why| Corrupt::new("TransitionEvent", why))?;
        match message.what {
            Some(What::Opened(_)) => lifecycle::transition_opened(tx, known(message.after)?).await,
            Some(What::Closed(closed)) => match closed.outcome() {
                Outcome::Successful | Outcome::WithIssues => {
                    lifecycle::transition_succeeded(tx, known(message.after)?).await
                }
                Outcome::BackedOut => Ok(()),
                Outcome::Unspecified => Err(Corrupt::new("TransitionClosed", "no outcome").into()),
            },
            Some(
                What::StepPlanned(_)
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

fn known(after: Option<pb::Transition>) -> Result<KnownTransition> {
    let after = after.ok_or_else(|| Corrupt::new("TransitionEvent", "no transition"))?;
    Ok(KnownTransition {
        id: id("id", &after.id)?,
        service: id("service_id", &after.service_id)?,
        package: id("design_package_id", &after.design_package_id)?,
    })
}
