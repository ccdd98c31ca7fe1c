//! Service transition: transitions, changes, configuration items and deployments.

pub mod contract;
pub mod domain;
