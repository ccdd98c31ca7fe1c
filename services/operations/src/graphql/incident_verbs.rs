//! What can be done to incidents, in the API.

use super::incident::{Closing, HoldReason, Incident, MajorState, ResolutionCode};
use crate::commands::incident as commands;
use crate::domain::incident::{Incident as Record, IncidentLinks};
use crate::domain::incident_verbs::OpenIncident;
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, mutate};
use ciclo_kernel::ids::RecordId;
use ciclo_kernel::{Decision, Refusal, Timestamp};

/// What opens an incident.
#[derive(InputObject, Clone, Debug)]
pub struct OpenIncidentInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What is wrong, in a line of at most 200 characters.
    pub title: String,
    /// What is wrong, in full, at most 20,000 characters.
    pub description: Option<String>,
    /// Who reported it; whoever sends this when left out.
    pub caller: Option<String>,
    /// The service that it is about.
    pub service: ID,
    /// The customer whose agreement binds; when left out, of several agreements the newest does.
    pub customer: Option<ID>,
    /// The configuration items that it is about, at most 100.
    #[graphql(default)]
    pub items: Vec<ID>,
    /// How much is hit: 1 (highest) to 3.
    pub impact: u8,
    /// How fast it must end: 1 (highest) to 3.
    pub urgency: u8,
    /// The group that it is given to; the desk when left out.
    pub group: Option<String>,
    /// The closed incident that it follows up.
    pub follow_up_of: Option<ID>,
}

/// Declares the input of a change: id, version and key, and the fields given.
macro_rules! change_input {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(InputObject, Clone, Debug)]
        pub struct $name {
            /// The incident.
            pub id: ID,
            /// The version that the caller saw.
            pub expected_version: i32,
            /// The caller's key: the same key with the same arguments answers the same and does nothing again.
            pub idempotency_key: String,
            $($(#[$fdoc])* pub $field: $type,)*
        }
    };
}

change_input! {
    /// Who gets an incident.
    AssignIncidentInput {
        /// The group; the one that has it when left out.
        group: Option<String>,
        /// The person; nobody in person when left out.
        person: Option<String>,
    }
}
change_input! {
    /// Which incident work begins on.
    StartIncidentInput {}
}
change_input! {
    /// What an incident waits for.
    HoldIncidentInput {
        /// What it waits for. The clocks pause when their agreement names the reason.
        reason: HoldReason,
        /// The supplier that it waits for, as its contract names it; for the reason SUPPLIER only.
        supplier: Option<String>,
        /// That in words.
        note: Option<String>,
    }
}
change_input! {
    /// Which incident waits no longer.
    ResumeIncidentInput {}
}
change_input! {
    /// How an incident was resolved.
    ResolveIncidentInput {
        /// How.
        code: ResolutionCode,
        /// What was done.
        notes: String,
        /// Whether its open children are resolved with it; not when left out.
        children: Option<bool>,
    }
}
change_input! {
    /// Why an incident is reopened.
    ReopenIncidentInput {
        /// What does not work.
        reason: String,
    }
}
change_input! {
    /// How an incident is closed.
    CloseIncidentInput {
        /// How.
        closing: Closing,
    }
}
change_input! {
    /// Why an incident is given up.
    CancelIncidentInput {
        /// Why.
        reason: String,
    }
}
change_input! {
    /// How much an incident matters.
    ReprioritiseIncidentInput {
        /// How much is hit: 1 (highest) to 3.
        impact: u8,
        /// How fast it must end: 1 (highest) to 3.
        urgency: u8,
    }
}
change_input! {
    /// A priority against the matrix.
    OverrideIncidentPriorityInput {
        /// The priority: 1 (highest) to 5.
        priority: u8,
        /// Why it is not what the matrix says.
        reason: String,
    }
}
change_input! {
    /// What an incident is linked to; what is left out stays.
    LinkIncidentInput {
        /// The change that caused it.
        caused_by: Option<ID>,
        /// The problem behind it.
        problem: Option<ID>,
        /// The known error that it shows.
        known_error: Option<ID>,
        /// The incident that it is a part of.
        parent: Option<ID>,
    }
}
change_input! {
    /// What is said about an incident.
    CommentOnIncidentInput {
        /// What is said, at most 20,000 characters.
        text: String,
        /// Whether it is for those who work on it only; public when left out.
        internal: Option<bool>,
    }
}
change_input! {
    /// Whether an incident is a major one.
    SetMajorIncidentInput {
        /// What it becomes: PROPOSED, then ACCEPTED or REJECTED, then REVIEWED.
        major: MajorState,
    }
}

