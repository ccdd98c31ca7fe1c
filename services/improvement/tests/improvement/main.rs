//! Improvement through its schema, on a database of its own.

mod edges;
mod events;
mod initiatives;
mod ledger;
mod recommendations;
mod reviews;
mod schema;
mod support;
