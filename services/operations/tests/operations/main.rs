//! Operations through its schema, on a database of its own.

// The futures of a whole service's schema are deep.
#![recursion_limit = "256"]

mod access;
mod alert;
mod alert_rule;
mod alertmanager;
mod calendar;
mod clock;
mod deliveries;
mod events;
mod grants;
mod incident;
mod known;
mod known_error;
mod ledger;
mod life;
mod outside;
mod pagerduty;
mod parties;
mod problem;
mod queue;
mod recurrence;
mod schema;
mod separation;
mod service_request;
mod silence;
mod statements;
mod what_if;
