//! The rules of service strategy: whom services are for, what they are, what can be
//! asked for under them, and how well they serve the objectives. Pure: instants and ids
//! are passed in.

pub mod alignment;
pub mod business_objective;
pub mod capability;
pub mod customer;
pub mod dependencies;
pub mod facts;
pub mod market_space;
pub mod offering;
pub mod service;
pub mod service_facts;
pub mod service_moves;
pub mod service_status;

#[cfg(test)]
mod alignment_tests;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
