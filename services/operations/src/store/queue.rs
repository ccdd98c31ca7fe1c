//! Queues as filters of the tables of tickets.

use super::service_request::{QUEUE_GROUP, QUEUE_PERSON};
use crate::domain::measured::TicketType;
use crate::domain::queue::QueueWanted;
use ciclo_store::record::id_field;
use ciclo_store::{Field, Filter, Test};

/// The types of tickets that a queue may have, each with the filter of its table.
pub type Filters = Vec<(TicketType, Filter)>;

/// The types that are in queues.
const TYPES: [TicketType; 3] = [TicketType::Incident, TicketType::ServiceRequest, TicketType::Problem];

/// What [`QueueWanted::admits`] says, of rows.
#[must_use]
pub fn filters(wanted: &QueueWanted) -> Filters {
    let types = TYPES.into_iter().filter(|ticket_type| wanted.has_type(*ticket_type));
    types.map(|ticket_type| (ticket_type, filter(wanted, ticket_type))).collect()
}

fn filter(wanted: &QueueWanted, ticket_type: TicketType) -> Filter {
    let whose = |value: &str, column, role| match ticket_type {
        // Several of its tasks may be somebody's turn.
        TicketType::ServiceRequest => Filter::Linked(role, vec![value.to_owned()]),
        TicketType::Incident | TicketType::Problem | TicketType::Alert | TicketType::AccessGrant => {
            Filter::is(column, value)
        }
    };
    let queue_at = |test| Filter::Column("queue_at", test);
    let conditions = [
        Some(queue_at(Test::Missing(false))),
        wanted.group.as_deref().map(|group| whose(group, "group_name", QUEUE_GROUP)),
        wanted.person.as_deref().map(|person| whose(person, "person", QUEUE_PERSON)),
        one_of("state", wanted.states.as_deref(), |state| state.as_str().into()),
        one_of("priority", wanted.priorities.as_deref(), |priority| (*priority).into()),
        one_of("service_id", wanted.services.as_deref(), |service| id_field(*service)),
        one_of("due_kind", wanted.clocks.as_deref(), |kind| kind.as_str().into()),
        wanted.due_before.map(|before| queue_at(Test::Below(before.into()))),
    ];
    Filter::All(conditions.into_iter().flatten().collect())
}

fn one_of<T>(column: &'static str, values: Option<&[T]>, field: fn(&T) -> Field) -> Option<Filter> {
    values.map(|values| Filter::Column(column, Test::In(values.iter().map(field).collect())))
}
