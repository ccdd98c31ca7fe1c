//! Commands that touch more than one record, one transaction each. They serve
//! mutations and consumed events alike.

pub mod change;
pub mod configuration_item;
pub mod deployment;
pub mod item_relation;
pub mod transition;
