//! Transition through its schema, on a database of its own.

mod changes;
mod deployments;
mod events;
mod impact;
mod items;
mod ledger;
mod schema;
mod support;
mod transitions;
