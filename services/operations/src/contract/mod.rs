//! The records of operations as event messages, and back.

pub mod access_grant;
pub mod alert;
pub mod alert_rule;
pub mod entitlement;
mod facts;
pub mod incident;
pub mod integration;
pub mod known_error;
pub mod monitoring_event;
pub mod priority_matrix;
pub mod problem;
pub mod separation_rule;
pub mod service_level_clock;
pub mod service_request;
pub mod silence;
