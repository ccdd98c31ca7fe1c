//! What can be done with problems.

use super::problem::Problem;
use super::service_level_clock::change;
use crate::commands::problem::AcceptedRisk;
use crate::domain::problem::{OpenProblem, ProblemFindings, ProblemLinks};
use crate::{commands, domain};
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, Instant, mutate};
use ciclo_kernel::Refusal;
use ciclo_kernel::ids::RecordId;

/// The priority of a problem until somebody judges it.
const PRIORITY_UNTIL_ASSESSED: u8 = 3;

/// Reads the ids of a list that may be left out.
pub fn ids<I: RecordId>(given: Option<Vec<ID>>) -> Result<Vec<I>, Refusal> {
    given.unwrap_or_default().iter().map(mutate::id).collect()
}

/// What opens a problem.
#[derive(InputObject, Clone, Debug)]
pub struct OpenProblemInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What it is, in a line of at most 200 characters.
    pub title: String,
    /// What is known of it, at most 20,000 characters; null when the title says it.
    pub description: Option<String>,
    /// How much it matters: 1 (most) to 5; 3 when left out, until it is assessed.
    pub priority: Option<u8>,
    /// The service that it is about.
    pub service: ID,
    /// The incidents that it is behind, at most 1,000.
    pub incidents: Option<Vec<ID>>,
    /// The configuration items that it is in, at most 1,000.
    pub items: Option<Vec<ID>>,
}

/// What takes a problem up to be judged.
#[derive(InputObject, Clone, Debug)]
pub struct AssessProblemInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// How much it matters: 1 (most) to 5.
    pub priority: u8,
}

/// What gives a problem to somebody.
#[derive(InputObject, Clone, Debug)]
pub struct AssignProblemInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The group that works on it; left out, the group stays.
    pub group: Option<String>,
    /// The person who works on it; left out, nobody of the group does yet.
    pub person: Option<String>,
}

/// What starts the search for the cause of a problem.
#[derive(InputObject, Clone, Debug)]
pub struct StartProblemAnalysisInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What was found out about a problem.
#[derive(InputObject, Clone, Debug)]
pub struct NoteProblemFindingsInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The cause, at most 20,000 characters; left out, what was noted before stays.
    pub root_cause: Option<String>,
    /// How to live with it, at most 20,000 characters; left out, what was noted before stays.
    pub workaround: Option<String>,
}

/// What starts the removal of a problem's cause.
#[derive(InputObject, Clone, Debug)]
pub struct StartProblemFixInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The cause, at most 20,000 characters; needed unless it was noted before.
    pub root_cause: Option<String>,
    /// How to live with it until then, at most 20,000 characters; left out, what was noted before stays.
    pub workaround: Option<String>,
    /// The change that removes the cause; left out, the one before stays.
    pub change: Option<ID>,
}

/// What says that a problem's cause is removed.
#[derive(InputObject, Clone, Debug)]
pub struct ResolveProblemInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What was done, at most 20,000 characters.
    pub notes: String,
}

/// What closes a problem that is resolved.
#[derive(InputObject, Clone, Debug)]
pub struct CloseProblemInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
}

/// What goes on with a problem that came back, or closes one that is none.
#[derive(InputObject, Clone, Debug)]
pub struct ProblemReasonInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why, at most 20,000 characters.
    pub reason: String,
}

/// What closes a problem as another one seen twice.
#[derive(InputObject, Clone, Debug)]
pub struct CloseProblemAsDuplicateInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The problem that goes on.
    pub duplicate_of: ID,
}

/// What closes a problem with its cause left in place.
#[derive(InputObject, Clone, Debug)]
pub struct AcceptProblemRiskInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Why the cause stays, at most 20,000 characters.
    pub reason: String,
    /// Who answers for the risk; the caller when left out.
    pub accepted_by: Option<String>,
    /// When the decision is looked at again; to come.
    pub review_at: Instant,
}

/// Records that belong to a problem, besides those that did before.
#[derive(InputObject, Clone, Debug)]
pub struct LinkProblemInput {
    /// The problem.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i32,
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Incidents that it is behind; at most 1,000 with those before.
    pub incidents: Option<Vec<ID>>,
    /// Configuration items that it is in; at most 1,000 with those before.
    pub items: Option<Vec<ID>>,
    /// The change that removes the cause, in place of the one before; left out, that one stays.
    pub change: Option<ID>,
}

/// What can be done with problems.
#[derive(Default)]
pub struct ProblemMutations;

#[Object]
impl ProblemMutations {
    /// Opens a problem. Errors: INVALID, BAD_ID, NOT_FOUND (the service, an incident or an item).
    async fn open_problem(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to open.")] input: OpenProblemInput,
    ) -> ApiResult<Problem> {
        let open = OpenProblem {
            title: input.title,
            description: input.description,
            priority: input.priority.unwrap_or(PRIORITY_UNTIL_ASSESSED),
            service: mutate::id(&input.service)?,
            incidents: ids(input.incidents)?,
            items: ids(input.items)?,
        };
        mutate::mutate(ctx, &input.idempotency_key, |tx| Box::pin(commands::problem::open(tx, open))).await
    }

