//! Commands that touch more than one record, one transaction each. They serve
//! mutations and consumed events alike.

pub mod agreement;
pub mod design_package;
pub mod requirement;
