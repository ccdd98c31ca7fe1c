//! What can be done with agreements. A version comes into force by events and
//! by time, never by hand.

use super::agreement::{Agreement, AgreementKind};
use super::agreement_terms::AgreementTermsInput;
use super::input::verb_input;
use crate::{commands, domain};
use async_graphql::{Context, ID, InputObject, Object};
use ciclo_api::{ApiResult, mutate};
use ciclo_kernel::{Decision, Timestamp};
use domain::agreement::{Agreement as Version, AgreementHappened, AgreementParty};

/// What drafts the first version of an agreement.
#[derive(InputObject, Clone, Debug)]
pub struct DraftAgreementInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// The service that it is about.
    pub service: ID,
    /// What sort of agreement it is: it says which one of customer, group and supplier to give.
    pub kind: AgreementKind,
    /// The customer of an SLA.
    pub customer: Option<ID>,
    /// The internal group of an OLA, by name, at most 200 characters.
    pub group: Option<String>,
    /// The supplier of a contract, by name, at most 200 characters.
    pub supplier: Option<String>,
    /// What it says.
    pub terms: AgreementTermsInput,
}

verb_input! {
    /// The new terms of a version that is not agreed yet, as a whole.
    ReviseAgreementInput of "The version of the agreement." {
        /// What it says.
        terms: AgreementTermsInput,
    }
}

verb_input! {
    /// What starts the negotiation of a draft.
    StartNegotiationInput of "The version of the agreement." {}
}

verb_input! {
    /// What agrees a version.
    AgreeAgreementInput of "The version of the agreement." {}
}

verb_input! {
    /// What drafts the version after an agreed one.
    DraftNextAgreementInput of "The newest version of the agreement, which is agreed or in force." {
        /// What the next version says; it holds from later on.
        terms: AgreementTermsInput,
    }
}

verb_input! {
    /// What starts a review of a version in force.
    ReviewAgreementInput of "The version of the agreement." {
        /// Why it is reviewed, at most 20,000 characters.
        reason: String,
    }
}

verb_input! {
    /// What ends a review: the agreement goes on as it is.
    RenewAgreementInput of "The version of the agreement." {
        /// What the review concluded, at most 20,000 characters.
        conclusion: String,
    }
}

verb_input! {
    /// What ends a version in force before its time.
    TerminateAgreementInput of "The version of the agreement." {
        /// Why it is ended, at most 20,000 characters.
        reason: String,
    }
}

verb_input! {
    /// What ends a version in force whose time is over.
    ExpireAgreementInput of "The version of the agreement." {}
}

/// Applies a verb to one version.
async fn change(
    ctx: &Context<'_>,
    (id, expected, key): (&ID, i32, &str),
    decide: impl FnOnce(Version, &str, Timestamp) -> Decision<Version, AgreementHappened> + Clone + Send + 'static,
) -> ApiResult<Agreement> {
    let (id, expected) = (mutate::id(id)?, mutate::version(expected)?);
    mutate::mutate(ctx, key, move |tx| Box::pin(commands::agreement::change(tx, id, expected, decide))).await
}

/// What can be done with agreements.
#[derive(Default)]
pub struct AgreementMutations;