    /// Takes a problem up to be judged, with the priority that it has by then. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn assess_problem(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and how much it matters.")] input: AssessProblemInput,
    ) -> ApiResult<Problem> {
        let priority = input.priority;
        let verb = move |problem: domain::problem::Problem, by: &str, at| problem.assess(priority, by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Gives a problem to a group, a person, or a person of a group. Errors: NOT_FOUND, BAD_ID, WRONG_STATE, INVALID (neither a group nor a person), CONFLICT.
    async fn assign_problem(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and to whom.")] input: AssignProblemInput,
    ) -> ApiResult<Problem> {
        let (group, person) = (input.group, input.person);
        let verb = move |problem: domain::problem::Problem, _: &str, _| {
            problem.assign(group.as_deref(), person.as_deref())
        };
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Starts to look for the cause of a problem. Errors: NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn start_problem_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem.")] input: StartProblemAnalysisInput,
    ) -> ApiResult<Problem> {
        let verb = |problem: domain::problem::Problem, by: &str, at| problem.start_analysis(by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Notes the cause of a problem, a way to live with it, or both. Errors: NOT_FOUND, WRONG_STATE, INVALID (neither is given), CONFLICT.
    async fn note_problem_findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and what was found out.")] input: NoteProblemFindingsInput,
    ) -> ApiResult<Problem> {
        let findings = ProblemFindings { root_cause: input.root_cause, workaround: input.workaround };
        let verb = move |problem: domain::problem::Problem, _: &str, _| problem.note(findings);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Starts to remove the cause of a problem, which must be known by now. Errors: NOT_FOUND (the problem or the change), WRONG_STATE, CRITERIA_UNMET (the cause is not known), INVALID, CONFLICT.
    async fn start_problem_fix(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and how.")] input: StartProblemFixInput,
    ) -> ApiResult<Problem> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let change = input.change.as_ref().map(mutate::id).transpose()?;
        let findings = ProblemFindings { root_cause: input.root_cause, workaround: input.workaround };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::problem::start_fix(tx, id, expected, findings, change))
        })
        .await
    }

    /// Says that the cause of a problem is removed, and how. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn resolve_problem(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and what was done.")] input: ResolveProblemInput,
    ) -> ApiResult<Problem> {
        let notes = input.notes;
        let verb = move |problem: domain::problem::Problem, by: &str, at| problem.resolve(&notes, by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Closes a problem whose cause is removed. Errors: NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn close_problem(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem.")] input: CloseProblemInput,
    ) -> ApiResult<Problem> {
        let verb = |problem: domain::problem::Problem, by: &str, at| problem.close(by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Goes on with the fix of a resolved problem that came back; this is counted. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn reopen_problem(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and why.")] input: ProblemReasonInput,
    ) -> ApiResult<Problem> {
        let reason = input.reason;
        let verb = move |problem: domain::problem::Problem, by: &str, at| problem.reopen(&reason, by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Closes a problem as another one seen twice. Errors: NOT_FOUND (either problem), WRONG_STATE, RULE_VIOLATED (the other is this one, or itself a duplicate), CONFLICT.
    async fn close_problem_as_duplicate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and which goes on.")] input: CloseProblemAsDuplicateInput,
    ) -> ApiResult<Problem> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let of = mutate::id(&input.duplicate_of)?;
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::problem::close_as_duplicate(tx, id, expected, of))
        })
        .await
    }

    /// Closes a problem because it is none, or no longer wanted. Errors: NOT_FOUND, WRONG_STATE, INVALID, CONFLICT.
    async fn cancel_problem(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and why.")] input: ProblemReasonInput,
    ) -> ApiResult<Problem> {
        let reason = input.reason;
        let verb = move |problem: domain::problem::Problem, by: &str, at| problem.cancel(&reason, by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Closes a problem with its cause left in place: somebody answers for the risk, until it is looked at again. Then the problem comes back to be judged anew. Errors: NOT_FOUND, WRONG_STATE, INVALID (the review is not to come), CONFLICT.
    async fn accept_problem_risk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, who answers, and until when.")] input: AcceptProblemRiskInput,
    ) -> ApiResult<Problem> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let review_at = input.review_at.0;
        let accepted = AcceptedRisk { reason: input.reason, accepted_by: input.accepted_by, review_at };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::problem::accept_risk(tx, id, expected, accepted))
        })
        .await
    }

    /// Adds incidents, configuration items or the change to a problem. Errors: NOT_FOUND (the problem, an incident, an item or the change), BAD_ID, WRONG_STATE, RULE_VIOLATED (it has all of them already), INVALID, CONFLICT.
    async fn link_problem(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which problem, and what to add.")] input: LinkProblemInput,
    ) -> ApiResult<Problem> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let links = ProblemLinks {
            incidents: ids(input.incidents)?,
            items: ids(input.items)?,
            change: input.change.as_ref().map(mutate::id).transpose()?,
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::problem::link(tx, id, expected, links))
        })
        .await
    }
}
