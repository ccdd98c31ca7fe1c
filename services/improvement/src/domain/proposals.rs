//! What records of others lead to: a missed target and the lessons of a
//! transition to a recommendation, a recommendation to an initiative. Texts that
//! are made of other texts are cut to their length.

use super::{
    evidence::{EvidenceKind, NewEvidence},
    facts::TargetKind,
    initiative::IdentifyInitiative,
    recommendation::{ProposeRecommendation, Recommendation, RecommendationSource, Stage},
    target_result::TargetResult,
};
use ciclo_kernel::{
    ids::{ServiceId, TransitionId},
    text::{BODY, LINE},
};

/// What speaks for a recommendation because of a missed target: the result, and the record that it was missed on.
#[must_use]
pub fn breach_evidence(result: &TargetResult) -> [NewEvidence; 2] {
    let record = NewEvidence {
        kind: EvidenceKind::Record,
        record_id: Some(result.clock.subject.id()),
        // A title of another record: it fits, but nothing here depends on that.
        note: result.clock.subject_title.as_deref().map(|title| cut(title, BODY)),
    };
    [NewEvidence::result(result.id, None), record]
}

/// The recommendation to design that a missed target brings about. `service` is the service's name, or its id.
#[must_use]
pub fn of_breach(result: &TargetResult, service: &str) -> ProposeRecommendation {
    let (kind, agreement_id) = (result.clock.kind, result.clock.agreement_id);
    let head = match kind {
        TargetKind::Response => "Response target of ",
        TargetKind::Resolution => "Resolution target of ",
    };
    ProposeRecommendation {
        stage: Stage::Design,
        service_id: Some(result.clock.service_id),
        title: around(head, service, " missed"),
        description: None,
        source: RecommendationSource::Breach { agreement_id, kind },
        evidence: breach_evidence(result).into(),
    }
}

/// The recommendation that the lessons of a transition bring about. `service` is the service's name, or its id.
#[must_use]
pub fn of_lessons(
    transition: TransitionId,
    service_id: ServiceId,
    service: &str,
    lessons: &[String],
) -> ProposeRecommendation {
    ProposeRecommendation {
        stage: Stage::Transition,
        service_id: Some(service_id),
        title: around("Lessons of the transition of ", service, ""),
        description: Some(cut(&lessons.join("\n\n"), BODY)),
        source: RecommendationSource::Lesson,
        evidence: vec![NewEvidence {
            kind: EvidenceKind::Record,
            record_id: Some(transition.to_string()),
            note: None,
        }],
    }
}

/// The initiative that takes up a recommendation.
#[must_use]
pub fn initiative_of(recommendation: &Recommendation, owner: String) -> IdentifyInitiative {
    IdentifyInitiative {
        title: recommendation.title.clone(),
        description: recommendation.description.clone(),
        owner,
        service_id: recommendation.service_id,
        recommendation_id: Some(recommendation.id),
    }
}

/// A line with a name in it that is cut when the line would be too long.
fn around(head: &str, name: &str, tail: &str) -> String {
    let rest = LINE.saturating_sub(head.chars().count() + tail.chars().count());
    format!("{head}{}{tail}", cut(name, rest))
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;
    use ciclo_kernel::ids::RecordId;

    fn proposed(input: ProposeRecommendation) -> Recommendation {
        Recommendation::propose(samples::id(), input, "service:improvement", samples::at(0)).unwrap().0
    }

    #[test]
    fn a_breach_names_the_target_and_the_service() {
        let result = samples::result(3, 1, 130);
        let made = proposed(of_breach(&result, "Mail"));
        assert_eq!(made.title, "Resolution target of Mail missed");
        assert!(made.has_evidence(EvidenceKind::Result, &result.id.to_string()));
        assert!(made.has_evidence(EvidenceKind::Record, &result.clock.subject.id()));
        assert!(made.gathers(result.clock.agreement_id, TargetKind::Resolution));
    }

    #[test]
    fn names_and_lessons_are_cut_to_what_is_kept() {
        let name = "é".repeat(LINE);
        let made = proposed(of_breach(&samples::result(3, 1, 130), &name));
        assert_eq!(made.title.chars().count(), LINE);
        assert!(made.title.ends_with("é… missed"));
        let lessons = vec!["a".repeat(BODY), "b".repeat(BODY)];
        let made = proposed(of_lessons(TransitionId::at(samples::at(0)), samples::nth(1), &name, &lessons));
        assert_eq!(made.title.chars().count(), LINE);
        assert_eq!(made.description.unwrap().chars().count(), BODY);
    }
}
