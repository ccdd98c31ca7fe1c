//! Between design's records and their messages in proto/ciclo/design/v1: the form
//! in which they are kept in the log and travel to the other services.

pub mod agreement;
pub mod calendar;
pub mod design_package;
mod facts;
pub mod requirement;

#[cfg(test)]
mod tests;
