//! Item relation: a typed, directed relation between two configuration items.

use super::words::words;
use ciclo_kernel::ids::{ConfigurationItemId, ItemRelationId};
use ciclo_kernel::{Decision, Machine, Refusal, Timestamp, text};

ciclo_kernel::machine! {
    machine "item relation";
    /// Whether a relation holds.
    states ItemRelationState {
        /// It holds.
        Active = "ACTIVE" { Remove => Removed },
        /// It does not hold any more.
        Removed = "REMOVED" {},
    }
    /// What can be done to a relation.
    verbs ItemRelationVerb {
        /// Removes it.
        Remove = "remove",
    }
}

words! {
    /// How the source of a relation stands to its target, and which way a failure goes.
    RelationKind {
        /// The source depends on the target: a failure of the target reaches the source.
        DependsOn = "DEPENDS_ON",
        /// The source runs on the target: a failure of the target reaches the source.
        RunsOn = "RUNS_ON",
        /// The source is a part of the target: a failure of the source reaches the target.
        PartOf = "PART_OF",
        /// The two are connected: a failure of either reaches the other.
        ConnectsTo = "CONNECTS_TO",
        /// The target stands by for the source: a failure goes neither way, and while the target is live
        /// and not reached itself, a failure of the source goes no further.
        BackedUpBy = "BACKED_UP_BY",
    }
}

/// A relation between two configuration items.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemRelation {
    /// The relation's id.
    pub id: ItemRelationId,
    /// The item that the relation starts from.
    pub source_id: ConfigurationItemId,
    /// The item that the relation points to.
    pub target_id: ConfigurationItemId,
    /// How the source stands to the target.
    pub kind: RelationKind,
    /// The removal; `None` while the relation holds.
    pub removed: Option<Removal>,
}

/// The removal of a relation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Removal {
    /// Why; `None` when nothing was said.
    pub reason: Option<String>,
    /// Who removed it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What relates two items.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Relate {
    /// The item that the relation starts from.
    pub source_id: ConfigurationItemId,
    /// The item that the relation points to.
    pub target_id: ConfigurationItemId,
    /// How the source stands to the target.
    pub kind: RelationKind,
}

/// What happened to a relation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ItemRelationHappened {
    /// The two items were related.
    Related,
    /// The relation was removed.
    Removed { reason: Option<String> },
}

impl ItemRelationHappened {
    /// The name of what happened, as in the contract.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Related => "Related",
            Self::Removed { .. } => "Removed",
        }
    }
}

/// What a verb of a relation answers.
pub type RelationDecision = Decision<ItemRelation, ItemRelationHappened>;

impl ItemRelation {
    /// Relates two items; never an item with itself.
    pub fn relate(id: ItemRelationId, input: Relate) -> RelationDecision {
        let Relate { source_id, target_id, kind } = input;
        if source_id == target_id {
            return Err(Refusal::invalid("targetId", "an item cannot be related with itself"));
        }
        let related = Self { id, source_id, target_id, kind, removed: None };
        Ok((related, ItemRelationHappened::Related))
    }

    /// Whether the relation holds.
    #[must_use]
    pub fn state(&self) -> ItemRelationState {
        if self.removed.is_none() { ItemRelationState::Active } else { ItemRelationState::Removed }
    }

    /// Removes the relation; its history stays.
    pub fn remove(mut self, reason: Option<&str>, by: &str, at: Timestamp) -> RelationDecision {
        self.state().go(ItemRelationVerb::Remove)?;
        let reason = text::optional_body("reason", reason)?;
        self.removed = Some(Removal { reason: reason.clone(), by: by.to_owned(), at });
        Ok((self, ItemRelationHappened::Removed { reason }))
    }
}

/// Refuses a relation that holds already: same source, target and kind, or, for a connection, the same two items.
pub fn refuse_duplicate<'a>(
    new: &Relate,
    existing: impl IntoIterator<Item = &'a ItemRelation>,
) -> Result<(), Refusal> {
    let same = |old: &ItemRelation| {
        let ends = (old.source_id, old.target_id);
        old.kind == new.kind
            && (ends == (new.source_id, new.target_id)
                || new.kind == RelationKind::ConnectsTo && ends == (new.target_id, new.source_id))
    };
    let mut active = existing.into_iter().filter(|old| old.removed.is_none());
    match active.find(|old| same(old)) {
        None => Ok(()),
        Some(old) => Err(Refusal::rule(format!("the items are related so already, by {}", old.id))
            .with("relationId", old.id.to_string())),
    }
}
