//! Commands that touch more than one record, one transaction each. They serve
//! mutations, the intake, timers and consumed events alike.

pub mod access;
pub mod alert;
pub mod alert_rule;
pub mod clock;
pub mod incident;
pub mod integration;
pub mod known_error;
mod neighbours;
pub mod problem;
pub mod separation;
pub mod service_request;
pub mod silence;
pub mod terms;
