//! Commands on recommendations: what breaches, lessons and people recommend, and
//! what answers an accepted one.

use super::known;
use crate::domain::evidence::{EvidenceKind, NewEvidence};
use crate::domain::facts::TargetKind;
use crate::domain::initiative::Initiative;
use crate::domain::proposals;
use crate::domain::recommendation::{
    AcceptedAs, ProposeRecommendation, Recommendation, RecommendationOrigin, RecommendationSource,
    RecommendationState,
};
use crate::domain::service_level_review::ServiceLevelReview;
use crate::domain::target_result::TargetResult;
use crate::store::EVIDENCE;
use ciclo_kernel::ids::{
    AgreementId, RecommendationId, RecordId, RequirementId, ServiceId, ServiceLevelReviewId, TargetResultId,
    TransitionId,
};
use ciclo_kernel::{Machine, Refusal};
use ciclo_store::record::id_field;
use ciclo_store::{Filter, Result, Tx, Versioned};

/// Proposes a recommendation by hand, or one that a review led to: then the review is the first piece
/// of evidence, and its service the service unless another is named.
///
/// `NOT_FOUND` when there is no such review or service, or no such result or review among the evidence.
pub async fn recommend(
    tx: &mut Tx,
    mut input: ProposeRecommendation,
    review: Option<ServiceLevelReviewId>,
) -> Result<Versioned<Recommendation>> {
    known::named_service(tx, input.service_id).await?;
    if let Some(id) = review {
        let review = tx.get::<ServiceLevelReview>(id).await?.record;
        let shown = NewEvidence { kind: EvidenceKind::Review, record_id: Some(id.to_string()), note: None };
        input.evidence.insert(0, shown);
        input.source = RecommendationSource::Review;
        input.service_id = input.service_id.or(Some(review.service_id));
    }
    for evidence in &input.evidence {
        must_be_there(tx, evidence).await?;
    }
    let decided = Recommendation::propose(tx.fresh(), input, tx.by(), tx.now());
    tx.create(decided).await
}

/// Adds evidence by hand.
///
/// `NOT_FOUND` when the evidence is a result or review that does not exist.
pub async fn add_evidence(
    tx: &mut Tx,
    id: RecommendationId,
    expected: u64,
    evidence: NewEvidence,
) -> Result<Versioned<Recommendation>> {
    must_be_there(tx, &evidence).await?;
    let add = |recommendation: Recommendation, by: &str, at| recommendation.add_evidence(evidence, by, at);
    tx.change(id, Some(expected), add).await
}

/// Accepts a recommendation. As an initiative it is answered at once: the initiative is identified with it.
pub async fn accept(
    tx: &mut Tx,
    id: RecommendationId,
    expected: u64,
    accepted_as: AcceptedAs,
    owner: Option<String>,
) -> Result<Versioned<Recommendation>> {
    if accepted_as == AcceptedAs::Requirement && owner.is_some() {
        return Err(Refusal::invalid("owner", "only an initiative has an owner").into());
    }
    let accept = |recommendation: Recommendation, by: &str, at| recommendation.accept(accepted_as, by, at);
    let accepted = tx.change(id, Some(expected), accept).await?;
    match accepted_as {
        AcceptedAs::Requirement => Ok(accepted),
        AcceptedAs::Initiative => {
            let owner = owner.unwrap_or_else(|| tx.by().to_owned());
            let input = proposals::initiative_of(&accepted.record, owner);
            let initiative = tx.create(Initiative::identify(tx.fresh(), input, tx.by(), tx.now())).await?;
            let answer = |recommendation: Recommendation, by: &str, at| {
                recommendation.answered_by_initiative(initiative.record.id, by, at)
            };
            tx.change_loaded(accepted, None, answer).await
        }
    }
}

/// A requirement of design answers the recommendation that it came from. One that is answered, or
/// does not wait for a requirement, stays as it is.
pub async fn answered(tx: &mut Tx, id: RecommendationId, requirement: RequirementId) -> Result<()> {
    let Some(found) = tx.find::<Recommendation>(id).await? else { return Ok(()) };
    let waits = match found.record.state() {
        RecommendationState::Accepted => {
            found.record.acceptance().is_some_and(|(accepted_as, _)| accepted_as == AcceptedAs::Requirement)
        }
        RecommendationState::Proposed | RecommendationState::Rejected | RecommendationState::Answered => {
            false
        }
    };
    if waits {
        let answer = |recommendation: Recommendation, by: &str, at| {
            recommendation.answered_by_requirement(requirement, by, at)
        };
        tx.change_loaded(found, None, answer).await?;
    }
    Ok(())
}

/// A missed target recommends something to design, once while it is not decided; later ones are more evidence for it.
pub async fn after_breach(tx: &mut Tx, result: &TargetResult) -> Result<()> {
    let Some(mut open) = gathering(tx, result.clock.agreement_id, result.clock.kind).await? else {
        let name = known::service_name(tx, result.clock.service_id).await?;
        let input = proposals::of_breach(result, &name);
        tx.create(Recommendation::propose(tx.fresh(), input, tx.by(), tx.now())).await?;
        return Ok(());
    };
    for evidence in proposals::breach_evidence(result) {
        if open.record.takes(&evidence) {
            let add =
                |recommendation: Recommendation, by: &str, at| recommendation.add_evidence(evidence, by, at);
            open = tx.change_loaded(open, None, add).await?;
        }
    }
    Ok(())
}

async fn gathering(
    tx: &Tx,
    agreement: AgreementId,
    kind: TargetKind,
) -> Result<Option<Versioned<Recommendation>>> {
    let open = Filter::All(vec![
        Filter::is("agreement_id", id_field(agreement)),
        Filter::is("target_kind", kind.as_str()),
        Filter::is("state", RecommendationState::Proposed.as_str()),
    ]);
    let found = tx.list::<Recommendation>(open, 1).await?.pop();
    Ok(found.filter(|found| found.record.gathers(agreement, kind)))
}

/// The lessons of a transition recommend something, once a transition.
pub async fn after_lessons(
    tx: &mut Tx,
    transition: TransitionId,
    service: ServiceId,
    service_name: &str,
    lessons: &[String],
) -> Result<()> {
    let made = Filter::All(vec![
        Filter::is("origin", RecommendationOrigin::Lesson.as_str()),
        Filter::Linked(EVIDENCE, vec![transition.to_string()]),
    ]);
    if lessons.is_empty() || !tx.list::<Recommendation>(made, 1).await?.is_empty() {
        return Ok(());
    }
    let input = proposals::of_lessons(transition, service, service_name, lessons);
    tx.create(Recommendation::propose(tx.fresh(), input, tx.by(), tx.now())).await?;
    Ok(())
}

/// `NOT_FOUND` for evidence that is a record of improvement itself and does not exist. Of the
/// neighbours' records it keeps the id alone.
async fn must_be_there(tx: &Tx, evidence: &NewEvidence) -> Result<()> {
    let Some(id) = evidence.record_id.as_deref() else { return Ok(()) };
    match evidence.kind {
        EvidenceKind::Result => {
            tx.get::<TargetResult>(TargetResultId::parse(id)?).await?;
        }
        EvidenceKind::Review => {
            tx.get::<ServiceLevelReview>(ServiceLevelReviewId::parse(id)?).await?;
        }
        EvidenceKind::Record | EvidenceKind::Text => {}
    }
    Ok(())
}