/// What can be done with agreements.
#[Object]
impl AgreementMutations {
    /// Drafts the first version of an agreement on a service. Errors: INVALID, BAD_ID, NOT_FOUND (the service, the customer or the calendar), RULE_VIOLATED (the service, the customer or the calendar takes no new agreements, or the customer has an SLA for the service already), LIMIT_EXCEEDED (a service has at most 1,000 versions that have not ended).
    async fn draft_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which service, with whom, and what it says.")] input: DraftAgreementInput,
    ) -> ApiResult<Agreement> {
        let service = mutate::id(&input.service)?;
        let party = AgreementParty::of(
            input.kind.into(),
            input.customer.as_ref().map(mutate::id).transpose()?,
            input.group.as_deref(),
            input.supplier.as_deref(),
        )?;
        let terms = input.terms.terms()?;
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::agreement::draft(tx, service, party, terms))
        })
        .await
    }

    /// Replaces the terms of a version in draft or negotiation. Errors: INVALID, BAD_ID, NOT_FOUND (the agreement or the calendar), WRONG_STATE, RULE_VIOLATED (the calendar is retired), CONFLICT.
    async fn revise_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version, and its new terms.")] input: ReviseAgreementInput,
    ) -> ApiResult<Agreement> {
        let terms = input.terms.terms()?;
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::agreement::revise(tx, id, expected, terms))
        })
        .await
    }

    /// Starts the negotiation of a draft. Errors: BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn start_negotiation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version.")] input: StartNegotiationInput,
    ) -> ApiResult<Agreement> {
        let which = (&input.id, input.expected_version, input.idempotency_key.as_str());
        change(ctx, which, Version::negotiate).await
    }

    /// Agrees a version: its terms are immutable from then on. It comes into force when its service is in operation and its terms hold: at once if both are so, and the versions before it are superseded then. Errors: BAD_ID, NOT_FOUND, WRONG_STATE, CRITERIA_UNMET (an SLA without a RESOLUTION target), RULE_VIOLATED (the service takes no new agreements), CONFLICT.
    async fn agree_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version.")] input: AgreeAgreementInput,
    ) -> ApiResult<Agreement> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::agreement::agree(tx, id, expected))
        })
        .await
    }

    /// Drafts the version after an agreed one, with the same service and party; that one stays as it is until the next comes into force. Answers the next version. Errors: INVALID, BAD_ID, NOT_FOUND (the agreement or the calendar), WRONG_STATE, RULE_VIOLATED (there is a newer version, or the service or the calendar takes no new agreements), LIMIT_EXCEEDED (a service has at most 1,000 versions that have not ended), CONFLICT.
    async fn draft_next_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After which version, and what the next one says.")] input: DraftNextAgreementInput,
    ) -> ApiResult<Agreement> {
        let (id, expected) = (mutate::id(&input.id)?, mutate::version(input.expected_version)?);
        let terms = input.terms.terms()?;
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(commands::agreement::draft_next(tx, id, expected, terms))
        })
        .await
    }

    /// Starts a review of an active version, which stays in force. Errors: INVALID, BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn review_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version, and why.")] input: ReviewAgreementInput,
    ) -> ApiResult<Agreement> {
        let (reason, which) =
            (input.reason, (&input.id, input.expected_version, input.idempotency_key.as_str()));
        change(ctx, which, move |version, by, at| version.review(&reason, by, at)).await
    }

    /// Ends a review: the agreement goes on as it is. Errors: INVALID, BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn renew_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version, and what the review concluded.")] input: RenewAgreementInput,
    ) -> ApiResult<Agreement> {
        let which = (&input.id, input.expected_version, input.idempotency_key.as_str());
        let conclusion = input.conclusion;
        change(ctx, which, move |version, by, at| version.renew(&conclusion, by, at)).await
    }

    /// Ends a version in force before its time, with a reason. Errors: INVALID, BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn terminate_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version, and why.")] input: TerminateAgreementInput,
    ) -> ApiResult<Agreement> {
        let (reason, which) =
            (input.reason, (&input.id, input.expected_version, input.idempotency_key.as_str()));
        change(ctx, which, move |version, by, at| version.terminate(&reason, by, at)).await
    }

    /// Ends a version in force whose time is over; its timer does the same at that instant. Errors: BAD_ID, NOT_FOUND, WRONG_STATE, CRITERIA_UNMET (its time is not over), CONFLICT.
    async fn expire_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version.")] input: ExpireAgreementInput,
    ) -> ApiResult<Agreement> {
        let which = (&input.id, input.expected_version, input.idempotency_key.as_str());
        change(ctx, which, Version::expire).await
    }
}
