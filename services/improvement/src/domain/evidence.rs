//! Evidence: what speaks for a recommendation. A reference to a record, or the
//! words of somebody.

use super::facts::Mark;
use ciclo_kernel::{
    Refusal, Timestamp,
    ids::{REGISTRY, RecordId, ServiceLevelReviewId, TargetResultId},
    text,
};

words! {
    /// What a piece of evidence is.
    EvidenceKind {
        /// A record of any service: an incident, a transition, an agreement.
        Record = "RECORD",
        /// A result of a service level target.
        Result = "RESULT",
        /// A service level review.
        Review = "REVIEW",
        /// A text alone.
        Text = "TEXT",
    }
}

/// A piece of evidence, before it is added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEvidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// The record's id as it is written; none for a text.
    pub record_id: Option<String>,
    /// What it shows; needed for a text, none when the record says it.
    pub note: Option<String>,
}

/// A piece of evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// The record's id as it is written; none for a text.
    pub record_id: Option<String>,
    /// What it shows; none when the record says it.
    pub note: Option<String>,
    /// Who added it, and when.
    pub added: Mark,
}

impl NewEvidence {
    /// A result of a service level target.
    #[must_use]
    pub fn result(id: TargetResultId, note: Option<String>) -> Self {
        Self { kind: EvidenceKind::Result, record_id: Some(id.to_string()), note }
    }

    /// Checks that the id fits the kind, and the note.
    pub fn checked(self, by: &str, at: Timestamp) -> Result<Evidence, Refusal> {
        let note = text::optional_body("note", self.note.as_deref())?;
        let record_id = self.record_id.filter(|id| !id.trim().is_empty());
        match (self.kind, record_id.as_deref()) {
            (EvidenceKind::Text, Some(_)) => {
                return Err(Refusal::invalid("recordId", "evidence of kind TEXT names no record"));
            }
            (EvidenceKind::Text, None) if note.is_none() => {
                return Err(Refusal::invalid("note", "evidence of kind TEXT needs a note"));
            }
            (EvidenceKind::Text, None) => {}
            (EvidenceKind::Record | EvidenceKind::Result | EvidenceKind::Review, None) => {
                let why = format!("evidence of kind {} names a record", self.kind.as_str());
                return Err(Refusal::invalid("recordId", why));
            }
            (EvidenceKind::Result, Some(id)) => {
                TargetResultId::parse(id)?;
            }
            (EvidenceKind::Review, Some(id)) => {
                ServiceLevelReviewId::parse(id)?;
            }
            (EvidenceKind::Record, Some(id)) => any_record_id(id)?,
        }
        Ok(Evidence { kind: self.kind, record_id, note, added: Mark::new(by, at) })
    }
}

/// Refuses what is not the id of any type of record in the suite.
fn any_record_id(id: &str) -> Result<(), Refusal> {
    let tail = REGISTRY.iter().find_map(|(prefix, _, _)| id.strip_prefix(prefix)?.strip_prefix('_'));
    let fits = tail.is_some_and(|tail| {
        tail.len() == 32 && tail.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    });
    if fits { Ok(()) } else { Err(Refusal::invalid("recordId", "not the id of a record of the suite")) }
}
