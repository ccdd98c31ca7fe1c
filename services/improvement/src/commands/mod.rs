//! Commands that touch more than one record, one transaction each. They serve
//! mutations and consumed events alike.

pub mod initiative;
mod known;
pub mod recommendation;
pub mod service_level_review;
pub mod target_result;
