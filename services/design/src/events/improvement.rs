//! Improvement's events: a recommendation that is accepted as a requirement
//! raises it.

use crate::commands;
use crate::domain::requirement::{
    RaiseRequirement, RequirementKind, RequirementPriority, RequirementSource, RequirementWording,
};
use async_trait::async_trait;
use ciclo_contracts::convert::id;
use ciclo_contracts::improvement::v1::{self as pb, recommendation_event::What};
use ciclo_kernel::Corrupt;
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};
use prost::Message;

/// Raises what recommendations ask for.
pub struct FromImprovement;

#[async_trait]
impl Handler for FromImprovement {
    fn topics(&self) -> Topics {
        Topics { source: "improvement", record_types: &["Recommendation"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        if event.record_type != "Recommendation" {
            return Ok(());
        }
        let message = pb::RecommendationEvent::decode(event.payload.as_slice())
            .map_err(|why| Corrupt::new("RecommendationEvent", why))?;
        match message.what {
            Some(What::Accepted(accepted)) => match accepted.accepted_as() {
                pb::AcceptedAs::Requirement => raise(tx, message.after).await,
                pb::AcceptedAs::Initiative | pb::AcceptedAs::Unspecified => Ok(()),
            },
            Some(What::Proposed(_) | What::EvidenceAdded(_) | What::Rejected(_) | What::Answered(_))
            | None => Ok(()),
        }
    }
}

async fn raise(tx: &mut Tx, recommendation: Option<pb::Recommendation>) -> Result<()> {
    let after = recommendation.ok_or_else(|| Corrupt::new("RecommendationEvent", "no recommendation"))?;
    let input = RaiseRequirement {
        service: id("service_id", &after.service_id)?,
        wording: RequirementWording {
            title: after.title.clone(),
            description: after.description,
            kind: RequirementKind::ServiceLevel,
            priority: RequirementPriority::Must,
            acceptance_criterion: None,
        },
        source: RequirementSource::Recommendation { id: id("id", &after.id)?, title: after.title },
    };
    commands::requirement::raise_recommended(tx, input).await
}
