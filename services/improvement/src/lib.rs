//! The improvement subgraph: what service levels came to, reviews of agreements,
//! recommendations with their evidence, and the register of initiatives.

pub mod contract;
pub mod domain;
