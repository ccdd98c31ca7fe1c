//! Catalog through its schema, on a database of its own.

mod alignment;
mod events;
mod ledger;
mod node;
mod nouns;
mod offerings;
mod schema;
mod services;
mod support;
