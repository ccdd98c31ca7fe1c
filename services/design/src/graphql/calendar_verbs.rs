//! What can be done with calendars.

use super::calendar::Calendar;
use super::calendar_hours::CalendarHoursInput;
use super::input::verb_input;
use crate::domain;
use async_graphql::{Context, InputObject, Object};
use ciclo_api::{ApiResult, Instant, mutate, update};

/// What defines a calendar.
#[derive(InputObject, Clone, Debug)]
pub struct DefineCalendarInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// What people call it, in a line of at most 200 characters.
    pub name: String,
    /// Which hours count, from ever.
    pub hours: CalendarHoursInput,
}

verb_input! {
    /// What counts by a calendar from an instant on, as a whole.
    EditCalendarInput of "The calendar." {
        /// From when, until the next edition; an edition from that instant gives way. The first edition, from ever, when left out.
        valid_from: Option<Instant>,
        /// Which hours count.
        hours: CalendarHoursInput,
    }
}

verb_input! {
    /// What takes a calendar out of use for new agreements.
    RetireCalendarInput of "The calendar." {
        /// Why, at most 20,000 characters.
        reason: String,
    }
}

/// What can be done with calendars.
#[derive(Default)]
pub struct CalendarMutations;

/// What can be done with calendars.
#[Object]
impl CalendarMutations {
    /// Defines a calendar, which agreements can name from then on. Errors: INVALID (with every mistake and its place), LIMIT_EXCEEDED (a calendar is at most 1 MiB of JSON).
    async fn define_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to define.")] input: DefineCalendarInput,
    ) -> ApiResult<Calendar> {
        let (name, hours) = (input.name, input.hours.calendar()?);
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(async move {
                let (id, by, at) = (tx.fresh(), tx.by().to_owned(), tx.now());
                tx.create(domain::calendar::Calendar::define(id, &name, hours, &by, at)).await
            })
        })
        .await
    }

    /// Changes what counts by a calendar from an instant on. Clocks that are open by it are computed anew; results stay. Errors: INVALID (with every mistake and its place), BAD_ID, NOT_FOUND, LIMIT_EXCEEDED (a calendar has at most 100 editions, and is at most 1 MiB of JSON), CONFLICT.
    async fn edit_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which calendar, from when, and which hours count.")] input: EditCalendarInput,
    ) -> ApiResult<Calendar> {
        let (hours, valid_from) = (input.hours.calendar()?, input.valid_from.map(|from| from.0));
        let edit = move |calendar: domain::calendar::Calendar, _: &str, _| calendar.edit(hours, valid_from);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, edit).await
    }

    /// Takes a calendar out of use for new agreements; those that name it go on by it. Errors: INVALID, BAD_ID, NOT_FOUND, WRONG_STATE, CONFLICT.
    async fn retire_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which calendar, and why.")] input: RetireCalendarInput,
    ) -> ApiResult<Calendar> {
        let reason = input.reason;
        let retire =
            move |calendar: domain::calendar::Calendar, by: &str, at| calendar.retire(&reason, by, at);
        update(ctx, &input.id, input.expected_version, &input.idempotency_key, retire).await
    }
}
