//! Catalog: the portfolio of services, whom they are for, what can be asked for under
//! them, and how well they serve the strategy.

pub mod contract;
pub mod domain;
