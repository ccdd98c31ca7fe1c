//! Calendars in the API: the record with its editions, its list and its subscription.

use super::calendar_hours::CalendarHours;
use crate::domain;
use async_graphql::{Context, Enum, SimpleObject};
use ciclo_api::filters::{InstantFilter, StringFilter};
use ciclo_api::{ApiResult, Instant, Session, enum_filter, filter, record_api, record_object};
use ciclo_kernel::{Timestamp, ids::CalendarId};
use domain::calendar::CalendarStatus;
use domain::facts::Mark;

/// Whether agreements can name a calendar.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "domain::calendar::CalendarState")]
pub enum CalendarState {
    /// They can.
    Active,
    /// No new one can; those that do go on by it.
    Retired,
}

/// What a calendar says from an instant on, until the next edition.
#[derive(SimpleObject, Clone, Debug)]
pub struct CalendarEdition {
    /// From when; null for the first edition, which counts from ever.
    pub valid_from: Option<Instant>,
    /// Which hours count.
    pub calendar: CalendarHours,
}

impl From<&ciclo_clocks::Edition> for CalendarEdition {
    fn from(edition: &ciclo_clocks::Edition) -> Self {
        let from = edition.valid_from;
        Self {
            valid_from: (from > Timestamp::MIN).then_some(Instant(from)),
            calendar: CalendarHours::from(edition.calendar.clone()),
        }
    }
}

record_object! {
    /// A calendar that agreements name: which hours count, and since when.
    Calendar of domain::calendar::Calendar {
        /// What people call it.
        async fn name(&self) -> &str {
            &self.record().name
        }
        /// Whether agreements can name it.
        async fn state(&self) -> CalendarState {
            self.record().state().into()
        }
        /// What counts from when, the first one first. With all their fields they are the file that `ciclo clock` reads.
        async fn editions(&self) -> Vec<CalendarEdition> {
            self.record().editions.all().iter().map(CalendarEdition::from).collect()
        }
        /// Which hours count at an instant.
        async fn hours(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "The instant; now when left out.")] at: Option<Instant>,
        ) -> Option<CalendarHours> {
            let now = Session::of(ctx).database().clock().now();
            let edition = self.record().editions.at(at.map_or(now, |at| at.0));
            edition.map(|edition| CalendarHours::from(edition.calendar.clone()))
        }
        /// Who defined it.
        async fn defined_by(&self) -> &str {
            &self.record().defined.by
        }
        /// When it was defined.
        async fn defined_at(&self) -> Instant {
            Instant(self.record().defined.at)
        }
        /// Who retired it; null while it is active.
        async fn retired_by(&self) -> Option<&str> {
            retired(self.record()).map(|(mark, _)| mark.by.as_str())
        }
        /// When it was retired; null while it is active.
        async fn retired_at(&self) -> Option<Instant> {
            retired(self.record()).map(|(mark, _)| Instant(mark.at))
        }
        /// Why it was retired; null while it is active.
        async fn retirement_reason(&self) -> Option<&str> {
            retired(self.record()).map(|(_, reason)| reason)
        }
    }
}

fn retired(calendar: &domain::calendar::Calendar) -> Option<(&Mark, &str)> {
    match &calendar.status {
        CalendarStatus::Active => None,
        CalendarStatus::Retired { reason, retired } => Some((retired, reason)),
    }
}

/// A calendar by its id.
pub(super) async fn one(ctx: &Context<'_>, id: CalendarId) -> ApiResult<Option<Calendar>> {
    let loaders = Session::of(ctx).loads::<domain::calendar::Calendar>()?;
    Ok(loaders.one::<domain::calendar::Calendar>(id).await?.map(Calendar::from))
}

enum_filter!(CalendarStateFilter of CalendarState);

filter! {
    /// Which calendars.
    CalendarFilter {
        /// By name.
        name: StringFilter => "name",
        /// By state.
        state: CalendarStateFilter => "state",
        /// By when they were defined.
        defined_at: InstantFilter => "defined_at",
    }
}

record_api! {
    Calendar of domain::calendar::Calendar, "calendar", "calendars";
    one calendar, many calendars, changed calendar_changed;
    filter CalendarFilter;
    order {
        /// Name.
        Name = "name",
        /// When it was defined.
        DefinedAt = "defined_at",
    }
}
