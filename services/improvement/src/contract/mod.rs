//! Between improvement's records and their messages in proto/ciclo/improvement/v1:
//! the form in which they are kept in the log and travel to the other services.

mod facts;
pub mod initiative;
pub mod recommendation;
pub mod service_level_review;
pub mod target_result;

#[cfg(test)]
mod tests;
