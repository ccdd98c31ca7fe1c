//! The domain of service transition: transitions with their six steps, changes
//! with their approvals, configuration items with their relations and impact,
//! and deployments. Pure: instants and ids are passed in, nothing is stored.

pub mod approval;
pub mod change;
mod change_verbs;
pub mod configuration_item;
pub mod criterion;
pub mod deployment;
pub mod impact;
pub mod item_relation;
pub mod known;
pub mod schedule;
pub mod transition;
mod transition_verbs;
pub mod window;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod tests;

pub use approval::{ApprovalPolicy, ApprovalStep, Delegate, Vote, VoteDecision};
pub use change::{
    Cancellation, CastVote, Change, ChangeHappened, ChangeKind, ChangeOutcome, ChangePhase, ChangePlans,
    ChangeState, ChangeVerb, DraftChange, Implementation, ReturnToDraft, ReviseChange,
};
pub use configuration_item::{
    ConfigurationItem, ConfigurationItemHappened, ConfigurationItemState, ConfigurationItemVerb,
    InitialItemState, ItemMove, RegisterConfigurationItem, ReviseConfigurationItem,
};
pub use criterion::{
    ChangeStanding, Criterion, CriterionRecord, CriterionStanding, CriterionWaiver, DeploymentStanding,
    Surroundings,
};
pub use deployment::{
    Deployment, DeploymentHappened, DeploymentState, DeploymentVerb, Failure, PlanDeployment,
};
pub use impact::{Hop, Impact, ImpactGraph, ImpactNode, ImpactRelation, MAX_DEPTH, Reached};
pub use item_relation::{
    ItemRelation, ItemRelationHappened, ItemRelationState, ItemRelationVerb, Relate, RelationKind, Removal,
    refuse_duplicate,
};
pub use known::{KnownAgreement, KnownService, agreements_hit};
pub use schedule::{StepDates, TransitionStep};
pub use transition::{
    BackOut, Build, OpenTransition, Pilot, PilotReport, TestResult, TestWaiver, Transition,
    TransitionHappened, TransitionOutcome, TransitionPhase, TransitionState, TransitionVerb,
};
pub use window::Window;
