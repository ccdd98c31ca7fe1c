//! The table of service level reviews.

use crate::contract;
use crate::domain::service_level_review::{ServiceLevelReview, ServiceLevelReviewHappened};
use ciclo_contracts::improvement::v1::ServiceLevelReviewEvent;
use ciclo_kernel::{Corrupt, Machine, ids::ServiceLevelReviewId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

// The results that missed are in the lines, without links: there may be any number, and nothing asks for the way back.
impl Record for ServiceLevelReview {
    type Id = ServiceLevelReviewId;
    type Happened = ServiceLevelReviewHappened;
    type Message = ServiceLevelReviewEvent;
    const TABLE: &'static str = "service_level_review";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] =
        &["agreement_id", "service_id", "state", "period_from", "period_to", "conducted_at"];

    fn id(&self) -> ServiceLevelReviewId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            id_field(self.agreement_id),
            id_field(self.service_id),
            self.state().as_str().into(),
            self.period.from.into(),
            self.period.to.into(),
            self.conducted.at.into(),
        ]
    }

    fn happened(what: &ServiceLevelReviewHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&ServiceLevelReviewHappened>) -> ServiceLevelReviewEvent {
        contract::service_level_review::message(self, what)
    }

    fn read(message: ServiceLevelReviewEvent) -> Result<Self, Corrupt> {
        contract::service_level_review::record(message)
    }
}
