//! A review of an agreement over a period: its numbers are computed once, when
//! it is conducted, and never again. The arithmetic is in `review_lines`.

use super::{
    facts::{Mark, Period, Target},
    known::KnownAgreement,
    review_lines::{ReviewLine, measure},
    target_result::TargetResult,
};
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{AgreementId, ServiceId, ServiceLevelReviewId},
    machine, text,
};

machine! {
    machine "service level review";
    /// How far a review has come.
    states ServiceLevelReviewState {
        /// Measured; its conclusions are not written yet.
        Drafted = "DRAFTED" { Publish => Published },
        /// Published with its conclusions, and immutable. Final.
        Published = "PUBLISHED" {},
    }
    /// What can be done to a review.
    verbs ServiceLevelReviewVerb {
        Publish = "publish",
    }
}

/// Where a review stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceLevelReviewStatus {
    /// Measured.
    Drafted,
    /// Published.
    Published {
        /// What the review concluded.
        conclusions: String,
        /// Who published it, and when.
        published: Mark,
    },
}

/// A review of an agreement over a period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceLevelReview {
    /// The review.
    pub id: ServiceLevelReviewId,
    /// The version of the agreement that is reviewed.
    pub agreement_id: AgreementId,
    /// The agreement's name when the review was conducted.
    pub agreement_name: String,
    /// The service that the agreement is about.
    pub service_id: ServiceId,
    /// The time that is reviewed.
    pub period: Period,
    /// What the agreement promised when the review was conducted.
    pub promise: Vec<Target>,
    /// What came of it, by kind and priority.
    pub lines: Vec<ReviewLine>,
    /// The review that the trends compare with; none when this is the agreement's first.
    pub previous_id: Option<ServiceLevelReviewId>,
    /// Who conducted it, and when.
    pub conducted: Mark,
    /// Where it stands.
    pub status: ServiceLevelReviewStatus,
}

/// What happened to a review.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServiceLevelReviewHappened {
    /// It was conducted.
    Conducted,
    /// It was published.
    Published {
        /// What it concluded.
        conclusions: String,
    },
}

impl ServiceLevelReviewHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Conducted => "Conducted",
            Self::Published { .. } => "Published",
        }
    }
}

impl ServiceLevelReview {
    /// Reviews an agreement over a period that is over: `results` are those known of the agreement (others are
    /// left out), `previous` the agreement's review before, as [`previous`] finds it.
    pub fn conduct(
        id: ServiceLevelReviewId,
        agreement: &KnownAgreement,
        (from, to): (Timestamp, Timestamp),
        results: &[TargetResult],
        previous: Option<&Self>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceLevelReviewHappened> {
        let period = Period::past(from, to, at)?;
        agreement.must_have_begun()?;
        if let Some(previous) = previous {
            previous.must_precede(agreement.id, period)?;
        }
        let own: Vec<TargetResult> =
            results.iter().filter(|result| result.clock.agreement_id == agreement.id).cloned().collect();
        let before = previous.map_or(&[][..], |previous| &previous.lines);
        let review = Self {
            id,
            agreement_id: agreement.id,
            agreement_name: agreement.name.clone(),
            service_id: agreement.service_id,
            period,
            promise: agreement.targets.clone(),
            lines: measure(&agreement.targets, &own, period, before),
            previous_id: previous.map(|previous| previous.id),
            conducted: Mark::new(by, at),
            status: ServiceLevelReviewStatus::Drafted,
        };
        Ok((review, ServiceLevelReviewHappened::Conducted))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> ServiceLevelReviewState {
        match self.status {
            ServiceLevelReviewStatus::Drafted => ServiceLevelReviewState::Drafted,
            ServiceLevelReviewStatus::Published { .. } => ServiceLevelReviewState::Published,
        }
    }

    /// What the review concluded; none before it is published.
    #[must_use]
    pub fn conclusions(&self) -> Option<&str> {
        match &self.status {
            ServiceLevelReviewStatus::Drafted => None,
            ServiceLevelReviewStatus::Published { conclusions, .. } => Some(conclusions),
        }
    }

    /// Publishes the review with its conclusions.
    pub fn publish(
        mut self,
        conclusions: &str,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, ServiceLevelReviewHappened> {
        self.state().go(ServiceLevelReviewVerb::Publish)?;
        let conclusions = text::body("conclusions", conclusions)?;
        let published = Mark::new(by, at);
        self.status = ServiceLevelReviewStatus::Published { conclusions: conclusions.clone(), published };
        Ok((self, ServiceLevelReviewHappened::Published { conclusions }))
    }

    fn must_precede(&self, agreement: AgreementId, period: Period) -> Result<(), Refusal> {
        if self.agreement_id == agreement && self.period.to <= period.from {
            return Ok(());
        }
        let message = "a review is compared with one of the same agreement that ends before it starts";
        Err(Refusal::rule(message).with("review", self.id.to_string()))
    }
}

/// The review that one of `agreement` starting at `from` is compared with: of the same agreement, over by then, the
/// latest; of several over the same time the one conducted last. None when there is none.
#[must_use]
pub fn previous(
    reviews: &[ServiceLevelReview],
    agreement: AgreementId,
    from: Timestamp,
) -> Option<&ServiceLevelReview> {
    reviews
        .iter()
        .filter(|review| review.agreement_id == agreement && review.period.to <= from)
        .max_by_key(|review| (review.period.to, review.conducted.at, review.id))
}
