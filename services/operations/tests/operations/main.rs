//! Operations through its schema, on a database of its own.

mod known;
mod known_error;
mod problem;
mod service_request;
