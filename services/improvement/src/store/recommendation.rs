//! The table of recommendations, and their links to the records that are evidence.

use crate::contract;
use crate::domain::recommendation::{Answer, Recommendation, RecommendationHappened, RecommendationSource};
use ciclo_contracts::improvement::v1::RecommendationEvent;
use ciclo_kernel::{Corrupt, Machine, ids::RecommendationId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

/// The role of the records, of any type, that are evidence for a recommendation.
pub const EVIDENCE: &str = "evidence";

impl Record for Recommendation {
    type Id = RecommendationId;
    type Happened = RecommendationHappened;
    type Message = RecommendationEvent;
    const TABLE: &'static str = "recommendation";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "stage",
        "state",
        "origin",
        "title",
        "service_id",
        "agreement_id",
        "target_kind",
        "accepted_as",
        "requirement_id",
        "initiative_id",
    ];

    fn id(&self) -> RecommendationId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        let (agreement, kind) = match self.source {
            RecommendationSource::Breach { agreement_id, kind } => {
                (id_field(agreement_id), kind.as_str().into())
            }
            RecommendationSource::Review | RecommendationSource::Lesson | RecommendationSource::ByHand => {
                (Field::Null, Field::Null)
            }
        };
        let (requirement, initiative) = match self.answer() {
            None => (Field::Null, Field::Null),
            Some(Answer::Requirement(id)) => (id_field(id), Field::Null),
            Some(Answer::Initiative(id)) => (Field::Null, id_field(id)),
        };
        vec![
            self.stage.as_str().into(),
            self.state().as_str().into(),
            self.source.origin().as_str().into(),
            self.title.as_str().into(),
            self.service_id.map(id_field).into(),
            agreement,
            kind,
            self.acceptance().map(|(accepted_as, _)| accepted_as.as_str()).into(),
            requirement,
            initiative,
        ]
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        self.evidence.iter().filter_map(|one| Some((EVIDENCE, one.record_id.clone()?))).collect()
    }

    fn happened(what: &RecommendationHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&RecommendationHappened>) -> RecommendationEvent {
        contract::recommendation::message(self, what)
    }

    fn read(message: RecommendationEvent) -> Result<Self, Corrupt> {
        contract::recommendation::record(message)
    }
}
