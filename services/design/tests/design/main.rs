//! Design through its schema, on a database of its own.

mod agreement;
mod calendar;
mod design_package;
mod events;
mod kit;
mod ledger;
mod requirement;
mod schema;
mod timers;
mod walk;
