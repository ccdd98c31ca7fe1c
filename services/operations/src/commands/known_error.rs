//! Commands on known errors that need to look at other records.

use super::neighbours::{items_are_known, service_is_known};
use crate::domain::known_error::{DraftKnownError, KnownError, KnownErrorText};
use crate::domain::problem::Problem;
use ciclo_kernel::ids::{ConfigurationItemId, KnownErrorId, ProblemId, ServiceId};
use ciclo_store::{Result, Tx, Versioned};

/// What to draft of a problem; what is none is taken from the problem.
#[derive(Clone, Debug)]
pub struct DraftOfProblem {
    /// The problem.
    pub problem: ProblemId,
    /// The service that it is about.
    pub service: Option<ServiceId>,
    /// What one sees, in a line.
    pub title: Option<String>,
    /// The cause.
    pub cause: Option<String>,
    /// How to live with it.
    pub workaround: Option<String>,
    /// The items that it is in.
    pub items: Option<Vec<ConfigurationItemId>>,
}

/// What to change in a known error; what is none stays as it is, a blank text is taken out.
#[derive(Clone, Debug)]
pub struct Revision {
    /// What one sees, in a line.
    pub title: Option<String>,
    /// The cause.
    pub cause: Option<String>,
    /// How to live with it.
    pub workaround: Option<String>,
    /// The items that it is in.
    pub items: Option<Vec<ConfigurationItemId>>,
}

/// Drafts a known error of a problem.
///
/// `NOT_FOUND` when there is no such problem, service or item.
pub async fn draft(tx: &mut Tx, input: DraftOfProblem) -> Result<Versioned<KnownError>> {
    let problem = tx.get::<Problem>(input.problem).await?.record;
    if let Some(service) = input.service {
        service_is_known(tx, service).await?;
    }
    items_are_known(tx, input.items.as_deref().unwrap_or_default()).await?;
    let draft = DraftKnownError {
        problem: problem.id,
        service: input.service.unwrap_or(problem.service),
        text: KnownErrorText {
            title: input.title.unwrap_or(problem.title),
            cause: input.cause.or(problem.root_cause),
            workaround: input.workaround.or(problem.workaround),
            items: input.items.unwrap_or(problem.items),
        },
    };
    let decided = KnownError::draft(tx.fresh(), draft, tx.by(), tx.now());
    tx.create(decided).await
}

/// Changes what a known error says.
///
/// `NOT_FOUND` when there is no such item.
pub async fn revise(
    tx: &mut Tx,
    id: KnownErrorId,
    expected: u64,
    revision: Revision,
) -> Result<Versioned<KnownError>> {
    items_are_known(tx, revision.items.as_deref().unwrap_or_default()).await?;
    let revise = |known: KnownError, _: &str, _| {
        let text = KnownErrorText {
            title: revision.title.unwrap_or_else(|| known.text.title.clone()),
            cause: revision.cause.or_else(|| known.text.cause.clone()),
            workaround: revision.workaround.or_else(|| known.text.workaround.clone()),
            items: revision.items.unwrap_or_else(|| known.text.items.clone()),
        };
        known.revise(text)
    };
    tx.change(id, Some(expected), revise).await
}
