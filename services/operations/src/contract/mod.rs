//! The records of operations as event messages, and back.

pub mod alert;
mod facts;
pub mod monitoring_event;
