//! Between catalog's records and their messages in proto/ciclo/catalog/v1: the form in
//! which they are kept in the log and travel to the other services.

pub mod business_objective;
pub mod capability;
pub mod customer;
mod facts;
pub mod market_space;
pub mod offering;
pub mod service;

#[cfg(test)]
mod tests;