/// An id that may be left out.
fn optional<I: RecordId>(id: Option<&ID>) -> Result<Option<I>, Refusal> {
    id.map(mutate::id).transpose()
}

/// Applies a verb; the clocks follow in the same transaction.
async fn change(
    ctx: &Context<'_>,
    id: &ID,
    expected: i32,
    key: &str,
    verb: impl FnOnce(Record, &str, Timestamp) -> Decision<Record, crate::domain::incident::IncidentHappened>
    + Clone
    + Send
    + 'static,
) -> ApiResult<Incident> {
    let (id, expected) = (mutate::id(id)?, mutate::version(expected)?);
    mutate::mutate(ctx, key, move |tx| {
        Box::pin(async move { commands::change(tx, id, Some(expected), verb).await })
    })
    .await
}

/// What can be done with incidents.
#[derive(Default)]
pub struct IncidentMutations;

#[Object]
impl IncidentMutations {
    /// Opens an incident; its priority follows from the matrix and its clocks start. Errors: INVALID, BAD_ID, NOT_FOUND (service, customer or item), RULE_VIOLATED (what it follows up is not closed).
    async fn open_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wrong.")] input: OpenIncidentInput,
    ) -> ApiResult<Incident> {
        let caller = input.caller.clone();
        let caller = caller.unwrap_or_else(|| ciclo_api::Session::of(ctx).principal().subject.clone());
        let open = OpenIncident {
            title: input.title,
            description: input.description,
            caller,
            service: mutate::id(&input.service)?,
            customer: optional(input.customer.as_ref())?,
            items: input.items.iter().map(mutate::id).collect::<Result<_, _>>()?,
            impact: input.impact,
            urgency: input.urgency,
            group: input.group,
            alert: None,
            rule: None,
            follow_up_of: optional(input.follow_up_of.as_ref())?,
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(async move { commands::open(tx, open).await })
        })
        .await
    }

    /// Gives an incident to a group or a person. The response clock stops when a person has it for the first time. Errors: WRONG_STATE, INVALID, CONFLICT.
    async fn assign_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and to whom.")] input: AssignIncidentInput,
    ) -> ApiResult<Incident> {
        let (group, person) = (input.group, input.person);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, move |incident, _, at| {
            incident.assign(group.as_deref(), person.as_deref(), at)
        })
        .await
    }

    /// Begins the work on an incident; who begins takes it when it is nobody's. Errors: WRONG_STATE, CONFLICT.
    async fn start_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident.")] input: StartIncidentInput,
    ) -> ApiResult<Incident> {
        let verb = |incident: Record, by: &str, at| incident.start(by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Puts an incident on hold. Errors: WRONG_STATE, INVALID (a supplier that is not waited for), CONFLICT.
    async fn hold_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and why.")] input: HoldIncidentInput,
    ) -> ApiResult<Incident> {
        let (reason, supplier, note) = (input.reason.into(), input.supplier, input.note);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, move |incident, _, at| {
            incident.hold(reason, supplier.as_deref(), note.as_deref(), at)
        })
        .await
    }

    /// Takes an incident off hold. Errors: WRONG_STATE, CONFLICT.
    async fn resume_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident.")] input: ResumeIncidentInput,
    ) -> ApiResult<Incident> {
        let verb = |incident: Record, by: &str, at| incident.resume(by, at);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }

    /// Resolves an incident; the resolution clock stops. Errors: WRONG_STATE, INVALID, CONFLICT.
    async fn resolve_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and how.")] input: ResolveIncidentInput,
    ) -> ApiResult<Incident> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let (code, children) = (input.code.into(), input.children.unwrap_or(false));
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(async move { commands::resolve(tx, id, expected, code, input.notes, children).await })
        })
        .await
    }

    /// Reopens a resolved incident, within five days; the time since does not count. Errors: WRONG_STATE, CRITERIA_UNMET (the window is over), CONFLICT.
    async fn reopen_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and why.")] input: ReopenIncidentInput,
    ) -> ApiResult<Incident> {
        let reason = input.reason;
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, move |incident, _, at| {
            incident.reopen(&reason, commands::REOPEN_WINDOW, at)
        })
        .await
    }

    /// Closes a resolved incident. Errors: WRONG_STATE, CONFLICT.
    async fn close_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and how.")] input: CloseIncidentInput,
    ) -> ApiResult<Incident> {
        let closing = input.closing.into();
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, move |incident, by, at| {
            incident.close(closing, by, at)
        })
        .await
    }

    /// Gives an incident up; its clocks end without a result. Errors: WRONG_STATE, INVALID, CONFLICT.
    async fn cancel_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and why.")] input: CancelIncidentInput,
    ) -> ApiResult<Incident> {
        let reason = input.reason;
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, move |incident, by, at| {
            incident.cancel(&reason, by, at)
        })
        .await
    }

    /// Sets impact and urgency; the priority follows by the matrix, and the clocks get its targets. Errors: WRONG_STATE, INVALID, CONFLICT.
    async fn reprioritise_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and how much it matters.")] input: ReprioritiseIncidentInput,
    ) -> ApiResult<Incident> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let (impact, urgency) = (input.impact, input.urgency);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(async move {
                let matrix = commands::matrix(tx).await?;
                let verb =
                    move |incident: Record, _: &str, _| incident.reprioritise(impact, urgency, &matrix);
                commands::change(tx, id, Some(expected), verb).await
            })
        })
        .await
    }

    /// Sets the priority against the matrix, for a reason; the clocks get its targets. Errors: WRONG_STATE, INVALID, CONFLICT.
    async fn override_incident_priority(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, which priority, and why.")] input: OverrideIncidentPriorityInput,
    ) -> ApiResult<Incident> {
        let (priority, reason) = (input.priority, input.reason);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, move |incident, by, at| {
            incident.override_priority(priority, &reason, by, at)
        })
        .await
    }

    /// Links an incident to the change that caused it, its problem, its known error or its parent. Errors: INVALID, NOT_FOUND, RULE_VIOLATED, CONFLICT.
    async fn link_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and to what.")] input: LinkIncidentInput,
    ) -> ApiResult<Incident> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let links = IncidentLinks {
            caused_by_change: optional(input.caused_by.as_ref())?,
            problem: optional(input.problem.as_ref())?,
            known_error: optional(input.known_error.as_ref())?,
            parent: optional(input.parent.as_ref())?,
        };
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(async move { commands::link(tx, id, expected, links).await })
        })
        .await
    }

    /// Says something about an incident. The caller's answer ends the wait for it. Errors: INVALID, CONFLICT.
    async fn comment_on_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and what is said.")] input: CommentOnIncidentInput,
    ) -> ApiResult<Incident> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let (text, internal) = (input.text, input.internal.unwrap_or(false));
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(async move { commands::comment(tx, id, expected, text, internal).await })
        })
        .await
    }

    /// Moves an incident through the process of a major one. Errors: WRONG_STATE, CONFLICT.
    async fn set_major_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and what it becomes.")] input: SetMajorIncidentInput,
    ) -> ApiResult<Incident> {
        let major = input.major.into();
        let verb = move |incident: Record, _: &str, _| incident.set_major(major);
        change(ctx, &input.id, input.expected_version, &input.idempotency_key, verb).await
    }
}
